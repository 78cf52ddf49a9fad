"""Forecasts of a real call centre's days, each made with what was known before it."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, time, timedelta

import pytest

from backend.measures.forecast import Counts, Forecast, forecast
from tests.history import bank

pytestmark = bank.needs_the_bank

FIRST, LAST = date(1999, 5, 1), date(1999, 6, 30)
HALVES = tuple(time(half // 2, half % 2 * 30) for half in range(48))
WEEKS = 12


@pytest.fixture(scope="module")
def days() -> dict[date, dict[time, float]]:
    """How many came in, by day and half hour."""
    found: dict[date, dict[time, float]] = defaultdict(lambda: dict.fromkeys(HALVES, 0.0))
    for start, counts in bank.golden():
        half = time(start.hour, start.minute // 30 * 30)
        found[start.date()][half] += counts["offered"] or 0
    return dict(found)


Said = tuple[Counts, Forecast, Counts | None]
"""A day as it was, what was said of it, and the same day of the week before."""


def said_at(days: dict[date, dict[time, float]], origin: int) -> Iterator[Said]:
    """Of each day of two months, once so many half hours of it are over."""
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        if day in days:
            since = day - timedelta(weeks=WEEKS)
            known = {one: counts for one, counts in days.items() if since <= one < day}
            so_far = [days[day][at] for at in HALVES[:origin]]
            before = days.get(day - timedelta(weeks=1))
            yield days[day], forecast(known, day, day, HALVES, so_far), before


def wape(days: dict[date, dict[time, float]], origin: int) -> dict[str, float]:
    """By the recipe, by its baseline, and by the week before alone, of the rest of the days."""
    missed, arrived = defaultdict[str, float](float), 0.0
    for day, said, before in said_at(days, origin):
        if before is None:
            continue
        for place in range(origin, len(HALVES)):
            at, slot = HALVES[place], said.slots[place]
            assert slot is not None
            arrived += day[at]
            missed["recipe"] += abs(day[at] - slot.calls)
            missed["baseline"] += abs(day[at] - (said.baseline.medians[place] or 0))
            missed["last week"] += abs(day[at] - before[at])
    return {name: each / arrived for name, each in missed.items()}


@pytest.mark.parametrize("origin", [0, 20, 24, 30, 36])
def test_each_step_of_the_recipe_is_better_than_the_one_before(
    days: dict[date, dict[time, float]], origin: int
):
    errors = wape(days, origin)
    assert errors["recipe"] < 0.85 * errors["last week"]
    assert errors["baseline"] < 0.85 * errors["last week"]
    if origin >= 20:  # at eight in the morning hardly anybody has called yet
        assert errors["recipe"] < errors["baseline"]


@pytest.mark.parametrize("origin", [0, 24])
def test_nine_of_ten_half_hours_are_within_their_interval(
    days: dict[date, dict[time, float]], origin: int
):
    within = [
        slot.low <= day[at] <= slot.high
        for day, said, _ in said_at(days, origin)
        for at, slot in list(zip(HALVES, said.slots, strict=True))[origin:]
        if slot is not None and slot.calls >= 5
    ]
    assert 0.9 <= sum(within) / len(within) <= 0.97


def test_what_is_said_of_the_error_is_what_it_turns_out_to_be(
    days: dict[date, dict[time, float]],
):
    """On the last day it is known of the eight weeks before it, which are nearly these two months;
    in April, with its holidays, it was larger."""
    *_, (_, last, _) = said_at(days, 24)
    assert last.tested_days == 55, "one of them was a holiday"
    assert last.wape == pytest.approx(wape(days, 24)["recipe"], rel=0.1)
    assert last.wape_floor is not None
    assert last.wape_floor < 0.6 * (last.wape or 0)
