#!lua flags=no-writes
-- A tenant and how much it holds: {enabled, created, settings, users,
-- groups}, or {} when there is none.
--
-- KEYS[1]  "scim:{tenant}:"

local prefix, call = KEYS[1], redis.call
local tenant = call('HMGET', prefix .. 'tenant', 'enabled', 'created',
                    'settings')
if not tenant[1] then
    return {}
end

tenant[4] = call('ZCARD', prefix .. 'order:User')
tenant[5] = call('ZCARD', prefix .. 'order:Group')
return tenant
