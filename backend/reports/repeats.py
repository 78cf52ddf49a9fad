"""Who called again, who was lost, and what was settled at once, as one frame."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pyarrow as pa

from backend.domain.refusals import Refusal
from backend.measures.catalogue import Unit
from backend.measures.repeats import REPEAT_MEASURES, Repeats, Windows
from backend.reports.questions import Question, must_span
from backend.store.books import as_of
from backend.store.repeats import repeats_in
from backend.store.tenancy import Database

MOST_DAYS, MOST_SLOTS = 92, 3_000
"""Every call of those days is sorted with those after it."""
MOST_DAYS_LATER = 31

KINDS: dict[Unit, pa.DataType] = {Unit.CALLS: pa.int64(), Unit.SHARE: pa.float64()}
SCHEMA = pa.schema(
    [
        ("slot", pa.string()),
        ("start", pa.timestamp("us", "UTC")),
        ("end", pa.timestamp("us", "UTC")),
        ("is_final", pa.bool_()),
        *((each.name, KINDS[each.unit]) for each in REPEAT_MEASURES.values()),
    ]
)
"""`is_final`: whoever might call again has had the time for it, and nobody waits any more. Until
then `resolved` and `first_contact_resolution` are null, and the others are as of now."""


class NoSuchWindow(Refusal):
    """Another call counts within 1 to 31 days."""

    code = "no-such-window"
    status = 400


def windows_of(days: int) -> Windows:
    """With so many days until a call is settled. Raises `NoSuchWindow`."""
    if not 1 <= days <= MOST_DAYS_LATER:
        raise NoSuchWindow
    return Windows(resolved=timedelta(days=days))


async def repeats_frame(
    archive: Database, tenant: UUID, question: Question, windows: Windows
) -> pa.Table:
    """A row for each slot, also where nobody called. Raises `TooManyDays` or `TooManySlots`."""
    must_span(question, MOST_DAYS, MOST_SLOTS)
    async with archive.work(tenant) as work:
        found = await repeats_in(work, question.slots, question.scope, windows)
        known_until = await as_of(work, question.now)
    last = max(windows.repeat, windows.redial, windows.lost, windows.resolved)
    rows: list[dict[str, Any]] = []
    for number, slot in enumerate(question.slots):
        counted = found.get(number, Repeats())
        is_final = slot.end + last <= known_until and not counted.open
        place = {"slot": slot.label, "start": slot.start, "end": slot.end, "is_final": is_final}
        rows.append(place | _values(counted, is_final))
    return pa.Table.from_pylist(rows, SCHEMA)


def _values(counted: Repeats, is_final: bool) -> dict[str, float | None]:
    return {
        each.name: each.of(counted).value if is_final or not each.is_late else None
        for each in REPEAT_MEASURES.values()
    }
