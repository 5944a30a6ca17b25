#!lua flags=allow-oom
-- Sets fields of a token's record: 1, or 0 when it is gone; a token revoked
-- meanwhile stays gone.  Runs when Redis is out of memory as well: an earlier
-- end must take effect.
--
-- KEYS[1]  "scim:token:SHA256"
-- ARGV     field, value …

if redis.call('EXISTS', KEYS[1]) == 0 then
    return 0
end

for i = 1, #ARGV, 2 do
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
return 1
