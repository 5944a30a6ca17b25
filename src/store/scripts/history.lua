#!lua flags=no-writes
-- Reads a tenant's history backwards, all of it or one resource's, and gives
-- the entries that fulfil conditions.  What one call looks at is bounded, in
-- entries and in bytes; the next one goes on behind.
--
-- KEYS[1]  "scim:{tenant}:"
-- ARGV     1 stream: "history" or "dryrun"
--          2 "" or the entry to go on behind
--          3 from and 4 to: ms, "" for any
--          5 seconds: nothing older, unless the tenant has it otherwise;
--            0 for any
--          6 entries to look at     7 entries to give    8 bytes to read
--          9 type  10 actor  11 operation: "" for any
--          12 "" or the id of a resource
--          the rest: types that it may be of
--
-- Returns {"ok", known, next, then the entries as XRANGE has them}; known is 0
-- for a resource that has no history and does not exist; next is "" at the
-- end.  Or {"none"}: no such tenant.

local prefix, call = KEYS[1], redis.call
local stream, behind = prefix .. ARGV[1], ARGV[2]
local from, to = tonumber(ARGV[3]) or 0, tonumber(ARGV[4])
local age = tonumber(ARGV[5])
local look, count = tonumber(ARGV[6]), tonumber(ARGV[7])
local bytes = tonumber(ARGV[8])
local resource = ARGV[12]

-- Entries read by one command: some of them may be too many.
local STEP = 16

-- Places of entries in history:TYPE:ID read by one command.
local PLACES = 100

if call('EXISTS', prefix .. 'tenant') == 0 then
    return {'none'}
end

-- include age.lua

from = math.max(from, first_moment(age))

local conditions = {}
for i, name in ipairs({'type', 'actor', 'op'}) do
    if ARGV[8 + i] ~= '' then
        conditions[name] = ARGV[8 + i]
    end
end


-- One resource -----------------------------------------------------------

local function parts(id)
    local ms, number = string.match(id, '^(%d+)-(%d+)$')
    return tonumber(ms), tonumber(number)
end

-- Whether the entry is among those asked for, as to its age.
local function below_top(id)
    local ms, number = parts(id)
    if behind ~= '' then
        local top, top_number = parts(behind)
        return ms < top or (ms == top and number < top_number)
    end
    return not to or ms <= to
end

-- history:TYPE:ID is in the order of versions and so in that of places: how
-- many of them are below the top is found by halves.
local function rank_below_top(key)
    local low, high = 0, call('ZCARD', key)
    while low < high do
        local middle = math.floor((low + high) / 2)
        if below_top(call('ZRANGE', key, middle, middle)[1]) then
            low = middle + 1
        else
            high = middle
        end
    end
    return low
end

local function places_of_resource()
    for i = 13, #ARGV do
        local key = prefix .. 'history:' .. ARGV[i] .. ':' .. resource
        if call('EXISTS', key) == 1 then
            return key, 1
        end
    end
    for i = 13, #ARGV do
        if call('EXISTS', prefix .. 'r:' .. ARGV[i] .. ':' .. resource) == 1
        then
            return nil, 1
        end
    end
    return nil, 0
end

-- Gives the resource's entries one by one, nil at the end; without fields one
-- that is not there though its place is.
local function of_resource(key)
    local rank = key and rank_below_top(key) or 0
    local places, at = {}, 0
    return function()
        if at == 0 and rank > 0 then
            local first = math.max(rank - PLACES, 0)
            places = call('ZRANGE', key, first, rank - 1)
            at, rank = #places, first
        end
        if at == 0 or parts(places[at]) < from then
            return nil
        end
        local place = places[at]
        at = at - 1
        return call('XRANGE', stream, place, place)[1] or {place, {}}
    end
end


-- All --------------------------------------------------------------------

local function of_tenant()
    local top = behind ~= '' and '(' .. behind
                or to and string.format('%.0f', to) or '+'
    local bottom = string.format('%.0f', from)
    local entries, at = {}, 0
    return function()
        if at == #entries then
            if at > 0 then
                top = '(' .. entries[at][1]
            end
            entries = call('XREVRANGE', stream, top, bottom, 'COUNT', STEP)
            at = 0
        end
        at = at + 1
        return entries[at]
    end
end


-- Conditions -------------------------------------------------------------

-- Whether they hold, of an entry that is there; counts the bytes read.
local function holds(fields)
    local fits = #fields > 0
    for i = 1, #fields, 2 do
        local wanted = conditions[fields[i]]
        fits = fits and (not wanted or wanted == fields[i + 1])
        bytes = bytes - #fields[i + 1]
    end
    return fits
end


local next_entry
local known = 1

if resource == '' then
    next_entry = of_tenant()
elseif ARGV[1] == 'history' then
    local key
    key, known = places_of_resource()
    next_entry = of_resource(key)
else
    conditions.id = resource
    next_entry = of_tenant()
end

local reply = {'ok', known, ''}
local n = 0

while true do
    local entry = next_entry()
    if not entry then
        reply[3] = ''
        break
    elseif n == look or bytes <= 0 or #reply == count + 3 then
        break
    end
    n = n + 1
    reply[3] = entry[1]
    if holds(entry[2]) then
        reply[#reply + 1] = entry
    end
end

return reply
