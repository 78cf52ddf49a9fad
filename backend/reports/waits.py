"""How long callers waited, second by second, as one frame."""

from uuid import UUID

import pyarrow as pa

from backend.measures.tally import Tally
from backend.reports.questions import Question
from backend.store.tallies import By, count, tallies_of
from backend.store.tenancy import Database

SCHEMA = pa.schema(
    [
        ("seconds", pa.int64()),
        ("answered", pa.int64()),
        ("abandoned", pa.int64()),
        ("other", pa.int64()),
    ]
)
"""`seconds`: the wait, rounded up; each of the others is how many waited so long."""


async def wait_frame(archive: Database, tenant: UUID, question: Question) -> pa.Table:
    """A row for each wait that there was, the shortest first, of all days asked for together."""
    async with archive.work(tenant) as work:
        counts = await count(
            work,
            question.slots,
            By.NOTHING,
            question.scope,
            question.counting,
            question.overdue_since,
        )
    whole = sum((await tallies_of(counts)).values(), Tally())
    kinds = {
        "answered": whole.answered_waits,
        "abandoned": whole.abandoned_waits,
        "other": whole.other_waits,
    }
    seconds = sorted({second for waits in kinds.values() for second in waits.counts})
    rows = [
        {"seconds": second, **{name: waits.counts.get(second, 0) for name, waits in kinds.items()}}
        for second in seconds
    ]
    return pa.Table.from_pylist(rows, SCHEMA)
