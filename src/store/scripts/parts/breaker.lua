-- The breaker: users who are deleted or deactivated, by whoever is no
-- administrator, are counted; when there are too many, further ones are held
-- until an administrator lets them through.
--
--   breaker   the users, scored by the time in ms from which each no longer
--             counts
--   tenant    field `tripped`: since when further ones are held
--
-- The arguments from parts/begin.lua say what is too many.  Nothing is looked
-- at when none is given: the commit deprovisions nobody, or nothing limits it.

local breaker = prefix .. 'breaker'

-- A percentage of few users would hold what is no mass.
local BREAKER_LEAST = 5

-- Users taken out that no longer count, with each that comes in.
local BREAKER_FORGET = 8

local function clock()
    local now = call('TIME')
    return now[1] * 1000 + math.floor(now[2] / 1000)
end

local function limit()
    local count, percent = tonumber(ARGV[16]), tonumber(ARGV[17])
    local most = count > 0 and count or math.huge
    if percent > 0 then
        local users = call('ZCARD', prefix .. 'order:User')
        most = math.min(most, math.max(math.floor(users * percent / 100),
                                       BREAKER_LEAST))
    end
    return most
end

-- Whether the commit is to be held.  A user who counts already, deactivated
-- first and then deleted, does so once.  What is too many is noted although
-- the commit is refused.
local counted = false

local function is_held()
    if ARGV[18] == '0' then
        return false
    elseif call('HEXISTS', prefix .. 'tenant', 'tripped') == 1 then
        return true
    end
    local now = clock()
    local counts_until = call('ZSCORE', breaker, id)
    if counts_until and tonumber(counts_until) > now then
        return false
    end
    local text = string.format('%.0f', now)
    if call('ZCOUNT', breaker, '(' .. text, '+inf') >= limit() then
        call('HSET', prefix .. 'tenant', 'tripped', text)
        return true
    end
    counted = now
    return false
end

local function count_in()
    if not counted then
        return
    end
    local gone = call('ZRANGEBYSCORE', breaker, '-inf',
                      string.format('%.0f', counted), 'LIMIT', 0,
                      BREAKER_FORGET)
    if #gone > 0 then
        call('ZREM', breaker, unpack(gone))
    end
    call('ZADD', breaker,
         string.format('%.0f', counted + ARGV[18] * 1000), id)
end
