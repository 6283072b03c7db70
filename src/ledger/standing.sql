-- What several functions of the ledger say about a drop.
--
-- All functions that decide are made to look up what they need by its key. A plan is kept for as long as a connection lives, and one that was made while the tables were
-- small reads them whole: sequentially, or along an index that knows the drop and nothing else. `test/contracts/grant-ledger-plans.ts` counts the rows.

-- waiting_in: how many units belong to the waiting line first. None where the line is switched off, whoever still stands in it.
create or replace function waiting_in(d drops) returns integer
language sql immutable as $$ select case when d.waiting_line then d.waiting else 0 end $$;

-- is_on_sale: whether a unit may be given to anybody at this moment.
create or replace function is_on_sale(d drops, p_now timestamptz) returns boolean
language sql immutable as $$
  select d.cancelled_at is null and d.opens_at <= p_now and (d.closes_at is null or d.closes_at > p_now)
$$;

-- had_max: how many units of a drop one person may have had in all. Whoever takes and gives back again and again is looked through under the drop's lock each time: there
-- must be an end to it. Far above every per-user limit (100).
create or replace function had_max() returns integer language sql immutable as $$ select 1000 $$;

-- hold_of: for how long a slot is held. (`hold_seconds` is null on drops that were made before it was there.)
create or replace function hold_of(d drops) returns interval
language sql immutable as $$ select make_interval(secs => coalesce(d.hold_seconds, d.hold_minutes * 60)) $$;

-- standing_of: where a drop stands, as gates and live views follow it. `claim` says the same in its own reply, before its row is written.
create or replace function standing_of(d drops) returns json
language sql stable as $$
  select json_build_object('entries', d.entries, 'granted', d.granted, 'stock', d.stock, 'waiting', waiting_in(d), 'closesAt', d.closes_at,
                           'cancelled', d.cancelled_at is not null, 'lastGrantedArrival', d.last_granted_arrival, 'opensAt', d.opens_at)
$$;

-- append_entry: writes a change to the drop's log. Belongs behind the lock on the drop's row.
create or replace function append_entry(p_drop_id bigint, p_now timestamptz, p_kind text, p_body json) returns void
language sql as $$
  with counted as (update drops set entries = entries + 1 where id = p_drop_id returning entries)
  insert into log_entries (drop_id, number, at, kind, body) select p_drop_id, entries, p_now, p_kind, p_body from counted
$$;

-- lock_drops: locks the rows of these drops, always in the order of their ids: two who want the same ones cannot wait for each other. The moment, read after that.
create or replace function lock_drops(p_drop_ids bigint[]) returns timestamptz
language plpgsql as $$
begin
  perform from drops where id = any(p_drop_ids) order by id for update;
  return clock_timestamp();
end $$;

-- grant_json: a grant as the ledger's functions tell it; null for none.
create or replace function grant_json(g grants) returns json
language sql stable as $$
  select case when g.serial is not null then json_build_object('dropId', g.drop_id::text, 'serial', g.serial, 'userId', g.user_id::text, 'arrival', g.arrival, 'state', g.state, 'code', g.code,
                           'grantedAt', g.granted_at, 'validUntil', g.valid_until, 'holdUntil', g.hold_until, 'expiresAt', g.expires_at,
                           'settledAt', g.settled_at, 'releasedAt', g.released_at, 'reference', g.reference, 'paymentId', g.payment_id) end
$$;
