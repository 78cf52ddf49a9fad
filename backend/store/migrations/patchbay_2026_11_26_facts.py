# pyright: basic
"""Facts for figures: visits, handlings, spans of time, agents' statuses; imported history; keys.

All but `history_file` and `report_token` is folded from the journal, or stands in a file that was
imported; any of it may be thrown away and made anew. Time comes right after the tenant in what is
read by time, so that a day of a company is one stretch of an index.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.store.sql_migration import sql_migration

ID = "2026-11-26T22:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "facts for figures"

FILES = """
create table if not exists history_file (
  tenant_id uuid not null references tenant,
  id uuid not null,
  digest bytea not null,
  name text not null,
  calls int not null,
  imported_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, digest)
)
"""
VISITS = """
create table if not exists visit (
  tenant_id uuid not null references tenant,
  call_id uuid not null,
  number smallint not null,
  entered_at timestamptz not null,
  queue text not null,
  caller text not null,
  outcome text not null check (outcome in ('answered', 'abandoned', 'callback', 'voicemail',
    'flow_out', 'forced_out', 'failed', 'open')),
  wait_ms int check (wait_ms >= 0),
  answered_by text,
  ended_at timestamptz,
  is_skewed boolean not null,
  file_id uuid,
  primary key (tenant_id, call_id, number),
  check ((outcome = 'open') = (wait_ms is null)),
  foreign key (tenant_id, file_id) references history_file on delete cascade
)
"""
HANDLINGS = """
create table if not exists handling (
  tenant_id uuid not null references tenant,
  call_id uuid not null,
  number smallint not null,
  entered_at timestamptz not null,
  queue text not null,
  direction text not null check (direction in ('inbound', 'outbound')),
  agent text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  ending text not null check (ending in ('over', 'transferred', 'parked', 'left', 'open')),
  talk_ms int check (talk_ms >= 0),
  hold_ms int check (hold_ms >= 0),
  consult_ms int check (consult_ms >= 0),
  wrap_up_ms int check (wrap_up_ms >= 0),
  handle_ms int check (handle_ms >= 0),
  is_final boolean not null,
  file_id uuid,
  primary key (tenant_id, call_id, number),
  foreign key (tenant_id, file_id) references history_file on delete cascade
)
"""
SPANS = """
create table if not exists span (
  tenant_id uuid not null references tenant,
  call_id uuid not null,
  number smallint not null,
  agent text not null,
  part text not null check (part in ('talk', 'hold', 'consult', 'dial', 'wrap_up')),
  start_at timestamptz not null,
  end_at timestamptz,
  primary key (tenant_id, call_id, number),
  check (end_at >= start_at)
)
"""
STATUSES = """
create table if not exists agent_status (
  tenant_id uuid not null,
  agent_id uuid not null,
  number bigint not null,
  status text not null
    check (status in ('offline', 'available', 'away', 'wrap_up', 'unreachable')),
  reason text,
  wrap_up_of uuid,
  start_at timestamptz not null,
  end_at timestamptz,
  primary key (tenant_id, agent_id, number),
  check (end_at >= start_at),
  foreign key (tenant_id, agent_id) references agent
)
"""
BOOKS = """
create table if not exists books (
  tenant_id uuid primary key references tenant,
  number bigint not null default 0
)
"""
TOKENS = """
create table if not exists report_token (
  tenant_id uuid not null references tenant,
  id uuid not null,
  token_hash bytea not null,
  name text not null check (char_length(name) between 1 and 80),
  sees_numbers boolean not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  used_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, token_hash)
)
"""
INDEXES = (
    "create index if not exists visit_by_time on visit (tenant_id, entered_at)"
    " include (outcome, wait_ms, queue, answered_by, is_skewed)",
    "create index if not exists handling_by_time on handling (tenant_id, entered_at)"
    " include (agent, queue, direction, ending, is_final, talk_ms, hold_ms, consult_ms, wrap_up_ms,"
    " handle_ms)",
    "create index if not exists visit_of_file on visit (tenant_id, file_id)"
    " where file_id is not null",
    "create index if not exists handling_of_file on handling (tenant_id, file_id)"
    " where file_id is not null",
    "create index if not exists span_by_time on span (tenant_id, start_at)",
    "create index if not exists agent_status_by_time on agent_status (tenant_id, start_at)",
    "create index if not exists agent_status_of_agent on agent_status"
    " (tenant_id, agent_id, start_at)",
    "create unique index if not exists agent_status_open on agent_status (tenant_id, agent_id)"
    " where end_at is null",
    "create index if not exists agent_status_of_call on agent_status (tenant_id, wrap_up_of)"
    " where wrap_up_of is not null",
)
TABLES = ("history_file", "visit", "handling", "span", "agent_status", "books", "report_token")
CLOSED = """
alter table {table} enable row level security;
alter table {table} force row level security;
drop policy if exists tenant on {table};
create policy tenant on {table} to patchbay_app
  using (tenant_id = (select current_tenant()))
  with check (tenant_id = (select current_tenant()));
grant select, insert, update, delete on {table} to patchbay_app
"""
DOORKEEPER = """
drop policy if exists doorkeeper on books;
create policy doorkeeper on books for select to patchbay_doorkeeper using (true);
grant select on books to patchbay_doorkeeper;
drop policy if exists doorkeeper on journal_head;
create policy doorkeeper on journal_head for select to patchbay_doorkeeper using (true);
grant select on journal_head to patchbay_doorkeeper
"""
UNREAD = """
create or replace function unread_journals() returns table (tenant_id uuid)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as
  $$ select h.tenant_id from journal_head h left join books b using (tenant_id)
     where h.number > coalesce(b.number, 0) $$
"""
HANDED_OVER = """
revoke all on function unread_journals() from public;
grant execute on function unread_journals() to patchbay_app;
grant patchbay_doorkeeper to current_user;
grant create on schema public to patchbay_doorkeeper;
alter function unread_journals() owner to patchbay_doorkeeper;
revoke create on schema public from patchbay_doorkeeper;
revoke patchbay_doorkeeper from current_user
"""
WITHOUT = (
    "drop function if exists unread_journals()",
    "drop policy if exists doorkeeper on journal_head",
    "revoke select on journal_head from patchbay_doorkeeper",
    *(f"drop table if exists {table}" for table in reversed(TABLES)),
)


async def forwards() -> MigrationManager:
    steps = [FILES, VISITS, HANDLINGS, SPANS, STATUSES, BOOKS, TOKENS, *INDEXES]
    for table in TABLES:
        steps += CLOSED.format(table=table).split(";\n")
    steps += DOORKEEPER.split(";\n")
    steps += ["drop function if exists unread_journals()", UNREAD, *HANDED_OVER.split(";\n")]
    return sql_migration(ID, DESCRIPTION, steps, WITHOUT)
