"""The calls behind a figure, one row for each visit, in batches that never hold a transaction."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any
from uuid import UUID

import pyarrow as pa

from backend.measures.facts import Outcome
from backend.reports.masking import masked
from backend.reports.questions import Question
from backend.store.tenancy import Database, Work
from backend.store.visits import Place, count_visits, latest_visits, visits_after

ROWS_AT_ONCE = 1_000
"""So that writing them keeps nobody waiting."""

SCHEMA = pa.schema(
    [
        ("call_id", pa.string()),
        ("queue", pa.string()),
        ("caller", pa.string()),
        ("entered_at", pa.timestamp("us", "UTC")),
        ("outcome", pa.string()),
        ("wait_seconds", pa.float64()),
        ("agent", pa.string()),
        ("agent_name", pa.string()),
        ("ended_at", pa.timestamp("us", "UTC")),
        ("shares", pa.int64()),
        ("handle_seconds", pa.float64()),
        ("talk_seconds", pa.float64()),
        ("hold_seconds", pa.float64()),
        ("consult_seconds", pa.float64()),
        ("wrap_up_seconds", pa.float64()),
        ("is_imported", pa.bool_()),
    ]
)
"""`shares`: how many agents' shares the call had; their time together is in the columns after."""
SPANS = ("wait", "handle", "talk", "hold", "consult", "wrap_up")


async def count_calls(work: Work, question: Question, outcomes: Sequence[Outcome]) -> int:
    """How many rows `call_batches` gives."""
    start, end = question.slots[0].start, question.slots[-1].end
    return await count_visits(work, start, end, question.scope, outcomes)


async def call_batches(
    database: Database,
    tenant: UUID,
    question: Question,
    outcomes: Sequence[Outcome],
    most: int,
    *,
    sees_numbers: bool,
) -> AsyncGenerator[pa.RecordBatch]:
    """The calls that came in within the question's slots, the earliest first, at most `most`."""
    start, end = question.slots[0].start, question.slots[-1].end
    place: Place = (start, UUID(int=0), -1)
    left = most
    while left > 0:
        limit = min(left, ROWS_AT_ONCE)
        async with database.work(tenant) as work:
            rows = await visits_after(work, place, start, end, question.scope, outcomes, limit)
        if rows:
            yield await asyncio.to_thread(_batch, rows, sees_numbers)
            place = (rows[-1]["entered_at"], rows[-1]["call_id"], rows[-1]["number"])
        left = left - len(rows) if len(rows) == limit else 0


async def latest_calls(
    work: Work,
    question: Question,
    outcomes: Sequence[Outcome],
    limit: int,
    *,
    sees_numbers: bool,
) -> pa.Table:
    """The last `limit` of the same calls, the latest first."""
    start, end = question.slots[0].start, question.slots[-1].end
    rows = await latest_visits(work, start, end, question.scope, outcomes, limit)
    return pa.Table.from_batches([_batch(rows, sees_numbers)], SCHEMA)


def _batch(rows: list[dict[str, Any]], sees_numbers: bool) -> pa.RecordBatch:
    shown = [
        row
        | {"call_id": str(row["call_id"])}
        | {"caller": row["caller"] if sees_numbers else masked(row["caller"])}
        | {f"{span}_seconds": _seconds(row[f"{span}_ms"]) for span in SPANS}
        for row in rows
    ]
    return pa.RecordBatch.from_pylist(shown, schema=SCHEMA)


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
