create table accounts (
  id            bigint generated always as identity primary key,
  username      text not null,
  email         text not null,
  password_hash text not null,
  role          text not null default 'buyer' check (role in ('buyer', 'admin')),
  created_at    timestamptz not null default now()
);
create unique index accounts_username on accounts (lower(username));
create unique index accounts_email on accounts (lower(email));

-- One row per sign-in. A refresh token works once: using it replaces refresh_hash; using an old one ends the session.
create table sessions (
  id           text primary key,
  account_id   bigint not null references accounts (id) on delete cascade,
  refresh_hash bytea not null,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz not null,
  ended_at     timestamptz
);
create index sessions_account on sessions (account_id);
create index sessions_ended on sessions (ended_at) where ended_at is not null;
