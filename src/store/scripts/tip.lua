#!lua flags=no-writes
-- Where a tenant's history ends (parts/tip.lua).
--
-- KEYS[1]  "scim:{tenant}:"
-- ARGV     "1": also of a tenant that is switched off
--
-- Returns {"ok", the place}, or {"none"}, {"off"}: the tenant is not
-- there, is switched off.

local prefix, call = KEYS[1], redis.call

local enabled = call('HGET', prefix .. 'tenant', 'enabled')
if not enabled then
    return {'none'}
elseif enabled ~= '1' and ARGV[1] ~= '1' then
    return {'off'}
end

-- include places.lua
-- include tip.lua

return {'ok', newest_entry()}
