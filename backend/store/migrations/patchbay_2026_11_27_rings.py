# pyright: basic
"""Rings: at which agents each call rang, for how long, and how that ended.

What the books know of calls by now was read without them: `without_rings` is the line up to which
the bookkeeper has to read a journal once more, from its end back to its beginning.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.store.sql_migration import sql_migration

ID = "2026-11-27T14:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "rings of agents"

RINGS = """
create table if not exists ring (
  tenant_id uuid not null references tenant,
  call_id uuid not null,
  number smallint not null,
  agent text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  ending text not null check (ending in ('answered', 'not_selected', 'declined', 'missed',
    'abandoned', 'withdrawn', 'open')),
  primary key (tenant_id, call_id, number),
  check ((ending = 'open') = (ended_at is null)),
  check (ended_at >= started_at)
)
"""
BY_TIME = """
create index if not exists ring_by_time on ring (tenant_id, started_at)
  include (agent, ending, ended_at, call_id)
"""
CLOSED = """
alter table ring enable row level security;
alter table ring force row level security;
drop policy if exists tenant on ring;
create policy tenant on ring to patchbay_app
  using (tenant_id = (select current_tenant()))
  with check (tenant_id = (select current_tenant()));
grant select, insert, update, delete on ring to patchbay_app
"""
# Whoever owns a table reads nothing of it either, until this is over.
LACKING = """
alter table books add column if not exists without_rings bigint not null default 0;
create index if not exists books_without_rings on books (tenant_id) where without_rings > 0;
alter table books no force row level security;
update books set without_rings = number;
alter table books force row level security
"""
COMPANIES = """
create or replace function companies_without_rings() returns table (tenant_id uuid)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as
  $$ select b.tenant_id from books b where b.without_rings > 0 order by 1 $$
"""
HANDED_OVER = """
revoke all on function companies_without_rings() from public;
grant execute on function companies_without_rings() to patchbay_app;
grant patchbay_doorkeeper to current_user;
grant create on schema public to patchbay_doorkeeper;
alter function companies_without_rings() owner to patchbay_doorkeeper;
revoke create on schema public from patchbay_doorkeeper;
revoke patchbay_doorkeeper from current_user
"""
WITHOUT = (
    "drop function if exists companies_without_rings()",
    "alter table books drop column if exists without_rings",
    "drop table if exists ring",
)


async def forwards() -> MigrationManager:
    steps = [RINGS, BY_TIME, *CLOSED.split(";\n"), *LACKING.split(";\n")]
    steps += ["drop function if exists companies_without_rings()", COMPANIES]
    return sql_migration(ID, DESCRIPTION, [*steps, *HANDED_OVER.split(";\n")], WITHOUT)
