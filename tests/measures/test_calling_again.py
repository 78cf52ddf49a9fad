"""Who called again, who was lost, and whose first call was the last: each as a small story."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from backend.measures.facts import Outcome, Visit
from backend.measures.intervals import Size, slots
from backend.measures.repeats import REPEAT_MEASURES, Repeats, Windows, is_number, repeats

MONDAY = date(2026, 11, 16)
NINE = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
ANNA, BERT = "+15550001111", "+15550002222"
WAITED = timedelta(minutes=2)
_calls = iter(range(1, 1_000_000))


def call(after: timedelta, outcome: Outcome, caller: str = ANNA) -> Visit:
    """One that came in so long after nine on Monday, and waited two minutes."""
    return Visit(
        call_id=UUID(int=next(_calls)),
        queue="Sales",
        caller=caller,
        entered_at=NINE + after,
        outcome=outcome,
        wait_ms=None if outcome is Outcome.OPEN else 120_000,
    )


def counted(*visits: Visit, last: date = MONDAY) -> Repeats:
    (found,) = repeats(visits, slots(MONDAY, last, ZoneInfo("UTC"), Size.WHOLE), Windows())
    return found


AT_ONCE, SECOND = timedelta(0), timedelta(seconds=1)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
ANSWERED, ABANDONED = Outcome.ANSWERED, Outcome.ABANDONED


def test_one_answered_call_is_resolved_and_nothing_else():
    assert counted(call(AT_ONCE, ANSWERED)) == Repeats(calls=1, callers=1, resolved=1)


@pytest.mark.parametrize(("later", "repeated"), [(DAY, 1), (DAY + SECOND, 0)])
def test_whoever_calls_within_a_day_has_called_again(later: timedelta, repeated: int):
    found = counted(call(AT_ONCE, ANSWERED), call(later, ANSWERED))
    assert (found.repeated, found.callers, found.calls) == (repeated, 1, 1)


@pytest.mark.parametrize(("later", "resolved"), [(WEEK, 0), (WEEK + SECOND, 1)])
def test_a_call_is_resolved_if_no_other_follows_within_a_week(later: timedelta, resolved: int):
    found = counted(call(AT_ONCE, ANSWERED), call(later, ABANDONED))
    assert found.resolved == resolved


@pytest.mark.parametrize(("later", "redialled"), [(0, 1), (30, 1), (30.1, 0)])
def test_who_gives_up_and_calls_within_half_an_hour_has_redialled(later: float, redialled: int):
    again = WAITED + timedelta(minutes=later)
    found = counted(call(AT_ONCE, ABANDONED), call(again, ABANDONED))
    assert (found.gave_up, found.redialled) == (1, redialled)


@pytest.mark.parametrize(("later", "lost"), [(WAITED + DAY, 0), (WAITED + DAY + SECOND, 1)])
def test_who_gives_up_is_lost_unless_answered_within_a_day(later: timedelta, lost: int):
    tries_in_vain = call(timedelta(hours=1), ABANDONED)
    found = counted(call(AT_ONCE, ABANDONED), call(later, ANSWERED))
    assert found.lost == lost
    assert counted(call(AT_ONCE, ABANDONED), tries_in_vain).lost == 1


def test_who_was_answered_before_and_gives_up_then_is_lost():
    assert counted(call(AT_ONCE, ANSWERED), call(timedelta(hours=1), ABANDONED)).lost == 1


def test_a_call_that_was_not_answered_is_never_resolved():
    found = counted(call(AT_ONCE, ABANDONED), call(AT_ONCE, Outcome.VOICEMAIL, BERT))
    assert (found.calls, found.resolved) == (2, 0)


def test_a_caller_who_calls_often_is_one_caller():
    found = counted(*(call(timedelta(minutes=n), ABANDONED) for n in range(5)))
    assert (found.calls, found.callers, found.gave_up, found.redialled) == (5, 1, 1, 1)


def test_two_callers_have_nothing_to_do_with_each_other():
    found = counted(call(AT_ONCE, ABANDONED), call(timedelta(minutes=1), ANSWERED, BERT))
    assert found == Repeats(calls=2, callers=2, gave_up=1, lost=1, resolved=1)


def test_who_withholds_their_number_is_nobody_who_could_call_again():
    found = counted(
        call(AT_ONCE, ABANDONED, "anonymous"),
        call(timedelta(minutes=1), ANSWERED, "anonymous"),
        call(AT_ONCE, ANSWERED, ""),
        call(AT_ONCE, Outcome.OPEN, "+266696687"),
    )
    assert found == Repeats(withheld=4, open=1)


@pytest.mark.parametrize(
    ("caller", "tells"),
    [
        ("+15550001111", True),
        ("0049 30 1234", True),
        ("900112", True),
        ("sip:ana.1", False),
        ("0", False),
        ("", False),
        ("Restricted", False),
        ("+7378742833", False),
    ],
)
def test_what_is_a_number(caller: str, tells: bool):
    assert is_number(caller) is tells


def test_a_call_that_was_sent_on_is_one_call():
    sent_on = call(AT_ONCE, Outcome.FLOW_OUT)
    there = Visit(
        call_id=sent_on.call_id,
        queue="Support",
        caller=ANNA,
        entered_at=NINE + WAITED,
        outcome=ANSWERED,
        wait_ms=0,
        number=1,
    )
    assert counted(sent_on, there) == Repeats(calls=1, callers=1, resolved=1)


def test_a_slot_counts_the_calls_that_came_in_then_whatever_followed_them_later():
    tuesday = call(DAY, ABANDONED)
    monday = counted(call(AT_ONCE, ABANDONED), tuesday)
    assert (monday.calls, monday.repeated) == (1, 1)
    both = counted(call(AT_ONCE, ABANDONED), tuesday, last=date(2026, 11, 17))
    assert (both.calls, both.callers) == (2, 1)


def test_where_nobody_called_shares_are_nothing_with_a_reason():
    for measure in REPEAT_MEASURES.values():
        figure = measure.of(Repeats())
        assert (figure.value == 0) is (measure.unit == "calls"), measure.name
        assert bool(figure.why_none) is (measure.unit == "share"), measure.name


def test_each_formula_is_shown_with_the_days_by_which_it_was_counted():
    shown = REPEAT_MEASURES["resolved"].shown_formula(Windows(resolved=timedelta(days=3)))
    assert "within 3 days" in shown
    assert all("{" not in each.shown_formula(Windows()) for each in REPEAT_MEASURES.values())
