"""The figures of each slot as one frame: a row for a slot and a group, a column for a measure."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from backend.measures.catalogue import MEASURES, Measure, Unit
from backend.measures.intervals import Slot
from backend.measures.tally import Tally
from backend.reports.questions import Question
from backend.store.tallies import By, Place, tallies
from backend.store.tenancy import Work
from backend.store.visits import agent_names

MOMENT = pa.timestamp("us", "UTC")


async def interval_frame(
    work: Work, question: Question, measures: Sequence[Measure] = tuple(MEASURES.values())
) -> pa.Table:
    """A row for each slot, also where nobody called; broken down, one for each group in it.

    Columns: `slot` (the start on the company's wall clock, ISO 8601 with its offset), `start` and
    `end` (UTC), `queue` or `agent` and `agent_name` if broken down, `is_final` (false while
    somebody waits or is being talked with), and one for each measure: calls as whole numbers,
    shares between 0 and 1, spans of time in seconds, null where it has no meaning.
    """
    found = await tallies(
        work,
        question.slots,
        question.by,
        question.scope,
        question.counting,
        question.overdue_since,
    )
    if question.by is By.NOTHING:
        places: list[Place] = [(number, None) for number in range(len(question.slots))]
    else:
        places = sorted(found, key=lambda place: (place[0], place[1] or ""))
    names = await agent_names(work) if question.by is By.AGENT else {}
    return _frame(question, places, found, measures, names)


def _frame(
    question: Question,
    places: Sequence[Place],
    found: Mapping[Place, Tally],
    measures: Sequence[Measure],
    names: Mapping[str, str],
) -> pa.Table:
    cut: list[Slot] = [question.slots[slot] for slot, _ in places]
    counted = [found.get(place, Tally()) for place in places]
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
    columns["is_final"] = pa.array([tally.is_final for tally in counted], pa.bool_())
    for measure in measures:
        kind = pa.int64() if measure.unit is Unit.CALLS else pa.float64()
        values = [measure.of(tally, question.counting).value for tally in counted]
        columns[measure.name] = pa.array(values, kind)
    return pa.table(columns)
