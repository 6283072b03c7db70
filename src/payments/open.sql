-- open_payment: somebody wants to pay for a slot. The same request is one payment, however often it comes.
--
-- Input    a fresh id, the slot, who asks and with which request, the way to pay; whether the provider is asked at once or the buyer approves there first; as for
--          `begin_payment` the rest.
-- Output   answer   missing    there is no such grant, or it is not this user's
--                   known      this request has been here: its payment as it stands
--                   in_flight  another payment for the slot is on its way
--                   over       the slot cannot be paid (any more): its state says why
--                   too_many   so many have been tried that somebody is trying cards
--                   opened     the buyer's approval is waited for; the slot's hold does not wait
--                   begun      ask the provider now, as after `begin_payment`
--                   decided    nothing is to be paid: the slot is confirmed
--          payment, slot  as they now stand
--          drop      where the drop stands, when the slot was confirmed
-- Locks    the drop's row, as every change of a grant: of many requests for a slot, on any gateways, one begins.
create or replace function open_payment(
  p_id text, p_drop_id bigint, p_serial integer, p_user_id bigint, p_request_id text, p_method text, p_ask boolean,
  p_grace_ms integer, p_check_ms integer) returns json
language plpgsql set enable_seqscan = off as $$
declare
  c_per_slot_max constant integer := 50;
  v_now     timestamptz := lock_drops(array[p_drop_id]);
  v_answer  text;
  v_decided json;
  d         drops%rowtype;
  g         grants%rowtype;
  p         payments%rowtype;
begin
  select * into d from drops where id = p_drop_id;
  select * into g from grants where drop_id = p_drop_id and serial = p_serial;
  if not found or g.user_id <> p_user_id or d.kind <> 'product' then return json_build_object('answer', 'missing'); end if;
  select * into p from payments where drop_id = p_drop_id and serial = p_serial and request_id = p_request_id;

  v_answer := case
    when found then 'known'
    when g.state = 'held' and g.payment_id is not null and g.expires_at > v_now then 'in_flight'
    when not can_be_paid(g, v_now) then 'over'
    when (select count(*) from payments where drop_id = p_drop_id and serial = p_serial) >= c_per_slot_max then 'too_many'
    else 'opened'
  end;
  if v_answer = 'opened' then
    insert into payments (id, drop_id, serial, user_id, request_id, method, amount, currency, state, created_at, check_at)
    values (p_id, p_drop_id, p_serial, p_user_id, p_request_id, p_method, d.price, d.currency, 'pending', v_now, g.hold_until)
    returning * into p;
    if d.price = 0 then
      -- The hold may end between two looks at the clock: then it has failed, and there is nothing to confirm.
      v_decided := begin_payment(p_id, p_grace_ms, p_check_ms);
      if v_decided ->> 'answer' <> 'begun' then return v_decided; end if;
      v_decided := decide_payment(p_id, 'charged', null, null, null, null::integer);
      return json_build_object(
        'answer', 'decided', 'payment', v_decided -> 'payment', 'slot', v_decided -> 'slot', 'drop', v_decided -> 'drop');
    elsif p_ask then
      return begin_payment(p_id, p_grace_ms, p_check_ms);
    end if;
  end if;
  return json_build_object(
    'answer', v_answer, 'slot', grant_json(g), 'payment', case when p.id is not null then payment_json(p, g, v_now) end);
end $$;
