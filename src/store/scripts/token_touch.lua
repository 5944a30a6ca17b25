#!lua
-- Notes when a token was last used; a token revoked meanwhile stays gone.
--
-- KEYS[1]  "scim:token:SHA256"
-- ARGV     time in ms

if redis.call('EXISTS', KEYS[1]) == 1 then
    redis.call('HSET', KEYS[1], 'used', ARGV[1])
end
return 'ok'
