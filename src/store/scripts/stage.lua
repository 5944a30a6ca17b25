#!lua
-- Prepares a large change of a group's members where no reader looks, up to
-- a thousand ids per call, so that Redis is never held long.  commit.lua
-- then puts it in force, or sweep.lua clears it away.
--
--   stage:OP   the members prepared, as in members:GROUP
--   fixed:OP   ids the change itself decides about (kind "copy")
--   parks:OP   values to be parked (parts/parked.lua)
--   stages     operation id -> "kind group version hits" of what is being
--              prepared in the tenant
--
-- While an operation is listed in `stages`, delete.lua takes what it deletes
-- out of its sets as well, so that all ids in stage:OP exist at any time, and
-- nobody takes back a hint it needs.  commit.lua forwards small changes of the
-- group to a copy.
--
-- hits counts ids that are as they are to be already, at that version of the
-- group; version 0: it changed meanwhile, hits say nothing.
--
-- KEYS[1]  "scim:{tenant}:", the beginning of every key
-- ARGV     1 operation id            2 "create" or "update"
--          3 group's id              4 kind: merge | whole | copy
--          5 1 for the first call: begins anew
--          6 add | remove | copy     7 cursor of copy, else 0
--          8 generation of the settings the caller goes by, or ""
--          9 ids to add that do not exist are 0 refused, 1 left out, 2 parked
--          then ids
--
-- add     ids that are to be members: they must exist
-- remove  ids that are to be none (kind "copy")
-- copy    some of the present members that fixed:OP does not name; returns
--         the cursor to go on with, 0 at the end
--
-- Returns as commit.lua does {outcome, cursor, left out, "", detail}: ok, gone,
-- member, none, off, stale, and
--   stage     what was prepared is lost: begin anew
--   crowd     as commit.lua

local prefix, call = KEYS[1], redis.call
local op, verb, group, kind = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local first, what, cursor = ARGV[5] == '1', ARGV[6], ARGV[7]
local drop, park = ARGV[9] == '1', ARGV[9] == '2'
local IDS, COUNT, EXPIRE_MS = 10, 1000, 600000

local members = prefix .. 'members:' .. group
local stage, fixed = prefix .. 'stage:' .. op, prefix .. 'fixed:' .. op
local stages, parks = prefix .. 'stages', prefix .. 'parks:' .. op

-- include parked.lua

local function outcome(name, next_cursor, detail, dropped)
    return {name, next_cursor or 0, dropped or 0, '', detail or ''}
end

local ids = {unpack(ARGV, IDS)}


-- Checks -----------------------------------------------------------------

local tenant = call('HMGET', prefix .. 'tenant', 'enabled', 'gen')
if not tenant[1] then
    return outcome('none')
elseif tenant[1] ~= '1' then
    return outcome('off')
elseif ARGV[8] ~= '' and ARGV[8] ~= (tenant[2] or '0') then
    return outcome('stale')
end

local version = call('HGET', prefix .. 'r:Group:' .. group, 'ver')
if verb == 'update' and not version then
    return outcome('gone')
end
version = version or '0'

local known, hits
if first then
    known, hits = version, 0
else
    local state = call('HGET', stages, op)
    if not state then
        return outcome('stage')
    end
    known, hits = string.match(state, '^%S+ %S+ (%d+) (%d+)$')
    hits = tonumber(hits)
end

-- Values to be parked.
local waiting = {}

-- Those of the ids that exist, with score and id of each, as ZADD takes them;
-- else nil and the id that does not.  Users first, all at once: most are.
local function scored()
    local keys, there, found = {}, {}, {}
    for i, id in ipairs(ids) do
        keys[i] = prefix .. 'r:User:' .. id
    end
    local all = call('EXISTS', unpack(keys)) == #keys
    for i, id in ipairs(ids) do
        local score = '0'
        if not all and call('EXISTS', keys[i]) == 0 then
            score = call('EXISTS', prefix .. 'r:Group:' .. id) == 1 and '1'
        end
        local member = id
        if not score and park then
            member = by_external_id(id)
            score = member and '0'
        end
        if score then
            there[#there + 1] = member
            found[#found + 1], found[#found + 2] = score, member
        elseif park and may_wait(id) and id ~= group then
            waiting[#waiting + 1] = id
        elseif not drop then
            return nil, id
        end
    end
    return there, found
end

-- What is to be removed and is no member may be the externalId of one.
local function meant()
    for i, score in ipairs(call('ZMSCORE', members, unpack(ids))) do
        ids[i] = not score and by_external_id(ids[i]) or ids[i]
    end
end

local function count_members()
    local n = 0
    for _, score in ipairs(call('ZMSCORE', members, unpack(ids))) do
        n = n + (score and 1 or 0)
    end
    return n
end

local scores, dropped = {}, 0
if what == 'add' then
    local there
    there, scores = scored()
    if not there then
        return outcome('member', 0, scores)
    end
    dropped, ids = #ids - #there, there
    if #waiting > 0
       and (first and 0 or call('SCARD', parks)) + #waiting > PARKED then
        return outcome('crowd', 0, waiting[1])
    end
elseif what == 'remove' and park then
    meant()
end


-- Writes -----------------------------------------------------------------

-- What was left behind by others, whose sets have expired, is forgotten.
if first then
    call('UNLINK', stage, fixed, parks)
    for _, other in ipairs(call('HKEYS', stages)) do
        if call('EXISTS', prefix .. 'stage:' .. other,
                prefix .. 'fixed:' .. other) == 0 then
            call('HDEL', stages, other)
        end
    end
end

local function fix()
    local entries = {}
    for i, id in ipairs(ids) do
        entries[2 * i - 1], entries[2 * i] = '0', id
    end
    return call('ZADD', fixed, unpack(entries))
end

-- Several values may mean one member, who is taken once.
local function taken(n)
    if park then
        dropped = dropped + #ids - n
    end
end

local act = {}

function act.add()
    if #ids == 0 then
        return
    end
    local n = call('ZADD', stage, unpack(scores))
    for _, id in ipairs(ids) do
        call('SADD', prefix .. 'groups:' .. id, group)
    end
    taken(kind == 'copy' and fix() or n)
    hits = hits + count_members()
end

-- The stage may hold such an id because somebody has just added it.
function act.remove()
    taken(fix())
    call('ZREM', stage, unpack(ids))
    hits = hits + #ids - count_members()
end

function act.copy()
    local found = call('ZSCAN', members, cursor, 'COUNT', COUNT)
    cursor = found[1]
    local entries, names = found[2], {}
    for i = 1, #entries, 2 do
        names[#names + 1] = entries[i]
    end
    if #names == 0 then
        return
    end
    local decided, copied = call('ZMSCORE', fixed, unpack(names)), {}
    for i, name in ipairs(names) do
        if not decided[i] then
            copied[#copied + 1] = entries[2 * i]
            copied[#copied + 1] = name
        end
    end
    if #copied > 0 then
        call('ZADD', stage, unpack(copied))
    end
end

act[what]()

for _, value in ipairs(waiting) do
    call('SADD', parks, value)
end

-- `stages` outlives the sets it lists: all of it expires at one moment.
if known ~= version then
    known = '0'
end
call('HSET', stages, op, kind .. ' ' .. group .. ' ' .. known .. ' ' ..
     string.format('%.0f', hits))
call('PEXPIRE', stage, EXPIRE_MS)
call('PEXPIRE', fixed, EXPIRE_MS)
call('PEXPIRE', parks, EXPIRE_MS)
call('PEXPIRE', stages, EXPIRE_MS)
return outcome('ok', cursor, '', dropped)
