"""Half a year of a real call centre gives the published figures from roll-ups too."""

from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from backend.bookkeeper import roll_up_days
from backend.domain.rules import Rules
from backend.embedded_postgres import EmbeddedPostgres
from backend.history.reading import digest_of, read_history
from backend.measures.catalogue import MEASURES, Unit
from backend.measures.intervals import Size
from backend.reports.intervals import interval_frame
from backend.reports.questions import Question, ask
from backend.store import history, people
from backend.store.roll_ups import count_with_roll_ups
from backend.store.tallies import By, Counts, count, tallies_of
from backend.store.tenancy import Database
from tests.history import bank
from tests.history.test_the_bank import FIRST, LAST, NAMES

pytestmark = bank.needs_the_bank

RULES = Rules(time_zone=bank.ZONE)
FILE = "calls.parquet"


class RolledUp:
    """The bank as one of our companies, all of whose days are rolled up."""

    def __init__(self, database: Database) -> None:
        self.database, self.tenant = database, uuid4()

    async def imports(self, folder: Path) -> None:
        bank.write_history(folder / FILE)
        raw = (folder / FILE).read_bytes()
        reading = read_history(raw, self.tenant, ZoneInfo(bank.ZONE))
        calls = [(call.visit, call.handling) for call in reading.calls]
        async with self.database.work(self.tenant) as work:
            await people.found_tenant(work, "The Bank", RULES)
        async with self.database.work(self.tenant) as work:
            await history.enter(work, FILE, digest_of(raw), calls, datetime.now(UTC))

    async def is_rolled_up(self) -> None:
        more = True
        while more:
            async with self.database.work(self.tenant) as work:
                more = await roll_up_days(work, datetime.now(UTC))

    async def counts(self, question: Question) -> tuple[list[Counts], Counts]:
        """As the product counts, and from rows alone."""
        asked = (question.slots, question.by, question.scope, question.counting, question.now)
        async with self.database.work(self.tenant) as work:
            return await count_with_roll_ups(work, *asked), await count(work, *asked)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def rolled_up(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[RolledUp]:
    found = RolledUp(await Database.connect(postgres.web_url, patience=60))
    await found.imports(tmp_path_factory.mktemp("bank"))
    await found.is_rolled_up()
    yield found
    await found.database.close()


def asked(first: date, last: date, size: Size = Size.WHOLE, by: By = By.NOTHING) -> Question:
    return ask(RULES, datetime.now(UTC), first=first, last=last, size=size, by=by)


@pytest.mark.parametrize("months", ["1", "2", "3", "4", "5", "6", "1-6"])
async def test_every_month_has_the_published_measures(rolled_up: RolledUp, months: str):
    end = date(1999, int(months[-1]) + 1, 1) - timedelta(days=1)
    question = asked(date(1999, int(months[0]), 1), end)
    published = bank.reference()[months]
    (figures,) = (await interval_frame(rolled_up.database, rolled_up.tenant, question)).to_pylist()
    for theirs, ours in NAMES.items():
        digits = 4 if MEASURES[ours].unit is Unit.SHARE else 2
        assert round(figures[ours], digits) == published[theirs], theirs


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("size", [Size.DAY, Size.WHOLE])
async def test_every_day_is_what_its_rows_say(rolled_up: RolledUp, size: Size, by: By):
    found, rows = await rolled_up.counts(asked(FIRST, LAST, size, by))
    assert len(found) == 1, "none of it is counted from rows"
    assert await tallies_of(*found) == await tallies_of(rows)


async def test_a_file_that_is_taken_back_is_in_no_roll_up(rolled_up: RolledUp):
    async with rolled_up.database.work(rolled_up.tenant) as work:
        (file,) = await history.files(work)
        assert await history.forget_files(work, [file.id]) == 1
    for _ in range(2):
        found, _ = await rolled_up.counts(asked(FIRST, LAST))
        assert await tallies_of(*found) == {}
        await rolled_up.is_rolled_up()
