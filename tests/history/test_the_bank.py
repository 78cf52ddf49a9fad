"""Half a year of a real call centre, imported as anybody imports, gives the published figures."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import aiohttp
import patchbay
import pytest
import pytest_asyncio

from backend.bookkeeper import roll_up_days
from backend.domain.rules import Rules
from backend.embedded_postgres import EmbeddedPostgres
from backend.measures.catalogue import MEASURES, Unit
from backend.measures.facts import Outcome, Visit
from backend.measures.intervals import Size, Slot, slots
from backend.measures.repeats import Repeats, Windows, repeats
from backend.measures.tally import Counting, Tally
from backend.reports.forecast import ask_ahead, forecast_frame
from backend.reports.intervals import interval_frame
from backend.reports.questions import Question, ask
from backend.store import history, people
from backend.store.people import Role
from backend.store.repeats import repeats_in
from backend.store.report_tokens import make_token
from backend.store.roll_ups import count_with_roll_ups
from backend.store.sessions import open_session
from backend.store.tallies import By, Counts, Scope, count, tallies_of
from backend.store.tenancy import Database
from backend.web.visitor import COOKIE
from dashboards.statistics.backend_client import Backend
from dashboards.statistics.days import Days
from dashboards.statistics.desk import HEADINGS
from dashboards.statistics.history import TILES as ON_THE_PAGE
from dashboards.statistics.history import ask_all, tiles_html
from dashboards.statistics.look import shown
from tests.history import bank
from tests.house.command_line import give
from tests.stories.product import running_product

pytestmark = bank.needs_the_bank

ZONE = ZoneInfo(bank.ZONE)
FIRST, LAST = date(1999, 1, 1), date(1999, 6, 30)
NAMES = {"SL_A": "sl_a", "SL_B": "sl_b", "SL_C": "sl_c", "SL_D": "sl_d", "SL_E": "sl_e"}
NAMES |= {"ab_rate": "abandon_rate_all", "ab_rate_excl_short": "abandon_rate", "n_AHT": "handled"}
NAMES |= {f"p{percent}": f"wait_p{percent}" for percent in (50, 90, 95, 99)}
NAMES |= {name: name for name in ("offered", "answered", "abandoned")}
ALL_VISITS = """
select call_id, queue, caller, entered_at, outcome, wait_ms, number from visit where tenant_id = $1
"""
NAMES |= {"ASA": "asa", "ATA": "time_to_abandon", "AHT": "aht", "short_ab_lt5": "short_abandoned"}


TILE = re.compile(r'class="title">([^<]+)</span><span class="value">([^<]+)<')


class Bank:
    """The bank as one of our companies, whose analyst has a key."""

    def __init__(
        self, database: Database, tenant: UUID, address: str, key: str, cookie: str
    ) -> None:
        self._database, self._tenant = database, tenant
        self._address, self._key, self._cookie = address, key, cookie

    async def tallies(self, within: tuple[Slot, ...], by: By = By.NOTHING) -> dict[Slot, Tally]:
        async with self._database.work(self._tenant) as work:
            now = datetime.now(UTC)
            counts = await count(work, within, by, Scope(), Counting(), now)
        found = await tallies_of(counts)
        return {within[slot]: tally for (slot, _), tally in found.items()}

    async def repeats(self, within: tuple[Slot, ...]) -> tuple[list[Repeats], list[Repeats]]:
        """As PostgreSQL counts them, and as Python does."""
        async with self._database.work(self._tenant) as work:
            found = await repeats_in(work, within, Scope(), Windows())
            rows = await work.connection.fetch(ALL_VISITS, self._tenant)
        visits = [Visit(**{**row, "outcome": Outcome(row["outcome"])}) for row in rows]
        counted = [found.get(number, Repeats()) for number in range(len(within))]
        return counted, repeats(visits, within, Windows())

    async def forecast(self, now: datetime) -> list[dict[str, Any]]:
        """Of the day of `now`, as it would have been told then."""
        outlook = ask_ahead(
            Rules(time_zone=bank.ZONE), now, day=None, size=Size.HALF_HOUR, queues=(), target=0.8
        )
        return (await forecast_frame(self._database, self._tenant, outlook)).to_pylist()

    async def in_a_notebook(self, work: Callable[[patchbay.Figures], Any]) -> Any:
        """What that function makes of the figures, as a notebook has them."""
        return await asyncio.to_thread(lambda: work(patchbay.connect(self._address, self._key)))

    async def on_the_page(self, first: date, last: date) -> dict[str, str]:
        """The figures of those days by their titles, as the history page shows them."""
        backend, days = Backend(self._address), Days(first, last, last)
        answers = await ask_all(backend, self._cookie, days, [], compares=False)
        await backend.close()
        return dict(TILE.findall(tiles_html(days, [], answers)))

    async def is_rolled_up(self) -> None:
        more = True
        while more:
            async with self._database.work(self._tenant) as work:
                more = await roll_up_days(work, datetime.now(UTC))

    async def counts(self, question: Question) -> tuple[list[Counts], Counts]:
        """As the product counts, and from rows alone."""
        asked = (question.slots, question.by, question.scope, question.counting, question.now)
        async with self._database.work(self._tenant) as work:
            return await count_with_roll_ups(work, *asked), await count(work, *asked)

    async def figures(self, question: Question) -> dict[str, Any]:
        (row,) = (await interval_frame(self._database, self._tenant, question)).to_pylist()
        return row

    async def is_taken_back(self) -> None:
        async with self._database.work(self._tenant) as work:
            (file,) = await history.files(work)
            assert await history.forget_files(work, [file.id]) == 1

    async def by_http(self, question: str) -> Any:
        """The answer as JSON."""
        headers = {"Authorization": f"Bearer {self._key}"}
        url = f"{self._address}/api/reports/{question}"
        async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
            assert answer.status == 200
            return await answer.json()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def imported(
    postgres: EmbeddedPostgres, carrier: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Bank]:
    database, tenant = await Database.connect(postgres.web_url), uuid4()
    async with database.work(tenant) as work:
        await people.found_tenant(work, "The Bank", Rules(time_zone=bank.ZONE))
        lasts = timedelta(days=1)
        key = await make_token(work, "study", datetime.now(UTC), lasts, sees_numbers=False)
    cookie = await an_analysts_cookie(database, tenant)
    folder: Path = tmp_path_factory.mktemp("bank")
    calls = bank.write_history(folder / "calls.parquet")
    command = ("import-history", "--tenant", str(tenant), str(folder / "calls.parquet"))
    said = await give(*command, DATABASE_URL=postgres.web_url)
    assert said.status == 0, said
    assert f"{calls} calls, 1999-01-01 to 1999-06-30, times of {bank.ZONE}" in said.out
    again = await give(*command, DATABASE_URL=postgres.web_url)
    assert "imported before" in again.out
    async with running_product(postgres.web_url, carrier, folder) as product:
        yield Bank(database, tenant, product.address, key, cookie)
    await database.close()


async def an_analysts_cookie(database: Database, tenant: UUID) -> str:
    """Of somebody who has just signed in."""
    person = await people.register_person(
        database, email=f"avi@{tenant.hex}.example", name="Avi", password_hash="none"
    )
    async with database.work(tenant) as work:
        await people.add_member(work, person, "Avi", Role.ANALYST)
        session = await open_session(work, person, datetime.now(UTC))
    return f"{COOKIE}={session.token.text}"


async def test_every_quarter_of_an_hour_is_the_published_one(imported: Bank):
    quarters = slots(FIRST, LAST, ZONE, Size.QUARTER)
    found = {
        slot.start.astimezone(ZONE).replace(tzinfo=None): {
            "offered": tally.offered,
            "answered": tally.answered,
            "abandoned": tally.abandoned,
            "short_ab_lt5": tally.short_abandoned,
            "ans_le20": tally.answered_waits.up_to(20),
            "ab_le20": tally.abandoned_waits.up_to(20),
            "wait_sum_ans": tally.answered_wait_ms // 1000,
            "service_sum": tally.handle_ms // 1000,
            "service_n": tally.handlings,
            "p95_rank_ans": tally.answered_waits.percentile(0.95),
        }
        for slot, tally in (await imported.tallies(quarters)).items()
    }
    assert found == dict(bank.golden())


async def test_a_notebook_has_every_published_quarter(imported: Bank):
    def work(figures: patchbay.Figures) -> list[dict[str, Any]]:
        return figures.intervals(FIRST, LAST, size="15min", as_="arrow").to_pylist()

    rows = await imported.in_a_notebook(work)
    found = {
        row["start"].astimezone(ZONE).replace(tzinfo=None): bank.as_published(row)
        for row in rows
        if row["offered"]
    }
    assert found == dict(bank.golden())


async def test_the_page_shows_the_published_figures(imported: Bank):
    published = bank.reference()["1-6"]
    tiles = await imported.on_the_page(FIRST, LAST)
    for theirs, ours in NAMES.items():
        if ours in ON_THE_PAGE:
            assert tiles[HEADINGS[ours]] == shown(ours, published[theirs]), ours
    assert len(tiles) == len(ON_THE_PAGE)


@pytest.mark.parametrize("months", ["1", "2", "3", "4", "5", "6", "1-6"])
async def test_every_month_has_the_published_measures(imported: Bank, months: str):
    end = date(1999, int(months[-1]) + 1, 1) - timedelta(days=1)
    days: Any = {"first": f"1999-0{months[0]}-01", "last": str(end)}
    published = bank.reference()[months]
    (by_http,) = await imported.by_http(f"intervals?first={days['first']}&last={days['last']}")

    def work(figures: patchbay.Figures) -> dict[str, Any]:
        return figures.intervals(**days, size="whole").to_dict("records")[0]

    for figures in (by_http, await imported.in_a_notebook(work)):
        for theirs, ours in NAMES.items():
            digits = 4 if MEASURES[ours].unit is Unit.SHARE else 2
            assert round(figures[ours], digits) == published[theirs], theirs


async def test_the_calls_behind_a_quarter_are_as_many_as_it_says(imported: Bank):
    calls = await imported.by_http("calls?first=1999-03-01&last=1999-03-01")
    (day,) = await imported.by_http("intervals?first=1999-03-01&last=1999-03-01")
    assert len(calls) == day["offered"] > 1000
    assert sum(call["outcome"] == "abandoned" for call in calls) == day["abandoned"]
    answered = next(call for call in calls if call["outcome"] == "answered" and call["agent"])
    events = await imported.by_http(f"calls/{answered['call_id']}/events")
    assert [event["event"] for event in events] == ["queue-entered", "answered"]
    assert events[1]["agent_name"] == answered["agent"]


async def test_days_add_up_to_the_whole_without_loss(imported: Bank):
    days = await imported.tallies(slots(FIRST, LAST, ZONE, Size.DAY))
    (whole,) = (await imported.tallies(slots(FIRST, LAST, ZONE, Size.WHOLE))).values()
    assert sum(days.values(), Tally()) == whole
    assert len(days) == len({start.date() for start, _ in bank.golden()})


async def test_who_called_again_is_counted_in_the_database_as_in_python(imported: Bank):
    in_the_database, in_python = await imported.repeats(slots(FIRST, LAST, ZONE, Size.WHOLE))
    assert in_the_database == in_python
    (whole,) = in_python
    assert whole.callers > whole.gave_up > whole.redialled > 0
    assert whole.gave_up > whole.lost > 0


async def test_at_noon_the_rest_of_a_day_is_expected_as_it_came(imported: Bank):
    noon = datetime(1999, 5, 12, 12, tzinfo=ZONE)
    rows = await imported.forecast(noon)
    assert [row["is_final"] for row in rows] == [True] * 24 + [False] * 24
    assert {row["baseline_days"] for row in rows} == {4}
    (came,) = (await imported.tallies(slots(noon.date(), noon.date(), ZONE, Size.WHOLE))).values()
    so_far = sum(row["arrived"] or 0 for row in rows[:24])
    to_come = sum(row["expected"] for row in rows[24:])
    assert to_come == pytest.approx(came.offered - so_far, rel=0.15)
    ten = rows[20]
    assert 150 < ten["aht_seconds"] < 300
    assert 8 < ten["agents_needed"] < 25
    assert 250 < ten["patience_seconds"] < 500
    assert ten["wape_floor"] < ten["wape"] < 0.5


# -- the same once all days are rolled up; what stands below this line changes what is counted --


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def rolled_up(imported: Bank) -> Bank:
    await imported.is_rolled_up()
    return imported


def asked(first: date, last: date, size: Size = Size.WHOLE, by: By = By.NOTHING) -> Question:
    rules = Rules(time_zone=bank.ZONE)
    return ask(rules, datetime.now(UTC), first=first, last=last, size=size, by=by)


@pytest.mark.parametrize("months", ["1", "2", "3", "4", "5", "6", "1-6"])
async def test_rolled_up_every_month_has_the_published_measures(rolled_up: Bank, months: str):
    end = date(1999, int(months[-1]) + 1, 1) - timedelta(days=1)
    figures = await rolled_up.figures(asked(date(1999, int(months[0]), 1), end))
    for theirs, ours in NAMES.items():
        digits = 4 if MEASURES[ours].unit is Unit.SHARE else 2
        assert round(figures[ours], digits) == bank.reference()[months][theirs], theirs


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("size", [Size.DAY, Size.WHOLE])
async def test_rolled_up_every_day_is_what_its_rows_say(rolled_up: Bank, size: Size, by: By):
    found, rows = await rolled_up.counts(asked(FIRST, LAST, size, by))
    assert len(found) == 1, "none of it is counted from rows"
    assert await tallies_of(*found) == await tallies_of(rows)


async def test_a_file_that_is_taken_back_is_in_no_roll_up(rolled_up: Bank):
    await rolled_up.is_taken_back()
    for _ in range(2):
        found, _ = await rolled_up.counts(asked(FIRST, LAST))
        assert await tallies_of(*found) == {}
        await rolled_up.is_rolled_up()
