-- What monitors and dashboards read, as functions, because their plans must not hang on statistics, which the embedded database does not keep by itself: each reads along an index, and as much as it
-- is asked for. A sale may be running beside it.

-- accounts_page, failed_page: how many there are after this id, up to a limit; and the last of them.
create or replace function accounts_page(p_after bigint, p_limit integer) returns table (count integer, last text)
language sql stable set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off as $$
  select count(*)::integer, max(id)::text from (select id from accounts where id > p_after order by id limit p_limit) page
$$;
create or replace function failed_page(p_after bigint, p_limit integer) returns table (count integer, last text)
language sql stable set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off as $$
  select count(*)::integer, max(id)::text from (select id from deliveries where state = 'failed' and id > p_after order by id limit p_limit) page
$$;

-- open_payments: of all drops, or of one.
create or replace function open_payments(p_drop_id bigint default null) returns table (pending integer, refunding integer)
language sql stable set enable_seqscan = off set jit = off as $$
  select count(*) filter (where state = 'pending')::integer, count(*) filter (where state = 'refunding')::integer
  from payments where state in ('pending', 'refunding') and (p_drop_id is null or drop_id = p_drop_id)
$$;

-- seconds_of: the seconds of one drop from one moment to before another, in their order.
create or replace function seconds_of(p_drop_id bigint, p_from float8, p_before float8)
returns table (second float8, granted integer, "soldOut" integer, "limitReached" integer, closed integer, "notOpen" integer, faults integer, "atGate" integer, latencies text)
language sql stable set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off as $$
  select extract(epoch from s.second)::bigint::float8, granted, sold_out, limit_reached, closed, not_open, faults, at_gate, array_to_string(latencies, ',')
  from sale_seconds s where drop_id = p_drop_id and s.second >= to_timestamp(p_from) and s.second < to_timestamp(p_before) order by s.second
$$;
create or replace function minutes_of(p_drop_id bigint, p_from float8, p_before float8) returns table (minute float8, granted float8)
language sql stable set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off as $$
  select (extract(epoch from second)::bigint / 60)::float8, sum(granted)::float8
  from sale_seconds where drop_id = p_drop_id and second >= to_timestamp(p_from) and second < to_timestamp(p_before) group by 1
$$;

-- busy_drops: those to which anything was answered in the last hour, what was granted most first.
create or replace function busy_drops(p_limit integer) returns table (id text)
language sql stable set enable_seqscan = off set jit = off as $$
  select drop_id::text from sale_quarters where quarter >= statement_timestamp() - interval '75 minutes'
  group by drop_id order by sum(granted) desc, max(quarter) desc, drop_id limit p_limit
$$;

-- last_day: what was sent in twenty-four hours, to the quarter of an hour.
create or replace function last_day() returns table (channel text, sent integer, failed integer)
language sql stable set enable_seqscan = off set jit = off as $$
  select channel, sum(sent)::integer, sum(failed)::integer from delivery_quarters where quarter > statement_timestamp() - interval '1 day' group by channel
$$;

-- span_of_days: from before these days of a time zone to after them, wider by more than a clock is ever set. Whether a quarter belongs to a day says the date that a clock there shows, which may
-- be the same twice in a night.
create or replace function span_of_days(p_time_zone text, p_first date, p_last date) returns tstzrange
language sql stable as $$
  select tstzrange((p_first::timestamp at time zone p_time_zone) - interval '3 hours', ((p_last + 1)::timestamp at time zone p_time_zone) + interval '3 hours')
$$;

-- sales_of_days, deliveries_of_days, payments_of_days: sums by the days of a time zone, from the first to the last.
create or replace function sales_of_days(p_time_zone text, p_first date, p_last date) returns table (day text, granted float8, refused float8, faults float8)
language sql stable set enable_seqscan = off set jit = off as $$
  select to_char(date, 'YYYY-MM-DD'), sum(granted)::float8, sum(sold_out + limit_reached + closed + not_open)::float8, sum(faults)::float8
  from span_of_days(p_time_zone, p_first, p_last) span, sale_quarters, lateral (select (quarter at time zone p_time_zone)::date as date) local
  where quarter >= lower(span) and quarter < upper(span) and date between p_first and p_last
  group by date
$$;
create or replace function deliveries_of_days(p_time_zone text, p_first date, p_last date) returns table (day text, sent float8, failed float8)
language sql stable set enable_seqscan = off set jit = off as $$
  select to_char(date, 'YYYY-MM-DD'), sum(sent)::float8, sum(failed)::float8
  from span_of_days(p_time_zone, p_first, p_last) span, delivery_quarters, lateral (select (quarter at time zone p_time_zone)::date as date) local
  where quarter >= lower(span) and quarter < upper(span) and date between p_first and p_last
  group by date
$$;
create or replace function payments_of_days(p_time_zone text, p_first date, p_last date)
returns table (day text, currency text, succeeded float8, paid float8, refunded float8, "refundedAmount" float8)
language sql stable set enable_seqscan = off set jit = off as $$
  select to_char(date, 'YYYY-MM-DD'), currency, sum(succeeded)::float8, sum(paid)::float8, sum(refunded)::float8, sum(refunded_amount)::float8
  from span_of_days(p_time_zone, p_first, p_last) span, payment_quarters, lateral (select (quarter at time zone p_time_zone)::date as date) local
  where quarter >= lower(span) and quarter < upper(span) and date between p_first and p_last
  group by date, currency
$$;
