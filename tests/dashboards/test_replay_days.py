"""Days that are played are told once for all who may see the same of them."""

from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from typing import cast
from uuid import UUID

import pytest

from backend.domain.board import Announcement, Snapshot, rules_shown
from backend.domain.rules import Rules
from backend.measures.tally import Counting
from backend.reports.replay_message import DayEnd, DayHead, OfDay
from dashboards.statistics import replay_days
from dashboards.statistics.backend_client import Backend, Refused
from dashboards.statistics.replay_days import ReplayDays
from dashboards.statistics.visitors import Known, Rights

START = datetime(2026, 11, 25, tzinfo=UTC)
DAY = timedelta(days=1)
SAM = Known("cookie of Sam", Rights("acme", "supervisor"), "Acme")
OLIVIA = Known("cookie of Olivia", Rights("acme", "supervisor"), "Acme")
ADA = Known("cookie of Ada", Rights("acme", "analyst"), "Acme")
EVE = Known("cookie of Eve", Rights("globex", "supervisor"), "Globex")


class Teller:
    """Tells days of two lines, as the backend does; `until` is how far they go."""

    def __init__(self, until: datetime = START + DAY, breaks: bool = False) -> None:
        self.until, self.breaks = until, breaks
        self.asked: list[tuple[str, str]] = []

    async def replay(self, cookie: str, day: str) -> AsyncGenerator[tuple[OfDay, bytes]]:
        self.asked.append((cookie, day))
        if day == "too full":
            raise Refused(400, "day-too-full", "So much happened.")
        board = Snapshot(0, START, UUID(int=0), 8, (), (), (), rules_shown(Rules()), (), ())
        day_of = date(2026, 11, 25)
        yield DayHead(day_of, "UTC", START, START + DAY, self.until, Counting(), board, 2), b""
        for number in (1, 2):
            yield Announcement(number, START, "call-noted"), b"{}"
        if not self.breaks:
            yield DayEnd(), b""


def days_of(teller: Teller) -> ReplayDays:
    return ReplayDays(cast("Backend", teller))


async def test_a_day_is_told_once_for_all_who_may_see_the_same():
    teller = Teller()
    days = days_of(teller)
    first, second = days.tell(SAM, "2026-11-25"), days.tell(OLIVIA, "2026-11-25")
    day = await first.task
    assert await second.task is day
    assert (day.lines, first.share) == (2, 1.0)
    assert await days.tell(OLIVIA, "2026-11-25").task is day
    assert teller.asked == [("cookie of Sam", "2026-11-25")]


async def test_another_company_another_role_and_another_day_are_told_apart():
    teller = Teller()
    days = days_of(teller)
    told = [days.tell(known, "2026-11-25").task for known in (SAM, ADA, EVE)]
    told.append(days.tell(SAM, "2026-11-24").task)
    assert len({id(await each) for each in told}) == 4
    assert len(teller.asked) == 4


async def test_a_day_that_cannot_be_told_says_why_and_is_asked_for_anew():
    teller = Teller()
    days = days_of(teller)
    for _ in range(2):
        with pytest.raises(Refused, match="So much happened"):
            await days.tell(SAM, "too full").task
    assert len(teller.asked) == 2


async def test_a_day_that_breaks_off_is_not_taken_for_a_whole_one():
    with pytest.raises(ConnectionError, match="broke off"):
        await days_of(Teller(breaks=True)).tell(SAM, "2026-11-25").task


async def test_a_day_that_goes_on_is_told_anew_after_a_while(monkeypatch: pytest.MonkeyPatch):
    teller = Teller(until=START + DAY / 2)
    days = days_of(teller)
    day = await days.tell(SAM, "").task
    assert await days.tell(SAM, "").task is day
    monkeypatch.setattr(replay_days, "FRESH_SECONDS", 0.0)
    assert await days.tell(SAM, "").task is not day


async def test_of_many_days_the_one_that_nobody_asked_for_longest_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(replay_days, "MOST_LINES", 5)
    teller = Teller()
    days = days_of(teller)
    for day in ("2026-11-21", "2026-11-22", "2026-11-21", "2026-11-23", "2026-11-21"):
        await days.tell(SAM, day).task
    assert [day for _, day in teller.asked] == ["2026-11-21", "2026-11-22", "2026-11-23"]
    await days.tell(SAM, "2026-11-22").task
    assert [day for _, day in teller.asked][-1] == "2026-11-22"
