#!lua flags=no-writes
-- Reads resources of one type, with their relations: every read of SCIM is
-- one call of this script, so that a row and its groups or members are of one
-- moment.
--
-- KEYS[1]  "scim:{tenant}:", the beginning of every key
-- ARGV     type, source, offset, count, limit, relations, n,
--          n ids (ranges: n times attribute, min, max), ids to probe …
--
-- source     ids        the ids given, in that order
--            list       all, in creation order
--            ranges     union of index ranges, in creation order
--            memberof   resources that are direct members of the id
--            holding    groups that directly hold the id
-- relations  none | groups | members | probe (only the members to probe)
--
-- Returns {"ok", total, row …}, a row being {id, doc, ver, mod, number of
-- relations, then per relation: id, kind, name}; kind is a member's score
-- (0 User, 1 Group) or "direct"/"indirect" for a group.  Or else {"none"}: no
-- such tenant, {"off"}: switched off, {"many"}: more candidates than limit.

local prefix, call = KEYS[1], redis.call
local type, source = ARGV[1], ARGV[2]
local offset, count = tonumber(ARGV[3]), tonumber(ARGV[4])
local limit, relations = tonumber(ARGV[5]), ARGV[6]
local nlist, list = tonumber(ARGV[7]), 8

-- Arguments of one redis.call(): well below what Lua's stack takes.
local CHUNK = 1000

-- Bounds on what one call does, whatever the data: members per row and per
-- call, groups per row.
local ROW_MEMBERS, CALL_MEMBERS, ROW_GROUPS = 1000, 10000, 1000

local enabled = call('HGET', prefix .. 'tenant', 'enabled')
if not enabled then
    return {'none'}
elseif enabled ~= '1' then
    return {'off'}
end

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
    found = {}
    for _, group in ipairs(call('SMEMBERS', prefix .. 'groups:' .. id)) do
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
    local queue, seen, head = {row[1]}, {[row[1]] = true}, 1
    while queue[head] do
        local kind = head == 1 and 'direct' or 'indirect'
        for _, group in ipairs(holding(queue[head])) do
            if not seen[group] and #queue <= ROW_GROUPS then
                seen[group] = true
                queue[#queue + 1] = group
                relate(row, group, kind, name_of('Group', group))
            end
        end
        head = head + 1
    end
    row[5] = #queue - 1
end

local budget = CALL_MEMBERS

local function add_member(row, id, score)
    relate(row, id, score, name_of(score == '1' and 'Group' or 'User', id))
end

local function add_members(row)
    local key = prefix .. 'members:' .. row[1]
    row[5] = call('ZCARD', key)
    local n = math.min(row[5], ROW_MEMBERS, budget)
    if n == 0 then
        return
    end
    budget = budget - n
    local found = call('ZRANGE', key, 0, n - 1, 'WITHSCORES')
    for i = 1, #found, 2 do
        add_member(row, found[i], found[i + 1])
    end
end

local function add_probed(row)
    local key = prefix .. 'members:' .. row[1]
    for i = list + nlist, #ARGV do
        local score = call('ZSCORE', key, ARGV[i])
        if score then
            add_member(row, ARGV[i], score)
            row[5] = row[5] + 1
        end
    end
end

local add = {groups = add_groups, members = add_members, probe = add_probed}
local add_relations = add[relations]

local function read(id)
    local got = call('HMGET', prefix .. 'r:' .. type .. ':' .. id,
                     'doc', 'ver', 'mod')
    return got[1] and {id, got[1], got[2], got[3], 0}
end

local reply = {'ok', 0}

local function answer(row)
    if add_relations then
        add_relations(row)
    end
    reply[#reply + 1] = row
end

-- Ids that exist are counted; of these, the page asked for is answered.
if source == 'ids' then
    local total = 0
    for i = list, list + nlist - 1 do
        local row = read(ARGV[i])
        if row then
            total = total + 1
            if total > offset and total <= offset + count then
                answer(row)
            end
        end
    end
    reply[2] = total
    return reply
end

local order = prefix .. 'order:' .. type

if source == 'list' then
    reply[2] = call('ZCARD', order)
    if count > 0 and offset < reply[2] then
        local last = string.format('%.0f', offset + count - 1)
        for _, id in ipairs(call('ZRANGE', order, ARGV[3], last)) do
            local row = read(id)
            if row then
                answer(row)
            end
        end
    end
    return reply
end

-- The other sources gather candidates, nil being more than limit.
local gather = {}

function gather.ranges()
    local ids, seen = {}, {}
    for i = list, list + nlist - 1, 3 do
        local found = call('ZRANGEBYLEX',
                           prefix .. 'index:' .. type .. ':' .. ARGV[i],
                           ARGV[i + 1], ARGV[i + 2], 'LIMIT', 0, limit + 1)
        for _, entry in ipairs(found) do
            local id = string.match(entry, '%z([^%z]*)$')
            if id and not seen[id] then
                seen[id] = true
                ids[#ids + 1] = id
            end
        end
        if #ids > limit then
            return nil
        end
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
    local places, owner = {}, {}
    for from = 1, #ids, CHUNK do
        local to = math.min(from + CHUNK - 1, #ids)
        local scores = call('ZMSCORE', order, unpack(ids, from, to))
        for i, score in ipairs(scores) do
            local place = tonumber(score)
            if place then
                places[#places + 1] = place
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

local places, owner = by_creation(ids)
reply[2] = #places
for i = offset + 1, math.min(offset + count, #places) do
    local row = read(owner[places[i]])
    if row then
        answer(row)
    end
end
return reply
