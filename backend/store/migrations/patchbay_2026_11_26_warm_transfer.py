# pyright: basic
"""An agent may consult a colleague in the conference of a call."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.store.sql_migration import sql_migration

ID = "2026-11-26T12:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "warm transfer"

COLUMNS = """
alter table call
  add column if not exists consult jsonb check (consult is null or state = 'connected'),
  add column if not exists consulted uuid check (consulted is null or consult is not null),
  drop constraint if exists call_consulted_is_an_agent,
  add constraint call_consulted_is_an_agent foreign key (tenant_id, consulted) references agent
"""
ONE_EACH = """
create unique index if not exists call_one_per_consulted on call (tenant_id, consulted)
where consulted is not null
"""
WITHOUT = "alter table call drop column if exists consulted, drop column if exists consult"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, [COLUMNS, ONE_EACH], [WITHOUT])
