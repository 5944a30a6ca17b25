-- One member in, the same one out, over and over: each is a commit.
local n = 0

request = function()
    n = n + 1
    local op = n % 2 == 1 and "add" or "remove"
    return wrk.format("PATCH", nil, nil,
        '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"'
        .. op .. '","path":"members","value":[{"value":"'
        .. os.getenv("MEMBER") .. '"}]}]}')
end
