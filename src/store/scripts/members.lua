#!lua flags=no-writes
-- Members of a group from a rank on, for groups with more of them than
-- query.lua brings at once.
--
-- KEYS[1]  "scim:{tenant}:"
-- ARGV     group's id, offset, count
--
-- Returns {"ok", then per member: id, score (0 User, 1 Group), name}, or
-- {"none"}, {"off"}: the tenant is not there, is switched off.

local prefix, call = KEYS[1], redis.call
local from, count = tonumber(ARGV[2]), tonumber(ARGV[3])

local enabled = call('HGET', prefix .. 'tenant', 'enabled')
if not enabled then
    return {'none'}
elseif enabled ~= '1' then
    return {'off'}
end

local reply = {'ok'}
local found = call('ZRANGE', prefix .. 'members:' .. ARGV[1], ARGV[2],
                   string.format('%.0f', from + count - 1), 'WITHSCORES')

for i = 1, #found, 2 do
    local kind = found[i + 1] == '1' and 'Group' or 'User'
    local n = #reply
    reply[n + 1], reply[n + 2] = found[i], found[i + 1]
    reply[n + 3] = call('HGET', prefix .. 'r:' .. kind .. ':' .. found[i],
                        'name')
end
return reply
