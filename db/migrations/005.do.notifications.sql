-- Who is told of what: each person's stream of messages, notifications and their deliveries, interest, password resets.

-- The messages for people's sockets, numbered over all people in the order of their commits, without gaps: whoever takes a number holds this row until the commit.
-- So a reader who has seen a number has seen all lower ones. `forgotten`: up to here they have been removed.
create table message_head (
  only_row  boolean primary key default true check (only_row),
  number    bigint not null,
  forgotten bigint not null
) with (fillfactor = 50);
insert into message_head (number, forgotten) values (0, 0);

create table messages (
  number  bigint primary key,
  user_id bigint not null,
  at      timestamptz not null default now(),
  body    text not null                 -- as it travels, without its cursor
);
create index messages_user on messages (user_id, number);

-- How far the herald has read each drop's log, and what it last said of the drop's stock. What there was before this version is old news.
create table herald_positions (
  drop_id  bigint primary key,
  number   bigint not null,
  people   integer not null default 0,     -- of the entry after that, so many have been told
  sold_out boolean not null default false
) with (fillfactor = 50);
insert into herald_positions (drop_id, number, sold_out)
select id, entries, granted + case when waiting_line then waiting else 0 end >= stock from drops;

-- Payments that have changed, until the herald has told their buyers. By a trigger: whoever changes one, a process of the last version too, tells of it in the same transaction.
create table payment_changes (
  id         bigint generated always as identity primary key,
  payment_id text collate "C" not null,
  state      text collate "C" not null
);
create function note_payment_change() returns trigger language plpgsql as $$
begin
  insert into payment_changes (payment_id, state) values (new.id, new.state);
  return null;
end $$;
-- That one was opened is no news; that its provider is asked is.
create trigger payment_changed after update of state, asked_at on payments for each row
when (new.state <> old.state or new.asked_at is not null and old.asked_at is null) execute function note_payment_change();

-- Each person is told of one thing once: that is what the key names.
create table notifications (
  id         bigint generated always as identity primary key,
  user_id    bigint not null,
  created_at timestamptz not null default now(),
  due_at     timestamptz not null,
  told_at    timestamptz,
  read_at    timestamptz,
  in_app     boolean not null default false, -- whether it stands in its owner's centre
  state      text collate "C" not null check (state in ('scheduled', 'told', 'cancelled')),
  type       text collate "C" not null,
  dedupe_key text collate "C" not null,
  channels   text[],                         -- over which of its hearer's channels its sender wants it told; null: all
  data       json not null,
  unique (user_id, dedupe_key)
);
create index notifications_due on notifications (due_at) where state = 'scheduled';
-- By when they were told: what was scheduled long ago is news when its hour comes.
create index notifications_centre on notifications (user_id, told_at, id) where in_app;

-- One thing told to all who follow a drop, at its hour.
create table announcements (
  id            bigint generated always as identity primary key,
  drop_id       bigint not null,
  due_at        timestamptz not null,
  after_user_id bigint not null default 0, -- who follows has been told up to here
  state         text collate "C" not null check (state in ('scheduled', 'told', 'cancelled')),
  type          text collate "C" not null,
  dedupe_key    text collate "C" not null unique,
  data          json not null
);
create index announcements_due on announcements (due_at) where state = 'scheduled';
create index announcements_drop on announcements (drop_id);

-- A notification on its way over one channel: the log of what was sent, and what became of it.
create table deliveries (
  id              bigint generated always as identity primary key,
  notification_id bigint not null,
  user_id         bigint not null,
  created_at      timestamptz not null default now(),
  due_at          timestamptz not null, -- the next try; while one is under way, when it is given up for lost
  ended_at        timestamptz,
  attempts        integer not null default 0,
  channel         text collate "C" not null check (channel in ('in_app', 'email', 'slack', 'discord')),
  state           text collate "C" not null check (state in ('pending', 'sent', 'failed')),
  type            text collate "C" not null,
  failure         text                  -- why the last try failed
);
-- By channel: those of one that is away wait, and hide nobody else's.
create index deliveries_due on deliveries (channel, due_at) where state = 'pending';
create index deliveries_failed on deliveries (id) where state = 'failed';
create index deliveries_user on deliveries (user_id, id);

create table interests (
  drop_id       bigint not null,
  user_id       bigint not null,
  created_at    timestamptz not null default now(),
  drop_opening  boolean not null,
  sold_out      boolean not null,
  back_in_stock boolean not null,
  primary key (drop_id, user_id)
);
create index interests_user on interests (user_id, drop_id);

-- What people have chosen; who has no row has what everybody begins with.
create table notification_settings (
  user_id     bigint primary key,
  email       boolean not null default true,
  language    text collate "C" not null check (language in ('ko', 'en')),
  slack_url   text,
  discord_url text,
  choices     json not null default '{}' -- by type: over which channels
);

-- The link's secret is not here: it follows from the id and the server's own secret.
create table password_resets (
  id         text collate "C" primary key,
  account_id bigint not null references accounts (id) on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at    timestamptz
);
create index password_resets_account on password_resets (account_id);

-- What is still to come of the drops and slots that there were before: as the herald would have said it, with the same keys, had it read of them (src/herald/tidings.ts).
insert into announcements (drop_id, due_at, state, type, dedupe_key, data)
select d.id, d.opens_at - interval '10 minutes', 'scheduled', 'drop_opening', 'drop_opening ' || d.id || ' ' || t.opens_at,
       json_build_object('dropId', d.id::text, 'title', d.title, 'opensAt', t.opens_at)
from drops d
cross join lateral (select to_char(d.opens_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as opens_at) t
where d.cancelled_at is null and d.opens_at > now() + interval '10 minutes' and extract(year from d.opens_at at time zone 'UTC') < 10000;

insert into notifications (user_id, due_at, state, type, dedupe_key, data)
select g.user_id, g.hold_until - least(interval '5 minutes', (g.hold_until - g.granted_at) / 2), 'scheduled', 'slot_expiring',
       'slot_expiring ' || t.grant_id,
       json_build_object('dropId', d.id::text, 'title', d.title, 'grantId', t.grant_id,
                         'holdUntil', to_char(g.hold_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
from grants g
join drops d on d.id = g.drop_id
cross join lateral (select g.drop_id || '-' || g.serial as grant_id) t
where g.state = 'held' and g.hold_until > now();
