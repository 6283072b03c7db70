-- Decides one claim.
--
-- Input    KEYS  the drop's terms (hash), units left (counter), units per buyer (hash), answers by "<user> <request>" (hash), the stream of grants to be written
--          ARGV  drop, user, request, id of the grant in case there is one
-- Output   "<serial> <grant id>", or limit_reached, sold_out, or unknown: Redis has no such drop
-- Effects  a grant is counted, remembered and handed to the writer, all in one step; a refusal leaves nothing
local terms, left, buyers, answers, stream = unpack(KEYS)
local drop, user, request, grant = unpack(ARGV)

local answered = redis.call('hget', answers, user .. ' ' .. request)
if answered then return answered end

local stock, limit = unpack(redis.call('hmget', terms, 'stock', 'limit'))
if not stock then return 'unknown' end
if tonumber(redis.call('hget', buyers, user) or 0) >= tonumber(limit) then return 'limit_reached' end
if tonumber(redis.call('get', left)) <= 0 then return 'sold_out' end

local serial = stock - redis.call('decr', left)
local answer = string.format('%d %s', serial, grant)
redis.call('hincrby', buyers, user, 1)
redis.call('hset', answers, user .. ' ' .. request, answer)
redis.call('xadd', stream, '*', 'drop', drop, 'user', user, 'request', request, 'grant', grant, 'serial', serial)
return answer
