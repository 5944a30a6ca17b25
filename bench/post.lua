-- A new user with each request.
local n = 0
local id = tostring(os.time()) .. tostring(math.random(1e9))

request = function()
    n = n + 1
    return wrk.format("POST", nil, nil,
        '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"u'
        .. id .. "-" .. n .. '@example.com","externalId":"e' .. id .. "-" .. n
        .. '","active":true,"displayName":"User ' .. n
        .. '","emails":[{"type":"work","primary":true,"value":"u' .. id .. "-"
        .. n .. '@example.com"}]}')
end
