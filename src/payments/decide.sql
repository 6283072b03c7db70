-- decide_payment: what the provider has said of a payment becomes true for the slot, in one transaction. Every charge ends here, once: its slot is confirmed, or the
-- money goes back.
--
-- Input    the payment, and the provider's word:
--            charged     the money was taken     a slot that is still kept for this payment is confirmed; otherwise the payment is to be given back
--            mischarged  money was taken, and not what was to be paid: it is to be given back, for the reason in `p_failure`
--            declined    it was not taken        the slot is free for another try, as long as its hold lasts
--            silent      the provider knows nothing of it, and had time enough: as declined, but its books are asked again later, for a charge after all
--            refunded    the money is back
--          and after how long the provider is asked next (of what is given back: if the money is not back by then). Null: never.
-- Output   changed   whether this was news: who is told twice, or late, changes nothing
--          payment, slot  as they now stand
--          drop      where the drop stands, when the slot was confirmed. Null for an unknown payment.
--
--   pending ──charged, the slot is kept──> succeeded
--      │    └─charged, the slot is gone──> refunding ──refunded──> refunded
--      └──declined, silent──> failed ──charged after all──> refunding
create or replace function decide_payment(
  p_id text, p_word text, p_provider_key text, p_receipt_url text, p_failure text, p_check_ms integer) returns json
language plpgsql set enable_seqscan = off as $$
declare
  v_drop_id  bigint;
  v_now      timestamptz;
  v_check_at timestamptz;
  v_before   text;
  v_drop     json;
  p          payments%rowtype;
  g          grants%rowtype;
begin
  select drop_id into v_drop_id from payments where id = p_id;
  if not found then return null; end if;
  v_now := lock_drops(array[v_drop_id]);
  v_check_at := v_now + p_check_ms * interval '1 millisecond';
  select * into p from payments where id = p_id;
  select * into g from grants where drop_id = p.drop_id and serial = p.serial;
  v_before := p.state;

  if p_word = 'charged' and p.state = 'pending' and g.payment_id = p_id and g.state = 'held' and g.expires_at > v_now then
    update payments
    set state = 'succeeded', decided_at = v_now, provider_key = p_provider_key, receipt_url = p_receipt_url, failure = null, check_at = null
    where id = p_id returning * into p;
    update grants set state = 'confirmed', settled_at = v_now where drop_id = p.drop_id and serial = p.serial returning * into g;
    with counted as (
      update drops set entries = entries + 1, confirmed = confirmed + 1 where id = v_drop_id returning *
    ), written as (
      insert into log_entries (drop_id, number, at, kind, body)
      select id, entries, v_now, 'settled', json_build_object('state', 'confirmed', 'serials', array[p.serial]) from counted
    )
    select json_build_object('dropId', c.id::text, 'firstEntry', c.entries, 'standing', standing_of(c::drops), 'offered', '[]'::json)
    into v_drop from counted c;
  elsif p_word in ('charged', 'mischarged') and p.state in ('pending', 'failed') then
    -- In the books until the money is back. Why it failed before is what its buyer was told.
    update payments
    set state = 'refunding', decided_at = v_now, provider_key = p_provider_key, check_at = coalesce(v_check_at, v_now), checks = 0,
        failure = coalesce(failure, p_failure, slot_failure(g))
    where id = p_id returning * into p;
  elsif p_word in ('declined', 'silent') and p.state in ('pending', 'failed') then
    update payments
    set state = 'failed', decided_at = coalesce(decided_at, v_now), failure = coalesce(failure, p_failure), check_at = v_check_at, checks = checks + 1
    where id = p_id returning * into p;
  elsif p_word = 'refunded' and p.state in ('pending', 'failed', 'refunding') then
    update payments
    set state = 'refunded', decided_at = coalesce(decided_at, v_now), refunded_at = v_now, check_at = null, failure = coalesce(failure, p_failure)
    where id = p_id returning * into p;
  end if;

  if p.state <> 'pending' and p.state <> 'succeeded' and g.payment_id = p_id and g.state = 'held' then
    update grants set payment_id = null, expires_at = hold_until where drop_id = p.drop_id and serial = p.serial returning * into g;
  end if;
  return json_build_object('changed', p.state <> v_before, 'payment', payment_json(p, g, v_now), 'slot', grant_json(g), 'drop', v_drop);
end $$;
