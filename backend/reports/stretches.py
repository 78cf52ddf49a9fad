"""Who had a caller when, as one frame: how long they waited, and what each agent did."""

from typing import Any
from uuid import UUID

import pyarrow as pa

from backend.domain.refusals import NoSuchCall
from backend.store.agent_time import spans_of
from backend.store.tenancy import Work
from backend.store.visits import agent_names, visit_of

SCHEMA = pa.schema(
    [
        ("agent", pa.string()),
        ("agent_name", pa.string()),
        ("part", pa.string()),
        ("start", pa.timestamp("us", "UTC")),
        ("end", pa.timestamp("us", "UTC")),
    ]
)
"""`part`: `wait` (of the caller, with no agent) or what the agent did: talk, hold, consult, dial,
wrap_up. `end` is null while it lasts."""


async def stretch_frame(work: Work, call_id: UUID) -> pa.Table:
    """A row for each stretch, in order. Raises `NoSuchCall`.

    A call of an imported file has but its wait: no file tells the rest.
    """
    visit = await visit_of(work, call_id)
    spans = await spans_of(work, call_id)
    if visit is None and not spans:
        raise NoSuchCall
    names = await agent_names(work)
    rows: list[dict[str, Any]] = [
        {
            "agent": span.agent,
            "agent_name": names.get(span.agent, span.agent),
            "part": span.part.value,
            "start": span.start,
            "end": span.end,
        }
        for span in spans
    ]
    if visit is not None:
        start, end = visit
        rows.insert(0, {"part": "wait", "start": start, "end": end})
    return pa.Table.from_pylist(rows, SCHEMA)
