-- The history's beginning: an entry for what is being written.  Its format is
-- that of docs/data-model.md.

-- Ids of members are told with their names up to so many of them.
local NAMES = 1000

-- Entries taken out of the history, at most, beyond those that came in.
local FORGET = 8

-- Entries of dry runs that are kept, about.
local REHEARSED = 10000

-- The place that the history is without gaps behind.
local trimmed = tenant[4] or '0-0'

-- Name of a member, and its score in members:GROUP; nil: there is none such.
local function look_up(member)
    local name = call('HGET', prefix .. 'r:User:' .. member, 'name')
    if name then
        return name, '0'
    end
    name = call('HGET', prefix .. 'r:Group:' .. member, 'name')
    if name then
        return name, '1'
    end
end

-- {"value":…,"display":…} for a list of ids, those that have a name with it.
-- Ids need no quoting.
local function values(ids, name_of)
    local items = {}
    for i = 1, #ids do
        local name = name_of and name_of(ids[i])
        if name and name ~= '' then
            items[i] = '{"value":"' .. ids[i] .. '","display":' ..
                       cjson.encode(name) .. '}'
        else
            items[i] = '{"value":"' .. ids[i] .. '"}'
        end
    end
    return table.concat(items, ',')
end

-- The element for a path: what went, what came.
local function element(path, went, came, name_of)
    local text = '{"path":"' .. path .. '"'
    if #went > 0 then
        text = text .. ',"old":[' .. values(went, name_of) .. ']'
    end
    if #came > 0 then
        text = text .. ',"new":[' .. values(came, name_of) .. ']'
    end
    return text .. '}'
end

-- The element for members whose old set is was:ENTRY.
local function element_of_count(count)
    return '{"path":"members","count":' .. count .. '}'
end

-- The changes of the document and one element more, or "".
local function with_document(more)
    return (ARGV[13] ~= '' and more ~= '') and ARGV[13] .. ',' .. more
           or ARGV[13] .. more
end

local function append(stream, what, of_type, of_id, name, number, changes, was)
    return call('XADD', stream, '*', 'op', what, 'type', of_type, 'id', of_id,
                'name', name or '', 'ver', number, 'at', modified,
                'actor', ARGV[9], 'addr', ARGV[10], 'req', ARGV[11],
                'tok', ARGV[12], 'changes', '[' .. changes .. ']',
                'was', was or '')
end

-- A dry run ends here: with the entry, and what would have been answered.
local function rehearse(name, number, answered, changes)
    append(prefix .. 'dryrun', ARGV[8], type, id, name,
           string.format('%.0f', number), changes)
    call('XTRIM', prefix .. 'dryrun', 'MAXLEN', '~', REHEARSED)
    return outcome('ok', answered, 1, modified)
end

-- Adds an entry; its id.
local function record(what, of_type, of_id, name, number, changes, was)
    local entry = append(history, what, of_type, of_id, name, number, changes,
                         was)
    call('ZADD', prefix .. 'history:' .. of_type .. ':' .. of_id, number,
         entry)
    return entry
end

-- Keeps the history within its bounds, after n entries of which the last is
-- `entry`.
local function retain(n, entry)
    local keep, age = tonumber(ARGV[14]), tonumber(ARGV[15])
    local most, gone, newest, older = n - 1 + FORGET, 0, nil, nil
    local excess = keep > 0 and call('XLEN', history) - keep or 0
    if excess > 0 then
        gone, newest = forget(math.min(excess, most), '+')
    end
    if age > 0 and gone < most then
        local ms = tonumber(string.match(entry, '^%d+')) - age * 1000 - 1
        gone, older = forget(most - gone,
                             string.format('%.0f', math.max(ms, 0)))
    end
    newest = older or newest
    if newest and precedes(trimmed, newest) then
        call('HSET', prefix .. 'tenant', 'trimmed', newest)
    end
end

-- A change that has no entry, since the history is off: nobody who follows it
-- may go on from before this moment.  The ms is that which is to come, behind
-- all entries of this one.
local function leave_gap()
    local time = call('TIME')
    local place = string.format('%.0f-0', time[1] * 1000
                                          + math.floor(time[2] / 1000) + 1)
    if not precedes(trimmed, place) then
        local ms, number = string.match(trimmed, '^(%d+)-(%d+)$')
        place = ms .. '-' .. string.format('%.0f', number + 1)
    end
    call('HSET', prefix .. 'tenant', 'trimmed', place)
end
