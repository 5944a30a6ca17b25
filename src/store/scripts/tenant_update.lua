#!lua flags=allow-oom
-- Sets the switch and the settings of a tenant that exists: 1; 0 when it does
-- not; 2 when its settings are of another generation.  Runs when Redis is out
-- of memory as well: the switch must work.
--
-- KEYS[1]  "scim:{tenant}:"
-- ARGV     enabled: 1, 0 or "" as it is; settings or "" as they are;
--          generation of the settings that these come from, or ""
--
-- Each change of the settings is a generation of its own: none of this tenant
-- has had the number before, nor one of a tenant of that name that was
-- deleted.  Without any change it is 0.

local tenant = KEYS[1] .. 'tenant'
local enabled, settings, from = ARGV[1], ARGV[2], ARGV[3]
local present = redis.call('HMGET', tenant, 'enabled', 'settings', 'gen')
local generation = present[3] or '0'
if not present[1] then
    return 0
elseif from ~= '' and from ~= generation then
    return 2
end

if enabled ~= '' then
    redis.call('HSET', tenant, 'enabled', enabled)
end

if settings ~= '' and settings ~= present[2] then
    local now = redis.call('TIME')
    local next = math.max(tonumber(generation) + 1,
                          now[1] * 1000 + math.floor(now[2] / 1000))
    redis.call('HSET', tenant, 'settings', settings,
               'gen', string.format('%.0f', next))
end
return 1
