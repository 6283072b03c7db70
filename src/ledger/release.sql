-- release: units go back, many of many drops in one transaction. What goes back is offered to the waiting line's head in the same transaction, else it is on sale.
--
-- Input    parallel arrays, one place per grant: the drop, the serial, the user who asks (null: nobody, the hour has come), and a fresh code in case a coupon
--          goes on to the line. No grant may stand in a batch twice,
--          and what people ask for does not travel with what time has ended.
-- Output   answers  per place what was decided, and the grant as it now stands (null: there is none, or not this user's):
--                     done    it has gone back (coupon: cancelled, slot: returned), or its time has ended it (expired)
--                     again   this user gave it back before
--                     paying  a payment for it is in flight: its end decides
--                     kept    otherwise: its state says why
--          drops    per drop that has changed: where it stands, the number of the first log entry of this change, and the grants offered.
-- Time     `p_user_ids[i]` null ends what has expired and nothing else, however often it is asked: none early, by this database's clock behind the lock. An expired
--          coupon was its holder's to the end and is spent; an expired slot's unit goes back.
-- Writes   grants, the drops' counters, and per drop one log entry (`released`, or `settled` for coupons that have expired), then what `offer` writes.
create or replace function release(p_drop_ids bigint[], p_serials integer[], p_user_ids bigint[], p_codes text[]) returns json
language plpgsql set enable_seqscan = off as $$
declare
  v_now     timestamptz := lock_drops(p_drop_ids);
  v_answers json;
  v_changes json;
  v_drops   json[] := '{}';
  v_change  record;
  v_offered json;
  d         drops%rowtype;
begin
  with asked as (
    select r.*, g.at, g.state, g.user_id as owner_id, g.expires_at, g.hold_until, g.payment_id
    from unnest(p_drop_ids, p_serials, p_user_ids, p_codes) with ordinality as r (drop_id, serial, user_id, code, position)
    left join lateral (select ctid as at, * from grants where drop_id = r.drop_id and serial = r.serial offset 0) g on true
  ), decided as materialized (
    select position, drop_id, serial, code, at,
           case
             when state is null or user_id <> owner_id then 'missing'
             when row_number() over (partition by drop_id, serial order by position) > 1 then 'kept' -- no caller does that; if one did, all must have an answer
             when user_id is null then case when state in ('issued', 'held') and expires_at <= v_now then 'done' else 'kept' end
             when state in ('cancelled', 'returned') then 'again'
             when state = 'issued' and expires_at > v_now then 'done'
             when state = 'held' and payment_id is not null and expires_at > v_now then 'paying'
             when state = 'held' and hold_until > v_now then 'done'
             else 'kept'
           end as answer,
           case when user_id is null then 'expired' when state = 'issued' then 'cancelled' else 'returned' end as next_state
    from asked
  ), changed as (
    update grants g
    set state = c.next_state,
        settled_at = case when g.state = 'issued' and c.next_state = 'expired' then v_now end,
        released_at = case when g.state = 'held' or c.next_state <> 'expired' then v_now end
    from decided c
    where c.answer = 'done' and g.ctid = c.at
    returning g as now, c.position, c.code
  ), told as (
    select position, 'done' as answer, grant_json(now) as "grant" from changed
    union all
    select c.position, c.answer,
           case when c.answer <> 'missing' then (select grant_json(g) from grants g where g.drop_id = c.drop_id and g.serial = c.serial) end
    from decided c where c.answer <> 'done'
  ), per_drop as (
    select (now).drop_id, (now).state, ((now).released_at is not null) as released, count(*) as units,
           array_agg((now).serial order by (now).serial) as serials, array_agg(code) as codes
    from changed
    group by 1, 2, 3
  )
  select (select json_agg(json_build_object('answer', answer, 'grant', "grant") order by position) from told),
         (select json_agg(p order by drop_id) from per_drop p)
  into v_answers, v_changes;

  for v_change in
    select * from json_to_recordset(coalesce(v_changes, '[]')) as x (drop_id bigint, state text, released boolean, units integer, serials integer[], codes text[])
  loop
    select * into d from drops where id = v_change.drop_id;
    update drops
    set granted = granted - case when v_change.released then v_change.units else 0 end,
        cancelled = cancelled + case v_change.state when 'cancelled' then v_change.units else 0 end,
        expired = expired + case v_change.state when 'expired' then v_change.units else 0 end,
        returned = returned + case v_change.state when 'returned' then v_change.units else 0 end
    where id = d.id;
    perform append_entry(d.id, v_now, case when v_change.released then 'released' else 'settled' end,
                         json_build_object('state', v_change.state, 'serials', v_change.serials));
    v_offered := case when v_change.released then offer(d.id, v_change.codes) end;
    v_drops := array_append(v_drops, (
      select json_build_object('dropId', d.id::text, 'firstEntry', d.entries + 1, 'standing', standing_of(n), 'offered', coalesce(v_offered -> 'offered', '[]'))
      from drops n where n.id = d.id));
  end loop;
  return json_build_object('answers', coalesce(v_answers, '[]'), 'drops', v_drops);
end $$;

-- due: grants that time has ended and that nobody has ended yet, the longest overdue first. By the statement's clock, which stands still: by one that goes on the index
-- could not be used, and all living grants would be read.
create or replace function due(p_limit integer) returns table ("dropId" text, serial integer)
language sql stable set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
  select drop_id::text, serial from grants
  where state in ('issued', 'held') and expires_at <= statement_timestamp()
  order by expires_at limit p_limit
$$;
