# pyright: basic
"""A caller's earlier calls are found by their number, for the agent who has the next one."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.store.sql_migration import sql_migration

ID = "2026-11-26T14:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "earlier calls"

BY_CALLER = "create index if not exists call_by_caller on call (tenant_id, caller, started_at desc)"
WITHOUT = "drop index if exists call_by_caller"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, [BY_CALLER], [WITHOUT])
