"""What each agent did with their time, as one frame, split where a slot ends; and how often calls
rang at them that began to ring in it."""

import asyncio
from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

import pyarrow as pa

from backend.measures.agent_time import AgentTime, Doing, agent_times
from backend.measures.facts import Span
from backend.measures.folding import StatusSpan
from backend.measures.intervals import Slot
from backend.measures.ring_counts import RING_MEANINGS, RingCounts
from backend.reports.questions import Question
from backend.store.agent_time import spans_within, statuses_within
from backend.store.rings import count_rings
from backend.store.tenancy import Database
from backend.store.visits import agent_names

One = TypeVar("One", Span, StatusSpan)

SCHEMA = pa.schema(
    [
        ("slot", pa.string()),
        ("start", pa.timestamp("us", "UTC")),
        ("end", pa.timestamp("us", "UTC")),
        ("agent", pa.string()),
        ("agent_name", pa.string()),
        ("logged_in_seconds", pa.float64()),
        *((f"{doing.value}_seconds", pa.float64()) for doing in Doing),
        ("occupancy", pa.float64()),
        *((name, pa.int64()) for name in RING_MEANINGS),
    ]
)
"""`occupancy` is busy / (busy + available), busy being talk, consult, hold, dial and wrap-up; what
of `rings` counts as what is in `RING_MEANINGS`."""


async def agent_frame(archive: Database, tenant: UUID, question: Question) -> pa.Table:
    """A row for each slot and each agent who was there in it, or at whom a call began to ring. The
    transaction is over before anything is computed, and others have their turn after each agent."""
    start, end = question.slots[0].start, question.slots[-1].end
    async with archive.work(tenant) as work:
        spans = await spans_within(work, start, end)
        statuses = await statuses_within(work, start, end)
        rings = await count_rings(work, question.slots)
        names = await agent_names(work)
    rows: list[dict[str, object]] = []
    worked, stood = _by_agent(spans), _by_agent(statuses)
    for agent in sorted(worked.keys() | stood.keys() | rings.keys()):
        times = agent_times(
            worked.get(agent, ()), stood.get(agent, ()), question.slots, question.now
        )
        spent = {slot: time for (slot, _), time in times.items()}
        rang = rings.get(agent, {})
        rows += [
            _row(
                question.slots[slot],
                agent,
                names.get(agent, agent),
                spent.get(slot, AgentTime({})),
                rang.get(slot, RingCounts()),
            )
            for slot in sorted(spent.keys() | rang.keys())
        ]
        await asyncio.sleep(0)
    rows.sort(key=lambda row: str(row["start"]))
    return pa.Table.from_pylist(rows, SCHEMA)


def _by_agent(stretches: Iterable[One]) -> dict[str, list[One]]:
    found: dict[str, list[One]] = {}
    for one in stretches:
        found.setdefault(str(one.agent), []).append(one)
    return found


def _row(
    slot: Slot, agent: str, name: str, time: AgentTime, rings: RingCounts
) -> dict[str, object]:
    return {
        "slot": slot.label,
        "start": slot.start,
        "end": slot.end,
        "agent": agent,
        "agent_name": name,
        "logged_in_seconds": time.logged_in_ms / 1000,
        **{f"{doing.value}_seconds": time.spent.get(doing, 0) / 1000 for doing in Doing},
        "occupancy": time.occupancy.value,
        **rings.shown,
    }
