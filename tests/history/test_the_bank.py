"""Half a year of a real call centre, imported as anybody imports, gives the published figures."""

from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from backend.domain.rules import Rules
from backend.embedded_postgres import EmbeddedPostgres
from backend.measures.catalogue import MEASURES
from backend.measures.intervals import Size, Slot, slots
from backend.measures.tally import Counting, Tally
from backend.store import people
from backend.store.tallies import By, Scope, tallies
from backend.store.tenancy import Database
from tests.history import bank
from tests.house.command_line import give

pytestmark = bank.needs_the_bank

ZONE = ZoneInfo(bank.ZONE)
FIRST, LAST = date(1999, 1, 1), date(1999, 6, 30)
NAMES = {"SL_A": "sl_a", "SL_B": "sl_b", "SL_C": "sl_c", "SL_D": "sl_d", "SL_E": "sl_e"}
NAMES |= {"ab_rate": "abandon_rate_all", "ab_rate_excl_short": "abandon_rate", "n_AHT": "handled"}
NAMES |= {f"p{percent}": f"wait_p{percent}" for percent in (50, 90, 95, 99)}
NAMES |= {"ASA": "asa", "ATA": "time_to_abandon", "AHT": "aht", "short_ab_lt5": "short_abandoned"}


class Bank:
    """The bank as one of our companies."""

    def __init__(self, database: Database, tenant: UUID) -> None:
        self._database, self._tenant = database, tenant

    async def tallies(self, within: tuple[Slot, ...], by: By = By.NOTHING) -> dict[Slot, Tally]:
        async with self._database.work(self._tenant) as work:
            now = datetime.now(UTC)
            found = await tallies(work, within, by, Scope(), Counting(), now)
        return {within[slot]: tally for (slot, _), tally in found.items()}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def imported(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Bank]:
    database, tenant = await Database.connect(postgres.web_url), uuid4()
    async with database.work(tenant) as work:
        await people.found_tenant(work, "The Bank", Rules(time_zone=bank.ZONE))
    file: Path = tmp_path_factory.mktemp("bank") / "calls.parquet"
    calls = bank.write_history(file)
    command = ("import-history", "--tenant", str(tenant), str(file))
    said = await give(*command, DATABASE_URL=postgres.web_url)
    assert said.status == 0, said
    assert f"{calls} calls, 1998-12-31 to 1999-06-30, times of {bank.ZONE}" in said.out
    again = await give(*command, DATABASE_URL=postgres.web_url)
    assert "imported before" in again.out
    yield Bank(database, tenant)
    await database.close()


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


@pytest.mark.parametrize("months", ["1", "2", "3", "4", "5", "6", "1-6"])
async def test_every_month_has_the_published_measures(imported: Bank, months: str):
    first, last = int(months[0]), int(months[-1])
    end = date(1999, last + 1, 1) - timedelta(days=1)
    within = slots(date(1999, first, 1), end, ZONE, Size.WHOLE)
    (tally,) = (await imported.tallies(within)).values()
    published = bank.reference()[months]
    for theirs, ours in NAMES.items():
        value = MEASURES[ours].of(tally, Counting()).value
        assert value is not None
        digits = 4 if MEASURES[ours].unit == "share" else 2
        assert round(value, digits) == published[theirs], theirs
    for name in ("offered", "answered", "abandoned"):
        assert getattr(tally, name) == published[name]


async def test_days_add_up_to_the_whole_without_loss(imported: Bank):
    days = await imported.tallies(slots(FIRST, LAST, ZONE, Size.DAY))
    (whole,) = (await imported.tallies(slots(FIRST, LAST, ZONE, Size.WHOLE))).values()
    assert sum(days.values(), Tally()) == whole
    assert len(days) == len({start.date() for start, _ in bank.golden()})
