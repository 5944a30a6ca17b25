-- The newest entry that there ever was in the history; "0-0": none.
local function newest_entry()
    local stream = prefix .. 'history'
    if call('EXISTS', stream) == 1 then
        local info = call('XINFO', 'STREAM', stream)
        for i = 1, #info, 2 do
            if info[i] == 'last-generated-id' then
                return info[i + 1]
            end
        end
    end
    return '0-0'
end
