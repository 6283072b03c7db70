-- wait: people who were told `sold_out` take their places in the waiting line. Their arrival is their place: of two who wait, the one who claimed first goes first,
-- whenever they asked to wait.
--
-- Input    the drop, who, and the request that was refused; a fresh code each. A request that the ledger has not taken yet (a gate refused it) is a claim first, and
--          may win. No (user, request) pair may stand in a batch twice, and no user.
-- Output   null for an unknown drop, else
--          claim   what `claim` said of the same requests
--          places  per request: waiting (with its arrival), offered (its turn has come before, with the grant's serial), over (it has had its turn: a new request may
--                  wait again), limit_reached (its user holds as many as one may), closed, no_line (this drop has none), or null (its claim's answer says all)
--          drop    where the drop stands, and the first log entry of this change; null when nothing has changed
-- Writes   what `claim` writes, then waiters, the drop's count of them and one log entry.
create or replace function wait(p_drop_id bigint, p_user_ids bigint[], p_request_ids text[], p_codes text[]) returns json
language plpgsql set enable_seqscan = off as $$
declare
  v_entries bigint;
  v_now     timestamptz;
  v_claim   json;
  v_places  json;
  v_joined  bigint[];
  v_users   text[];
  d         drops%rowtype;
begin
  select entries into v_entries from drops where id = p_drop_id for update;
  if not found then return null; end if;

  -- Twice: whom the ledger has refused already stand in line before the others claim, so that none of those overtakes them.
  for v_round in 1 .. 2 loop
    if v_round = 2 then v_claim := claim(p_drop_id, p_user_ids, p_request_ids, p_codes); end if;
    select * into d from drops where id = p_drop_id;
    v_now := clock_timestamp();

    with asked as (
      select r.*, c.arrival, w.state, w.arrival as place, w.serial, w.request_id as waiting_request_id, held.units
      from unnest(p_user_ids, p_request_ids) with ordinality as r (user_id, request_id, position)
      cross join lateral (
        select max(arrival) as arrival from claims
        where drop_id = p_drop_id and user_id = r.user_id and request_id = r.request_id and outcome = 'sold_out') c
      left join lateral (select * from waiters where drop_id = p_drop_id and user_id = r.user_id offset 0) w on true
      cross join lateral (
        select case when count(*) >= had_max() then d.per_user_limit else count(*) filter (where living) end as units
        from (
          select exists (select from grants g where g.drop_id = p_drop_id and g.serial = c.serial and g.released_at is null offset 0) as living
          from claims c where c.drop_id = p_drop_id and c.user_id = r.user_id and c.serial is not null limit had_max()
        ) had
      ) held
    ), decided as materialized (
      select *,
             case
               when arrival is null then null
               when state = 'offered' and request_id = waiting_request_id then 'offered'
               when not d.waiting_line then 'no_line'
               when not is_on_sale(d, v_now) then 'closed'
               when state = 'waiting' then 'waiting'
               when units >= d.per_user_limit then 'limit_reached'
               -- Places only grow: a claim that has had its turn, or was passed over, never comes back, whatever its user has waited with since.
               when state is null or arrival > place or (state = 'left' and arrival = place) then 'join'
               else 'over'
             end as answer
      from asked
    ), joined as (
      insert into waiters as w (drop_id, user_id, request_id, arrival, joined_at, state)
      select p_drop_id, user_id, request_id, arrival, v_now, 'waiting' from decided where answer = 'join'
      on conflict (drop_id, user_id) do update
      set request_id = excluded.request_id, arrival = excluded.arrival, joined_at = excluded.joined_at, state = 'waiting', serial = null
      returning w.user_id, w.arrival
    )
    select (select json_agg(json_build_object(
                     'place', case answer when 'join' then 'waiting' else answer end,
                     'arrival', case answer when 'waiting' then place else arrival end,
                     'serial', case answer when 'offered' then serial end) order by position) from decided),
           (select array_agg(arrival order by arrival) from joined), (select array_agg(user_id::text order by arrival) from joined)
    into v_places, v_joined, v_users;

    if v_joined is not null then
      update drops set waiting = waiting + cardinality(v_joined) where id = p_drop_id;
      perform append_entry(p_drop_id, v_now, 'joined', json_build_object('arrivals', v_joined, 'userIds', v_users));
    end if;
  end loop;

  select * into d from drops where id = p_drop_id;
  return json_build_object('claim', v_claim, 'places', v_places, 'drop', case when d.entries > v_entries then
    json_build_object('dropId', p_drop_id::text, 'firstEntry', v_entries + 1, 'standing', standing_of(d), 'offered', '[]'::json) end);
end $$;

-- leave: somebody gives up their place. Null when they had none.
create or replace function leave(p_drop_id bigint, p_user_id bigint) returns json
language plpgsql set enable_seqscan = off as $$
declare
  d drops%rowtype;
  w waiters%rowtype;
begin
  select * into d from drops where id = p_drop_id for update;
  -- By its key alone: with the state in the condition it might be looked for all along the line.
  select * into w from waiters where drop_id = p_drop_id and user_id = p_user_id;
  if w.state is distinct from 'waiting' then return null; end if;
  update waiters set state = 'left' where drop_id = p_drop_id and user_id = p_user_id;
  update drops set waiting = waiting - 1 where id = p_drop_id;
  perform append_entry(p_drop_id, clock_timestamp(), 'left', json_build_object('arrivals', array[w.arrival], 'userIds', array[p_user_id::text]));
  return (select json_build_object('dropId', p_drop_id::text, 'firstEntry', d.entries + 1, 'standing', standing_of(n), 'offered', '[]'::json)
          from drops n where n.id = p_drop_id);
end $$;
