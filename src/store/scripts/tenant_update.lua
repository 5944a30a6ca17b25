#!lua flags=allow-oom
-- Sets fields of a tenant that exists: 1, or 0 when it does not.  Runs when
-- Redis is out of memory as well: the switch must work.
--
-- KEYS[1]  "scim:{tenant}:"
-- ARGV     field, value …

local tenant = KEYS[1] .. 'tenant'
if redis.call('EXISTS', tenant) == 0 then
    return 0
end

for i = 1, #ARGV, 2 do
    redis.call('HSET', tenant, ARGV[i], ARGV[i + 1])
end
return 1
