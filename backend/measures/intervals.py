"""A company's days, cut into slots of its own time: what a figure is a figure of.

A slot is half open and lies between two instants of UTC. Its borders are those of the wall clock,
so a day may have 92 or 100 quarters of an hour, and an hour that is repeated has a slot each time.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from msgspec import Struct


class Size(StrEnum):
    """How long a slot is."""

    QUARTER = "15min"
    HALF_HOUR = "30min"
    HOUR = "hour"
    DAY = "day"
    WHOLE = "whole"
    """All of the days asked for, in one."""


MINUTES = {Size.QUARTER: 15, Size.HALF_HOUR: 30, Size.HOUR: 60}
STEP = timedelta(minutes=15)
"""Every offset from UTC, and every change of one, is a multiple of it in all zones now in use."""


class Slot(Struct, frozen=True):
    """From `start` to just before `end`, in UTC; `label` is the start on the wall clock, with its
    offset, in ISO 8601."""

    start: datetime
    end: datetime
    label: str


def slots(first: date, last: date, zone: ZoneInfo, size: Size) -> tuple[Slot, ...]:
    """The slots of the days from `first` to `last`, both included, without gaps, in order.

    Raises `ValueError` if `last` is before `first`.
    """
    if last < first:
        raise ValueError(f"{last} is before {first}")
    starts = [start for start in _starts(first, last, zone, size)]
    starts.append(day_start(last + timedelta(days=1), zone))
    return tuple(
        Slot(start, end, start.astimezone(zone).isoformat()) for start, end in pairwise(starts)
    )


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of that day, in UTC. Where the clock jumps over midnight it is the jump:
    PEP 495 gives a time that is jumped over the offset from before."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day of the company's calendar in which that moment lies."""
    return moment.astimezone(zone).date()


def _starts(first: date, last: date, zone: ZoneInfo, size: Size) -> Iterator[datetime]:
    if size is Size.WHOLE:
        yield day_start(first, zone)
        return
    for days in range((last - first).days + 1):
        day = first + timedelta(days=days)
        start, end = day_start(day, zone), day_start(day + timedelta(days=1), zone)
        if size is Size.DAY:
            yield start
        else:
            yield from _within_a_day(start, end, zone, MINUTES[size])


def _within_a_day(
    start: datetime, end: datetime, zone: ZoneInfo, minutes: int
) -> Iterator[datetime]:
    """Where the wall clock passes a border, or is put back or forward."""
    before: tuple[datetime, timedelta | None] | None = None
    moment = start
    while moment < end:
        local = moment.astimezone(zone)
        here = (
            local.replace(
                tzinfo=None, fold=0, minute=local.minute // minutes * minutes % 60, second=0
            ),
            local.utcoffset(),
        )
        if here != before:
            yield moment
        before, moment = here, moment + STEP
