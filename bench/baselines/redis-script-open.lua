-- Brings a drop into Redis, as the database knows it: a new one, or one that Redis has lost. Leaves it alone if it is there.
--
-- Input    KEYS  as in redis-script-claim.lua
--          ARGV  stock, limit per user, and as JSON the grants: [{userId, requestId, grantId, serial}, …]
local terms, left, buyers, answers = unpack(KEYS)
local stock, limit, grants = ARGV[1], ARGV[2], cjson.decode(ARGV[3])

if redis.call('exists', terms) == 1 then return 0 end
redis.call('del', left, buyers, answers)
for _, grant in ipairs(grants) do
  redis.call('hincrby', buyers, grant.userId, 1)
  redis.call('hset', answers, grant.userId .. ' ' .. grant.requestId, string.format('%d %s', grant.serial, grant.grantId))
end
redis.call('set', left, stock - #grants)
redis.call('hset', terms, 'stock', stock, 'limit', limit)
return 1
