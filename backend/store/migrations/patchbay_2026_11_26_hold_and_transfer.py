# pyright: basic, reportUnknownMemberType=false
"""A call may be on hold, and under a cold transfer from one agent to another."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T09:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "hold and transfer"

COLUMNS = """
alter table call
  add column held_at timestamptz check (held_at is null or state = 'connected'),
  add column transfer jsonb check (transfer is null or state in ('ringing', 'connecting'))
"""


class Raw(Table):
    """Piccolo runs raw SQL on some table; this one is never created."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="patchbay", description=DESCRIPTION)

    async def add() -> None:
        await Raw.raw(COLUMNS)

    async def remove() -> None:
        await Raw.raw("alter table call drop column held_at, drop column transfer")

    manager.add_raw(add)
    manager.add_raw_backwards(remove)
    return manager
