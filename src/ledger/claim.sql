-- claim: decides one batch of claims on one drop. The only place that ever says "you won".
--
-- Input    the drop; the claims in arrival order as parallel arrays: who, which request, and a fresh code for the case that it wins. No (user, request)
--          pair may stand in a batch twice (the caller folds them; the primary key of claims refuses a caller that does not).
-- Output   null for an unknown drop, else one JSON object: the drop as it now stands, and per claim one letter in `outcomes`:
--          g granted, s sold_out, l limit_reached, c closed, n not_open, k known (answered before: its first answer is in `known`, in order).
--          New claims have the arrivals firstArrival, firstArrival + 1, … (n and k take none), the granted ones the serials firstSerial, ….
-- Order    the drop's row is locked first; everything after sees all that earlier batches wrote. Then, as if the claims came one by one:
--          1 a known (user, request) gets its first answer
--          2 outside the opening hours, by this database's clock: closed or not_open
--          3 a user who holds as many units as one may, or has had so many that they were given back by the hundred: limit_reached
--          4 no unit left, or as many as are left belong to those who wait: sold_out
--          5 granted
-- Writes   claims, grants, the drop's counters and one log entry, or, if nothing was taken, nothing.
create or replace function claim(p_drop_id bigint, p_user_ids bigint[], p_request_ids text[], p_codes text[]) returns json
language plpgsql
-- A plan made while the tables were small would read them whole for every claim, for as long as the connection lives.
set enable_seqscan = off
as $$
declare
  d              drops%rowtype;
  v_now          timestamptz;
  v_hours        claim_outcome; -- the refusal that the hour gives to all, or null while the drop is open
  v_left         integer;
  v_valid_until  timestamptz;
  v_hold_until   timestamptz;
  v_outcomes     text;
  v_taken        text;          -- v_outcomes of the new claims alone, as the log keeps them
  v_user_ids     bigint[];
  v_request_ids  text[];
  v_known        json;
  v_taken_count  integer;
  v_granted      integer;
  v_last_granted bigint;
begin
  select * into d from drops where id = p_drop_id for update;
  if not found then return null; end if;

  v_now   := clock_timestamp(); -- read after the lock: the wait for it may have crossed the opening
  v_hours := case
               when d.cancelled_at is not null or d.closes_at <= v_now then 'closed'
               when v_now < d.opens_at then 'not_open'
             end;
  -- What comes back is offered to the waiting line at once (release.sql); what an administrator adds, within a moment (offer.sql). Nobody overtakes meanwhile.
  v_left  := d.stock - d.granted - waiting_in(d);
  if d.kind = 'coupon' then
    v_valid_until := coalesce(d.valid_until, v_now + make_interval(days => d.valid_for_days));
  else
    v_hold_until := v_now + hold_of(d);
  end if;

  -- Each claim is looked up by its key, and its user's units by their own small index: however often somebody presses, a claim costs the same. Lateral
  -- aggregates cannot become a join over the whole table.
  with asked as (
    select r.position, r.user_id, r.request_id, r.code, known.arrival as known_arrival, d.per_user_limit - held.units as allowance
    from unnest(p_user_ids, p_request_ids, p_codes) with ordinality as r (user_id, request_id, code, position)
    cross join lateral (
      select min(c.arrival) as arrival
      from claims c
      where c.drop_id = p_drop_id and c.user_id = r.user_id and c.request_id = r.request_id
    ) known
    cross join lateral (
      select case when count(*) >= had_max() then d.per_user_limit else count(*) filter (where living) end as units
      from (
        select exists (select from grants g where g.drop_id = p_drop_id and g.serial = c.serial and g.released_at is null offset 0) as living
        from claims c where c.drop_id = p_drop_id and c.user_id = r.user_id and c.serial is not null limit had_max()
      ) had
    ) held
  ), placed as (
    select *,
           known_arrival is null and v_hours is distinct from 'not_open' as taken,
           known_arrival is null and v_hours is null
             and count(*) filter (where known_arrival is null) over (partition by user_id order by position rows unbounded preceding) <= allowance
             as eligible
    from asked
  ), ranked as (
    select *,
           count(*) filter (where taken) over in_order as nth,
           count(*) filter (where eligible) over in_order as unit
    from placed
    window in_order as (order by position rows unbounded preceding)
  ), weighed as (
    -- Whether the user's eligible claims, as many as the user may still get, all found a unit: then the user is at the limit, else the stock ran out first.
    select *, coalesce(max(unit) filter (where eligible) over (partition by user_id) <= v_left, false) as filled
    from ranked
  ), decided as materialized (
    select position, user_id, request_id, code, taken, known_arrival,
           d.arrivals + nth as arrival,
           case when eligible and unit <= v_left then d.serials + unit end as serial,
           case
             when known_arrival is not null then 'k'
             when v_hours = 'closed' then 'c'
             when v_hours = 'not_open' then 'n'
             when eligible and unit <= v_left then 'g'
             when allowance <= 0 or (not eligible and filled) then 'l'
             else 's'
           end as letter
    from weighed
  ), new_claims as (
    insert into claims (drop_id, user_id, request_id, arrival, outcome, serial, claimed_at)
    select p_drop_id, user_id, request_id, arrival,
           (case letter when 'g' then 'granted' when 's' then 'sold_out' when 'l' then 'limit_reached' else 'closed' end)::claim_outcome,
           serial, v_now
    from decided where taken
  ), new_grants as (
    insert into grants (drop_id, serial, user_id, arrival, code, state, granted_at, hold_until, valid_until, expires_at)
    select p_drop_id, serial, user_id, arrival,
           case d.kind when 'coupon' then code end, case d.kind when 'coupon' then 'issued' else 'held' end,
           v_now, v_hold_until, v_valid_until, coalesce(v_hold_until, v_valid_until)
    from decided where serial is not null
  )
  select string_agg(letter, ''),
         string_agg(letter, '') filter (where taken),
         array_agg(user_id) filter (where taken),
         array_agg(request_id) filter (where taken),
         count(*) filter (where taken),
         count(serial),
         coalesce(max(arrival) filter (where serial is not null), d.last_granted_arrival),
         json_agg(known_answer(p_drop_id, known_arrival, user_id, request_id)) filter (where known_arrival is not null)
  into v_outcomes, v_taken, v_user_ids, v_request_ids, v_taken_count, v_granted, v_last_granted, v_known
  from (select * from decided order by position) in_order;

  if v_taken_count > 0 then
    update drops
    set granted = granted + v_granted, serials = serials + v_granted, arrivals = arrivals + v_taken_count, entries = entries + 1,
        last_granted_arrival = v_last_granted
    where id = p_drop_id;
    insert into log_entries (drop_id, number, at, kind, body)
    values (p_drop_id, d.entries + 1, v_now, 'claims', json_build_object(
      'firstArrival', d.arrivals + 1, 'firstSerial', d.serials + 1,
      'outcomes', v_taken, 'userIds', v_user_ids::text[], 'requestIds', v_request_ids));
  end if;

  return json_build_object(
    'now', v_now, 'kind', d.kind, 'entries', d.entries + (v_taken_count > 0)::int, 'granted', d.granted + v_granted, 'stock', d.stock,
    'waiting', waiting_in(d), 'closesAt', d.closes_at, 'cancelled', d.cancelled_at is not null,
    'lastGrantedArrival', v_last_granted, 'opensAt', d.opens_at, 'firstArrival', d.arrivals + 1, 'firstSerial', d.serials + 1,
    'validUntil', v_valid_until, 'holdUntil', v_hold_until, 'outcomes', v_outcomes, 'known', coalesce(v_known, '[]'));
end $$;

-- known_answer: the first answer to a claim, as `claim` gives it to a repeat.
create or replace function known_answer(p_drop_id bigint, p_arrival bigint, p_user_id bigint, p_request_id text) returns json
language sql stable as $$
  select json_build_object('outcome', c.outcome, 'arrival', c.arrival, 'serial', g.serial, 'code', g.code,
                           'validUntil', g.valid_until, 'holdUntil', g.hold_until)
  from claims c
  left join grants g on g.drop_id = c.drop_id and g.serial = c.serial and c.outcome = 'granted'
  where c.drop_id = p_drop_id and c.user_id = p_user_id and c.request_id = p_request_id and c.arrival = p_arrival
$$;
