-- Indexes on tables that may be full when they are made: built beside whatever goes on, one by one, by src/database/indexes.ts, which says how. What a claim or a payment cannot do
-- without belongs into a migration, with its table; these make lists and figures of administrators quick, and until they are there, those are slow.

-- Figures roll up what has ended, in the order of its end (src/reports/roll-up.sql).
create index concurrently if not exists deliveries_ended on deliveries (ended_at, id) where ended_at is not null;
create index concurrently if not exists payments_succeeded on payments (decided_at, id) where state = 'succeeded';
create index concurrently if not exists payments_refunded on payments (refunded_at, id) where state = 'refunded';
-- What is on its way now, counted by the dashboard and by the monitor of a drop.
create index concurrently if not exists payments_open on payments (state, drop_id) where state in ('pending', 'refunding');
-- Everybody's payments, newest first; what went wrong is rare, and looked for.
create index concurrently if not exists payments_created on payments (created_at, id);
create index concurrently if not exists payments_failed on payments (created_at, id) where state in ('failed', 'refunding', 'refunded');
-- Those of a drop. By an expression, so that it is never taken for what finds the payments of one slot: a plan that was made while the table was small cannot tell the two apart.
create index concurrently if not exists payments_of_drop on payments ((drop_id + 0), created_at, id);
-- Drops of the version before whose units are still to be counted; soon none.
create index concurrently if not exists drops_uncounted on drops (id) where used is null;
