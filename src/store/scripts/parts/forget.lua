-- The history's end: taking out the oldest entries, with their places in
-- history:TYPE:ID and the members they refer to.

local history = prefix .. 'history'

-- Entries are read one by one, until those gone were this long together.
local FORGET_BYTES = 65536

-- Where fields are in an entry: names and values take turns.
local TYPE, ID, CHANGES, WAS = 4, 6, 24, 26

-- Takes out up to n entries, none behind `to`; how many it were, and the id of
-- the last of them.
local function forget(n, to)
    local gone, bytes, newest = 0, 0, nil
    while gone < n and bytes < FORGET_BYTES do
        local entry = call('XRANGE', history, newest and '(' .. newest or '-',
                           to, 'COUNT', 1)[1]
        if not entry then
            break
        end
        local fields = entry[2]
        newest = entry[1]
        call('ZREM', prefix .. 'history:' .. fields[TYPE] .. ':' .. fields[ID],
             newest)
        if fields[WAS] ~= '' then
            call('UNLINK', prefix .. 'was:' .. newest)
        end
        gone, bytes = gone + 1, bytes + #fields[CHANGES]
    end

    -- the first that stays is of any id behind
    if newest then
        local ms, number = string.match(newest, '^(%d+)-(%d+)$')
        call('XTRIM', history, 'MINID',
             ms .. '-' .. string.format('%.0f', number + 1))
    end
    return gone, newest
end
