#!lua flags=no-writes
-- A tenant and how much it holds: {enabled, created, settings, users,
-- groups, generation of the settings, when its breaker tripped or "0", users
-- that this counts}, or {} when there is none.
--
-- KEYS[1]  "scim:{tenant}:"

local prefix, call = KEYS[1], redis.call
local tenant = call('HMGET', prefix .. 'tenant', 'enabled', 'created',
                    'settings', 'gen', 'tripped')
if not tenant[1] then
    return {}
end

local now = call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local recent = call('ZCOUNT', prefix .. 'breaker',
                    '(' .. string.format('%.0f', ms), '+inf')

return {tenant[1], tenant[2], tenant[3], call('ZCARD', prefix .. 'order:User'),
        call('ZCARD', prefix .. 'order:Group'), tenant[4] or '0',
        tenant[5] or '0', recent}
