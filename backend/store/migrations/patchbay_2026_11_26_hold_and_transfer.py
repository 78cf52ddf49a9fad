# pyright: basic
"""A call may be on hold, and under a cold transfer from one agent to another."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.store.sql_migration import sql_migration

ID = "2026-11-26T09:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "hold and transfer"

COLUMNS = """
alter table call
  add column if not exists held_at timestamptz check (held_at is null or state = 'connected'),
  add column if not exists transfer jsonb
    check (transfer is null or state in ('ringing', 'connecting'))
"""
WITHOUT = "alter table call drop column if exists held_at, drop column if exists transfer"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, [COLUMNS], [WITHOUT])
