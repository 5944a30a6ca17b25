#!lua
-- Creates or changes one resource: document, index entries and members, all
-- or nothing.
--
-- Redis does not undo what a script wrote before an error.  So everything
-- that can be refused is refused above the line "Writes", and below it there
-- are only commands that cannot fail.  Being out of memory, read-only or
-- without enough replicas is found before the first write: the first line
-- declares a script that writes, and one that was let in is let finish.
--
-- KEYS[1]  "scim:{tenant}:", the beginning of every key
-- ARGV     1 operation id, or ""     2 "create" or "update"
--          3 type                    4 id
--          5 version expected, or 0  6 time of modification
--          7 1 with a document       8 document       9 display name
--          10 members: none | delta | replace | merge | whole | copy
--          11 ids that stage.lua has taken for this operation
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
--
-- Returns {outcome, version, changed, modified, detail}; outcome is
--   ok        done, or done before under the same operation id
--   gone      nothing there to update
--   conflict  the version is another one, or the id is in use
--   taken     detail is "attribute NUL value": another resource has that value
--   member    detail is the id of a member that does not exist
--   stage     what stage.lua prepared is not whole: it has expired, or one of
--             the ids was deleted
--   none      no such tenant
--   off       the tenant is switched off
-- With ok, detail is "trash" if sweep.lua has something to do.

local prefix, call = KEYS[1], redis.call
local verb, type, id = ARGV[2], ARGV[3], ARGV[4]
local expected, modified = tonumber(ARGV[5]), ARGV[6]
local has_doc, mode = ARGV[7] == '1', ARGV[10]
local resource = prefix .. 'r:' .. type .. ':' .. id
local members = prefix .. 'members:' .. id

-- Arguments of one redis.call(): well below what Lua's stack takes.  Even,
-- for pairs.
local CHUNK = 1000

-- So many hints are taken back at once, if nobody prepares a change of the
-- group, who may need them.  Else they are left, which is harmless: a reader
-- checks each against members:GROUP.
local HINTS = 4000

-- A group of more members than this is replaced without looking at each.
local LARGE = 1000

local TRASH_MS = 600000

local operation = ARGV[1] ~= '' and prefix .. 'op:' .. ARGV[1]
local OPERATION_MS = 60000

-- What stage.lua has prepared for this operation, and what is left of it.
local stages = prefix .. 'stages'
local stage = prefix .. 'stage:' .. ARGV[1]
local fixed = prefix .. 'fixed:' .. ARGV[1]
local trash = prefix .. 'trash:' .. ARGV[1]

local function outcome(name, version, changed, when, detail)
    return {name, version or 0, changed or 0, when or '', detail or ''}
end

local function in_chunks(items, fn)
    for from = 1, #items, CHUNK do
        fn(unpack(items, from, math.min(from + CHUNK - 1, #items)))
    end
end


-- Arguments --------------------------------------------------------------

local at = 12

-- The next n items of `width` arguments: position of the first, past the last.
local function section(width)
    local first = at + 1
    at = first + tonumber(ARGV[at]) * width
    return first, at
end

local add_from, add_end = section(3)
local remove_from, remove_end = section(2)
local join_from, join_end = section(1)
local leave_from, leave_end = at, #ARGV + 1
local staged = tonumber(ARGV[11])

local function index_key(i)
    return prefix .. 'index:' .. type .. ':' .. ARGV[i]
end


-- Checks -----------------------------------------------------------------

if operation then
    local done = call('GET', operation)
    if done then
        local version, when = string.match(done, '^(%d+) (.*)$')
        return outcome('ok', tonumber(version), 1, when,
                       call('EXISTS', trash) == 1 and 'trash')
    end
end

local enabled = call('HGET', prefix .. 'tenant', 'enabled')
if not enabled then
    return outcome('none')
elseif enabled ~= '1' then
    return outcome('off')
end

local present = call('HMGET', resource, 'ver', 'mod')
local version, last = tonumber(present[1]), present[2]

if verb == 'create' then
    if version then
        return outcome('conflict', version, 0, last)
    end
elseif not version then
    return outcome('gone')
elseif expected ~= 0 and expected ~= version then
    return outcome('conflict', version, 0, last)
end

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

-- Which ids of ARGV from … to - 1 are members now: those, and the others.
local function sort_out(from, to)
    local inside, outside = {}, {}
    for first = from, to - 1, CHUNK do
        local final = math.min(first + CHUNK, to) - 1
        local scores = call('ZMSCORE', members, unpack(ARGV, first, final))
        for i, score in ipairs(scores) do
            local list = score and inside or outside
            list[#list + 1] = ARGV[first + i - 1]
        end
    end
    return inside, outside
end

-- What of the present members is not among those to be.
local function not_wanted()
    local wanted, gone = {}, {}
    for i = join_from, join_end - 1 do
        wanted[ARGV[i]] = true
    end
    for _, member in ipairs(call('ZRANGE', members, 0, -1)) do
        if not wanted[member] then
            gone[#gone + 1] = member
        end
    end
    return gone
end

-- Score and id of each, as ZADD takes them; else nil and the id that does
-- not exist.  Users first, many at a time: most members are.
local function scored(ids)
    local pairs_of = {}
    for from = 1, #ids, CHUNK do
        local to, keys = math.min(from + CHUNK - 1, #ids), {}
        for i = from, to do
            keys[#keys + 1] = prefix .. 'r:User:' .. ids[i]
        end
        local all = call('EXISTS', unpack(keys)) == #keys
        for i = from, to do
            local score = '0'
            if not all and call('EXISTS', keys[i - from + 1]) == 0 then
                score = '1'
                if call('EXISTS', prefix .. 'r:Group:' .. ids[i]) == 0 then
                    return nil, ids[i]
                end
            end
            pairs_of[#pairs_of + 1] = score
            pairs_of[#pairs_of + 1] = ids[i]
        end
    end
    return pairs_of
end

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

if staged > 0 then
    if not look_at_stage() then
        return outcome('stage')
    end
    leaving = sort_out(leave_from, leave_end)
elseif mode == 'replace' and size > LARGE and join_end - join_from <= LARGE then
    swap = true
    joining = {unpack(ARGV, join_from, join_end - 1)}
elseif mode ~= 'none' then
    local _
    _, joining = sort_out(join_from, join_end)
    if mode == 'replace' then
        leaving = not_wanted()
    else
        leaving = sort_out(leave_from, leave_end)
    end
end

local missing
scores, missing = scored(joining)
if missing then
    return outcome('member', 0, 0, '', missing)
end

-- What others prepare for this group, by operation.
local others = {}
if verb == 'update' and mode ~= 'none' then
    local all = call('HGETALL', stages)
    for i = 1, #all, 2 do
        local kind, group = string.match(all[i + 1], '^(%S+) (%S+)')
        if group == id and all[i] ~= ARGV[1] then
            others[all[i]] = kind
        end
    end
end

if not has_doc and staged == 0 and not swap and #joining == 0
   and #leaving == 0 then
    return outcome('ok', version, 0, last)
end


-- Writes -----------------------------------------------------------------

-- Puts what was staged in the place of the members; these, or the ids that
-- decided who no longer is one, are left to be swept.
local trashed

local function swap_members()
    local left = mode == 'copy' and fixed or members
    if operation and call('EXISTS', left) == 1 then
        call('RENAME', left, trash)
        call('PEXPIRE', trash, TRASH_MS)
        trashed = 'trash'
    end
    call('UNLINK', members)
    if call('EXISTS', stage) == 1 then
        call('RENAME', stage, members)
        call('PERSIST', members)
    end
end

-- Adds what was staged to the members.
local function merge_members()
    for from = 0, staged - 1, CHUNK / 2 do
        local entries = call('ZRANGE', stage, from, from + CHUNK / 2 - 1,
                             'WITHSCORES')
        for i = 1, #entries, 2 do
            entries[i], entries[i + 1] = entries[i + 1], entries[i]
        end
        call('ZADD', members, unpack(entries))
    end
    return call('ZCARD', members) > size
end

-- A copy that is being made of the members learns what changes, unless it
-- decides about that id itself; when all changes at once it is lost.
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
end

for other, kind in pairs(others) do
    if kind == 'copy' and (swap or staged > 0) then
        call('HDEL', stages, other)
    elseif kind == 'copy' then
        forward(prefix .. 'stage:' .. other, prefix .. 'fixed:' .. other)
    end
end

local changed = has_doc or swap or #joining > 0 or #leaving > 0

if swap then
    swap_members()
elseif mode == 'merge' then
    changed = merge_members() or changed
end

if staged > 0 then
    call('UNLINK', stage, fixed)
    call('HDEL', stages, ARGV[1])
end

if not changed then
    return outcome('ok', version, 0, last)
end

version = (version or 0) + 1
local text = string.format('%.0f', version)

if has_doc then
    call('HSET', resource, 'doc', ARGV[8], 'ver', text, 'mod', modified,
         'name', ARGV[9])
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
for _, member in ipairs(joining) do
    call('SADD', prefix .. 'groups:' .. member, id)
end

in_chunks(leaving, function(...) call('ZREM', members, ...) end)
if #leaving <= HINTS and not next(others) then
    for _, member in ipairs(leaving) do
        call('SREM', prefix .. 'groups:' .. member, id)
    end
end

if operation then
    call('SET', operation, text .. ' ' .. modified, 'PX', OPERATION_MS)
end

return outcome('ok', version, 1, modified, trashed)
