"""The figures of each slot as one frame: a row for a slot and a group, a column for a measure."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pyarrow as pa

from backend.measures.catalogue import MEASURES, Measure, Unit
from backend.measures.tally import Tally
from backend.reports.questions import Question, TooManySlots
from backend.store.books import as_of
from backend.store.roll_ups import count_with_roll_ups
from backend.store.tallies import By, Place, tallies_of
from backend.store.tenancy import Database
from backend.store.visits import agent_names

MOST_ROWS = 40_000
"""A year in quarters of an hour, and a little."""
ROWS_A_TURN = 20
"""About two milliseconds; see `tallies.ROWS_A_TURN`."""
MOMENT = pa.timestamp("us", "UTC")


async def interval_frame(
    archive: Database,
    tenant: UUID,
    question: Question,
    measures: Sequence[Measure] = tuple(MEASURES.values()),
) -> pa.Table:
    """A row for each slot, also where nobody called; broken down, one for each group in it.

    Columns: `slot` (the start on the company's wall clock, ISO 8601 with its offset), `start` and
    `end` (UTC), `queue` or `agent` and `agent_name` if broken down, `is_final` (false while the
    slot lasts, somebody of it waits or is talked with, or the books do not go so far), and one for
    each measure: calls as whole numbers, shares between 0 and 1, spans of time in seconds, null
    where it has no meaning.

    Raises `TooManySlots`. The transaction is over before anything is computed.
    """
    async with archive.work(tenant) as work:
        counts = await count_with_roll_ups(
            work,
            question.slots,
            question.by,
            question.scope,
            question.counting,
            question.overdue_since,
        )
        names = await agent_names(work) if question.by is By.AGENT else {}
        known_until = await as_of(work, question.now)
    if sum(len(each) for each in counts) > 4 * MOST_ROWS:
        raise TooManySlots
    found = await tallies_of(*counts)
    if question.by is By.NOTHING:
        places: list[Place] = [(number, None) for number in range(len(question.slots))]
    else:
        places = sorted(found, key=lambda place: (place[0], place[1] or ""))
    if len(places) > MOST_ROWS:
        raise TooManySlots
    return await _frame(question, places, found, measures, names, known_until)


async def _frame(
    question: Question,
    places: Sequence[Place],
    found: Mapping[Place, Tally],
    measures: Sequence[Measure],
    names: Mapping[str, str],
    known_until: datetime,
) -> pa.Table:
    values: list[list[float | None]] = [[] for _ in measures]
    is_final: list[bool] = []
    nobody = Tally()
    for number, place in enumerate(places):
        tally = found.get(place, nobody)
        is_final.append(tally.is_final and question.slots[place[0]].end <= known_until)
        for column, measure in zip(values, measures, strict=True):
            column.append(measure.of(tally, question.counting).value)
        if number % ROWS_A_TURN == 0:
            await asyncio.sleep(0)
    columns = _places(question, places, names) | {"is_final": pa.array(is_final, pa.bool_())}
    for column, measure in zip(values, measures, strict=True):
        kind = pa.int64() if measure.unit is Unit.CALLS else pa.float64()
        columns[measure.name] = pa.array(column, kind)
    return pa.table(columns)


def _places(
    question: Question, places: Sequence[Place], names: Mapping[str, str]
) -> "dict[str, pa.Array[Any]]":
    cut = [question.slots[slot] for slot, _ in places]
    columns: dict[str, pa.Array[Any]] = {
        "slot": pa.array([slot.label for slot in cut], pa.string()),
        "start": pa.array([slot.start for slot in cut], MOMENT),
        "end": pa.array([slot.end for slot in cut], MOMENT),
    }
    groups = [group or "" for _, group in places]
    if question.by is not By.NOTHING:
        columns[question.by.value] = pa.array(groups, pa.string())
    if question.by is By.AGENT:
        columns["agent_name"] = pa.array([names.get(one, one) for one in groups], pa.string())
    return columns
