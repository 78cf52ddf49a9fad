"""Whom the sweeper has asked about lately."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from backend.sweeper import Recently

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_who_was_asked_is_remembered_for_a_minute():
    recently, ana, ben = Recently(MINUTE), uuid4(), uuid4()
    recently.note(ana, NOON)
    assert recently.has(ana, NOON + MINUTE / 2)
    assert not recently.has(ben, NOON + MINUTE / 2)
    assert not recently.has(ana, NOON + MINUTE)


def test_who_was_asked_again_is_remembered_anew_and_keeps_nobody_else():
    recently, ana, ben = Recently(MINUTE), uuid4(), uuid4()
    recently.note(ana, NOON)
    recently.note(ben, NOON + MINUTE / 4)
    recently.note(ana, NOON + MINUTE / 2)
    later = NOON + MINUTE * 1.25
    assert recently.has(ana, later)
    assert not recently.has(ben, later)
