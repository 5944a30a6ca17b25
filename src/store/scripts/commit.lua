#!lua
-- Creates or changes one resource: document, index entries, members and the
-- entry in the history, all or nothing.
--
-- Redis does not undo what a script wrote before an error.  So everything
-- that can be refused is refused above the line "Writes", and below it there
-- are only commands that cannot fail.  Being out of memory, read-only or
-- without enough replicas is found before the first write: the first line
-- declares a script that writes, and one that was let in is let finish.
--
-- KEYS[1]  "scim:{tenant}:", the beginning of every key
-- ARGV     1 to 19: parts/begin.lua
--          20 1 with a document      21 document      22 display name
--          23 members: none | delta | replace | merge | whole | copy |
--             many
--          24 ids that stage.lua has taken for this operation
--          25 members that do not exist are 0 refused, 1 left out, 2 parked
--          26 the default group's name, as the index has it, or "": the user
--             is to be in it; no member may leave the group if it is that one
--          n, n items    the default group, if it may be made: parts/join.lua
--          n, n times: attribute, value, 1 if unique     entries to add
--          n, n times: attribute, value                  entries to remove
--          n, n ids                                      members to add
--          the rest                                      members to remove
--
-- members  delta    the ids to add and to remove
--          replace  the ids to add are all there are to be
--          merge    as delta, but the ids to add are in stage:OP
--          whole    stage:OP is all there are to be
--          copy     the same: the present ones, changed
--          many     in a dry run: so many as 24 says, which are not given
--
-- Returns as parts/begin.lua, and
--   taken     detail is "attribute NUL value": another resource has that value
--   member    detail is the id of a member that does not exist
--   stage     what stage.lua prepared is not whole: it has expired, or one of
--             the ids was deleted
--   held      by the breaker
--   kept      members may not leave this group
--   crowd     detail is a value that cannot be parked: too many are
-- A sixth element has the ids and names of groups that were joined; a seventh is
-- 1 if one of these may be in others itself.

-- include begin.lua
-- include forget.lua
-- include places.lua
-- include history.lua
-- include breaker.lua

-- Entries this commit has added to the history, and the last of them.
local recorded, newest = 0, nil

-- include join.lua
-- include parked.lua

local has_doc, mode = ARGV[OWN] == '1', ARGV[OWN + 3]
local staged = tonumber(ARGV[OWN + 4])
local drop, park = ARGV[OWN + 5] == '1', ARGV[OWN + 5] == '2'
local default = ARGV[OWN + 6]
local prepared = mode == 'merge' or mode == 'whole' or mode == 'copy'

-- Arguments of one redis.call(): well below what Lua's stack takes.  Even,
-- for pairs.
local CHUNK = 1000

-- So many hints are taken back at once, if nobody prepares a change of the
-- group, who may need them.  Else they are left, which is harmless: a reader
-- checks each against members:GROUP.
local HINTS = 4000

-- A group of more members than this is replaced without looking at each.
local LARGE = 1000

-- What stage.lua has prepared for this operation, and what is left of it.
local stages = prefix .. 'stages'
local stage = prefix .. 'stage:' .. ARGV[1]
local fixed = prefix .. 'fixed:' .. ARGV[1]
local parks = prefix .. 'parks:' .. ARGV[1]

local function in_chunks(items, fn)
    for from = 1, #items, CHUNK do
        fn(unpack(items, from, math.min(from + CHUNK - 1, #items)))
    end
end


-- Arguments --------------------------------------------------------------

local at = OWN + 7

-- The next n items of `width` arguments: position of the first, past the last.
local function section(width)
    local first = at + 1
    at = first + tonumber(ARGV[at]) * width
    return first, at
end

local default_from, default_end = section(1)
local add_from, add_end = section(3)
local remove_from, remove_end = section(2)
local join_from, join_end = section(1)

-- Members to be, and to be no more.
local wanted = {unpack(ARGV, join_from, join_end - 1)}
local unwanted = {unpack(ARGV, join_end)}

local function index_key(i)
    return prefix .. 'index:' .. type .. ':' .. ARGV[i]
end


-- Checks -----------------------------------------------------------------

-- An entry is "value NUL id".  Values hold no NUL, so what begins with
-- "value NUL" has exactly this value; two of them suffice to find another's.
for i = add_from, add_end - 1, 3 do
    if ARGV[i + 2] == '1' then
        local value = ARGV[i + 1]
        local found = call('ZRANGEBYLEX', index_key(i), '[' .. value .. '\0',
                           '(' .. value .. '\1', 'LIMIT', 0, 2)
        for _, entry in ipairs(found) do
            if entry ~= value .. '\0' .. id then
                return outcome('taken', 0, 0, '',
                               ARGV[i] .. '\0' .. value)
            end
        end
    end
end

-- Which of the ids are members now: those, and the others.
local function sort_out(ids)
    local inside, outside = {}, {}
    for first = 1, #ids, CHUNK do
        local final = math.min(first + CHUNK - 1, #ids)
        local scores = call('ZMSCORE', members, unpack(ids, first, final))
        for i, score in ipairs(scores) do
            local list = score and inside or outside
            list[#list + 1] = ids[first + i - 1]
        end
    end
    return inside, outside
end

-- What of the present members is not among those to be.
local function not_wanted()
    local stays, gone = {}, {}
    for _, member in ipairs(wanted) do
        stays[member] = true
    end
    for _, member in ipairs(call('ZRANGE', members, 0, -1)) do
        if not stays[member] then
            gone[#gone + 1] = member
        end
    end
    return gone
end

-- Those of the ids that exist, with score and id of each, as ZADD takes them;
-- else nil and the id that does not.  Fills `names`.  In a dry run a member may
-- be one whose creation was rehearsed as well.
local names = {}

local function scored(ids)
    local found, pairs_of = {}, {}
    for _, member in ipairs(ids) do
        local name, score = look_up(member)
        if name then
            found[#found + 1], names[member] = member, name
            pairs_of[#pairs_of + 1], pairs_of[#pairs_of + 2] = score, member
        elseif dry then
            found[#found + 1] = member
        elseif not drop then
            return nil, member
        end
    end
    return found, pairs_of
end

-- What of the stage is no member yet, as scored().
local function merging()
    local found, pairs_of = {}, {}
    for from = 0, staged - 1, CHUNK / 2 do
        local entries = call('ZRANGE', stage, from, from + CHUNK / 2 - 1,
                             'WITHSCORES')
        local ids = {}
        for i = 1, #entries, 2 do
            ids[#ids + 1] = entries[i]
        end
        for i, score in ipairs(call('ZMSCORE', members, unpack(ids))) do
            if not score then
                found[#found + 1] = ids[i]
                pairs_of[#pairs_of + 1] = entries[2 * i]
                pairs_of[#pairs_of + 1] = ids[i]
            end
        end
    end
    return found, pairs_of
end

-- include parking.lua

local joining, leaving, scores = {}, {}, {}
local size = mode ~= 'none' and call('ZCARD', members) or 0

-- What is done with a set as a whole: old members give way to others.
local swap = false

-- Whether all that was staged is still there, and would change anything.
local function look_at_stage()
    local state = call('HGET', stages, ARGV[1])
    local counted = mode == 'copy' and fixed or stage
    if not state or call('ZCARD', counted) ~= staged then
        return false
    end
    local known, hits = string.match(state, '(%d+) (%d+)$')
    local same = tonumber(known) == version and tonumber(hits) == staged
                 and (mode == 'copy' or size == staged)
    swap = mode ~= 'merge' and not same
    return true
end

if prepared then
    if not look_at_stage() then
        return outcome('stage')
    end
    leaving = sort_out(unwanted)
    if mode == 'merge' then
        joining, scores = merging()
    end
elseif mode == 'replace' and size > LARGE
       and (dry or #wanted <= LARGE) then
    swap = true
    joining = wanted
elseif mode ~= 'none' and mode ~= 'many' then
    local _
    _, joining = sort_out(wanted)
    if mode == 'replace' then
        leaving = not_wanted()
    else
        leaving = sort_out(unwanted)
    end
end

if not prepared and #joining > 0 then
    joining, scores = scored(joining)
    if not joining then
        return outcome('member', 0, 0, '', scores)
    end
end

if default ~= '' and type == 'Group'
   and (swap or mode == 'many' or #leaving > 0)
   and call('ZSCORE', prefix .. 'index:Group:displayName',
            default .. '\0' .. id) then
    return outcome('kept')
end

-- What others prepare for this group, by operation.
local others = {}
if verb == 'update' and mode ~= 'none' then
    others = preparing(id)
    others[ARGV[1]] = nil
end

if not has_doc and not prepared and not swap and mode ~= 'many'
   and #joining == 0 and #leaving == 0 and #waiting == 0 and #given_up == 0
then
    return outcome('ok', version, 0, last)
end

if is_held() then
    return outcome('held')
end

local changed = has_doc or swap or #joining > 0 or #leaving > 0

-- What the history says of the members.
local function member_changes()
    if mode == 'many' then
        return element_of_count(staged)
    elseif swap then
        return element_of_count(mode == 'replace' and #joining
                                or call('ZCARD', stage))
    elseif #joining + #leaving == 0 then
        return ''
    end
    return element('members', leaving, joining,
                   #joining + #leaving <= NAMES and function (member)
                       return names[member] or look_up(member)
                   end)
end

if dry then
    return rehearse(has_doc and ARGV[OWN + 2] or named, before + 1, before + 1,
                    with_document(member_changes()))
end


-- Writes -----------------------------------------------------------------

settle_parking()

-- Puts what was staged in the place of the members.  The old ones are kept
-- for the history; they, or the ids that decided who no longer is one, are
-- left to be swept.
local trashed

local function swap_members(entry)
    local sweep = mode == 'copy' and fixed or members
    if entry and call('EXISTS', members) == 1 then
        call('RENAME', members, prefix .. 'was:' .. entry)
        if operation and sweep == members then
            call('SET', left, entry .. ' 0', 'PX', TRASH_MS)
            trashed = 'trash'
        end
    end
    if operation and call('EXISTS', sweep) == 1 then
        call('RENAME', sweep, trash)
        call('PEXPIRE', trash, TRASH_MS)
        trashed = 'trash'
    end
    call('UNLINK', members)
    if call('EXISTS', stage) == 1 then
        call('RENAME', stage, members)
        call('PERSIST', members)
    end
end

-- A copy that is being made of the members learns what changes, unless it
-- decides about that id itself; when all changes at once it is lost.  It may
-- have been abandoned, so that nobody else would let it expire.
local function forward(to, decided)
    for i, member in ipairs(joining) do
        if not call('ZSCORE', decided, member) then
            call('ZADD', to, scores[2 * i - 1], member)
        end
    end
    for _, member in ipairs(leaving) do
        if not call('ZSCORE', decided, member) then
            call('ZREM', to, member)
        end
    end
    call('PEXPIRE', to, TRASH_MS, 'NX')
end

for other, kind in pairs(others) do
    if kind == 'copy' and (swap or prepared) then
        call('HDEL', stages, other)
    elseif kind == 'copy' then
        forward(prefix .. 'stage:' .. other, prefix .. 'fixed:' .. other)
    end
end

local text, entry

if changed then
    version = before + 1
    text = string.format('%.0f', version)
end

if changed and logged then
    entry = record(ARGV[8], type, id, has_doc and ARGV[OWN + 2] or named, text,
                   with_document(member_changes()), swap and '1')
    recorded, newest = 1, entry
elseif changed then
    leave_gap()
end

if swap then
    swap_members(entry)
end

if prepared then
    call('UNLINK', stage, fixed, parks)
    call('HDEL', stages, ARGV[1])
end

if not changed then
    return outcome('ok', version, 0, last)
end

if has_doc then
    call('HSET', resource, 'doc', ARGV[OWN + 1], 'ver', text, 'mod', modified,
         'name', ARGV[OWN + 2])
else
    call('HSET', resource, 'ver', text, 'mod', modified)
end

if verb == 'create' then
    call('ZADD', prefix .. 'order:' .. type,
         call('HINCRBY', prefix .. 'tenant', 'seq', 1), id)
    call('SADD', prefix .. 'sorted', 'order:' .. type)
end

for i = remove_from, remove_end - 1, 2 do
    call('ZREM', index_key(i), ARGV[i + 1] .. '\0' .. id)
end

for i = add_from, add_end - 1, 3 do
    call('ZADD', index_key(i), 0, ARGV[i + 1] .. '\0' .. id)
    call('SADD', prefix .. 'sorted', 'index:' .. type .. ':' .. ARGV[i])
end

in_chunks(scores, function(...) call('ZADD', members, ...) end)
if not prepared then
    for _, member in ipairs(joining) do
        call('SADD', prefix .. 'groups:' .. member, id)
    end
end

in_chunks(leaving, function(...) call('ZREM', members, ...) end)
if #leaving <= HINTS and not next(others) then
    for _, member in ipairs(leaving) do
        call('SREM', prefix .. 'groups:' .. member, id)
    end
end

count_in()

if default ~= '' and type == 'User' then
    join_default(default, default_from, default_end)
end

if tenant[3] and verb == 'create' and (type == 'User' or type == 'Group') then
    arrive(id)
end

for i = add_from, add_end - 1, 3 do
    if tenant[3] and type == 'User' and ARGV[i] == 'externalId' then
        arrive(ARGV[i + 1])
    end
end

if newest then
    retain(recorded, newest)
end

if operation then
    call('SET', operation, text .. ' ' .. modified, 'PX', OPERATION_MS)
end

local result = outcome('ok', version, 1, modified, trashed)
result[6], result[7] = joined, nested
return result
