# pyright: basic
"""Notes and dispositions of calls; why agents are away, what they wrap up, what they missed."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.store.sql_migration import sql_migration

ID = "2026-11-26T18:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "wrap-up"

AGENTS = """
alter table agent
  add column if not exists reason text check (reason is null or wanted = 'away'),
  add column if not exists wrap_up_of uuid,
  add column if not exists missed int not null default 0,
  drop constraint if exists agent_status_check,
  add constraint agent_status_check
    check (status in ('offline', 'available', 'away', 'wrap_up', 'unreachable'))
"""
CALLS = "alter table call add column if not exists dispositions jsonb not null default '[]'"
NOTES = """
create table if not exists note (
  tenant_id uuid not null,
  call_id uuid not null,
  agent_id uuid not null,
  text text not null check (char_length(text) <= 4000),
  written_at timestamptz not null,
  primary key (tenant_id, call_id, agent_id),
  foreign key (tenant_id, call_id) references call,
  foreign key (tenant_id, agent_id) references agent
)
"""
CLOSED = (
    "alter table note enable row level security",
    "alter table note force row level security",
    "drop policy if exists tenant on note",
    """create policy tenant on note to patchbay_app
  using (tenant_id = (select current_tenant()))
  with check (tenant_id = (select current_tenant()))""",
    "grant select, insert, update, delete on note to patchbay_app",
)

NOBODY_UNREACHABLE = "update agent set status = 'offline' where status = 'unreachable'"
AGENTS_AS_BEFORE = """
alter table agent
  drop column if exists reason, drop column if exists wrap_up_of, drop column if exists missed,
  drop constraint if exists agent_status_check,
  add constraint agent_status_check
    check (status in ('offline', 'available', 'away', 'wrap_up'))
"""
WITHOUT_NOTES = "drop table if exists note"
CALLS_AS_BEFORE = "alter table call drop column if exists dispositions"


async def forwards() -> MigrationManager:
    return sql_migration(
        ID,
        DESCRIPTION,
        [AGENTS, CALLS, NOTES, *CLOSED],
        [NOBODY_UNREACHABLE, AGENTS_AS_BEFORE, WITHOUT_NOTES, CALLS_AS_BEFORE],
    )
