"""What is expected of a day, and that nobody is told to be surer of it than the past allows."""

from datetime import date, time, timedelta
from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.measures.forecast import (
    NO_SAME_WEEKDAY,
    Forecast,
    Handled,
    baseline,
    forecast,
    handle_times,
    patience_seconds,
    poisson_quantile,
)

TODAY = date(2026, 11, 25)
HOURS = tuple(time(hour) for hour in range(24))
SHAPE = tuple(4.0 * max(0, 6 - abs(hour - 13)) for hour in range(24))


def day_of(*counts: float) -> dict[time, float]:
    return dict(zip(HOURS, [*counts, *([0] * (24 - len(counts)))], strict=True))


def weeks(*sizes: float) -> dict[date, dict[time, float]]:
    """The same weekdays before, the latest first, each so many times the usual shape."""
    return {
        TODAY - timedelta(weeks=n): day_of(*(size * each for each in SHAPE))
        for n, size in enumerate(sizes, 1)
    }


def calls(found: Forecast) -> list[float]:
    return [0.0 if slot is None else slot.calls for slot in found.slots]


def test_a_slot_is_expected_to_be_the_median_of_the_last_four_same_weekdays():
    other = {TODAY - timedelta(days=1): day_of(*[99.0] * 24)}
    found = forecast(weeks(1, 3, 2, 20, 50) | other, TODAY, TODAY, HOURS, [])
    assert calls(found) == [2.5 * each for each in SHAPE]
    assert found.baseline.used == (4,) * 24
    assert found.baseline.days[0] == TODAY - timedelta(weeks=1)


def test_with_a_shorter_history_there_are_fewer_and_it_is_said_how_many():
    found = forecast(weeks(1, 3), TODAY, TODAY, HOURS, [])
    assert calls(found) == [2 * each for each in SHAPE]
    assert found.baseline.used == (2,) * 24


def test_without_any_such_weekday_nothing_is_expected():
    found = forecast({TODAY - timedelta(days=1): day_of(5)}, TODAY, TODAY, HOURS, [])
    assert found.slots == (None,) * 24
    assert found.baseline.days == ()
    assert NO_SAME_WEEKDAY
    assert (found.tested_days, found.wape, found.wape_floor) == (0, None, None)


def test_a_day_without_any_calls_was_a_holiday_and_counts_for_nothing():
    closed = weeks(1, 0, 1, 1, 1)
    assert forecast(closed, TODAY, TODAY, HOURS, []).baseline.days == tuple(
        TODAY - timedelta(weeks=n) for n in (1, 3, 4, 5)
    )


def test_today_and_what_is_told_of_later_days_are_no_past():
    told = weeks(1) | {TODAY: day_of(77), TODAY + timedelta(weeks=1): day_of(88)}
    found = forecast(told, TODAY + timedelta(weeks=2), TODAY, HOURS, [])
    assert calls(found) == list(SHAPE)


def test_a_busy_morning_makes_the_rest_of_the_day_larger_and_leaves_what_was_expected_of_it():
    history = weeks(1, 1, 1, 1)
    twice = [2 * each for each in SHAPE[:13]]
    found = forecast(history, TODAY, TODAY, HOURS, twice)
    before = sum(SHAPE[:13])
    ratio = (2 * before + found.damping) / (before + found.damping)
    assert 1 < ratio < 2
    assert calls(found)[:13] == list(SHAPE[:13])
    assert calls(found)[13:] == pytest.approx([ratio * each for each in SHAPE[13:]])


def test_where_mornings_tell_of_afternoons_they_are_listened_to_and_else_they_are_not():
    dice = Random(1)  # noqa: S311
    days = [TODAY - timedelta(days=n) for n in range(1, 85)]
    sizes = {day: dice.choice((0.5, 1.0, 2.0)) for day in days}
    telling = {day: day_of(*(10 * sizes[day] * each for each in SHAPE)) for day in days}
    silent = {
        day: day_of(*(10 * dice.choice((0.5, 1.0, 2.0)) * each for each in SHAPE)) for day in days
    }
    heard = forecast(telling, TODAY, TODAY, HOURS, [])
    unheard = forecast(silent, TODAY, TODAY, HOURS, [])
    assert heard.damping < 50 < unheard.damping


def test_an_hour_that_is_jumped_over_is_missing_from_its_day_alone():
    history = weeks(1, 3)
    jumped = dict(history[TODAY - timedelta(weeks=1)])
    del jumped[time(13)]
    history[TODAY - timedelta(weeks=1)] = jumped
    found = baseline(history, TODAY, TODAY, HOURS)
    assert (found.used[13], found.medians[13]) == (1, 3 * SHAPE[13])
    assert (found.used[12], found.medians[12]) == (2, 2 * SHAPE[12])


def poisson(dice: Random, mean: float) -> int:
    """How many arrive, by the time between them."""
    passed, calls = dice.expovariate(1), 0
    while passed < mean:
        passed, calls = passed + dice.expovariate(1), calls + 1
    return calls


def a_past(dice: Random, days: int, swing: float) -> dict[date, dict[time, float]]:
    """Days that are larger and smaller by `swing`, and chance."""
    return {
        TODAY - timedelta(days=n): day_of(
            *(poisson(dice, each * size) for each in SHAPE)
            if (size := 1 + swing * dice.uniform(-1, 1))
            else ()
        )
        for n in range(1, days + 1)
    }


@pytest.mark.parametrize("swing", [0.0, 0.6])
def test_nine_of_ten_slots_are_within_their_interval_however_much_days_differ(swing: float):
    dice = Random(7)  # noqa: S311
    past = a_past(dice, 140, swing)
    within = asked = 0
    for n in range(1, 29):
        day = TODAY - timedelta(days=n)
        known = {one: past[one] for one in past if day - timedelta(days=84) <= one < day}
        arrived = [past[day][at] for at in HOURS]
        found = forecast(known, day, day, HOURS, arrived[:10])
        for slot, calls in zip(found.slots[10:20], arrived[10:20], strict=True):
            assert slot is not None
            within += slot.low <= calls <= slot.high
            asked += 1
    assert 0.87 <= within / asked <= 0.99


def test_a_few_days_of_luck_make_nobody_surer_than_poisson():
    found = forecast(weeks(*[1] * 12), TODAY, TODAY, HOURS, [])
    noon = found.slots[13]
    assert noon is not None
    assert (noon.low, noon.high) == (poisson_quantile(24, 0.05), poisson_quantile(24, 0.95))
    assert found.wape == 0, "all weeks were alike"
    assert found.wape_floor is not None
    assert found.wape_floor > 0.1, "and that was luck"


def test_of_days_that_are_chance_alone_the_error_comes_near_its_floor():
    found = forecast(a_past(Random(3), 84, 0), TODAY, TODAY, HOURS, [])  # noqa: S311
    assert found.wape is not None
    assert found.wape_floor is not None
    assert found.wape_floor < found.wape < 1.35 * found.wape_floor


def test_days_ahead_are_judged_by_what_was_known_so_long_before():
    history = weeks(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
    (tomorrow, in_two_weeks) = (
        forecast(history, TODAY + timedelta(weeks=n), TODAY, HOURS, []) for n in (0, 2)
    )
    assert (tomorrow.tested_days, in_two_weeks.tested_days) == (6, 4)
    assert tomorrow.wape is not None
    assert in_two_weeks.wape is not None
    assert in_two_weeks.wape > tomorrow.wape


@given(st.floats(0, 2_000), st.floats(0.01, 0.99))
def test_a_quantile_of_poissons_is_near_the_mean_and_rises_with_the_share(mean: float, at: float):
    found = poisson_quantile(mean, at)
    assert abs(found - mean) <= 4 * sqrt(mean) + 6
    assert poisson_quantile(mean, at / 2) <= found


@pytest.mark.parametrize(
    ("mean", "share", "quantile"), [(0, 0.95, 0), (1, 0.95, 3), (10, 0.05, 5), (10, 0.95, 15)]
)
def test_quantiles_of_poissons_are_those_of_the_tables(mean: float, share: float, quantile: int):
    assert poisson_quantile(mean, share) == quantile


def test_a_mean_handle_time_is_of_the_slot_then_of_the_days_then_of_all():
    (last, other), ten, nine = (date(2026, 11, 18), date(2026, 11, 19)), time(10), time(9)
    handled = {last: {ten: Handled(10, 1_000_000), nine: Handled(9, 90_000)}}
    assert handle_times(handled, [last], [ten, nine]) == [100, pytest.approx(1090 / 19)]
    handled = {last: {nine: Handled(9, 90_000)}, other: {ten: Handled(1, 110_000)}}
    assert handle_times(handled, [last], [ten, nine]) == [20, 20]
    assert handle_times({}, [last], [ten]) == [None]


def test_patience_is_told_once_thirty_have_lost_it():
    assert patience_seconds(29, 10_000_000) is None
    assert patience_seconds(30, 9_000_000) == 300
    assert patience_seconds(30, 0) is None
