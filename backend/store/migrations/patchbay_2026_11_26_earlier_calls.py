# pyright: basic, reportUnknownMemberType=false
"""A caller's earlier calls are found by their number, for the agent who is rung by them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T14:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "earlier calls"


class Raw(Table):
    """Piccolo runs raw SQL on some table; this one is never created."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="patchbay", description=DESCRIPTION)

    async def add() -> None:
        await Raw.raw("create index call_by_caller on call (tenant_id, caller, started_at desc)")

    async def remove() -> None:
        await Raw.raw("drop index call_by_caller")

    manager.add_raw(add)
    manager.add_raw_backwards(remove)
    return manager
