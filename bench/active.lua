-- One user after the other is switched off, then each on again, and so forth:
-- each is a commit.
local n, ids = 0, {}

for id in os.getenv("USERS"):gmatch("%S+") do
    ids[#ids + 1] = id
end

request = function()
    local turn = math.floor(n / #ids)
    local id = ids[n % #ids + 1]
    n = n + 1
    return wrk.format("PATCH", wrk.path .. "/" .. id, nil,
        '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":'
        .. tostring(turn % 2 == 1) .. '}]}')
end
