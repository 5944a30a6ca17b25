#!lua flags=allow-oom
-- Lets a tenant's deprovisionings through again, counted from nothing: 1, or 0
-- when there is no such tenant.
--
-- KEYS[1]  "scim:{tenant}:"

local prefix, call = KEYS[1], redis.call
if call('EXISTS', prefix .. 'tenant') == 0 then
    return 0
end

call('HDEL', prefix .. 'tenant', 'tripped')
call('UNLINK', prefix .. 'breaker')
return 1
