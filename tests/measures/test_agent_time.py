"""What agents did with their time: one thing at a time, split exactly, nothing lost."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.agent import AgentStatus
from backend.measures.agent_time import AgentTime, agent_times, traffic
from backend.measures.facts import Part, Span
from backend.measures.folding import StatusSpan
from backend.measures.intervals import Size, slots

DAY = date(2026, 11, 23)
START = datetime(2026, 11, 23, tzinfo=UTC)
ANA = UUID(int=1)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def cut(size: Size):
    return slots(DAY, DAY, ZoneInfo("UTC"), size)


def works(part: Part, start: float, end: float | None, call: int = 1, agent: UUID = ANA) -> Span:
    return Span(str(agent), UUID(int=call), part, at(start), None if end is None else at(end))


def is_(status: AgentStatus, start: float, end: float | None) -> StatusSpan:
    until = None if end is None else at(end)
    return StatusSpan(ANA, int(start), status, None, None, at(start), until)


def minutes(time: AgentTime) -> dict[str, float]:
    return {doing.value: ms / 60_000 for doing, ms in time.spent.items()}


def test_a_call_over_a_border_is_split_there():
    found = agent_times(
        [works(Part.TALK, 10, 20), works(Part.WRAP_UP, 20, 22)],
        [is_(AgentStatus.AVAILABLE, 0, 20), is_(AgentStatus.AVAILABLE, 22, 30)],
        cut(Size.QUARTER),
        at(30),
    )
    assert minutes(found[0, str(ANA)]) == {"available": 10, "talk": 5}
    assert minutes(found[1, str(ANA)]) == {"talk": 5, "wrap_up": 2, "available": 8}
    assert set(found) == {(0, str(ANA)), (1, str(ANA))}


def test_whoever_talks_while_another_is_on_hold_is_busy_once():
    found = agent_times(
        [works(Part.HOLD, 0, 30, call=1), works(Part.TALK, 10, 20, call=2)],
        [is_(AgentStatus.AVAILABLE, 0, None)],
        cut(Size.WHOLE),
        at(40),
    )
    time = found[0, str(ANA)]
    assert minutes(time) == {"hold": 20, "talk": 10, "available": 10}
    assert time.occupancy.value == 0.75


def test_a_break_is_in_neither_part_of_occupancy_and_no_time_at_all_has_none():
    away = agent_times([], [is_(AgentStatus.AWAY, 0, 30)], cut(Size.WHOLE), at(60))[0, str(ANA)]
    assert (away.logged_in_ms, away.occupancy.value) == (30 * 60_000, None)
    assert away.occupancy.why_none
    assert agent_times([], [is_(AgentStatus.OFFLINE, 0, None)], cut(Size.WHOLE), at(60)) == {}


def test_a_call_that_outlives_the_page_is_still_time():
    found = agent_times(
        [works(Part.TALK, 0, 10)], [is_(AgentStatus.OFFLINE, 5, None)], cut(Size.WHOLE), at(60)
    )
    assert minutes(found[0, str(ANA)]) == {"talk": 10}


spans = st.lists(
    st.tuples(st.sampled_from(Part), st.integers(0, 1500), st.integers(1, 300)), max_size=12
)
statuses = st.lists(
    st.tuples(st.sampled_from(AgentStatus), st.integers(1, 400)), min_size=1, max_size=8
)


@given(spans, statuses, st.sampled_from([Size.QUARTER, Size.HALF_HOUR, Size.HOUR]))
def test_the_slots_of_a_day_make_the_day_and_no_minute_counts_twice(
    worked: list[tuple[Part, int, int]], chosen: list[tuple[AgentStatus, int]], size: Size
):
    told = [works(part, start, start + length, n) for n, (part, start, length) in enumerate(worked)]
    began, told_statuses = 0, list[StatusSpan]()
    for status, length in chosen:
        told_statuses.append(is_(status, began, began + length))
        began += length
    day = agent_times(told, told_statuses, cut(Size.WHOLE), at(1440))
    parts = agent_times(told, told_statuses, cut(size), at(1440))
    total = AgentTime({})
    for time in parts.values():
        total += time
    assert total == day.get((0, str(ANA)), AgentTime({}))
    for time in parts.values():
        assert time.logged_in_ms <= {"15min": 15, "30min": 30, "hour": 60}[size] * 60_000


def test_traffic_counts_calls_not_agents_and_an_end_before_a_beginning():
    told = [
        works(Part.TALK, 0, 10, call=1),
        works(Part.CONSULT, 5, 10, call=1, agent=UUID(int=2)),
        works(Part.TALK, 10, 25, call=2),
        works(Part.WRAP_UP, 10, 12, call=1),
        works(Part.HOLD, 20, None, call=3),
    ]
    first, second, third, *_ = traffic(told, cut(Size.QUARTER), at(40))
    assert (first.peak, first.mean) == (1, 1)
    assert (second.peak, second.mean) == (2, pytest.approx(20 / 15))
    assert (third.peak, third.mean) == (1, pytest.approx(10 / 15))
