-- What commit.lua and delete.lua begin with: the arguments they have in common
-- and the checks that either has to make.
--
-- ARGV     1 operation id, or ""     2 "create", "update" or "delete"
--          3 type                    4 id
--          5 version expected, or 0; of a create the one it follows
--          6 time of modification
--          7 generation of the settings the caller goes by, or ""
--          8 what the history calls it, or "": no history
--          9 actor   10 address   11 request   12 token
--          13 changes of the document: elements of a JSON array
--          14 entries to keep, or 0  15 seconds to keep them, or 0
--          16 users that may be deprovisioned within   18 so many seconds, or
--          17 percent of all; 0: any number            0: any number
--          19 1: a dry run, that writes to the stream `dryrun` alone
--          from 20: the script's own
--
-- They return {outcome, version, changed, modified, detail}; here outcome is
--   ok        done before under the same operation id
--   none      no such tenant
--   off       the tenant is switched off
--   stale     the tenant's settings are others by now
--   gone      nothing there
--   conflict  the version is another one, or the id is in use
-- With ok, detail is "trash" if sweep.lua has something to do.

local prefix, call = KEYS[1], redis.call
local verb, type, id = ARGV[2], ARGV[3], ARGV[4]
local expected, modified = tonumber(ARGV[5]), ARGV[6]
local logged = ARGV[8] ~= ''
local dry = ARGV[19] == '1'
local OWN = 20

local resource = prefix .. 'r:' .. type .. ':' .. id
local members = prefix .. 'members:' .. id

local operation = ARGV[1] ~= '' and prefix .. 'op:' .. ARGV[1]
local OPERATION_MS = 60000

-- For sweep.lua: hints to look at, or where in was:ENTRY they are.
local trash, left = prefix .. 'trash:' .. ARGV[1], prefix .. 'left:' .. ARGV[1]
local TRASH_MS = 600000

local function outcome(name, version, changed, when, detail)
    return {name, version or 0, changed or 0, when or '', detail or ''}
end

if operation then
    local done = call('GET', operation)
    if done then
        local version, when = string.match(done, '^(%d+) (.*)$')
        return outcome('ok', tonumber(version), 1, when,
                       call('EXISTS', trash, left) > 0 and 'trash')
    end
end

local tenant = call('HMGET', prefix .. 'tenant', 'enabled', 'gen', 'parks',
                    'trimmed')
if not tenant[1] then
    return outcome('none')
elseif tenant[1] ~= '1' then
    return outcome('off')
elseif ARGV[7] ~= '' and ARGV[7] ~= (tenant[2] or '0') then
    return outcome('stale')
end

local present = call('HMGET', resource, 'ver', 'mod', 'name')
local version, last, named = tonumber(present[1]), present[2], present[3]

-- The version that this one follows.  What is made under the id of a resource
-- that was deleted goes on behind the last one the history knows, so that the
-- versions of an id only grow, in the order of its entries.
local before = version

if verb == 'create' then
    local latest = call('ZRANGE', prefix .. 'history:' .. type .. ':' .. id,
                        -1, -1, 'WITHSCORES')
    before = tonumber(latest[2]) or 0
    if version or expected ~= 0 and expected ~= before then
        return outcome('conflict', version, 0, last)
    end
elseif not version then
    return outcome('gone')
elseif expected ~= 0 and expected ~= version then
    return outcome('conflict', version, 0, last)
end
