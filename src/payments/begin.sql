-- begin_payment: the provider is about to be asked to take the money for a slot. Committed before it is asked: if this process dies, somebody will look.
--
-- Input    the payment; for how long from now its slot is kept for it at most, should its hold end meanwhile; and after how long the provider's books are looked at,
--          if nothing was heard by then.
-- Output   answer   begun      ask the provider now; nobody else will
--                   asked      it has been asked for this payment already
--                   in_flight  another payment for the slot is on its way
--                   over       the slot cannot be paid any more, and the payment has failed for that reason; or it was decided before
--          payment, slot  as they now stand. Null for an unknown payment.
-- Locks    the drop's row, as every change of a grant, and the payment's: what time has ended is written without the drop (store.ts).
create or replace function begin_payment(p_id text, p_grace_ms integer, p_check_ms integer) returns json
language plpgsql set enable_seqscan = off as $$
declare
  v_drop_id bigint;
  v_now     timestamptz;
  v_answer  text;
  p         payments%rowtype;
  g         grants%rowtype;
begin
  select drop_id into v_drop_id from payments where id = p_id;
  if not found then return null; end if;
  perform lock_drops(array[v_drop_id]);
  select * into p from payments where id = p_id for update;
  select * into g from grants where drop_id = p.drop_id and serial = p.serial;
  v_now := clock_timestamp(); -- after both locks: waiting for one may have taken the slot's last moment

  v_answer := case
    when p.state <> 'pending' then 'over'
    when p.asked_at is not null then 'asked'
    when g.state = 'held' and g.payment_id is not null and g.expires_at > v_now then 'in_flight'
    when can_be_paid(g, v_now) then 'begun'
    else 'over'
  end;
  if v_answer = 'begun' then
    update payments set asked_at = v_now, check_at = v_now + p_check_ms * interval '1 millisecond' where id = p_id returning * into p;
    update grants
    set payment_id = p_id, expires_at = greatest(hold_until, v_now + p_grace_ms * interval '1 millisecond')
    where drop_id = p.drop_id and serial = p.serial returning * into g;
  elsif v_answer = 'over' and p.state = 'pending' then
    update payments set state = 'failed', decided_at = v_now, failure = slot_failure(g), check_at = null where id = p_id returning * into p;
  end if;
  return json_build_object('answer', v_answer, 'payment', payment_json(p, g, v_now), 'slot', grant_json(g));
end $$;
