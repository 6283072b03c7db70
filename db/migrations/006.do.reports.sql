-- What administrators look at: a sale second by second, the processes of the fleet, all payments; and the pictures of drops.

-- What each process answered to claims in each second. Kept for a day: for the live monitor, and for looking back at a sale.
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
  latencies     integer[] not null,         -- answers by how long they took (src/reports/latencies.ts); refusals from memory are not among them
  primary key (drop_id, second, process)
);
create index sale_seconds_second on sale_seconds (second);

-- The same by the hour, over all processes, for trends. Kept.
create table sale_hours (
  hour          timestamptz not null,
  drop_id       bigint not null,
  granted       bigint not null default 0,
  sold_out      bigint not null default 0,
  limit_reached bigint not null default 0,
  closed        bigint not null default 0,
  not_open      bigint not null default 0,
  faults        bigint not null default 0,
  primary key (hour, drop_id)
) with (fillfactor = 50);

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

create index payments_created on payments (created_at, id);
create index deliveries_created on deliveries (created_at);

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
