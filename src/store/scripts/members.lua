#!lua flags=no-writes
-- Members of a group from a place on, for groups with more of them than
-- query.lua brings at once.  The place is behind the last one read; its offset
-- counts only when that one has left the group: then others moved up by one.
--
-- KEYS[1]  "scim:{tenant}:"
-- ARGV     group's id, last id read or "", offset, count
--
-- Returns {"ok", then per member: id, score (0 User, 1 Group), name}, or
-- {"none"}, {"off"}: the tenant is not there, is switched off.

local prefix, call = KEYS[1], redis.call
local members = prefix .. 'members:' .. ARGV[1]
local last, offset, count = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

local enabled = call('HGET', prefix .. 'tenant', 'enabled')
if not enabled then
    return {'none'}
elseif enabled ~= '1' then
    return {'off'}
end

local reply = {'ok'}
local from = 0
if last ~= '' then
    local rank = call('ZRANK', members, last)
    from = rank and rank + 1 or math.max(offset - 1, 0)
end

local found = call('ZRANGE', members, string.format('%.0f', from),
                   string.format('%.0f', from + count - 1), 'WITHSCORES')

for i = 1, #found, 2 do
    local kind = found[i + 1] == '1' and 'Group' or 'User'
    local n = #reply
    reply[n + 1], reply[n + 2] = found[i], found[i + 1]
    reply[n + 3] = call('HGET', prefix .. 'r:' .. kind .. ':' .. found[i],
                        'name')
end
return reply
