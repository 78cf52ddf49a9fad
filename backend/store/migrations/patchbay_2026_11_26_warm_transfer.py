# pyright: basic, reportUnknownMemberType=false
"""An agent may consult a colleague in the conference of a call."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T12:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "warm transfer"

COLUMNS = """
alter table call
  add column consult jsonb check (consult is null or state = 'connected'),
  add column consulted uuid check (consulted is null or consult is not null),
  add foreign key (tenant_id, consulted) references agent
"""
ONE_EACH = """
create unique index call_one_per_consulted on call (tenant_id, consulted)
where consulted is not null
"""


class Raw(Table):
    """Piccolo runs raw SQL on some table; this one is never created."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="patchbay", description=DESCRIPTION)

    async def add() -> None:
        await Raw.raw(COLUMNS)
        await Raw.raw(ONE_EACH)

    async def remove() -> None:
        await Raw.raw("alter table call drop column consulted, drop column consult")

    manager.add_raw(add)
    manager.add_raw_backwards(remove)
    return manager
