-- What a change of members parks, and what it no longer waits for
-- (parts/parked.lua).

-- Values to be waited for, and those given up.
local waiting, given_up = {}, {}

-- The members, present or to be, that the values mean, each once; what nobody
-- has appeared for goes to `absent`.
local function meant(values, absent, seen)
    local ids = {}
    local function take(member)
        if not seen[member] then
            ids[#ids + 1], seen[member] = member, true
        end
    end
    local inside, outside = sort_out(values)
    for _, member in ipairs(inside) do
        take(member)
    end
    for _, value in ipairs(outside) do
        local member = look_up(value) and value or by_external_id(value)
        if member then
            take(member)
        else
            absent[#absent + 1] = value
        end
    end
    return ids
end

local function set_of(values)
    local set = {}
    for _, value in ipairs(values) do
        set[value] = true
    end
    return set
end

-- Those of the parked values that are so no more: all that are not wanted if
-- all members are replaced, else those that are to leave.
local function give_up(parked, leave)
    local wait, leaves = set_of(waiting), set_of(leave)
    for _, value in ipairs(parked) do
        local goes = mode == 'replace' or mode == 'whole' or leaves[value]
                     or mode == 'copy' and call('ZSCORE', fixed, value)
        if goes and not wait[value] then
            given_up[#given_up + 1] = value
        end
    end
end

-- The first value that cannot wait, and why.
local function no_room(parked)
    local here, count = set_of(parked), #parked - #given_up
    for _, value in ipairs(waiting) do
        if not may_wait(value) or value == id then
            return 'member', value
        elseif not here[value] then
            count = count + 1
            if count > PARKED
               or call('SCARD', prefix .. 'parked:' .. value) >= PARKERS then
                return 'crowd', value
            end
        end
    end
end

-- In a dry run nobody has to exist.
if mode ~= 'none' and not dry and (park or tenant[3]) then
    local leave, seen = unwanted, {}
    if park then
        leave = {}
        wanted = meant(wanted, waiting, seen)
        unwanted = meant(unwanted, leave, seen)
    end
    if prepared then
        waiting = call('SMEMBERS', parks)
        if #meant(waiting, {}, {}) > 0 then
            return outcome('stage')
        end
    end
    local parked = call('SMEMBERS', prefix .. 'parking:' .. id)
    give_up(parked, leave)
    local why, value = no_room(parked)
    if why then
        return outcome(why, 0, 0, '', value)
    end
end

-- Cannot fail.
local function settle_parking()
    for _, value in ipairs(given_up) do
        call('SREM', prefix .. 'parking:' .. id, value)
        call('SREM', prefix .. 'parked:' .. value, id)
    end
    for _, value in ipairs(waiting) do
        call('SADD', prefix .. 'parking:' .. id, value)
        call('SADD', prefix .. 'parked:' .. value, id)
    end
    if #waiting > 0 then
        call('HSET', prefix .. 'tenant', 'parks', '1')
    end
end
