-- Groups that this commit's resource joins by itself, in the same commit: the
-- default group, and those that have been waiting for it.  Each gets a version
-- and an entry in the history of its own.  Only writes, which cannot fail.

-- Ids and names of the groups it has joined; 1 if one may be in others.
local joined, nested = {}, 0

local function own_name()
    return call('HGET', resource, 'name')
end

-- What is being prepared for a group: operation -> kind.
local function preparing(group)
    local found, all = {}, call('HGETALL', prefix .. 'stages')
    for i = 1, #all, 2 do
        local kind, of = string.match(all[i + 1], '^(%S+) (%S+)')
        if of == group then
            found[all[i]] = kind
        end
    end
    return found
end

-- A copy that is being made of the members learns of it.
local function tell_copies(group, score)
    for other, kind in pairs(preparing(group)) do
        if kind == 'copy'
           and not call('ZSCORE', prefix .. 'fixed:' .. other, id) then
            call('ZADD', prefix .. 'stage:' .. other, score, id)
            call('PEXPIRE', prefix .. 'stage:' .. other, TRASH_MS, 'NX')
        end
    end
end

local function note(what, group, name, number, changes)
    if logged then
        local member = element('members', {}, {id}, own_name)
        newest = record(what, 'Group', group, name, number,
                        changes == '' and member or changes .. ',' .. member)
        recorded = recorded + 1
    end
    joined[#joined + 1], joined[#joined + 2] = group, name
end

local function join(group)
    local key, score = prefix .. 'r:Group:' .. group, type == 'Group' and 1 or 0
    if call('ZADD', prefix .. 'members:' .. group, 'NX', score, id) == 0 then
        return
    end
    call('SADD', prefix .. 'groups:' .. id, group)
    nested = math.max(nested, call('EXISTS', prefix .. 'groups:' .. group))
    tell_copies(group, score)
    call('HSET', key, 'mod', modified)
    note('update', group, call('HGET', key, 'name'),
         call('HINCRBY', key, 'ver', 1), '')
end


-- The default group ------------------------------------------------------

-- There is one of the name, or it may be made: arguments are its id, document,
-- display name and changes, then attribute and value of its index entries.
local function make_default(from, to)
    local group, name = ARGV[from], ARGV[from + 2]
    call('HSET', prefix .. 'r:Group:' .. group, 'doc', ARGV[from + 1],
         'ver', '1', 'mod', modified, 'name', name)
    call('ZADD', prefix .. 'order:Group',
         call('HINCRBY', prefix .. 'tenant', 'seq', 1), group)
    call('SADD', prefix .. 'sorted', 'order:Group')
    for i = from + 4, to - 1, 2 do
        call('ZADD', prefix .. 'index:Group:' .. ARGV[i], 0,
             ARGV[i + 1] .. '\0' .. group)
        call('SADD', prefix .. 'sorted', 'index:Group:' .. ARGV[i])
    end
    call('ZADD', prefix .. 'members:' .. group, 0, id)
    call('SADD', prefix .. 'groups:' .. id, group)
    note('create', group, name, '1', ARGV[from + 3])
end

local function join_default(name, from, to)
    local found = call('ZRANGEBYLEX', prefix .. 'index:Group:displayName',
                       '[' .. name .. '\0', '(' .. name .. '\1', 'LIMIT', 0, 1)
    if found[1] then
        join(string.sub(found[1], #name + 2))
    elseif from < to then
        make_default(from, to)
    end
end


-- Groups that wait -------------------------------------------------------

-- All that have parked the value, which means this resource from now on.
local function arrive(value)
    local parked = prefix .. 'parked:' .. value
    for _, group in ipairs(call('SMEMBERS', parked)) do
        call('SREM', prefix .. 'parking:' .. group, value)
        join(group)
    end
    call('UNLINK', parked)
end
