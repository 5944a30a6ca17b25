-- The first moment, in ms, whose entries of the history are shown.  Retention
-- takes older ones out only when others come in.  The age is in seconds, 0 for
-- any; a tenant's own setting goes before it.
local function first_moment(age)
    local settings = call('HGET', prefix .. 'tenant', 'settings')
    if settings and string.find(settings, '"history"', 1, true) then
        local read, own = pcall(cjson.decode, settings)
        local history = read and own.history
        if type(history) == 'table' and type(history.days) == 'number' then
            age = history.days * 86400
        end
    end
    if age == 0 then
        return 0
    end
    local now = call('TIME')
    return math.max(now[1] * 1000 + math.floor(now[2] / 1000) - age * 1000, 0)
end
