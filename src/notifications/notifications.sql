-- Notifications and deliveries that are due, as functions, because their plans must not hang on statistics: a table that was empty a minute ago may hold a sale's worth of rows.
-- By the statement's clock, which stands still: by one that goes on the index could not be used. Nothing is due early.

-- what_is_due: whether there is anything at all to tell of these types. Most looks find nothing, and must cost nothing.
create or replace function what_is_due(p_types text[], p_followed_types text[]) returns table (notifications boolean, announcements boolean)
language sql volatile set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
  select exists (select from notifications where state = 'scheduled' and due_at <= statement_timestamp() and type = any(p_types)),
         exists (select from announcements where state = 'scheduled' and due_at <= statement_timestamp() and type = any(p_followed_types))
$$;

-- due_notifications: scheduled ones of these types whose hour has come, the longest overdue first, locked for this transaction. Those that another worker is telling are left to
-- it; and so are, while versions change, types that only another knows.
create or replace function due_notifications(p_types text[], p_limit integer)
returns table (id text, user_id text, type text, data json, channels text[])
language sql volatile set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
  select id::text, user_id::text, type, data, channels from notifications
  where state = 'scheduled' and due_at <= statement_timestamp() and type = any(p_types)
  order by due_at limit p_limit for update skip locked
$$;

-- tell_notifications: they are told from now on, or cancelled, because what they tell of does not happen any more.
create or replace function tell_notifications(p_ids bigint[], p_states text[], p_in_app boolean[]) returns table (id text, told_at timestamptz)
language sql volatile set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  update notifications n
  set state = t.state, in_app = t.in_app, told_at = case when t.state = 'told' then statement_timestamp() end
  from unnest(p_ids, p_states, p_in_app) as t (id, state, in_app)
  where n.id = t.id
  returning n.id::text, n.told_at
$$;

-- cancel_notifications: of these, those that are still scheduled.
create or replace function cancel_notifications(p_user_ids bigint[], p_keys text[]) returns void
language sql volatile set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  update notifications n set state = 'cancelled'
  from unnest(p_user_ids, p_keys) as t (user_id, key)
  where n.user_id = t.user_id and n.dedupe_key = t.key and n.state = 'scheduled'
$$;

-- is_so: whether what an announcement says of a drop is so at this moment.
create or replace function is_so(p_type text, p_data json, d drops, p_now timestamptz) returns boolean
language sql stable as $$
  select d.cancelled_at is null and case p_type
    when 'drop_opening' then d.opens_at > p_now and date_trunc('milliseconds', d.opens_at) = (p_data ->> 'opensAt')::timestamptz
    when 'sold_out' then d.granted + waiting_in(d) >= d.stock
    when 'back_in_stock' then is_on_sale(d, p_now) and d.granted + waiting_in(d) < d.stock
    else true end
$$;

-- outlived: which of these notifications are not worth telling any more, by their places. The others hold for ever: what has happened has happened.
--   password_reset                           its link works
--   granted, your_turn, slot_expiring        the coupon can be used, the slot can be paid
--   drop_opening, sold_out, back_in_stock    it is so of the drop
create or replace function outlived(p_types text[], p_data text[]) returns table (place integer)
language sql volatile set enable_seqscan = off set enable_bitmapscan = off as $$
  select n.place::integer
  from unnest(p_types, p_data) with ordinality as n (type, data, place)
  cross join lateral (select n.data::json as data offset 0) a
  where not case
    when n.type = 'password_reset' then exists (
      select from password_resets where id = a.data ->> 'resetId' and used_at is null and expires_at > clock_timestamp())
    when n.type in ('granted', 'your_turn', 'slot_expiring') then exists (
      select from grants g
      where g.drop_id = split_part(a.data ->> 'grantId', '-', 1)::bigint and g.serial = split_part(a.data ->> 'grantId', '-', 2)::integer
        and (can_be_paid(g, clock_timestamp()) or g.state = 'issued' and g.expires_at > clock_timestamp()))
    when n.type in ('drop_opening', 'sold_out', 'back_in_stock') then exists (
      select from drops d where d.id = (a.data ->> 'dropId')::bigint and is_so(n.type, a.data, d, clock_timestamp()))
    else true end
$$;

-- due_announcement: the one that is the longest overdue, locked for this transaction; the next when another worker is at it. `is_so` is false when the drop is gone, too.
create or replace function due_announcement(p_types text[])
returns table (id text, drop_id text, after_user_id text, type text, dedupe_key text, data json, is_so boolean)
language sql volatile set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
  select id::text, drop_id::text, after_user_id::text, type, dedupe_key, data,
         coalesce((select is_so(a.type, a.data, d, clock_timestamp()) from drops d where d.id = a.drop_id), false)
  from announcements a
  where state = 'scheduled' and due_at <= statement_timestamp() and type = any(p_types)
  order by due_at limit 1 for update skip locked
$$;

-- followers: the next of those who follow a drop and chose to hear of this.
create or replace function followers(p_drop_id bigint, p_type text, p_after_user_id bigint, p_limit integer) returns table (user_id text)
language sql stable set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
  select i.user_id::text from interests i
  where i.drop_id = p_drop_id and i.user_id > p_after_user_id
    and case p_type when 'drop_opening' then i.drop_opening when 'sold_out' then i.sold_out when 'back_in_stock' then i.back_in_stock end
  order by i.user_id limit p_limit
$$;

-- preferences_of: what these people have chosen; who has chosen nothing is not among the rows.
create or replace function preferences_of(p_user_ids bigint[])
returns table ("userId" text, email boolean, language text, slack boolean, discord boolean, choices json)
language sql stable set enable_seqscan = off as $$
  select s.user_id::text, s.email, s.language, s.slack_url is not null, s.discord_url is not null, s.choices
  from unnest(p_user_ids) as u (user_id)
  cross join lateral (select * from notification_settings n where n.user_id = u.user_id offset 0) s
$$;

-- take_deliveries: due ones of one channel, the longest overdue first, with all that is needed to send them. From here on they are under way: whoever takes them has
-- `p_within_ms` for it, then they are taken for lost, and due again.
create or replace function take_deliveries(p_channel text, p_limit integer, p_within_ms integer)
returns table (id text, "userId" text, attempts integer, type text, data json, email text, "emailOn" boolean, slack text, discord text, language text)
language plpgsql volatile
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
begin
  -- Most looks find nothing, and must cost nothing.
  if not exists (select from deliveries d where d.channel = p_channel and d.state = 'pending' and d.due_at <= statement_timestamp()) then return; end if;
  return query
  with due as materialized (
    select d.ctid as at from deliveries d
    where d.channel = p_channel and d.state = 'pending' and d.due_at <= statement_timestamp()
    order by d.due_at limit p_limit for update skip locked
  ), taken as (
    update deliveries d set due_at = clock_timestamp() + p_within_ms * interval '1 millisecond', attempts = d.attempts + 1
    from due where d.ctid = due.at
    returning d.*
  )
  select t.id::text, t.user_id::text, t.attempts, n.type, n.data, a.email, coalesce(s.email, true), s.slack_url, s.discord_url, s.language
  from taken t
  left join lateral (select * from notifications where notifications.id = t.notification_id offset 0) n on true
  left join lateral (select * from accounts where accounts.id = t.user_id offset 0) a on true
  left join lateral (select * from notification_settings where user_id = t.user_id offset 0) s on true;
end $$;

-- record_deliveries: what became of deliveries that were under way.
--   sent      the other side has them
--   failed    it never will
--   pending   tried in vain: again in `p_wait_ms`
--   unbegun   nobody tried: due now, and not counted
-- Only as long as the attempt is still the latest: who comes back after having been taken for lost changes nothing but a failure into a success.
create or replace function record_deliveries(p_ids bigint[], p_attempts integer[], p_words text[], p_wait_ms integer[], p_failures text[]) returns void
language sql volatile set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  update deliveries d
  set state = case t.word when 'unbegun' then 'pending' else t.word end,
      attempts = case t.word when 'unbegun' then d.attempts - 1 else d.attempts end,
      due_at = case t.word when 'unbegun' then clock_timestamp() when 'pending' then clock_timestamp() + t.wait_ms * interval '1 millisecond' else d.due_at end,
      ended_at = case when t.word in ('sent', 'failed') then clock_timestamp() end,
      failure = case t.word when 'unbegun' then d.failure else t.failure end
  from unnest(p_ids, p_attempts, p_words, p_wait_ms, p_failures) as t (id, attempts, word, wait_ms, failure)
  where d.id = t.id and d.state = 'pending' and (d.attempts = t.attempts or t.word = 'sent')
$$;
