"""What is to be expected of today or a coming day, as one frame: a row for each slot."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow as pa
from msgspec import Struct

from backend.domain.refusals import Refusal
from backend.domain.rules import Rules
from backend.measures import forecast
from backend.measures.erlang import agents_needed
from backend.measures.forecast import Expected, Forecast, Handled
from backend.measures.intervals import MINUTES, Size, Slot, local_day, slots
from backend.measures.tally import Counting
from backend.reports.questions import scope_of
from backend.store.arrivals import Arrivals, arrivals_in, handled_in
from backend.store.books import as_of
from backend.store.tallies import Scope
from backend.store.tenancy import Database

HISTORY = timedelta(weeks=12)
"""So far back the past is looked at: what was longer ago is of another season."""
MOST_DAYS_AHEAD = 28
LEAST_TARGET, MOST_TARGET = 0.01, 0.999
MOST_ERLANGS = 5_000
"""More than any one floor of agents; Erlang C takes ever longer."""

One = TypeVar("One")

FORMULAS = {
    "expected": "m(slot) * (arrived so far + k) / (m so far + k), m = median of the last"
    f" {forecast.SAME_WEEKDAYS} same weekdays, k = damping",
    "low": "5 % of the errors of this recipe in the past lie below, and no less than by Poisson",
    "high": "5 % of the errors of this recipe in the past lie above, and no less than by Poisson",
    "aht_seconds": "handle time / handled, in that slot of the last"
    f" {forecast.SAME_WEEKDAYS} same weekdays (else of those days, else of all)",
    "agents_needed": "the fewest with whom the target is answered within {T} s, by Erlang C",
    "patience_seconds": "wait of all / B, of {W} weeks",
    "wape": "sum of |arrived - expected| / sum of arrived, of slots to come on the tested days",
    "wape_floor": "sum of sqrt(2 * expected / pi) / sum of expected: the error that is chance",
}

SCHEMA = pa.schema(
    [
        ("slot", pa.string()),
        ("start", pa.timestamp("us", "UTC")),
        ("end", pa.timestamp("us", "UTC")),
        ("is_final", pa.bool_()),
        ("arrived", pa.int64()),
        ("expected", pa.float64()),
        ("low", pa.int64()),
        ("high", pa.int64()),
        ("aht_seconds", pa.float64()),
        ("agents_needed", pa.int64()),
        ("patience_seconds", pa.float64()),
        ("baseline_days", pa.int64()),
        ("damping", pa.float64()),
        ("tested_days", pa.int64()),
        ("wape", pa.float64()),
        ("wape_floor", pa.float64()),
        ("why_none", pa.string()),
    ]
)
"""`is_final`: the slot is over, and `expected` is what was expected as the day began. `arrived` is
null for slots to come, and not all yet in the one that lasts. `low` and `high`: nine times of ten
the calls are between. `why_none` says why there is no `expected` or no `agents_needed`. What is of
the whole day (patience, damping, errors) stands in every row."""


class DayIsOver(Refusal):
    """That day is over. Its figures are in the report of intervals."""

    code = "day-is-over"
    status = 400


class TooFarAhead(Refusal):
    """Nobody knows so far ahead. Ask for a day within the next four weeks."""

    code = "too-far-ahead"
    status = 400


class NoSuchSlots(Refusal):
    """A day is forecast in slots of 15min, 30min or hour."""

    code = "no-such-slots"
    status = 400


class NoSuchTarget(Refusal):
    """A target is the share of callers who are answered in time: from 0.01 to 0.999."""

    code = "no-such-target"
    status = 400


class Outlook(Struct, frozen=True):
    """What is asked: a day cut into slots, for the company's own threshold and that target."""

    day: date
    size: Size
    scope: Scope
    target: float
    threshold_seconds: int
    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        return local_day(self.now, self.zone)


def ask_ahead(
    rules: Rules,
    now: datetime,
    *,
    day: date | None,
    size: Size,
    queues: tuple[str, ...],
    target: float,
) -> Outlook:
    """The question for a day of the company's calendar; without one, for today.

    Raises a `Refusal` if it cannot be answered.
    """
    zone = ZoneInfo(rules.time_zone)
    today = local_day(now, zone)
    day = day or today
    if day < today:
        raise DayIsOver
    if (day - today).days > MOST_DAYS_AHEAD:
        raise TooFarAhead
    if size not in MINUTES:
        raise NoSuchSlots
    if not LEAST_TARGET <= target <= MOST_TARGET:  # nor what is no number
        raise NoSuchTarget
    return Outlook(day, size, scope_of(queues), target, rules.answer_within_seconds, zone, now)


def forecast_formulas(counting: Counting) -> dict[str, str]:
    """How each column is counted, with the numbers by which it was."""
    numbers = {"T": counting.threshold_seconds, "W": HISTORY.days // 7}
    return {name: formula.format(**numbers) for name, formula in FORMULAS.items()}


async def forecast_frame(archive: Database, tenant: UUID, outlook: Outlook) -> pa.Table:
    """A row for each slot of the day. The transaction is over before anything is computed, and it
    is computed beside the loop, where it holds up no call."""
    within = await asyncio.to_thread(
        slots, outlook.today - HISTORY, outlook.day, outlook.zone, outlook.size
    )
    async with archive.work(tenant) as work:
        arrivals = await arrivals_in(work, within, outlook.scope)
        handled = await handled_in(work, within, outlook.scope)
        known_until = await as_of(work, outlook.now)
    return await asyncio.to_thread(_frame, outlook, within, arrivals, handled, known_until)


def _frame(
    outlook: Outlook,
    within: Sequence[Slot],
    arrivals: Mapping[int, Arrivals],
    handled: Mapping[int, Handled],
    known_until: datetime,
) -> pa.Table:
    zone = outlook.zone
    arrived = [arrivals[n].arrived if n in arrivals else 0 for n in range(len(within))]
    shares = [handled.get(n, Handled()) for n in range(len(within))]
    first = next(n for n, one in enumerate(within) if local_day(one.start, zone) == outlook.day)
    cut, here = within[first:], arrived[first:]
    times = [_clock(slot, zone) for slot in cut]
    so_far = [n for slot, n in zip(cut, here, strict=True) if slot.end <= known_until]
    found = forecast.forecast(
        _by_day(within[:first], arrived[:first], zone), outlook.day, outlook.today, times, so_far
    )
    handle = forecast.handle_times(
        _by_day(within[:first], shares[:first], zone), found.baseline.days, times
    )
    of_day = _of_day(found, [arrivals[n] for n in arrivals if n < first])
    rows = [
        _row(outlook, slot, known_until, n)
        | _expectation(outlook, slot, expected, aht, found)
        | of_day
        | {"baseline_days": used}
        for slot, n, expected, aht, used in zip(
            cut, here, found.slots, handle, found.baseline.used, strict=True
        )
    ]
    return pa.Table.from_pylist(rows, SCHEMA)


def _clock(slot: Slot, zone: ZoneInfo) -> time:
    """Its start on the wall clock; the two of an hour that is repeated are alike."""
    return slot.start.astimezone(zone).time().replace(fold=0)


def _by_day(
    within: Sequence[Slot], values: Sequence[One], zone: ZoneInfo
) -> dict[date, dict[time, One]]:
    """Of an hour that is repeated the second counts for the day."""
    pairs = zip(within, values, strict=True)
    return {
        day: {_clock(slot, zone): value for slot, value in those}
        for day, those in groupby(pairs, lambda pair: local_day(pair[0].start, zone))
    }


def _of_day(found: Forecast, past: Sequence[Arrivals]) -> dict[str, object]:
    patience = forecast.patience_seconds(
        sum(one.abandoned for one in past), sum(one.waited_ms for one in past)
    )
    return {
        "patience_seconds": patience,
        "damping": found.damping,
        "tested_days": found.tested_days,
        "wape": found.wape,
        "wape_floor": found.wape_floor,
    }


def _row(outlook: Outlook, slot: Slot, known_until: datetime, arrived: int) -> dict[str, object]:
    return {
        "slot": slot.label,
        "start": slot.start,
        "end": slot.end,
        "is_final": slot.end <= known_until,
        "arrived": arrived if slot.start <= outlook.now else None,
    }


def _expectation(
    outlook: Outlook, slot: Slot, expected: Expected | None, aht: float | None, found: Forecast
) -> dict[str, object]:
    if expected is None:
        none = forecast.NO_SUCH_TIME if found.baseline.days else forecast.NO_SAME_WEEKDAY
        return {"aht_seconds": aht, "why_none": none}
    per_second = expected.calls / (slot.end - slot.start).total_seconds()
    agents, why_none = _agents(per_second, aht, outlook)
    return {
        "expected": expected.calls,
        "low": expected.low,
        "high": expected.high,
        "aht_seconds": aht,
        "agents_needed": agents,
        "why_none": why_none,
    }


def _agents(
    per_second: float, aht: float | None, outlook: Outlook
) -> tuple[int | None, str | None]:
    """How many are needed, or why that is not known."""
    if not per_second:
        return 0, None
    if aht is None:
        return None, "no agent's time is known"
    if per_second * aht > MOST_ERLANGS:
        return None, "more calls at once than Erlang's formula is good for"
    return agents_needed(per_second, aht, outlook.target, outlook.threshold_seconds), None
