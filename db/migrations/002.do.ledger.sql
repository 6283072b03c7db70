-- The ledger. What is scarce is the drop's row: every claim, release and amendment of a drop locks it, decides and commits.
create type claim_outcome as enum ('granted', 'sold_out', 'limit_reached', 'closed', 'not_open');

create table drops (
  id               bigint generated always as identity primary key,
  kind             text not null check (kind in ('coupon', 'product')),
  title            text not null check (title <> ''),
  description      text not null default '',
  image_url        text,
  stock            integer not null check (stock > 0),
  per_user_limit   integer not null check (per_user_limit > 0),
  opens_at         timestamptz not null,
  closes_at        timestamptz check (closes_at > opens_at),
  cancelled_at     timestamptz,
  waiting_line     boolean not null default false,
  -- a product's terms
  price            bigint check (price >= 0),
  currency         text,
  hold_minutes     integer check (hold_minutes > 0),
  -- a coupon's terms
  discount_percent integer check (discount_percent between 1 and 100),
  discount_amount  bigint check (discount_amount > 0),
  valid_until      timestamptz,
  valid_for_days   integer check (valid_for_days > 0),
  created_at       timestamptz not null default now(),
  -- what the ledger counts
  granted          integer not null default 0,  -- units in somebody's hands now
  serials          integer not null default 0,  -- grants ever made; the last serial
  arrivals         bigint  not null default 0,  -- claims ever taken; the last arrival
  entries          bigint  not null default 0,  -- log entries written; the last number
  last_granted_arrival bigint,                  -- the latest arrival that got a unit: what losers compare themselves with
  -- Overselling is impossible, even for wrong code.
  constraint drops_never_oversold check (granted between 0 and stock),
  constraint drops_terms check (
    case kind
      when 'product' then price is not null and currency is not null and hold_minutes is not null
      else (discount_percent is null) <> (discount_amount is null) and (valid_until is null) <> (valid_for_days is null)
    end
  )
) with (fillfactor = 50); -- every batch rewrites the row: room in its page keeps that off the index
create index drops_opens_at on drops (opens_at desc, id desc);

-- Every claim that the ledger took, with its first and only answer. The key starts with the drop, so that a sale touches a few hot pages of the index,
-- not one page for each of a million users. No foreign keys on the hot tables: they would double the cost of a claim to check what the row lock on the
-- drop and the verified token already guarantee.
create table claims (
  drop_id    bigint not null,
  user_id    bigint not null,
  arrival    bigint not null,
  claimed_at timestamptz not null,
  outcome    claim_outcome not null check (outcome <> 'not_open'),
  serial     integer,                   -- the grant that this claim got
  request_id text collate "C" not null,
  primary key (drop_id, user_id, request_id)
);
create index claims_granted on claims (drop_id, user_id) where serial is not null;

-- One unit in one user's hands.
create table grants (
  drop_id     bigint not null,
  user_id     bigint not null,
  arrival     bigint not null,
  granted_at  timestamptz not null,
  hold_until  timestamptz,              -- product: the purchase slot ends
  valid_until timestamptz,              -- coupon: the last moment to use it
  settled_at  timestamptz,              -- used, or confirmed
  released_at timestamptz,              -- the unit went back; no longer counted in drops.granted
  serial      integer not null,
  state       text collate "C" not null check (state in ('issued', 'used', 'held', 'confirmed', 'cancelled', 'expired', 'returned')),
  code        text collate "C",
  primary key (drop_id, serial)
);
create unique index grants_code on grants (code);
create index grants_user on grants (user_id, granted_at);

-- The only event stream: one entry per batch and per change, numbered per drop without gaps, written in the transaction that it tells of.
create table log_entries (
  drop_id bigint not null,
  number  bigint not null,
  at      timestamptz not null,
  kind    text collate "C" not null,
  body    json not null,
  primary key (drop_id, number)
);
-- Compressing an entry costs more time under the drop's lock than it saves in space.
alter table log_entries alter column body set storage external;
