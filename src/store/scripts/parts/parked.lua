-- Members that do not exist yet and are waited for:
--
--   parking:GROUP   the values a group waits for
--   parked:VALUE    the groups that wait for a value
--
-- A value is the id of a User or Group to come, or the externalId of a user.

-- So many values in a group, and groups for a value: who appears joins them all
-- in one call, at some 15 us each.
local PARKED, PARKERS = 1000, 500

-- Values that may wait, none of which can reach into another key.
local function may_wait(value)
    return #value <= 64 and string.find(value, '^[%w._-]+$')
end

-- Id of the user who has it as externalId; nil: nobody.
local function by_external_id(value)
    local found = call('ZRANGEBYLEX', prefix .. 'index:User:externalId',
                       '[' .. value .. '\0', '(' .. value .. '\1',
                       'LIMIT', 0, 1)[1]
    return found and string.sub(found, #value + 2)
end
