#!lua
-- Notes a request that failed, unless the tenant is not there (any more):
-- whoever names one must not make keys that nobody would remove.
--
-- KEYS[1]  "scim:{tenant}:"
-- ARGV     how many to keep, about; fields and values
--
-- Returns ok or none.

local prefix, call = KEYS[1], redis.call

if call('EXISTS', prefix .. 'tenant') == 0 then
    return 'none'
end

call('XADD', prefix .. 'failures', 'MAXLEN', '~', ARGV[1], '*',
     unpack(ARGV, 2))
return 'ok'
