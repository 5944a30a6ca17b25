#!lua flags=allow-oom
-- Removes one resource with its index entries and takes it out of every group
-- that holds it, all or nothing.  Runs when Redis is out of memory as well:
-- deleting is what helps then.
--
-- As in commit.lua, whatever can be refused is refused before the first
-- write.
--
-- KEYS[1]  "scim:{tenant}:", the beginning of every key
-- ARGV     1 to 19: parts/begin.lua
--          then pairs: attribute, value of its index entries
--
-- Returns as parts/begin.lua, and held, by the breaker; version is the last
-- one, the history's entry has the one after it.  A group that loses a member
-- has an entry of its own.

-- include begin.lua
-- include forget.lua
-- include places.lua
-- include history.lua
-- include breaker.lua

-- A group with more members than this is not listed in the history, which
-- keeps the set, and leaves its hints in groups:MEMBER to sweep.lua; a reader,
-- who checks them, finds no such group.
local LARGE = 1000

local held, large = {}, call('ZCARD', members) > LARGE
if not large then
    held = call('ZRANGE', members, 0, -1)
end

-- Groups that hold it.  One that holds itself goes as a whole.
local lost = {}

for _, group in ipairs(call('SMEMBERS', prefix .. 'groups:' .. id)) do
    if group ~= id and call('ZSCORE', prefix .. 'members:' .. group, id) then
        lost[#lost + 1] = group
    end
end

if is_held() then
    return outcome('held')
end

local function own_name()
    return named
end

local function name_of_group(group)
    return call('HGET', prefix .. 'r:Group:' .. group, 'name')
end

-- What the history says of members and groups.
local function relations()
    local elements = {}
    if large then
        elements[1] = element_of_count(0)
    elseif #held > 0 then
        elements[1] = element('members', held, {}, look_up)
    end
    if #lost > 0 then
        elements[#elements + 1] = element('groups', lost, {},
                                          #lost <= NAMES and name_of_group)
    end
    return table.concat(elements, ',')
end

if dry then
    return rehearse(named, version + 1, version, with_document(relations()))
end


-- Writes -----------------------------------------------------------------

-- A group that loses a member has changed: another version.
for _, group in ipairs(lost) do
    local key = prefix .. 'r:Group:' .. group
    call('ZREM', prefix .. 'members:' .. group, id)
    local number = call('HINCRBY', key, 'ver', 1)
    call('HSET', key, 'mod', modified)
    if logged then
        record('update', 'Group', group, name_of_group(group), number,
               element('members', {id}, {}, own_name))
    end
end

local entry, trashed

if logged then
    entry = record(ARGV[8], type, id, named,
                   string.format('%.0f', version + 1),
                   with_document(relations()), large and '1')
    retain(#lost + 1, entry)
else
    leave_gap()
end

if large and entry then
    call('RENAME', members, prefix .. 'was:' .. entry)
    if operation then
        call('SET', left, entry .. ' 0', 'PX', TRASH_MS)
        trashed = 'trash'
    end
elseif large and operation then
    call('RENAME', members, trash)
    call('PEXPIRE', trash, TRASH_MS)
    trashed = 'trash'
end

call('UNLINK', resource, members, prefix .. 'groups:' .. id)
call('ZREM', prefix .. 'order:' .. type, id)

for i = OWN, #ARGV, 2 do
    call('ZREM', prefix .. 'index:' .. type .. ':' .. ARGV[i],
         ARGV[i + 1] .. '\0' .. id)
end

-- Nor may it become a member by a change that stage.lua prepares.
for _, op in ipairs(call('HKEYS', prefix .. 'stages')) do
    call('ZREM', prefix .. 'stage:' .. op, id)
    call('ZREM', prefix .. 'fixed:' .. op, id)
end

for _, member in ipairs(held) do
    call('SREM', prefix .. 'groups:' .. member, id)
end

-- It waits for nobody any more.
if tenant[3] and type == 'Group' then
    local parking = prefix .. 'parking:' .. id
    for _, value in ipairs(call('SMEMBERS', parking)) do
        call('SREM', prefix .. 'parked:' .. value, id)
    end
    call('UNLINK', parking)
end

count_in()

if operation then
    call('SET', operation, present[1] .. ' ' .. modified, 'PX', OPERATION_MS)
end

return outcome('ok', version, 1, modified, trashed)
