"""A past day, told so that it can be played: what the board and the figures were at any instant."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import msgspec
import pytest
from msgspec.structs import replace

from backend.domain.board import Snapshot
from backend.embedded_postgres import EmbeddedPostgres
from backend.reports import replay, replay_journal, replay_tallies
from backend.reports.live_message import Live
from backend.store.replays import board_before, first_line_at
from tests.isolation.world import admin_of
from tests.reports.replaying import (
    at_noon,
    board_by_hand,
    figures_by_hand,
    journal_of,
    moments_between,
    plain,
    replayed,
    told_to,
)
from tests.reports.test_repeats_api import LONG_AGO, with_a_past
from tests.stories.company import Company, Refused
from tests.stories.product import Product

GROWS = ("offered", "answered", "abandoned", "forced_out", "handled")


@pytest.fixture
async def acme(product: Product) -> Company:
    company = await product.company("Acme", at_noon())
    await company.sam.signs_in()
    await company.ada.signs_in()
    return company


@pytest.fixture
def packed_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A story's few lines fill many blocks, and have many marks."""
    monkeypatch.setattr(replay_journal, "LINES_A_BLOCK", 3)
    monkeypatch.setattr(replay_journal, "BLOCKS_A_MARK", 2)
    monkeypatch.setattr(replay_tallies, "FACTS_A_MARK", 2)


async def a_busy_day(company: Company) -> None:
    """One is answered, held and parked; one gives up; one is handed on; one is still waiting."""
    await company.on_duty("Ana", "Ben")
    first = await company.rings("+15550001111")
    await company.ana.answers(first)
    await company.ana.holds(first)
    await company.ana.parks(first)
    second = await company.rings("+15550002222")
    await company.ben.is_rung_by(second)
    await second.hangs_up()
    await company.ben.sees_call(second, "ended")
    await company.ben.picks_up(first)
    await company.ben.hangs_up(first)
    await company.ben.sees_call(first, "ended")
    await company.ben.finishes_wrap_up()
    third = await company.rings("+15550003333")
    await company.ana.answers(third)
    await company.ana.transfers(third, company.ben)
    await company.ben.answers(third)
    await company.ben.hangs_up(third)
    await company.ben.sees_call(third, "ended")
    await company.ben.finishes_wrap_up()
    fourth = await company.rings("+15550004444")
    await company.ben.is_rung_by(fourth)
    await company.product.the_books_are_right()


async def test_a_day_ends_in_the_replay_as_it_is_live(acme: Company, packed_small: None):
    await a_busy_day(acme)
    live = msgspec.convert(await acme.sam.asks("GET", "/api/reports/now"), Live, strict=False)
    board = msgspec.convert(await acme.sam.asks("GET", "/api/board"), Snapshot, strict=False)
    day = await replayed(acme.sam)
    then = await day.at(live.at)
    assert plain(then.live) == plain(live)
    assert then.board == replace(board, at=then.at, me=then.board.me)


async def test_every_instant_of_a_day_is_as_it_was(acme: Company, packed_small: None):
    await a_busy_day(acme)
    day, lines = await replayed(acme.sam), await journal_of(acme)
    before = None
    for moment in moments_between(lines, day.head.until):
        then = await day.at(moment)
        assert then.board == board_by_hand(day.head.board, lines, moment)
        assert then.live.today == figures_by_hand(lines, moment)
        if before is not None:
            for name in GROWS:
                assert (then.live.today[name] or 0) >= (before[name] or 0), (name, moment)
        before = then.live.today
    assert before is not None
    assert (before["offered"], before["answered"], before["abandoned"]) == (4, 2, 1)


async def test_whoever_scrubs_to_and_fro_sees_the_same(acme: Company, packed_small: None):
    await a_busy_day(acme)
    day, lines = await replayed(acme.sam), await journal_of(acme)
    moments = moments_between(lines, day.head.until)
    fresh = {moment: await day.at(moment) for moment in moments}
    for seed in range(5):
        scrubbed = Random(seed).sample(moments, len(moments))  # noqa: S311
        then = None
        for moment in scrubbed:
            then = await day.at(moment, then)
            assert (then.board, then.live) == (fresh[moment].board, fresh[moment].live)


async def test_the_board_before_any_line_is_all_that_was_told_until_then(acme: Company):
    await a_busy_day(acme)
    day, lines = await replayed(acme.sam), await journal_of(acme)
    for place, line in enumerate(lines):
        told = lines[:place]
        expected = board_by_hand(day.head.board, told, line.at)
        async with acme.product.services.archive.work(acme.tenant) as work:
            found = await board_before(work, line.number, line.at)
        assert of_whom_something_is_known(found) == of_whom_something_is_known(expected), line


def of_whom_something_is_known(board: Snapshot) -> Snapshot:
    """Without since when agents are offline of whom no line tells yet: nobody knows that."""
    agents = (replace(one, since=one.since if one.rev else board.at) for one in board.agents)
    return replace(board, agents=tuple(agents))


async def test_a_moment_is_found_in_the_journal(acme: Company):
    await acme.on_duty("Ana", "Ben")
    lines = await journal_of(acme)
    async with acme.product.services.archive.work(acme.tenant) as work:
        for line in lines:
            found = await first_line_at(work, line.at)
            assert found == next(each.number for each in lines if each.at >= line.at)
        later = lines[-1].at + timedelta(days=1)
        assert await first_line_at(work, later) == lines[-1].number + 1
        assert await first_line_at(work, datetime(1970, 1, 1, tzinfo=UTC)) == 1


async def test_a_company_that_has_not_had_a_day_yet_has_an_empty_one(globex: Company):
    await globex.sam.signs_in()
    day = await replayed(globex.sam)
    then = await day.at(day.begins_at)
    assert (day.lines, then.board.calls, then.live.today["offered"]) == (0, (), 0)
    assert [agent.name for agent in then.board.agents] == ["Ana", "Ben", "Chloe", "Sam"]


async def test_a_day_from_before_patchbay_is_played_by_its_figures_alone(
    globex: Company, tmp_path: Path
):
    await globex.sam.signs_in()
    await with_a_past(globex, tmp_path / "past.csv")
    day = await replayed(globex.sam, f"?day={LONG_AGO.date()}")
    opens = LONG_AGO + timedelta(hours=9)
    assert (day.lines, day.begins_at) == (0, opens - timedelta(seconds=5))
    waiting = (await day.at(opens + timedelta(seconds=30))).live.today
    assert (waiting["offered"], waiting["open"], waiting["abandoned"]) == (1, 1, 0)
    evening = (await day.at(day.head.until)).live
    today = evening.today
    assert (today["offered"], today["answered"], today["abandoned"]) == (5, 3, 2)
    assert sum(quarter.figures["offered"] or 0 for quarter in evening.quarters) == 5
    assert evening.calls == ()


async def test_an_earlier_day_knows_nothing_of_today(acme: Company):
    await a_busy_day(acme)
    today = (await replayed(acme.sam)).head.day
    day = await replayed(acme.sam, f"?day={today - timedelta(days=1)}")
    assert (day.lines, sum(day.came_in)) == (0, 0)
    end = await day.at(day.head.until)
    assert (end.board.calls, end.board.recent) == ((), ())
    assert {agent.status for agent in end.board.agents} == {"offline"}


async def test_another_companys_day_is_never_in_it(acme: Company, globex: Company):
    await acme.on_duty("Ana")
    await globex.on_duty("Ana")
    caller = await globex.rings("+15559990000")
    await globex.ana.answers(caller)
    await globex.product.the_books_are_right()
    told = b"\n".join(await told_to(acme.sam)).decode()
    card = globex.ana.call(caller)
    assert card is not None
    for mark in (str(card.id), "+15559990000", globex.number, str(globex.ana.id)):
        assert mark not in told


async def test_an_analyst_sees_no_number_whole(acme: Company):
    await acme.on_duty("Ana", "Ben")
    outside = await acme.telephone()
    caller = await acme.rings("+15550001111")
    await acme.ana.answers(caller)
    await acme.ana.consults_outside(caller, outside)
    await outside.is_rung()
    await acme.product.the_books_are_right()
    whole = b"\n".join(await told_to(acme.sam)).decode()
    told = b"\n".join(await told_to(acme.ada)).decode()
    for number in (caller.number, outside.number):
        assert number in whole
        assert number not in told
        assert number[2:-2] not in told.replace(acme.number, "")
    assert "+1555•••••11" in told
    assert acme.number in told
    day = await replayed(acme.ada)
    (call,) = (await day.at(day.head.until)).live.calls
    assert call.caller == "+1555•••••11"


async def test_an_agent_is_told_of_no_day(acme: Company):
    await acme.ana.signs_in()
    with pytest.raises(Refused, match="not-allowed"):
        await acme.ana.asks("GET", "/api/reports/replay")


async def test_what_cannot_be_played_is_refused_with_what_to_do(
    acme: Company, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(Refused, match="day-not-begun"):
        await acme.sam.asks("GET", "/api/reports/replay?day=2199-01-01")
    with pytest.raises(Refused, match="no-such-days"):
        await acme.sam.asks("GET", "/api/reports/replay?day=1969-01-01")
    await acme.on_duty("Ana")
    await acme.product.the_books_are_right()
    monkeypatch.setattr(replay, "MOST_LINES", 0)
    with pytest.raises(Refused, match=r"day-too-full: \d+ things happened .* the history"):
        await acme.sam.asks("GET", "/api/reports/replay")


async def test_a_day_is_told_in_pages_without_leaving_anything_out(
    acme: Company, monkeypatch: pytest.MonkeyPatch
):
    await a_busy_day(acme)
    whole = await told_to(acme.sam)
    for rows in (1, 2, 3):
        monkeypatch.setattr(replay, "ROWS_AT_ONCE", rows)
        monkeypatch.setattr(replay, "ROWS_A_TURN", rows)
        assert (await told_to(acme.sam))[1:] == whole[1:]


async def test_a_line_that_cannot_be_read_keeps_its_place(
    acme: Company, postgres: EmbeddedPostgres
):
    await a_busy_day(acme)
    last = (await journal_of(acme))[-1]
    admin = await admin_of(postgres.superuser_url)
    spoil = "update journal set announcement = $3 where tenant_id = $1 and number = $2"
    try:
        await admin.execute(spoil, acme.tenant, last.number, "{}")
        day = await replayed(acme.sam)
        assert (await day.at(day.head.until)).board.number == last.number
    finally:
        whole = msgspec.json.encode(last).decode()
        await admin.execute(spoil, acme.tenant, last.number, whole)
        await admin.close()
