-- claim_queued: decides what the queue has delivered, and remembers in the same transaction how far that was. This is the fence of the queue: of two
-- processes that have read the same records only one moves the position, and the other's decisions are rolled back before they are made.
--
-- Input    the topic's id and the partition; `p_expected`, the offset that the caller believes to be the next; `p_next`, the one after its last record; and
--          the claims, gathered per drop: `p_counts[i]` claims on `p_drop_ids[i]`, all in one row of arrays as `claim` takes them.
-- Output   position  where the queue stands now. If that is not what the caller expected, nothing was decided.
--          replies   otherwise what `claim` said, drop by drop.
-- Locks    the position's row, then the drops', in the order that everybody keeps (standing.sql): there is no circle.
create or replace function claim_queued(
  p_topic text, p_partition integer, p_expected bigint, p_next bigint,
  p_drop_ids bigint[], p_counts integer[], p_user_ids bigint[], p_request_ids text[], p_codes text[]) returns json
language plpgsql as $$
declare
  v_position bigint;
  v_replies  json[] := '{}';
  v_from     integer := 1;
  v_to       integer;
begin
  select next_offset into v_position from intake_positions where topic = p_topic and partition = p_partition for update;
  if v_position is distinct from p_expected then return json_build_object('position', v_position); end if;

  perform lock_drops(p_drop_ids);
  for i in 1 .. cardinality(p_drop_ids) loop
    v_to := v_from + p_counts[i] - 1;
    v_replies := array_append(v_replies,
      claim(p_drop_ids[i], p_user_ids[v_from:v_to], p_request_ids[v_from:v_to], p_codes[v_from:v_to]));
    v_from := v_to + 1;
  end loop;

  update intake_positions set next_offset = p_next where topic = p_topic and partition = p_partition;
  return json_build_object('position', p_next, 'replies', v_replies);
end $$;
