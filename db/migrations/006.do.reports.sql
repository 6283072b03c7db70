-- What administrators look at: a sale second by second, the processes of the fleet, all payments; and the pictures of drops.
--
-- Made so that a new version may start beside a running sale of the old one: `drops` is the first that it locks, as in every decision, and nothing here takes time once it has it.
-- The indexes that tables full of rows need for this are in db/indexes.sql.

-- What became of the units of a drop, counted where they change, under its lock. What is still in somebody's hands follows: serials less all of these. Null on drops that
-- were made before: `countEndsJob` (src/reports/count-ends.ts) fills it in once no process of the version before is in the middle of a change.
alter table drops add column used integer, add column confirmed integer, add column cancelled integer, add column expired integer, add column returned integer;
alter table drops alter column used set default 0, alter column confirmed set default 0, alter column cancelled set default 0,
  alter column expired set default 0, alter column returned set default 0;

-- What each process decided and refused in each second (src/reports/tally.ts). Kept for a day: for the live monitor, and for looking back at a sale.
create table sale_seconds (
  drop_id       bigint not null,
  second        timestamptz not null,   -- by the ledger's clock, cut to the second
  process       text collate "C" not null,
  granted       integer not null default 0,
  sold_out      integer not null default 0,
  limit_reached integer not null default 0,
  closed        integer not null default 0,
  not_open      integer not null default 0,
  faults        integer not null default 0, -- no outcome: too many requests, overloaded, the ledger away
  at_gate       integer not null default 0, -- of the refusals, those from memory
  latencies     integer[] not null,         -- answers by how long they took: bucket, count, bucket, count … (src/reports/latencies.ts); refusals from memory are not among them
  primary key (drop_id, second, process)
);

-- Trends are kept by the quarter of an hour, the longest time that the days of all time zones are made of.

-- The seconds of all processes. Written in the statement that writes them.
create table sale_quarters (
  quarter       timestamptz not null,
  drop_id       bigint not null,
  granted       bigint not null default 0,
  sold_out      bigint not null default 0,
  limit_reached bigint not null default 0,
  closed        bigint not null default 0,
  not_open      bigint not null default 0,
  faults        bigint not null default 0,
  primary key (quarter, drop_id)
) with (fillfactor = 50);

-- Deliveries and payments by the moment of their end. Rolled up by workers, in the order of those moments (src/reports/roll-up.sql).
create table delivery_quarters (
  quarter timestamptz not null,
  channel text collate "C" not null,
  sent    bigint not null default 0,
  failed  bigint not null default 0,
  primary key (quarter, channel)
) with (fillfactor = 50);
create table payment_quarters (
  quarter         timestamptz not null,
  currency        text collate "C" not null,
  succeeded       bigint not null default 0,
  paid            bigint not null default 0,
  refunded        bigint not null default 0,
  refunded_amount bigint not null default 0,
  primary key (quarter, currency)
) with (fillfactor = 50);

-- How far each has been rolled up: all that ended up to `at`, and with that very moment up to `id`.
create table roll_up_positions (
  what text primary key,
  at   timestamptz not null,
  id   text collate "C" not null
) with (fillfactor = 50);
insert into roll_up_positions (what, at, id)
values ('deliveries', '-infinity', '0'), ('payments succeeded', '-infinity', ''), ('payments refunded', '-infinity', '');

-- How each process of the fleet does, said by itself.
create table processes (
  name           text collate "C" primary key,
  roles          text[] not null,
  started_at     timestamptz not null,
  seen_at        timestamptz not null,
  sockets        integer not null,
  people         integer not null,       -- accounts with a socket open
  claims_waiting integer not null,       -- for the ledger, in this process
  lag            bigint,                 -- records that wait in the queue of claims; null where there is no queue, or nobody here knows
  cpu_share      real not null,          -- of one core, since it was last seen
  memory_bytes   bigint not null,
  late_ms        real not null           -- how late its event loop was, p99
) with (fillfactor = 50);

-- Which drop was made by which request: one whose answer was lost is sent again, and makes no second drop.
create table drop_requests (
  account_id bigint not null,
  request_id text collate "C" not null,
  drop_id    bigint,                   -- null only while it is being made
  primary key (account_id, request_id)
);

-- Pictures of drops, named by what is in them: one that is put in twice is one, and what a name stands for never changes.
create table pictures (
  name       text collate "C" primary key,
  type       text collate "C" not null,
  bytes      bytea not null,
  created_at timestamptz not null default now(),
  named_at   timestamptz not null default now(), -- when a drop was last seen to name it, or somebody put it in
  created_by bigint not null
);
alter table pictures alter column bytes set storage external;
