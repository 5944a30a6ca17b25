#!lua flags=no-writes
-- Revisions of one resource out of the tenant's history, newest first.
--
-- KEYS[1]  "scim:{tenant}:"
-- ARGV     type, id, lowest version wanted, highest one or "+inf"
--
-- Returns {"ok", the lowest and the highest version there are (0: none), 1 if
-- more are wanted than are here, then per revision: version, id in the
-- stream, operation, was, changes}, or {"none"}, {"off"}: the tenant is not
-- there, is switched off.  An entry that retention has taken ends the list.

local prefix, call = KEYS[1], redis.call
local versions = prefix .. 'history:' .. ARGV[1] .. ':' .. ARGV[2]

-- One call brings so many, and stops behind so many bytes of changes.
local COUNT, BYTES = 64, 262144

local enabled = call('HGET', prefix .. 'tenant', 'enabled')
if not enabled then
    return {'none'}
elseif enabled ~= '1' then
    return {'off'}
end

local first = call('ZRANGE', versions, 0, 0, 'WITHSCORES')
local last = call('ZRANGE', versions, -1, -1, 'WITHSCORES')
local reply = {'ok', first[2] or '0', last[2] or '0', 0}

local found = call('ZRANGE', versions, ARGV[4], ARGV[3], 'BYSCORE', 'REV',
                   'LIMIT', 0, COUNT + 1, 'WITHSCORES')
local bytes = 0

for i = 1, #found, 2 do
    if i > 2 * COUNT or bytes > BYTES then
        reply[4] = 1
        break
    end
    local entry = call('XRANGE', prefix .. 'history', found[i], found[i])[1]
    if not entry then
        break
    end
    local fields, value = entry[2], {}
    for at = 1, #fields, 2 do
        value[fields[at]] = fields[at + 1]
    end
    local n = #reply
    reply[n + 1], reply[n + 2] = found[i + 1], found[i]
    reply[n + 3], reply[n + 4] = value.op, value.was
    reply[n + 5] = value.changes
    bytes = bytes + #value.changes
end

return reply
