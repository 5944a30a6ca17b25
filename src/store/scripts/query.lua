#!lua flags=no-writes
-- Reads resources of one type, with their relations: every read of SCIM is
-- one call of this script, so that a row and its groups or members are of one
-- moment.
--
-- KEYS[1]  "scim:{tenant}:", the beginning of every key
-- ARGV     type, source, offset, count, limit, relations, after, 1 to go
--          backwards or 0, generation of the settings or "", n,
--          n ids (ranges, index: n times attribute, min, max), ids to probe …
--
-- source     ids        the ids given, in that order
--            list       all, in creation order
--            index      one range of an index, in its order
--            ranges     union of index ranges, in creation order
--            memberof   resources that are direct members of the id
--            holding    groups that directly hold the id
-- after      a row's position: rows that come after it, whatever was written
--            since; "" from the beginning. Not with an offset
-- relations  none | groups | members | probe (only the members to probe)
--
-- Returns {"ok", total, next, row …}: the total of the source whatever the
-- page; next is the position to go on after, or "" at the end: rows that are
-- large or have many groups are fewer than asked for.  A row is {id, doc, ver,
-- mod, position, number of relations, then per relation: id, kind, name};
-- position is the index entry, the number among the ids, or that of creation;
-- kind a member's score (0 User, 1 Group) or "direct"/"indirect" for a group.
-- Or else {"none"}: no such tenant, {"off"}: switched off, {"stale"}: the
-- tenant's settings are of another generation, {"many"}: more candidates than
-- limit, {"partial"}: all of an index was asked for, and it lacks resources
-- from before it was there.

local prefix, call = KEYS[1], redis.call
local type, source, relations = ARGV[1], ARGV[2], ARGV[6]
local generation, list = ARGV[9], 11

-- Arguments of one redis.call(): well below what Lua's stack takes.
local CHUNK = 1000

-- Bounds on what one call does, whatever the data: members per row and per
-- call; groups per row, and memberships of these that are followed.
local ROW_MEMBERS, CALL_MEMBERS = 1000, 10000
local ROW_GROUPS, ROW_MEMBERSHIPS = 1000, 10000

-- When this is used up no further row is given: by memberships that are followed
-- and probes, of all the rows, and by each thousand bytes of their documents.
local left, BYTES = 5000, 1000

-- Entries that are looked at to find the candidates: an id may have several in a
-- range, and ranges overlap.
local ENTRIES = 16000

local tenant = call('HMGET', prefix .. 'tenant', 'enabled', 'gen')
if not tenant[1] then
    return {'none'}
elseif tenant[1] ~= '1' then
    return {'off'}
elseif generation ~= '' and generation ~= (tenant[2] or '0') then
    return {'stale'}
end

-- One resource that is in no group: the way through all that follows would
-- take a quarter longer.
if source == 'ids' and ARGV[10] == '1' and ARGV[3] == '0' and ARGV[4] == '1'
    and ARGV[7] == '' and (relations == 'none' or relations == 'groups'
        and call('EXISTS', prefix .. 'groups:' .. ARGV[list]) == 0)
then
    local id = ARGV[list]
    local got = call('HMGET', prefix .. 'r:' .. type .. ':' .. id,
                     'doc', 'ver', 'mod')
    if not got[1] then
        return {'ok', 0, ''}
    end
    return {'ok', 1, '1', {id, got[1], got[2], got[3], '1', 0}}
end

local offset, count = tonumber(ARGV[3]), tonumber(ARGV[4])
local limit, nlist = tonumber(ARGV[5]), tonumber(ARGV[10])
local after, back = ARGV[7], ARGV[8] == '1'

local names = {}

local function name_of(kind, id)
    local key = prefix .. 'r:' .. kind .. ':' .. id
    local name = names[key]
    if name == nil then
        name = call('HGET', key, 'name')
        names[key] = name
    end
    return name
end

local function relate(row, id, kind, name)
    local n = #row
    row[n + 1], row[n + 2], row[n + 3] = id, kind, name
end

local holders = {}

-- Groups that hold the id.  groups:ID may name too many, never too few: what
-- members:GROUP says is true.
local function holding(id)
    local found = holders[id]
    if found then
        return found
    end
    local hints = call('SMEMBERS', prefix .. 'groups:' .. id)
    if #hints == 0 then
        return hints
    end
    found = {}
    for _, group in ipairs(hints) do
        if call('ZSCORE', prefix .. 'members:' .. group, id) then
            found[#found + 1] = group
        end
    end
    table.sort(found)
    holders[id] = found
    return found
end

-- Upwards, breadth first; `seen` ends cycles of groups in groups.
local function add_groups(row)
    if #holding(row[1]) == 0 then
        return
    end
    local queue, seen, head = {row[1]}, {[row[1]] = true}, 1
    local followed = 0
    while queue[head] and followed <= ROW_MEMBERSHIPS do
        local kind = head == 1 and 'direct' or 'indirect'
        local groups = holding(queue[head])
        followed = followed + #groups
        for _, group in ipairs(groups) do
            if not seen[group] and #queue <= ROW_GROUPS then
                seen[group] = true
                queue[#queue + 1] = group
                relate(row, group, kind, name_of('Group', group))
            end
        end
        head = head + 1
    end
    row[6] = #queue - 1
    left = left - followed
end

local add = {groups = add_groups}

if relations == 'members' or relations == 'probe' then
    local budget = CALL_MEMBERS

    local function add_member(row, id, score)
        relate(row, id, score, name_of(score == '1' and 'Group' or 'User', id))
    end

    function add.members(row)
        local key = prefix .. 'members:' .. row[1]
        row[6] = call('ZCARD', key)
        local n = math.min(row[6], ROW_MEMBERS, budget)
        if n == 0 then
            return
        end
        budget = budget - n
        local found = call('ZRANGE', key, 0, n - 1, 'WITHSCORES')
        for i = 1, #found, 2 do
            add_member(row, found[i], found[i + 1])
        end
    end

    function add.probe(row)
        local key = prefix .. 'members:' .. row[1]
        for i = list + nlist, #ARGV do
            local score = call('ZSCORE', key, ARGV[i])
            if score then
                add_member(row, ARGV[i], score)
                row[6] = row[6] + 1
            end
        end
        left = left - (#ARGV - list - nlist + 1)
    end
end

local add_relations = add[relations]

local reply = {'ok', 0, ''}

-- Adds the row; false if there is none.
local function answer(id, position)
    local got = call('HMGET', prefix .. 'r:' .. type .. ':' .. id,
                     'doc', 'ver', 'mod')
    if not got[1] then
        return false
    end
    left = left - #got[1] / BYTES
    local row = {id, got[1], got[2], got[3], position, 0}
    if add_relations then
        add_relations(row)
    end
    reply[#reply + 1] = row
    return true
end

local function go_on(found, last)
    if count > 0 and (found == count or left <= 0) then
        reply[3] = last
    end
end

-- The rows of what was found, which ends with the position.
local function answer_each(found, width, id_of)
    local n, last = 0, nil
    for i = 1, #found, width do
        if left <= 0 then
            break
        end
        n, last = n + 1, found[i + width - 1]
        answer(id_of(found[i]), last)
    end
    go_on(n, last)
end

-- Ids that exist are counted; of these, the page asked for is answered.
if source == 'ids' then
    local from, to, step = 1, nlist, 1
    if back then
        from, to, step = nlist, 1, -1
    end
    local beyond = tonumber(after) or from - step
    local total, passed, given, last = 0, 0, 0, nil
    for i = from, to, step do
        local id = ARGV[list + i - 1]
        local wanted = (i - beyond) * step > 0
        local found
        if wanted and passed >= offset and given < count and left > 0 then
            last = tostring(i)
            found = answer(id, last)
            given = given + (found and 1 or 0)
        else
            found = call('EXISTS', prefix .. 'r:' .. type .. ':' .. id) == 1
        end
        if found then
            total = total + 1
            passed = passed + (wanted and 1 or 0)
        end
    end
    reply[2] = total
    go_on(given, last)
    return reply
end

local order = prefix .. 'order:' .. type

-- Ranks of a page, of n elements from rank `first` on.
local function ranks(first, n)
    local from, to = first + offset, first + math.min(offset + count, n) - 1
    if back then
        from, to = 2 * first + n - 1 - to, 2 * first + n - 1 - from
    end
    return from, to
end

local function reversed(items, width)
    local turned = {}
    for i = #items - width + 1, 1, -width do
        for j = i, i + width - 1 do
            turned[#turned + 1] = items[j]
        end
    end
    return turned
end

-- Elements by rank, in the direction asked for.
local function by_rank(key, first, n, width, ...)
    local from, to = ranks(first, n)
    if to < from then
        return {}
    end
    local found = call('ZRANGE', key, string.format('%.0f', from),
                       string.format('%.0f', to), ...)
    return back and reversed(found, width) or found
end

if source == 'list' then
    reply[2] = call('ZCARD', order)
    local found
    if count == 0 then
        found = {}
    elseif after == '' then
        found = by_rank(order, 0, reply[2], 2, 'WITHSCORES')
    elseif back then
        found = call('ZREVRANGEBYSCORE', order, '(' .. after, '-inf',
                     'WITHSCORES', 'LIMIT', 0, ARGV[4])
    else
        found = call('ZRANGEBYSCORE', order, '(' .. after, '+inf',
                     'WITHSCORES', 'LIMIT', 0, ARGV[4])
    end
    answer_each(found, 2, function(id) return id end)
    return reply
end

local function index_key(i)
    return prefix .. 'index:' .. type .. ':' .. ARGV[i]
end

-- How many entries come before the bound.
local function before(key, bound)
    if bound == '-' then
        return 0
    end
    local mark = string.sub(bound, 1, 1) == '[' and '(' or '['
    return call('ZLEXCOUNT', key, '-', mark .. string.sub(bound, 2))
end

if source == 'index' then
    local key, min, max = index_key(list), ARGV[list + 1], ARGV[list + 2]
    reply[2] = call('ZLEXCOUNT', key, min, max)
    if min == '-' and max == '+' and reply[2] ~= call('ZCARD', order) then
        return {'partial'}
    end
    local found
    if count == 0 then
        found = {}
    elseif after == '' then
        found = by_rank(key, before(key, min), reply[2], 1)
    elseif back then
        found = call('ZREVRANGEBYLEX', key, '(' .. after, min,
                     'LIMIT', 0, ARGV[4])
    else
        found = call('ZRANGEBYLEX', key, '(' .. after, max,
                     'LIMIT', 0, ARGV[4])
    end
    answer_each(found, 1, function(entry)
        return string.match(entry, '%z([^%z]*)$') or ''
    end)
    return reply
end

-- The other sources gather candidates, nil being more than limit.
local gather = {}

function gather.ranges()
    local ids, seen, n, looked = {}, {}, 0, 0
    local find, sub = string.find, string.sub
    for i = list, list + nlist - 1, 3 do
        local key, from = index_key(i), ARGV[i + 1]
        repeat
            local found = call('ZRANGEBYLEX', key, from, ARGV[i + 2],
                               'LIMIT', 0, limit + 1)
            for j = 1, #found do
                local entry = found[j]
                local at = find(entry, '\0', 1, true)
                local id = at and sub(entry, at + 1)
                if id and not seen[id] then
                    seen[id] = true
                    n = n + 1
                    ids[n] = id
                end
            end
            looked = looked + #found
            if n > limit or looked > ENTRIES then
                return nil
            end
            from = #found > limit and '(' .. found[#found]
        until not from
    end
    return ids
end

function gather.memberof()
    local key = prefix .. 'members:' .. ARGV[list]
    return call('ZCARD', key) <= limit and call('ZRANGE', key, 0, -1)
end

function gather.holding()
    local key = prefix .. 'groups:' .. ARGV[list]
    return call('SCARD', key) <= limit and holding(ARGV[list])
end

-- Places in the order of creation, sorted, and whose they are.  What is not
-- of the type has no place and drops out.
local function by_creation(ids)
    local places, owner, n = {}, {}, 0
    for from = 1, #ids, CHUNK do
        local to = math.min(from + CHUNK - 1, #ids)
        local scores = call('ZMSCORE', order, unpack(ids, from, to))
        for i = 1, #scores do
            local place = tonumber(scores[i])
            if place then
                n = n + 1
                places[n] = place
                owner[place] = ids[from + i - 1]
            end
        end
    end
    table.sort(places)
    return places, owner
end

local ids = gather[source]()
if not ids then
    return {'many'}
end

-- Most often it is one, which needs no sorting.
if #ids == 1 and after == '' then
    local place = call('ZSCORE', order, ids[1])
    reply[2] = place and 1 or 0
    if place and offset == 0 and count > 0 then
        answer(ids[1], place)
        go_on(1, place)
    end
    return reply
end

local places, owner = by_creation(ids)
local from, to, step = 1, #places, 1
if back then
    from, to, step = #places, 1, -1
end
local beyond = after ~= '' and tonumber(after)
local passed, given, last = 0, 0, nil
for i = from, to, step do
    local place = places[i]
    if given == count or left <= 0 then
        break
    end
    if not beyond or (place - beyond) * step > 0 then
        passed = passed + 1
        if passed > offset then
            given = given + 1
            last = string.format('%.0f', place)
            answer(owner[place], last)
        end
    end
end
reply[2] = #places
go_on(given, last)
return reply
