-- The lives of a grant: use, cancellation, expiry, the waiting line, payments.

-- A hold may be shorter than a minute, in a rehearsal of a sale for example. Null: `hold_minutes` says it, as before; processes of the last version go on writing that.
alter table drops add column hold_seconds integer check (hold_seconds > 0);

-- How many people stand in the waiting line. Units that come back are theirs first.
alter table drops add column waiting integer not null default 0 check (waiting >= 0);
-- By their close, so that past sales, whose lines nobody left, are not looked at again and again.
create index drops_waiting on drops (coalesce(closes_at, 'infinity')) where waiting > 0 and cancelled_at is null;

-- When time alone ends a grant: a coupon's validity, a slot's hold, and a little more while a payment is in flight at the hold's end.
alter table grants add column expires_at timestamptz;
update grants set expires_at = coalesce(hold_until, valid_until);
alter table grants alter column expires_at set not null;
create index grants_expiry on grants (expires_at) where state in ('issued', 'held');
-- The request that used a coupon, so that its repeat gets the same answer, and the merchant's own word for that use.
alter table grants add column settle_key text collate "C";
alter table grants add column reference text;
-- The payment that is in flight for a slot, or that has confirmed it.
alter table grants add column payment_id text collate "C";

-- Who wanted to wait, with the arrival that decides their place. One place per person and drop.
create table waiters (
  drop_id    bigint not null,
  user_id    bigint not null,
  arrival    bigint not null,
  joined_at  timestamptz not null,
  serial     integer,                   -- offered: the grant that they were given
  request_id text collate "C" not null, -- the claim whose arrival it is
  -- passed: at the head, and holding as many units as one may
  state      text collate "C" not null check (state in ('waiting', 'offered', 'left', 'passed')),
  primary key (drop_id, user_id)
);
create unique index waiters_line on waiters (drop_id, arrival) where state = 'waiting';

create table payments (
  drop_id      bigint not null,
  user_id      bigint not null,
  amount       bigint not null check (amount >= 0),
  created_at   timestamptz not null,
  asked_at     timestamptz,             -- the provider was asked to take the money: from here on it may have been taken
  decided_at   timestamptz,
  refunded_at  timestamptz,
  check_at     timestamptz,             -- when the provider's books are asked next; null when nothing is open
  serial       integer not null,
  checks       integer not null default 0,
  id           text collate "C" primary key, -- ours, and the order's name at the provider
  request_id   text collate "C" not null,
  method       text collate "C" not null,
  currency     text not null,
  state        text collate "C" not null check (state in ('pending', 'succeeded', 'failed', 'refunding', 'refunded')),
  provider_key text,
  receipt_url  text,
  failure      text,                    -- why it failed, or why it is given back
  unique (drop_id, serial, request_id)
);
-- A slot is paid once, and one payment at a time may be in flight.
create unique index payments_paid on payments (drop_id, serial) where state = 'succeeded';
create unique index payments_in_flight on payments (drop_id, serial) where state = 'pending' and asked_at is not null;
create index payments_check on payments (check_at) where check_at is not null;
create index payments_user on payments (user_id, created_at);

-- The sandbox's own books, as a provider far away would keep them: written by it alone, and never in a transaction of ours.
create table sandbox_charges (
  order_id    text collate "C" primary key,
  amount      bigint not null,
  charged_at  timestamptz not null,
  refunded_at timestamptz
);

-- Points: who got how many, and spent them on which order. The balance is the sum.
create table point_entries (
  user_id  bigint not null,
  amount   bigint not null check (amount <> 0),
  at       timestamptz not null default clock_timestamp(),
  id       bigint generated always as identity primary key,
  kind     text collate "C" not null check (kind in ('given', 'spent', 'refunded')),
  order_id text collate "C",
  reason   text,
  unique (order_id, kind)
);
create index point_entries_user on point_entries (user_id);
