-- Trends of what ends: deliveries and payments, counted by the quarter of an hour in which they ended, each end once: a delivery that failed and was sent again has two.
--
-- They are read in the order of their ends, from where the last roll-up got to, so that a look at a dashboard never counts a million rows. Only what is older than every
-- change under way: a row that is committed later with an earlier moment would be passed over.

-- ended_before: of what had ended by then nothing more is to come. Two seconds ago, or when the oldest transaction that has written something began; but not for longer than
-- a minute: none of ours lasts so long, and somebody's forgotten session must not keep the figures from going on.
create or replace function ended_before() returns timestamptz
language sql volatile as $$
  select greatest(clock_timestamp() - interval '1 minute', least(clock_timestamp() - interval '2 seconds', (
    select min(xact_start) from pg_stat_activity where backend_xid is not null and pid <> pg_backend_pid() and datname = current_database())))
$$;

-- quarter_of: the quarter of an hour.
create or replace function quarter_of(p_moment timestamptz) returns timestamptz
language sql immutable as $$ select date_bin('15 minutes', p_moment, timestamptz '2000-01-01 00:00:00Z') $$;

-- roll_up_deliveries: the next `p_limit` at most. How many there were; 0, too, while another worker does it.
create or replace function roll_up_deliveries(p_limit integer) returns integer
language plpgsql set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
declare
  v_from    roll_up_positions%rowtype;
  v_before  timestamptz := ended_before();
  v_count   integer;
begin
  select * into v_from from roll_up_positions where what = 'deliveries';
  -- Most looks find nothing, and must cost nothing.
  if not exists (select from deliveries where ended_at is not null and ended_at >= v_from.at and (ended_at, id) > (v_from.at, v_from.id::bigint) and ended_at < v_before) then return 0; end if;
  select * into v_from from roll_up_positions where what = 'deliveries' for update skip locked;
  if not found then return 0; end if;
  with taken as materialized (
    select ended_at, id, channel, state from deliveries
    where ended_at is not null and (ended_at, id) > (v_from.at, v_from.id::bigint) and ended_at < v_before
    order by ended_at, id limit p_limit
  ), counted as (
    insert into delivery_quarters as q (quarter, channel, sent, failed)
    select quarter_of(ended_at), channel, count(*) filter (where state = 'sent'), count(*) filter (where state = 'failed')
    from taken group by 1, 2
    on conflict (quarter, channel) do update set sent = q.sent + excluded.sent, failed = q.failed + excluded.failed
  ), moved as (
    update roll_up_positions p set at = t.ended_at, id = t.id::text
    from (select ended_at, id from taken order by ended_at desc, id desc limit 1) t
    where p.what = 'deliveries'
  )
  select count(*) into v_count from taken;
  return v_count;
end $$;

-- roll_up_payments: the next `p_limit` at most of those that succeeded, or were given back; as above.
create or replace function roll_up_payments(p_state text, p_limit integer) returns integer
language plpgsql set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
declare
  v_what    text := 'payments ' || p_state;
  v_from    roll_up_positions%rowtype;
  v_before  timestamptz := ended_before();
  v_count   integer;
begin
  select * into v_from from roll_up_positions where what = v_what;
  if p_state = 'succeeded' then
    if not exists (select from payments where state = 'succeeded' and (decided_at, id) > (v_from.at, v_from.id) and decided_at < v_before) then return 0; end if;
  elsif not exists (select from payments where state = 'refunded' and (refunded_at, id) > (v_from.at, v_from.id) and refunded_at < v_before) then return 0;
  end if;
  select * into v_from from roll_up_positions where what = v_what for update skip locked;
  if not found then return 0; end if;
  with taken as materialized (
    (select decided_at as ended_at, id, currency, amount, 1 as succeeded from payments
     where p_state = 'succeeded' and state = 'succeeded' and (decided_at, id) > (v_from.at, v_from.id) and decided_at < v_before
     order by decided_at, id limit p_limit)
    union all
    (select refunded_at, id, currency, amount, 0 from payments
     where p_state = 'refunded' and state = 'refunded' and (refunded_at, id) > (v_from.at, v_from.id) and refunded_at < v_before
     order by refunded_at, id limit p_limit)
  ), counted as (
    insert into payment_quarters as q (quarter, currency, succeeded, paid, refunded, refunded_amount)
    select quarter_of(ended_at), currency, sum(succeeded), sum(amount * succeeded), sum(1 - succeeded), sum(amount * (1 - succeeded))
    from taken group by 1, 2
    on conflict (quarter, currency) do update
    set succeeded = q.succeeded + excluded.succeeded, paid = q.paid + excluded.paid,
        refunded = q.refunded + excluded.refunded, refunded_amount = q.refunded_amount + excluded.refunded_amount
  ), moved as (
    update roll_up_positions p set at = t.ended_at, id = t.id
    from (select ended_at, id from taken order by ended_at desc, id desc limit 1) t
    where p.what = v_what
  )
  select count(*) into v_count from taken;
  return v_count;
end $$;

-- ends_of: what became of the units of a drop, after one serial and up to another.
create or replace function ends_of(p_drop_id bigint, p_after integer, p_upto integer)
returns table (used integer, confirmed integer, cancelled integer, expired integer, returned integer)
language sql stable set enable_seqscan = off set jit = off as $$
  select count(*) filter (where state = 'used')::integer, count(*) filter (where state = 'confirmed')::integer, count(*) filter (where state = 'cancelled')::integer,
         count(*) filter (where state = 'expired')::integer, count(*) filter (where state = 'returned')::integer
  from grants where drop_id = p_drop_id and serial > p_after and serial <= p_upto
$$;
