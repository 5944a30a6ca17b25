#!lua flags=no-writes
-- A tenant and how much it holds: {enabled, created, settings, users,
-- groups, generation of the settings}, or {} when there is none.
--
-- KEYS[1]  "scim:{tenant}:"

local prefix, call = KEYS[1], redis.call
local tenant = call('HMGET', prefix .. 'tenant', 'enabled', 'created',
                    'settings', 'gen')
if not tenant[1] then
    return {}
end

return {tenant[1], tenant[2], tenant[3], call('ZCARD', prefix .. 'order:User'),
        call('ZCARD', prefix .. 'order:Group'), tenant[4] or '0'}
