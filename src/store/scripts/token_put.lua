#!lua
-- Lists a new token, if there is its tenant: {}, or 'none'.  Where it is to
-- take others' place it gets those listed before it: of two made at once, the
-- later one knows of the earlier.
--
-- KEYS[1]  "scim:{tenant}:"
-- ARGV     id, entry (JSON), 1 for the others: {id, entry …}

local tokens, call = KEYS[1] .. 'tokens', redis.call
if call('EXISTS', KEYS[1] .. 'tenant') == 0 then
    return 'none'
end

local others = ARGV[3] == '1' and call('HGETALL', tokens) or {}
call('HSET', tokens, ARGV[1], ARGV[2])
return others
