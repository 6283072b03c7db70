/** What `--help` prints. */
export const help = `Doorbuster's load test: many people press at one drop, every answer is kept, and the history is checked.

  npm run loadtest -- --users 10000 --stock 1000 --at-once
  npm run loadtest -- --users 5000 --stock 20000 --limit 10 --rate 1000 --seconds 30

Who and what
  --users N           people, each with a connection opened before the drop opens (1000)
  --stock N           units (100)
  --limit N           units per user (1)
  --kind KIND         coupon or product (coupon)
  --transport T       ws or http (ws)
  --watch, --no-watch over ws, whether each socket also follows the live stock (on)

How they press
  --at-once           everybody at the opening; latency counts from the opening (the default)
  --presses N         with --at-once: how many different claims each user makes, all at once (1)
  --rate R            instead: R claims a second, whatever the answers take; latency counts from the planned instant
  --seconds S         with --rate: for so long
  --arrivals A        with --rate: poisson or even (poisson)
  --repeat K          send each request K times: at once, and from K = 3 on some again after the answer (1)
  --timeout S         how long after the last planned press answers are waited for, and claims sent again (30)
  --lead S            seconds from making the drop to its opening (grows with the users)
  --seed N            decides the order of users and the gaps between presses (1)

Against what
  --url URL[,URL…]    a running server, which needs LOADTEST_ENABLED=true; several are gateways of one shop, and users take
                      turns in choosing one (set-up, questions and the ledger go to the first). Without it a server is
                      started for the run, embedded, in a temporary folder, with this environment less DATABASE_URL,
                      REDIS_URL, KAFKA_BROKERS
  --admin-login L     its administrator (ADMIN_USERNAME, else admin)
  --admin-password P  (ADMIN_PASSWORD)
                      Only this machine is ever loaded, unless LOADTEST_REMOTE=1.

Output
  --json FILE         all figures, options and violations as one JSON document

Ends with 0 when the history is clean and nothing failed, with 1 otherwise, with 2 for a wrong command line.
`;
