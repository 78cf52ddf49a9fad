"""Spans of time in whole milliseconds, so that parts of one add up to it exactly."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
MICROSECOND = timedelta(microseconds=1)


def ms_between(start: datetime, end: datetime) -> int:
    """From the millisecond of `start` to that of `end`. Additive: a border between the two may be
    put anywhere, and the two parts make the whole."""
    return (end - EPOCH) // MILLISECOND - (start - EPOCH) // MILLISECOND


def microseconds(moment: datetime) -> int:
    """That moment as a number, exactly: for columns of thousands of them."""
    return (moment - EPOCH) // MICROSECOND
