-- settle: coupons are used, many of many drops in one transaction. (A slot is settled by its payment: payments/decide.sql.)
--
-- Input    parallel arrays, one place per coupon: the drop, the serial, the user who asks (null: an administrator at the till), the request, and the merchant's
--          own word for this use, or null. No coupon may stand in a batch twice: of five who ask at once one goes first, and the others meet a used coupon.
-- Output   answers  per place what was decided, and the coupon as it now stands (null: there is none, or not this user's):
--                     done   used now
--                     again  used before by this very request
--                     kept   otherwise: its state says why (used by another request, cancelled, expired, or no coupon at all)
--          drops    per drop that has changed: where it stands, and the number of its log entry.
-- Writes   grants, and per drop one log entry.
create or replace function settle(p_drop_ids bigint[], p_serials integer[], p_user_ids bigint[], p_keys text[], p_references text[]) returns json
language plpgsql set enable_seqscan = off as $$
declare
  v_now timestamptz := lock_drops(p_drop_ids);
  v_answers json;
  v_changes json;
begin
  with asked as (
    select r.*, g.at, g.state, g.user_id as owner_id, g.expires_at, g.settle_key
    from unnest(p_drop_ids, p_serials, p_user_ids, p_keys, p_references) with ordinality as r (drop_id, serial, user_id, key, reference, position)
    left join lateral (select ctid as at, * from grants where drop_id = r.drop_id and serial = r.serial offset 0) g on true
  ), decided as materialized (
    select position, drop_id, serial, key, reference, at,
           case
             when state is null or user_id <> owner_id then 'missing'
             when row_number() over (partition by drop_id, serial order by position) > 1 then 'kept' -- no caller does that; if one did, all must have an answer
             when state = 'used' and settle_key = key then 'again'
             when state = 'issued' and expires_at > v_now then 'done'
             else 'kept'
           end as answer
    from asked
  ), changed as (
    update grants g set state = 'used', settled_at = v_now, settle_key = c.key, reference = c.reference
    from decided c
    where c.answer = 'done' and g.ctid = c.at
    returning g as now, c.position
  ), told as (
    select position, 'done' as answer, grant_json(now) as "grant" from changed
    union all
    select c.position, c.answer,
           case when c.answer <> 'missing' then (select grant_json(g) from grants g where g.drop_id = c.drop_id and g.serial = c.serial) end
    from decided c where c.answer <> 'done'
  ), per_drop as (
    select (now).drop_id, array_agg((now).serial order by (now).serial) as serials from changed group by 1
  ), counted as (
    update drops d set entries = entries + 1, used = used + cardinality(p.serials) from per_drop p where d.id = p.drop_id returning d.*
  ), written as (
    insert into log_entries (drop_id, number, at, kind, body)
    select c.id, c.entries, v_now, 'settled', json_build_object('state', 'used', 'serials', p.serials)
    from counted c join per_drop p on p.drop_id = c.id
  )
  select (select json_agg(json_build_object('answer', answer, 'grant', "grant") order by position) from told),
         (select json_agg(json_build_object('dropId', c.id::text, 'firstEntry', c.entries, 'standing', standing_of(c::drops), 'offered', '[]'::json)) from counted c)
  into v_answers, v_changes;
  return json_build_object('answers', coalesce(v_answers, '[]'), 'drops', coalesce(v_changes, '[]'));
end $$;
