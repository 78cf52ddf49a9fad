"""What is rolled up gives the answers of the rows, whatever changes, and whenever."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from backend.bookkeeper import Bookkeeper, roll_up_days
from backend.domain.call import Direction
from backend.domain.rules import Rules
from backend.embedded_postgres import EmbeddedPostgres
from backend.measures.facts import Ending, Handling, Outcome, Visit
from backend.measures.folding import CallFacts
from backend.measures.intervals import Size, day_start, slots
from backend.measures.tally import Counting
from backend.reports.questions import counting_of
from backend.store import books, history, people
from backend.store.changed_quarters import mark_calls
from backend.store.company_rules import load_rules, save_rules
from backend.store.roll_ups import count_with_roll_ups
from backend.store.tallies import By, Scope, count, tallies_of
from backend.store.tenancy import Database, Work
from tests.serving import eventually

QUEUES, AGENTS = ("Sales", "Support"), ("Ana", "Ben", "")
SCOPES = (Scope(), Scope(("Sales",)))
CLOCKS = {
    "UTC": date(2025, 1, 1),
    "America/New_York": date(2025, 11, 2),
    "Australia/Lord_Howe": date(2025, 4, 6),
    "Asia/Beirut": date(2025, 3, 30),
    "Asia/Kathmandu": date(2025, 6, 1),
    "America/St_Johns": date(2010, 11, 7),
    "Pacific/Apia": date(2011, 12, 30),
    "Africa/Monrovia": date(1972, 1, 7),
}
"""Each with a day on which something is odd there: an hour twice, half an hour, no midnight, two
midnights, no such day at all, a border that is on no quarter of an hour."""

WAITED_FOR = """
select exists (select from pg_locks where locktype = 'advisory' and not granted
  and objid::bigint = hashtext($1::text)::bigint & 4294967295) as waits
"""


class House:
    """A company with calls of a week, in the middle of which the odd day is; now is the eighth."""

    def __init__(self, database: Database, dice: Random, zone: str, odd: date) -> None:
        self.database, self.dice, self.tenant = database, dice, uuid4()
        self.zone = ZoneInfo(zone)
        self.first, self.last = odd - timedelta(days=3), odd + timedelta(days=4)
        self.now = day_start(self.last, self.zone) + timedelta(hours=13)
        self.calls: list[CallFacts] = []
        self.file = 0

    async def founded(self) -> "House":
        async with self.database.work(self.tenant) as work:
            await people.found_tenant(work, "Acme", Rules(time_zone=str(self.zone)))
        return self

    async def lives(self, calls: int, open_ones: float = 0.02) -> None:
        """So many calls more, some of which are not over."""
        for _ in range(calls):
            self.calls.append(self._call(uuid4(), open_ones))
        await self.enters(self.calls[-calls:])

    async def enters(self, calls: Sequence[CallFacts]) -> None:
        async with self.database.work(self.tenant) as work:
            await books.enter_facts(work, {call_of(facts): facts for facts in calls})

    async def rolls_up(self, times: int = 1000) -> int:
        """How many times there was something to do."""
        for turn in range(times):
            async with self.database.work(self.tenant) as work:
                if not await roll_up_days(work, self.now, most=2):
                    return turn
        return times

    async def something_late(self) -> None:
        """A line about an old call: it was another one than was thought, or is over at last."""
        place = self.dice.randrange(len(self.calls))
        self.calls[place] = self._call(call_of(self.calls[place]), 0.1)
        await self.enters([self.calls[place]])

    async def a_file(self) -> None:
        """Calls from elsewhere are imported, those of the file before told anew among them."""
        told = [self._call(UUID(int=n), 0) for n in range(1, 30)]
        calls = [
            (facts.visits[0], facts.handlings[0] if facts.handlings else None)
            for facts in told
            if facts.visits
        ]
        self.file += 1
        async with self.database.work(self.tenant) as work:
            digest = self.file.to_bytes(32)
            await history.enter(work, f"{self.file}.csv", digest, calls, self.now)

    async def takes_a_file_back(self) -> None:
        async with self.database.work(self.tenant) as work:
            name = f"{self.dice.randint(1, max(1, self.file))}.csv"
            named = [file.id for file in await history.files(work) if file.name == name]
            await history.forget_files(work, named)

    async def counts_otherwise(self) -> None:
        """By another S, T or clock."""
        async with self.database.work(self.tenant) as work:
            rules = await load_rules(work)
            changed = self.dice.choice(
                (
                    replace(rules, short_abandon_seconds=self.dice.choice((0, 4, 5, 6))),
                    replace(rules, answer_within_seconds=self.dice.choice((5, 20, 21))),
                    replace(rules, time_zone=self.dice.choice(("Europe/Berlin", str(self.zone)))),
                )
            )
            await save_rules(work, changed)

    async def reads_anew(self) -> None:
        """The books are thrown away; what is read again is only a half so far."""
        async with self.database.work(self.tenant) as work:
            await books.forget(work)
        await self.enters(self.calls[::2])

    async def every_answer_is_that_of_the_rows(self) -> int:
        """How many answers came from roll-ups, in part at least."""
        from_roll_ups = 0
        async with self.database.work(self.tenant) as work:
            rules = await load_rules(work)
            zone, counting = ZoneInfo(rules.time_zone), counting_of(rules)
            for size in (Size.DAY, Size.WHOLE):
                span = (self.last - self.first).days
                skipped = self.dice.choice((0, self.dice.randint(0, span)))
                first = self.first + timedelta(days=skipped)
                cut = slots(first, self.last, zone, size)
                for by in By:
                    for scope in SCOPES:
                        asked = (work, cut, by, scope, counting, self.now)
                        found = await count_with_roll_ups(*asked)
                        rows = await tallies_of(await count(*asked))
                        assert await tallies_of(*found) == rows, (size, by, scope)
                        from_roll_ups += any(each.kept for each in found)
        return from_roll_ups

    def _call(self, call: UUID, open_ones: float) -> CallFacts:
        dice = self.dice
        start = day_start(self.first, self.zone) - timedelta(hours=3)
        seconds = int((self.now - start).total_seconds())
        entered = start + timedelta(seconds=dice.choice((dice.randrange(seconds), 3 * 3600)))
        direction = dice.choice((Direction.INBOUND, Direction.INBOUND, Direction.OUTBOUND))
        is_open, queue = dice.random() < open_ones, dice.choice(QUEUES)
        over = dice.choice([outcome for outcome in Outcome if outcome is not Outcome.OPEN])
        outcome = Outcome.OPEN if is_open else over
        visit = Visit(
            call_id=call,
            queue=queue,
            caller="+15550001111",
            entered_at=entered,
            outcome=outcome,
            wait_ms=None if is_open else dice.choice((0, 4_000, 4_999, 5_001, 20_000, 90_000_000)),
            answered_by=dice.choice(AGENTS) if outcome is Outcome.ANSWERED else None,
            is_skewed=dice.random() < 0.1,
        )
        share = Handling(
            call_id=call,
            entered_at=entered,
            queue=queue,
            direction=direction,
            agent=dice.choice(AGENTS),
            started_at=entered,
            ended_at=entered + timedelta(minutes=1),
            ending=dice.choice(tuple(Ending)),
            talk_ms=dice.choice((0, 60_000, None)),
            hold_ms=5_000,
            consult_ms=1,
            wrap_up_ms=dice.choice((0, 7_000)),
            handle_ms=dice.choice((None, 70_000, 90_001)),
            is_final=dice.random() >= open_ones,
        )
        shares = tuple(replace(share, number=number) for number in range(dice.randrange(3)))
        visits = (visit,) if direction is Direction.INBOUND else ()
        return CallFacts(visits, shares if visits else (share,))


def call_of(facts: CallFacts) -> UUID:
    return (*facts.visits, *facts.handlings)[0].call_id


@pytest.fixture
async def database(postgres: EmbeddedPostgres) -> AsyncGenerator[Database]:
    database = await Database.connect(postgres.web_url, 4)
    yield database
    await database.close()


@pytest.mark.parametrize("zone", CLOCKS)
async def test_whatever_changes_an_answer_is_that_of_the_rows(database: Database, zone: str):
    dice = Random(zone)  # noqa: S311
    house = await House(database, dice, zone, CLOCKS[zone]).founded()
    await house.lives(150)
    await house.rolls_up()
    from_roll_ups = await house.every_answer_is_that_of_the_rows()
    for _ in range(25):
        change = dice.choice(
            (
                house.something_late,
                house.something_late,
                house.a_file,
                house.takes_a_file_back,
                house.counts_otherwise,
                house.reads_anew,
            )
        )
        await change()
        from_roll_ups += await house.every_answer_is_that_of_the_rows()
        await house.rolls_up(times=dice.choice((0, 1, 1000)))
        from_roll_ups += await house.every_answer_is_that_of_the_rows()
    assert from_roll_ups > 50
    await house.rolls_up()
    assert await house.rolls_up() == 0, "nothing is looked at again that has not changed"


async def a_quiet_week(database: Database, calls: int = 80) -> House:
    """A company all of whose calls are over, and whose days are rolled up."""
    house = await House(database, Random(7), "America/New_York", date(2025, 11, 2)).founded()  # noqa: S311
    await house.lives(calls, open_ones=0)
    await house.rolls_up()
    return house


async def kept(work: Work, house: House) -> list[date]:
    """The days of which roll-ups are stored."""
    rows = await work.connection.fetch(
        "select start_at from rolled_day where tenant_id = $1 order by 1", work.tenant
    )
    return [row["start_at"].astimezone(house.zone).date() for row in rows]


async def from_rows(work: Work, house: House) -> list[tuple[datetime, datetime]]:
    """The stretches that a question for all days still counts from rows."""
    cut = slots(house.first, house.last, house.zone, Size.DAY)
    found = await count_with_roll_ups(work, cut, By.NOTHING, Scope(), Counting(), house.now)
    return [
        (cut[each.first].start, cut[each.first + row["slot"] - 1].end)
        for each in found
        for row in each.visits[:1]
    ]


async def test_only_what_lasts_is_counted_from_rows(database: Database):
    house = await a_quiet_week(database)
    today = day_start(house.last, house.zone), day_start(house.last + timedelta(days=1), house.zone)
    async with database.work(house.tenant) as work:
        assert house.last not in await kept(work, house)
        assert await from_rows(work, house) == [today]


async def test_a_day_is_rolled_up_once_nobody_waits_or_is_talked_with(database: Database):
    house = await a_quiet_week(database)
    monday = day_start(date(2025, 11, 3), house.zone)
    call = Visit(uuid4(), "Sales", "", monday + timedelta(hours=9), Outcome.OPEN)
    share = Handling(
        call.call_id,
        call.entered_at,
        "Sales",
        Direction.INBOUND,
        "Ana",
        call.entered_at,
        None,
        Ending.OPEN,
        is_final=False,
    )
    over = replace(call, outcome=Outcome.ANSWERED, wait_ms=1000, answered_by="Ana")
    final = replace(share, ending=Ending.OVER, ended_at=call.entered_at, is_final=True)
    for facts, is_kept in (
        (CallFacts((call,), ()), False),
        (CallFacts((over,), (share,)), False),
        (CallFacts((over,), (final,)), True),
    ):
        await house.enters([facts])
        async with database.work(house.tenant) as work:
            assert any(start == monday for start, _ in await from_rows(work, house))
        assert await house.rolls_up() == 1
        async with database.work(house.tenant) as work:
            assert (date(2025, 11, 3) in await kept(work, house)) is is_kept
        await house.every_answer_is_that_of_the_rows()


async def test_days_without_calls_are_no_holes_in_a_year(database: Database):
    house = await House(database, Random(7), "UTC", date(2025, 11, 2)).founded()  # noqa: S311
    wednesday = day_start(date(2025, 11, 5), house.zone)
    call = Visit(uuid4(), "Sales", "", wednesday, Outcome.ABANDONED, wait_ms=1)
    await house.enters([CallFacts((call,), ())])
    await house.rolls_up()
    async with database.work(house.tenant) as work:
        year = slots(date(2025, 1, 1), date(2025, 12, 31), house.zone, Size.WHOLE)
        found = await count_with_roll_ups(work, year, By.NOTHING, Scope(), Counting(), house.now)
        assert [len(each.kept) for each in found] == [1]


@pytest.mark.parametrize(
    "changed", [Rules(short_abandon_seconds=60), Rules(time_zone="America/Los_Angeles")]
)
async def test_by_other_rules_every_day_is_rolled_up_again(database: Database, changed: Rules):
    house = await a_quiet_week(database)
    async with database.work(house.tenant) as work:
        await save_rules(work, changed)
    await house.every_answer_is_that_of_the_rows()
    assert await house.rolls_up() > 1
    house.zone = ZoneInfo(changed.time_zone)
    async with database.work(house.tenant) as work:
        assert house.first in await kept(work, house)
    assert await house.every_answer_is_that_of_the_rows() > 0


async def test_rules_that_changed_unnoticed_make_no_answer_wrong(database: Database):
    house = await a_quiet_week(database)
    for rules in ('{"short_abandon_seconds": 60}', '{"time_zone": "Asia/Kathmandu"}'):
        async with database.work(house.tenant) as work:
            await work.connection.execute(
                "update tenant set rules = $2 where tenant_id = $1", work.tenant, rules
            )
        await house.every_answer_is_that_of_the_rows()
        await house.something_late()
        await house.rolls_up()
        await house.every_answer_is_that_of_the_rows()


async def test_a_call_right_after_a_crooked_midnight_is_not_forgotten(database: Database):
    """Liberia's clock was 44 minutes and 30 seconds behind until 1972."""
    house = await House(database, Random(7), "Africa/Monrovia", date(1972, 1, 4)).founded()  # noqa: S311
    midnight = day_start(date(1972, 1, 5), house.zone)
    call = Visit(uuid4(), "Sales", "", midnight + timedelta(seconds=9), Outcome.FAILED, wait_ms=1)
    later = replace(call, call_id=uuid4(), entered_at=midnight + timedelta(hours=12))
    await house.enters([CallFacts((later,), ())])
    await house.rolls_up()
    for wait in (1, 2, 3):
        await house.enters([CallFacts((replace(call, wait_ms=wait),), ())])
        await house.every_answer_is_that_of_the_rows()
        assert await house.rolls_up() == 1
        await house.every_answer_is_that_of_the_rows()


async def test_whoever_changes_the_past_keeps_it_from_being_rolled_up(database: Database):
    house = await a_quiet_week(database)
    changed = house.calls[0]
    async with database.work(house.tenant) as changing:
        await books.enter_facts(changing, {call_of(changed): CallFacts((), ())})
        assert await house.rolls_up() == 0
    await house.every_answer_is_that_of_the_rows()
    assert await house.rolls_up() == 1
    await house.every_answer_is_that_of_the_rows()


async def test_whoever_rolls_up_keeps_the_past_as_it_is_until_then(database: Database):
    house = await a_quiet_week(database)
    await house.something_late()
    async with database.work(house.tenant) as rolling:
        assert await roll_up_days(rolling, house.now)
        late = asyncio.create_task(house.enters([house.calls[0]]))
        await eventually(lambda: is_waited_for(database, house.tenant))
        assert not late.done()
    await late
    await house.every_answer_is_that_of_the_rows()
    assert await house.rolls_up() == 1, "and what came meanwhile is marked"


@pytest.mark.parametrize("change", ["its books are made anew", "it counts by other rules"])
async def test_what_is_about_a_whole_company_may_take_longer_than_a_call_would_wait(
    database: Database, postgres: EmbeddedPostgres, change: str
):
    house = await a_quiet_week(database)
    hasty = await Database.connect(postgres.web_url, 1, patience=0.2)

    async def changes() -> None:
        async with hasty.work(house.tenant) as work:
            if change == "its books are made anew":
                await books.forget(work)
            else:
                await save_rules(work, Rules(time_zone="Asia/Kathmandu"))

    async with database.work(house.tenant) as work:
        await mark_calls(work, [call_of(house.calls[0])])  # whoever marks all waits for this one
        changing = asyncio.create_task(changes())
        await asyncio.wait([changing], timeout=0.5)
        assert not changing.done()
    await changing
    await hasty.close()


async def is_waited_for(database: Database, tenant: UUID) -> bool:
    """Whether somebody wants to change this company's past and must wait."""
    (row,) = await database.ask(WAITED_FOR, str(tenant))
    return row["waits"]


async def test_a_companys_roll_ups_are_its_own(database: Database):
    acme, globex = await a_quiet_week(database), await a_quiet_week(database)
    async with database.work(globex.tenant) as work:
        before = await kept(work, globex)
    await acme.something_late()
    await acme.rolls_up()
    async with database.work(globex.tenant) as work:
        assert await kept(work, globex) == before
        seen = await work.connection.fetchval("select count(distinct tenant_id) from day_tally")
    assert seen == 1
    assert await globex.rolls_up() == 0


async def test_a_company_that_cannot_be_rolled_up_holds_up_no_other(database: Database):
    torn, acme = await a_quiet_week(database), await a_quiet_week(database)
    async with database.work(torn.tenant) as work:
        await work.connection.execute(
            'update tenant set rules = \'{"time_zone": "Nowhere/At_all"}\' where tenant_id = $1',
            torn.tenant,
        )
    await torn.something_late()
    await acme.something_late()
    bookkeeper = Bookkeeper(database, lambda: datetime.now(UTC))
    while await bookkeeper.roll_up_some():
        pass
    assert await acme.rolls_up() == 0
    assert not await bookkeeper.roll_up_some(), "it rests, and is not tried again at once"
