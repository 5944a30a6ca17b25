-- Places in the history: ids of entries.

-- Whether place a comes before b.
local function precedes(a, b)
    local ms, number = string.match(a, '^(%d+)-(%d+)$')
    local ms_b, number_b = string.match(b, '^(%d+)-(%d+)$')
    ms, ms_b = tonumber(ms), tonumber(ms_b)
    return ms < ms_b or (ms == ms_b and tonumber(number) < tonumber(number_b))
end
