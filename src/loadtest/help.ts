/** What `--help` prints. */
export const help = `Doorbuster's load test: many people press at one drop, every answer is kept, and the history is checked.

  npm run loadtest -- --users 10000 --stock 1000 --at-once
  npm run loadtest -- --users 5000 --stock 20000 --limit 10 --rate 1000 --seconds 30
  npm run loadtest -- --whole-sale

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

A whole sale
  --whole-sale        not only the press: winners of a product pay, give back or walk away, losers wait in line, and units that
                      come back go to them, until all are sold (--stock 200, --kind product, over ws)
  --hold S            whole seconds for which a slot is held for its buyer (8)
  --pay P             of 100 winners, how many pay at once (60)
  --give-back P       … and how many give their unit back by hand (20). All others walk away, and the hold ends
  --join P            of 100 losers, how many wait in line (80). Whoever is offered a unit behaves as the winners do, but lets go of
                      it the less, the more units have been offered; from twice the stock on nobody does
  --leave P           of 100 who wait, how many have enough of it after a while and leave (10)
  --declined P        of 100 who pay, how many have a card that is declined, and pay with another one (15)
  --late P            … and how many have one whose answer comes late or never (10)
  --within S          whole seconds after the opening within which all must be sold (180)

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

Ends with 0 when the history is clean, nothing failed and, in a whole sale, all was sold that somebody wanted; with 1 otherwise, with 2 for a wrong command line.
`;
