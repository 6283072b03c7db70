-- The fencing numbers of jobs that one process of a fleet does at a time: a write with any but the latest number is refused. `holder` and `held_until` are the
-- lease itself where there is no Redis to keep it.
create table fences (
  job        text primary key,
  number     bigint not null,
  holder     text,
  held_until timestamptz
);

-- How far the queue of claims has been applied: the offset of the first record that has not. Moved in the transaction that decides, so that a record is
-- applied once, whoever else has read it too. `topic` is the topic's id, not its name: a topic made anew counts from 0 again.
create table intake_positions (
  topic       text not null,
  partition   integer not null,
  next_offset bigint not null,
  primary key (topic, partition)
) with (fillfactor = 50);

-- How far each drop's log has been relayed to the topic `ledger`.
create table relay_positions (
  drop_id bigint primary key,
  number  bigint not null
) with (fillfactor = 50);
