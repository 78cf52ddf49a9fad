"""The demo company's made-up past: always the same, like a call centre's, and given once."""

from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from backend.demo_past import COMPANY, DAYS, NAME, make_up_past, past_until
from backend.domain.rules import Rules
from backend.embedded_postgres import EmbeddedPostgres
from backend.history.reading import Reading, read_history
from backend.measures.catalogue import MEASURES
from backend.measures.facts import Outcome
from backend.measures.tally import Counting, Tally, tally
from backend.settings import Settings
from backend.store import history, people
from backend.store.migrate import migrate
from backend.store.tenancy import Database
from tests.stories.product import settings_for

LAST = date(2026, 11, 25)
COUNTING = Counting(20, 5)


@pytest.fixture(scope="module")
def past() -> Reading:
    return read_history(past_until(LAST), COMPANY.tenant, ZoneInfo("UTC"))


def tallied(past: Reading, hours: range = range(24)) -> Tally:
    calls = [call for call in past.calls if call.visit.entered_at.hour in hours]
    shares = [call.handling for call in calls if call.handling]
    return tally([call.visit for call in calls], shares, COUNTING, datetime.now(UTC))


def measure(name: str, counted: Tally) -> float:
    value = MEASURES[name].of(counted, COUNTING).value
    assert value is not None
    return value


def test_a_day_is_the_same_whenever_it_is_made_up():
    today, tomorrow = past_until(LAST), past_until(LAST + timedelta(days=1))
    assert today == past_until(LAST)
    shared = set(today.splitlines()) & set(tomorrow.splitlines())
    assert len(shared) > 0.9 * len(today.splitlines())


def test_it_is_like_a_call_centres(past: Reading):
    assert (past.problems, past.ignored) == ([], ())
    whole = tallied(past)
    assert 5_000 < whole.offered < 15_000
    assert 0.5 < measure("sl_e", whole) < 0.9
    assert 0.02 < measure("abandon_rate", whole) < 0.2
    assert 120 < measure("aht", whole) < 300
    assert 5 < measure("asa", whole) < 60
    days = {call.visit.entered_at.date() for call in past.calls}
    assert (min(days), max(days)) == (LAST - timedelta(days=DAYS - 1), LAST)
    assert not any(day.weekday() == 6 for day in days)


def test_waits_grow_when_it_is_busy(past: Reading):
    quiet, busy = tallied(past, range(8, 9)), tallied(past, range(10, 12))
    assert busy.offered > 2 * quiet.offered
    assert measure("asa", busy) > 2 * measure("asa", quiet)
    assert measure("abandon_rate", busy) > measure("abandon_rate", quiet)


def test_who_answers_are_the_demos_agents_and_some_callers_call_again(past: Reading):
    names = {call.visit.answered_by for call in past.calls} - {None}
    assert names == {"Ana Ruiz", "Ben Carter", "Chloe Martin"}
    assert {call.visit.queue for call in past.calls} == {COMPANY.number}
    soon = timedelta(minutes=30)
    gave_up = [c.visit for c in past.calls if c.visit.outcome is Outcome.ABANDONED]
    by_caller: dict[str, list[datetime]] = {}
    for call in past.calls:
        by_caller.setdefault(call.visit.caller, []).append(call.visit.entered_at)
    again = [
        one
        for one in gave_up
        if any(one.entered_at < at < one.entered_at + soon for at in by_caller[one.caller])
    ]
    assert 0.3 < len(again) / len(gave_up) < 0.8


def test_no_agent_has_two_calls_at_once(past: Reading):
    for name in ("Ana Ruiz", "Ben Carter", "Chloe Martin"):
        theirs = sorted(
            (call.handling.started_at, call.handling.ended_at)
            for call in past.calls
            if call.handling and call.handling.agent == name and call.handling.ended_at
        )
        assert all(end <= start for (_, end), (start, _) in pairwise(theirs))


@pytest.fixture
async def empty(
    house_server: EmbeddedPostgres, tmp_path: Path
) -> AsyncGenerator[tuple[Settings, Database]]:
    """The demo's company, in which nothing has happened yet."""
    await migrate(house_server.owner_url, "patchbay_web")
    settings = settings_for(house_server.web_url, "http://localhost:1", tmp_path, 8080)
    database = await Database.connect(house_server.web_url, 1)
    async with database.work(COMPANY.tenant) as work:
        await people.found_tenant(work, COMPANY.name, Rules())
    yield settings, database
    await database.close()


def thursday() -> datetime:
    """The morning after the last of those days, a Wednesday: on Sundays nobody calls."""
    return datetime(2026, 11, 26, 9, tzinfo=UTC)


async def test_it_is_given_once_and_not_again_when_it_was_taken_back(
    empty: tuple[Settings, Database],
):
    settings, database = empty
    made = await make_up_past(settings, thursday)
    assert made is not None
    assert made.last_day == LAST
    async with database.work(COMPANY.tenant) as work:
        (file,) = await history.files(work)
        assert (file.name, file.calls) == (NAME, made.calls)
    assert await make_up_past(settings, thursday) is None
    async with database.work(COMPANY.tenant) as work:
        assert await history.forget_files(work, [file.id]) == 1
    assert await make_up_past(settings, thursday) is None
    async with database.work(COMPANY.tenant) as work:
        assert await history.files(work) == []
