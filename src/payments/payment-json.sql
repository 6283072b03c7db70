-- What several functions of the payments say.

-- can_be_paid: whether a payment for the slot may begin at this moment. Once it may not, it never may again.
create or replace function can_be_paid(g grants, p_now timestamptz) returns boolean
language sql immutable as $$ select g.state = 'held' and g.hold_until > p_now $$;

-- slot_failure: why a payment for a slot comes to nothing that cannot be paid (any more).
create or replace function slot_failure(g grants) returns text
language sql immutable as $$ select case g.state when 'held' then 'slot_expired' else 'slot_' || g.state end $$;

-- payment_json: a payment as it stands at this moment. One that nobody was asked for ends with its slot, also before somebody has written so.
create or replace function payment_json(p payments, g grants, p_now timestamptz) returns json
language sql stable as $$
  select json_build_object(
    'id', p.id, 'dropId', p.drop_id::text, 'serial', p.serial, 'userId', p.user_id::text, 'method', p.method,
    'title', (select title from drops where id = p.drop_id), 'amount', p.amount, 'currency', p.currency,
    'state', case when lapsed then 'failed' else p.state end,
    'failure', case when lapsed then slot_failure(g) else p.failure end,
    'createdAt', p.created_at, 'askedAt', p.asked_at,
    'decidedAt', case when lapsed then coalesce(g.released_at, g.settled_at, g.hold_until) else p.decided_at end,
    'refundedAt', p.refunded_at, 'checkAt', p.check_at, 'checks', p.checks, 'providerKey', p.provider_key, 'receiptUrl', p.receipt_url)
  from (select p.state = 'pending' and p.asked_at is null and not can_be_paid(g, p_now) as lapsed) l
$$;
