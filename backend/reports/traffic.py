"""How many calls agents were in at once, as one frame: split where a slot ends."""

import asyncio
from uuid import UUID

import pyarrow as pa

from backend.measures.agent_time import traffic
from backend.reports.questions import Question
from backend.store.agent_time import spans_within
from backend.store.tenancy import Database

SCHEMA = pa.schema(
    [
        ("slot", pa.string()),
        ("start", pa.timestamp("us", "UTC")),
        ("end", pa.timestamp("us", "UTC")),
        ("peak_calls", pa.int64()),
        ("erlangs", pa.float64()),
    ]
)
"""`peak_calls` includes calls that began before, and does not add up; `erlangs` is the time of all
calls together over the slot's length."""


async def traffic_frame(archive: Database, tenant: UUID, question: Question) -> pa.Table:
    """A row for each slot. Imported calls are not in it: no file tells when they were talked."""
    async with archive.work(tenant) as work:
        spans = await spans_within(work, question.slots[0].start, question.slots[-1].end)
    found = await asyncio.to_thread(traffic, spans, question.slots, question.now)
    return pa.Table.from_pylist(
        [
            {
                "slot": slot.label,
                "start": slot.start,
                "end": slot.end,
                "peak_calls": one.peak,
                "erlangs": one.mean,
            }
            for slot, one in zip(question.slots, found, strict=True)
        ],
        SCHEMA,
    )
