#!lua flags=allow-oom
-- Removes a tenant that is switched off, up to n resources and entries of the
-- history per call, so that Redis is never held long.  order:TYPE leads to
-- every resource, the history to what belongs to its entries and `sorted` to
-- every other sorted set, so no key has to be searched for.  The tenant itself
-- goes last: until then nobody gets in and a sweep that was cut off can be
-- resumed.
--
-- KEYS[1]  "scim:{tenant}:"
-- ARGV     n
--
-- Returns more, done, on (still switched on) or tokens (still listed: a token
-- whose list is gone could not be revoked any more, and would be good again
-- for a new tenant of that name).

local prefix, call = KEYS[1], redis.call
local left = tonumber(ARGV[1])

-- include forget.lua

if call('HGET', prefix .. 'tenant', 'enabled') == '1' then
    return 'on'
elseif call('EXISTS', prefix .. 'tokens') == 1 then
    return 'tokens'
end

local sorted = call('SMEMBERS', prefix .. 'sorted')

-- What was being prepared names resources that go now.
call('UNLINK', prefix .. 'stages')

-- What a group waits for goes before the group, which leads to it.
local function stop_waiting(id)
    local values = call('SPOP', prefix .. 'parking:' .. id, left)
    for _, value in ipairs(values) do
        call('UNLINK', prefix .. 'parked:' .. value)
    end
    left = left - #values
end

local function remove(type, id)
    stop_waiting(id)
    if left > 0 then
        call('UNLINK', prefix .. 'r:' .. type .. ':' .. id,
             prefix .. 'members:' .. id, prefix .. 'groups:' .. id)
        call('ZREM', prefix .. 'order:' .. type, id)
        left = left - 1
    end
end

for _, name in ipairs(sorted) do
    local type = string.match(name, '^order:(.*)$')
    while type and left > 0 do
        local ids = call('ZRANGE', prefix .. name, 0, math.min(left, 100) - 1)
        if #ids == 0 then
            break
        end
        for _, id in ipairs(ids) do
            if left > 0 then
                remove(type, id)
            end
        end
    end
end

while left > 0 do
    local gone = forget(left, '+')
    if gone == 0 then
        break
    end
    left = left - gone
end

if left <= 0 then
    return 'more'
end

for _, name in ipairs(sorted) do
    call('UNLINK', prefix .. name)
end
call('UNLINK', prefix .. 'sorted', history, prefix .. 'failures',
     prefix .. 'breaker', prefix .. 'dryrun', prefix .. 'tenant')
return 'done'
