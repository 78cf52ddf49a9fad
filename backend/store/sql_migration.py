# pyright: basic, reportUnknownMemberType=false
"""Migrations that are plain SQL, one statement after the other, under Piccolo's bookkeeping."""

from collections.abc import Sequence

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table


class AnyTable(Table):
    """Only to reach the engine; it is never created."""


async def run(statement: str) -> None:
    """Run SQL as it stands. Braces are doubled because Piccolo reads them as placeholders."""
    await AnyTable.raw(statement.replace("{", "{{").replace("}", "}}"))


def sql_migration(
    migration_id: str, description: str, forwards: Sequence[str], backwards: Sequence[str]
) -> MigrationManager:
    """The statements that make the change, and those that take it back. Each must bear to be run
    again: a process may be killed after them and before Piccolo has marked them as run."""

    async def change() -> None:
        for statement in forwards:
            await run(statement)

    async def take_back() -> None:
        for statement in backwards:
            await run(statement)

    manager = MigrationManager(
        migration_id=migration_id, app_name="patchbay", description=description
    )
    manager.add_raw(change)
    manager.add_raw_backwards(take_back)
    return manager
