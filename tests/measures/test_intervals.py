"""Slots of a company's own days, in zones where the clock does odd things."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.measures.intervals import Size, Slot, local_day, slots

ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Jerusalem",
    "UTC",
)


def of_day(zone: str, day: str, size: Size) -> tuple[Slot, ...]:
    then = date.fromisoformat(day)
    return slots(then, then, ZoneInfo(zone), size)


def clock(slot: Slot) -> str:
    return slot.label[11:]


@pytest.mark.parametrize(
    ("zone", "day", "quarters"),
    [
        ("America/New_York", "2025-03-09", 92),
        ("America/New_York", "2025-11-02", 100),
        ("Europe/Berlin", "2025-03-30", 92),
        ("Europe/Berlin", "2025-10-26", 100),
        ("Australia/Lord_Howe", "2025-04-06", 98),
        ("Australia/Lord_Howe", "2025-10-05", 94),
        ("America/Santiago", "2025-09-07", 92),
        ("Asia/Beirut", "2025-03-30", 92),
        ("Asia/Kathmandu", "2025-03-30", 96),
    ],
)
def test_a_day_has_as_many_quarters_as_it_lasts(zone: str, day: str, quarters: int):
    assert len(of_day(zone, day, Size.QUARTER)) == quarters
    (whole,) = of_day(zone, day, Size.DAY)
    assert whole.end - whole.start == quarters * timedelta(minutes=15)


@pytest.mark.parametrize(
    ("zone", "day"), [("America/Santiago", "2025-09-07"), ("Asia/Beirut", "2025-03-30")]
)
def test_a_day_without_midnight_begins_at_one(zone: str, day: str):
    assert clock(of_day(zone, day, Size.HOUR)[0]).startswith("01:00:00")


def test_an_hour_that_is_repeated_has_two_slots_with_names_of_their_own():
    hours = [clock(slot) for slot in of_day("America/New_York", "2025-11-02", Size.HOUR)]
    assert hours[:4] == ["00:00:00-04:00", "01:00:00-04:00", "01:00:00-05:00", "02:00:00-05:00"]
    assert len(hours) == 25


def test_an_hour_that_is_skipped_has_none():
    hours = [clock(slot)[:5] for slot in of_day("Europe/Berlin", "2025-03-30", Size.HOUR)]
    assert hours[1:3] == ["01:00", "03:00"]


def test_where_the_clock_moves_by_half_an_hour_hours_are_still_those_of_the_wall():
    autumn = of_day("Australia/Lord_Howe", "2025-04-06", Size.HOUR)
    assert [clock(slot)[:5] for slot in autumn[:4]] == ["00:00", "01:00", "01:30", "02:00"]
    assert autumn[2].end - autumn[2].start == timedelta(minutes=30)


def test_half_hours_of_kathmandu_begin_at_a_quarter_past_in_utc():
    assert {
        slot.start.minute for slot in of_day("Asia/Kathmandu", "2025-06-01", Size.HALF_HOUR)
    } == {15, 45}


def test_all_days_in_one():
    (whole,) = slots(date(2025, 1, 1), date(2025, 12, 31), ZoneInfo("Europe/Berlin"), Size.WHOLE)
    assert (whole.end - whole.start).days == 365


def test_days_the_wrong_way_round_are_refused():
    with pytest.raises(ValueError, match="is before"):
        slots(date(2025, 1, 2), date(2025, 1, 1), ZoneInfo("UTC"), Size.DAY)


@given(
    st.sampled_from(ZONES),
    st.dates(date(1999, 1, 1), date(2035, 1, 1)),
    st.integers(0, 3),
    st.sampled_from(Size),
)
def test_slots_leave_no_gap_lie_on_the_wall_clock_and_stay_within_their_day(
    zone: str, first: date, more: int, size: Size
):
    place, last = ZoneInfo(zone), first + timedelta(days=more)
    found = slots(first, last, place, size)
    assert all(one.end == after.start for one, after in pairwise(found))
    assert local_day(found[0].start, place) == first
    assert local_day(found[-1].end - timedelta(microseconds=1), place) == last
    assert len({slot.label for slot in found}) == len(found)
    if size is not Size.WHOLE:
        for slot in found:
            inside = slot.end - timedelta(microseconds=1)
            assert local_day(slot.start, place) == local_day(inside, place)
            assert datetime.fromisoformat(slot.label) == slot.start
