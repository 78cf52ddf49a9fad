"""What happened in a call, as one frame: from its journal, or what an imported file told."""

from typing import Any
from uuid import UUID

import msgspec
import pyarrow as pa

from backend.domain.refusals import NoSuchCall
from backend.store.boards import find_call
from backend.store.tenancy import Work
from backend.store.visits import Timeline, agent_names, imported_timeline

SCHEMA = pa.schema(
    [
        ("number", pa.int64()),
        ("at", pa.timestamp("us", "UTC")),
        ("event", pa.string()),
        ("agent", pa.string()),
        ("agent_name", pa.string()),
        ("detail", pa.string()),
    ]
)
"""`number`: its place in the company's journal; null in imported history. `detail` is JSON."""


async def event_frame(work: Work, call_id: UUID) -> pa.Table:
    """A row for each thing that was learnt of that call, in order. Raises `NoSuchCall`."""
    found = await find_call(work, call_id)
    if found is None:
        told = await imported_timeline(work, call_id)
        if told is None:
            raise NoSuchCall
        return pa.Table.from_pylist(_imported(told), SCHEMA)
    names = await agent_names(work)
    rows: list[dict[str, Any]] = []
    for line in found.journal:
        agent = line.detail.get("agent_id")
        rows.append(
            {
                "number": line.number,
                "at": line.at,
                "event": line.event,
                "agent": agent,
                "agent_name": names.get(str(agent)),
                "detail": msgspec.json.encode(line.detail).decode(),
            }
        )
    return pa.Table.from_pylist(rows, SCHEMA)


def _imported(told: Timeline) -> list[dict[str, Any]]:
    moments = [
        ("queue-entered", told.entered_at, None),
        (told.outcome, told.over_at, told.agent),
        ("call-ended", told.ended_at, None),
    ]
    return [
        {"at": at, "event": event, "agent": agent, "agent_name": agent, "detail": "{}"}
        for event, at, agent in moments
        if at is not None
    ]
