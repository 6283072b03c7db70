#!lua name=doorbuster_leases_1

-- lease_hold_1: takes a lease that is nobody's, or keeps one's own.
--
-- Input    KEYS[1]  the lease
--          ARGV[1]  who asks
--          ARGV[2]  how long it lasts from now, in milliseconds
-- Output   taken, kept, or refused: another one holds it
-- Effects  unless refused, the key has that value and that long to live.
local function hold(keys, arguments)
  local holder = redis.call('set', keys[1], arguments[1], 'nx', 'get', 'px', arguments[2])
  if not holder then return 'taken' end
  if holder ~= arguments[1] then return 'refused' end
  redis.call('pexpire', keys[1], arguments[2])
  return 'kept'
end

-- lease_release_1: gives back one's own lease.
--
-- Input    KEYS[1]  the lease
--          ARGV[1]  who asks
-- Output   1 if it was held, else 0
-- Effects  the key is deleted if it has exactly that value.
local function release(keys, arguments)
  if redis.call('get', keys[1]) ~= arguments[1] then return 0 end
  return redis.call('del', keys[1])
end

redis.register_function('lease_hold_1', hold)
redis.register_function('lease_release_1', release)
