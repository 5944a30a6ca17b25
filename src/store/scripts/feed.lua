#!lua flags=no-writes
-- Reads a tenant's history forwards, from behind an entry, and tells a reader
-- whose place is no longer good: what is between it and the oldest entry would
-- be missed without a word.
--
-- KEYS[1]  "scim:{tenant}:"
-- ARGV     1 "1": also of a tenant that is switched off
--          2 "" or the entry to go on behind
--          3 when the tenant of that entry was made
--          4 seconds: nothing older, unless the tenant has it otherwise;
--            0 for any
--          5 entries to give     6 bytes to read
--
-- Returns {state, tip, created, more, then the entries as XRANGE has them};
-- tip is the history's end (parts/tip.lua), more is 1 if there are newer ones
-- than given.  With another state than ok: {state, tip, created}, or {state}.
--   ok
--   behind  changes behind the place have no entries, or none any more
--   lost    there is no such entry, though it is not so old
--   anew    the tenant has been made anew
--   none    no such tenant
--   off     the tenant is switched off

local prefix, call = KEYS[1], redis.call
local stream = prefix .. 'history'
local behind, age = ARGV[2], tonumber(ARGV[4])
local count, bytes = tonumber(ARGV[5]), tonumber(ARGV[6])

-- Entries read by one command: some of them may be too many.
local STEP = 16

local tenant = call('HMGET', prefix .. 'tenant', 'enabled', 'created',
                    'trimmed')
local created, trimmed = tenant[2] or '0', tenant[3] or '0-0'

if not tenant[1] then
    return {'none'}
elseif tenant[1] ~= '1' and ARGV[1] ~= '1' then
    return {'off'}
end

-- include age.lua
-- include places.lua
-- include tip.lua

local tip = newest_entry()

local oldest = string.format('%.0f-0', first_moment(age))

local function there(from, to)
    return #call('XRANGE', stream, from, to, 'COUNT', 1) > 0
end

local function state()
    if ARGV[3] ~= created then
        return 'anew'
    elseif precedes(tip, behind) then
        return 'lost'
    elseif precedes(behind, trimmed) then
        return 'behind'
    elseif behind ~= '0-0' and behind ~= trimmed and behind ~= tip
           and not there(behind, behind) then
        return 'lost'
    elseif precedes(behind, oldest) and there('(' .. behind, '(' .. oldest) then
        return 'behind'
    end
    return 'ok'
end

local from = precedes(trimmed, oldest) and oldest or '(' .. trimmed
if behind ~= '' then
    local found = state()
    if found ~= 'ok' then
        return {found, tip, created}
    end
    from = precedes(behind, oldest) and oldest or '(' .. behind
end

local reply = {'ok', tip, created, 0}

while count > 0 do
    local entries = call('XRANGE', stream, from, '+', 'COUNT', STEP)
    for _, entry in ipairs(entries) do
        if bytes <= 0 or #reply == count + 4 then
            reply[4] = 1
            return reply
        end
        for _, text in ipairs(entry[2]) do
            bytes = bytes - #text
        end
        reply[#reply + 1] = entry
    end
    if #entries < STEP then
        return reply
    end
    from = '(' .. entries[STEP][1]
end

return reply
