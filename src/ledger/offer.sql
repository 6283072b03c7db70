-- offer: gives units that are left to those who wait, first come, first served.
--
-- Input    the drop, and a fresh code for each unit that may be given now: that many at most.
-- Output   where the drop stands, the number of the log entry, and the grants made, in `offered`; null when nothing was to be done.
-- Order    by arrival, the number that everybody got with their claim. Whoever holds as many units as one may by now is passed over, once and for all: the
--          line never waits for anybody. A grant from the line is like any other, with a fresh hold or validity; who lets it go has had their turn.
-- Writes   grants, the claims that won them, waiters, the drop's counters and one log entry.
-- Locks    the drop's row. The caller may hold it already.
create or replace function offer(p_drop_id bigint, p_codes text[]) returns json
language plpgsql set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
declare
  d           drops%rowtype;
  v_head      record;
  v_now       timestamptz;
  v_wanted    integer;
  v_places    tid[]    := '{}'; -- of those who are offered a unit: their rows in waiters, their claims, their arrivals
  v_claims    tid[]    := '{}';
  v_arrivals  bigint[] := '{}';
  v_over      tid[]    := '{}'; -- of those who are passed over
  v_passed    bigint[] := '{}';
  v_grants    json;
  v_user_ids  text[];
begin
  select * into d from drops where id = p_drop_id for update;
  if not found then return null; end if;
  v_now := clock_timestamp();
  if waiting_in(d) = 0 or not is_on_sale(d, v_now) then return null; end if;

  v_wanted := least(d.stock - d.granted, cardinality(p_codes));
  if v_wanted <= 0 then return null; end if;

  -- From the head on, until there is somebody for each unit. Whose rows these are is remembered by their place in the table, which nobody changes behind this lock:
  -- joins, planned for a drop of which the planner has never heard, would read all claims for each waiter.
  for v_head in
    select w.arrival, w.ctid as place, held.units,
           (select c.ctid from claims c where c.drop_id = p_drop_id and c.user_id = w.user_id and c.request_id = w.request_id) as claim
    from waiters w
    cross join lateral (
      select case when count(*) >= had_max() then d.per_user_limit else count(*) filter (where living) end as units
      from (
        select exists (select from grants g where g.drop_id = p_drop_id and g.serial = c.serial and g.released_at is null offset 0) as living
        from claims c where c.drop_id = p_drop_id and c.user_id = w.user_id and c.serial is not null limit had_max()
      ) had
    ) held
    where w.drop_id = p_drop_id and w.state = 'waiting'
    order by w.arrival
  loop
    exit when cardinality(v_places) = v_wanted;
    if v_head.units < d.per_user_limit then
      v_places := v_places || v_head.place;
      v_claims := v_claims || v_head.claim;
      v_arrivals := v_arrivals || v_head.arrival;
    else
      v_over := v_over || v_head.place;
      v_passed := v_passed || v_head.arrival;
    end if;
  end loop;
  if cardinality(v_places) + cardinality(v_over) = 0 then return null; end if;

  update waiters set state = 'passed' where ctid = any(v_over);
  update claims c set serial = d.serials + o.nth from unnest(v_claims) with ordinality as o (claim, nth) where c.ctid = o.claim;
  with served as (
    update waiters w set state = 'offered', serial = d.serials + o.nth
    from unnest(v_places) with ordinality as o (place, nth)
    where w.ctid = o.place
    returning w.user_id, w.arrival, w.serial, o.nth
  ), made as (
    insert into grants (drop_id, serial, user_id, arrival, code, state, granted_at, hold_until, valid_until, expires_at)
    select p_drop_id, serial, user_id, arrival, case d.kind when 'coupon' then p_codes[nth] end,
           case d.kind when 'coupon' then 'issued' else 'held' end, v_now, t.hold_until, t.valid_until, coalesce(t.hold_until, t.valid_until)
    from served, lateral (
      select case d.kind when 'product' then v_now + hold_of(d) end as hold_until,
             case d.kind when 'coupon' then coalesce(d.valid_until, v_now + make_interval(days => d.valid_for_days)) end as valid_until) t
    returning grants.*
  )
  select json_agg(grant_json(m::grants) order by m.serial), array_agg(m.user_id::text order by m.serial) into v_grants, v_user_ids from made m;

  update drops
  set granted = granted + cardinality(v_places), serials = serials + cardinality(v_places),
      waiting = waiting - cardinality(v_places) - cardinality(v_over),
      last_granted_arrival = greatest(last_granted_arrival, (select max(a) from unnest(v_arrivals) a))
  where id = p_drop_id;
  perform append_entry(p_drop_id, v_now, 'offered', json_build_object(
    'firstSerial', d.serials + 1, 'arrivals', v_arrivals, 'userIds', coalesce(v_user_ids, '{}'), 'passed', v_passed));
  return (select json_build_object('dropId', d.id::text, 'firstEntry', n.entries, 'standing', standing_of(n), 'offered', coalesce(v_grants, '[]'))
          from drops n where n.id = p_drop_id);
end $$;
