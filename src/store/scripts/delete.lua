#!lua flags=allow-oom
-- Removes one resource with its index entries and takes it out of every group
-- that holds it, all or nothing.  Runs when Redis is out of memory as well:
-- deleting is what helps then.
--
-- As in commit.lua, whatever can be refused is refused before the first
-- write.
--
-- KEYS[1]  "scim:{tenant}:", the beginning of every key
-- ARGV     1 operation id, or ""     2 type    3 id
--          4 version expected, or 0  5 time
--          then pairs: attribute, value of its index entries
--
-- Returns as commit.lua does: ok, gone, conflict, none, off; "trash" too.

local prefix, call = KEYS[1], redis.call
local type, id = ARGV[2], ARGV[3]
local expected, modified = tonumber(ARGV[4]), ARGV[5]
local resource = prefix .. 'r:' .. type .. ':' .. id
local members = prefix .. 'members:' .. id

-- A group with more members than this leaves its hints in groups:MEMBER to
-- sweep.lua; a reader, who checks them, finds no such group.
local HINTS = 1000
local trash, TRASH_MS = prefix .. 'trash:' .. ARGV[1], 600000

local operation = ARGV[1] ~= '' and prefix .. 'op:' .. ARGV[1]
local OPERATION_MS = 60000

local function outcome(name, version, changed, when, detail)
    return {name, version or 0, changed or 0, when or '', detail or ''}
end

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
local version = tonumber(present[1])

if not version then
    return outcome('gone')
elseif expected ~= 0 and expected ~= version then
    return outcome('conflict', version, 0, present[2])
end

local held, trashed = {}, nil
if call('ZCARD', members) <= HINTS then
    held = call('ZRANGE', members, 0, -1)
elseif operation then
    trashed = 'trash'
end
local holders = call('SMEMBERS', prefix .. 'groups:' .. id)


-- Writes -----------------------------------------------------------------

if trashed then
    call('RENAME', members, trash)
    call('PEXPIRE', trash, TRASH_MS)
end
call('UNLINK', resource, members, prefix .. 'groups:' .. id)
call('ZREM', prefix .. 'order:' .. type, id)

for i = 6, #ARGV, 2 do
    call('ZREM', prefix .. 'index:' .. type .. ':' .. ARGV[i],
         ARGV[i + 1] .. '\0' .. id)
end

-- A group that loses a member has changed: another version.  One that holds
-- itself is gone already.
for _, group in ipairs(holders) do
    if call('ZREM', prefix .. 'members:' .. group, id) == 1 then
        call('HINCRBY', prefix .. 'r:Group:' .. group, 'ver', 1)
        call('HSET', prefix .. 'r:Group:' .. group, 'mod', modified)
    end
end

-- Nor may it become a member by a change that stage.lua prepares.
for _, op in ipairs(call('HKEYS', prefix .. 'stages')) do
    call('ZREM', prefix .. 'stage:' .. op, id)
    call('ZREM', prefix .. 'fixed:' .. op, id)
end

for _, member in ipairs(held) do
    call('SREM', prefix .. 'groups:' .. member, id)
end

if operation then
    call('SET', operation, present[1] .. ' ' .. modified, 'PX', OPERATION_MS)
end

return outcome('ok', version, 1, modified, trashed)
