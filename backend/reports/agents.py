"""What each agent did with their time, as one frame: split where a slot ends."""

import asyncio
from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

import pyarrow as pa

from backend.measures.agent_time import AgentTime, Doing, agent_times
from backend.measures.facts import Span
from backend.measures.folding import StatusSpan
from backend.reports.questions import Question
from backend.store.agent_time import spans_within, statuses_within
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
    ]
)
"""`occupancy` is busy / (busy + available), busy being talk, consult, hold, dial and wrap-up."""


async def agent_frame(archive: Database, tenant: UUID, question: Question) -> pa.Table:
    """A row for each slot and each agent who was there in it. The transaction is over before
    anything is computed, and others have their turn after each agent."""
    start, end = question.slots[0].start, question.slots[-1].end
    async with archive.work(tenant) as work:
        spans = await spans_within(work, start, end)
        statuses = await statuses_within(work, start, end)
        names = await agent_names(work)
    rows: list[dict[str, object]] = []
    worked, stood = _by_agent(spans), _by_agent(statuses)
    for agent in sorted(worked.keys() | stood.keys()):
        found = agent_times(
            worked.get(agent, ()), stood.get(agent, ()), question.slots, question.now
        )
        rows += [
            _row(question, slot, agent, names.get(agent, agent), time)
            for (slot, _), time in sorted(found.items())
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
    question: Question, number: int, agent: str, name: str, time: AgentTime
) -> dict[str, object]:
    slot = question.slots[number]
    return {
        "slot": slot.label,
        "start": slot.start,
        "end": slot.end,
        "agent": agent,
        "agent_name": name,
        "logged_in_seconds": time.logged_in_ms / 1000,
        **{f"{doing.value}_seconds": time.spent.get(doing, 0) / 1000 for doing in Doing},
        "occupancy": time.occupancy.value,
    }
