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
  drop_id          bigint primary key,
  number           bigint not null,
  sold_out         boolean not null default false,
  back_in_stock_at timestamptz
) with (fillfactor = 50);
insert into herald_positions (drop_id, number, sold_out) select id, entries, granted >= stock from drops;

-- Payments that have changed, until the herald has told their buyers: written in the transaction that changes them.
create table payment_changes (
  id         bigint generated always as identity primary key,
  payment_id text collate "C" not null,
  state      text collate "C" not null
);

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
create index announcements_drop on announcements (drop_id) where state = 'scheduled';

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
