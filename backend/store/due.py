"""What the passing of time has made due, over all tenants."""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from backend.domain.ordering import PATIENCE
from backend.store.tenancy import Database

SILENT_AGENT = timedelta(seconds=30)
SILENT_CALL = timedelta(seconds=30)


class Due(Struct, frozen=True):
    """One thing whose time has come: `kind` says what, `id` the call or the agent."""

    tenant: UUID
    kind: str
    id: UUID


async def work_that_is_due(database: Database, now: datetime) -> list[Due]:
    """Overdue calls and wrap-ups, agents and calls gone silent, callbacks and instructions."""
    rows = await database.ask(
        "select * from work_that_is_due($1, $2, $3, $4)"
        " union all select * from monitors_that_are_due($1)"
        " union all select * from guests_that_are_due($1)",
        now,
        now - SILENT_AGENT,
        now - PATIENCE,
        now - SILENT_CALL,
    )
    return [Due(row["tenant_id"], row["kind"], row["id"]) for row in rows]
