#!lua flags=allow-oom
-- Clears away after a large change of a group's members: takes back the hints
-- groups:ID of ids that are no members, up to n ids per call.  They are in
-- trash:OP; in what was prepared and not put in force; or in a set the history
-- keeps: then left:OP is "ENTRY RANK", where in was:ENTRY to go on.
--
-- Hints that others need, who prepare a change of the group, are left.
--
-- KEYS[1]  "scim:{tenant}:", the beginning of every key
-- ARGV     operation id, group's id, n
--
-- Returns 1 if there is more to do, else 0.

local prefix, call = KEYS[1], redis.call
local op, group = ARGV[1], ARGV[2]
local stage, fixed = prefix .. 'stage:' .. op, prefix .. 'fixed:' .. op
local trash, stages = prefix .. 'trash:' .. op, prefix .. 'stages'
local left, n = prefix .. 'left:' .. op, tonumber(ARGV[3])

-- What expires is kept by RENAME.
call('HDEL', stages, op)
call('UNLINK', prefix .. 'parks:' .. op)
if call('EXISTS', fixed) == 1 then
    call('RENAME', fixed, trash)
    call('UNLINK', stage)
elseif call('EXISTS', stage) == 1 then
    call('RENAME', stage, trash)
end

local ids, needed = {}, {}

-- The next of what the history keeps, which retention may have taken out.
local function walk(place)
    local entry, from = string.match(place, '^(%S+) (%d+)$')
    local was = prefix .. 'was:' .. entry
    ids = call('ZRANGE', was, from, from + n - 1)
    if from + n >= call('ZCARD', was) then
        call('UNLINK', left)
    else
        call('SET', left, entry .. ' ' .. from + n, 'KEEPTTL')
    end
end

local function pop()
    local popped = call('ZPOPMIN', trash, n)
    for i = 1, #popped, 2 do
        ids[#ids + 1] = popped[i]
    end
end

local place = call('GET', left)
if place then
    walk(place)
else
    pop()
end

if #ids == 0 then
    return 0
end

local function need(set)
    for i, score in ipairs(call('ZMSCORE', set, unpack(ids))) do
        needed[i] = needed[i] or score
    end
end

need(prefix .. 'members:' .. group)
local all = call('HGETALL', stages)
for i = 1, #all, 2 do
    if string.match(all[i + 1], '^%S+ (%S+)') == group then
        need(prefix .. 'stage:' .. all[i])
    end
end

for i, id in ipairs(ids) do
    if not needed[i] then
        call('SREM', prefix .. 'groups:' .. id, group)
    end
end

return math.min(call('EXISTS', trash, left), 1)
