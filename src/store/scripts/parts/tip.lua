-- The end of the history: the newest entry that there ever was, or a change
-- behind it that has none; "0-0": neither.
local function newest_entry()
    local stream = prefix .. 'history'
    local trimmed = call('HGET', prefix .. 'tenant', 'trimmed') or '0-0'
    if call('EXISTS', stream) == 1 then
        local info = call('XINFO', 'STREAM', stream)
        for i = 1, #info, 2 do
            if info[i] == 'last-generated-id' then
                return precedes(trimmed, info[i + 1]) and info[i + 1]
                       or trimmed
            end
        end
    end
    return trimmed
end
