#!lua name=doorbuster_in_flight_lock_1

-- in_flight_lock_1: takes and gives back locks, in the order of its keys, as if they came one by one.
--
-- Input    KEYS     one key per step; a key may stand there more than once
--          ARGV[1]  how long a lock that is taken lasts, in milliseconds
--          ARGV[2]  one letter per key: t take, g give back
--          ARGV[3…] one value per key: "<request id> <holder>"
-- Output   one letter per key: t taken, p passes (the same request holds it, under this or another holder), r refused (another request holds it),
--          g given back, k kept by another request or holder, or by nobody any more
-- Effects  a key that is taken is set to its value, for that long; a key that is given back is deleted if it has exactly that value.
local function in_flight_lock(keys, arguments)
  local last_ms = arguments[1]
  local steps = arguments[2]
  local letters = {}
  for place, key in ipairs(keys) do
    local value = arguments[place + 2]
    if steps:byte(place) == 116 then -- t
      local held = redis.call('set', key, value, 'nx', 'get', 'px', last_ms)
      if not held then
        letters[place] = 't'
      elseif held == value or held:match('^%S+') == value:match('^%S+') then
        letters[place] = 'p'
      else
        letters[place] = 'r'
      end
    elseif redis.call('get', key) == value then
      redis.call('del', key)
      letters[place] = 'g'
    else
      letters[place] = 'k'
    end
  end
  return table.concat(letters)
end

redis.register_function('in_flight_lock_1', in_flight_lock)
