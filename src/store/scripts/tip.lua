#!lua flags=no-writes
-- Where a tenant's history ends: the newest entry that there ever was.
--
-- KEYS[1]  "scim:{tenant}:"
-- ARGV     "1": also of a tenant that is switched off
--
-- Returns {"ok", its id or "0-0"}, or {"none"}, {"off"}: the tenant is not
-- there, is switched off.

local prefix, call = KEYS[1], redis.call

local enabled = call('HGET', prefix .. 'tenant', 'enabled')
if not enabled then
    return {'none'}
elseif enabled ~= '1' and ARGV[1] ~= '1' then
    return {'off'}
end

if call('EXISTS', prefix .. 'history') == 1 then
    local info = call('XINFO', 'STREAM', prefix .. 'history')
    for i = 1, #info, 2 do
        if info[i] == 'last-generated-id' then
            return {'ok', info[i + 1]}
        end
    end
end
return {'ok', '0-0'}
