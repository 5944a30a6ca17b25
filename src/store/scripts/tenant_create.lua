#!lua
-- Creates a tenant, switched on: 1, or 0 when it is there already.
--
-- KEYS[1]  "scim:{tenant}:"
-- ARGV     time in ms

local tenant = KEYS[1] .. 'tenant'
if redis.call('EXISTS', tenant) == 1 then
    return 0
end

redis.call('HSET', tenant, 'enabled', '1', 'created', ARGV[1],
           'settings', '{}', 'seq', '0')
return 1
