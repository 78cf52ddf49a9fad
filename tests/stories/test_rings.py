"""What is counted of calls that ring at agents: who missed one, and who only was not quicker."""

from datetime import timedelta
from typing import Any

import asyncpg

from backend.bookkeeper import LINES_AT_ONCE
from backend.domain.board import Presence
from backend.domain.rules import Rules
from backend.embedded_postgres import EmbeddedPostgres
from backend.measures.ring_counts import RING_MEANINGS
from tests.stories.bookkeeping import the_books_are_right
from tests.stories.company import Agent, Company
from tests.stories.product import Product
from tests.stories.test_not_reachable import ends, is_unreachable

RING = Rules().ring_seconds + 1
TRANSFER = Rules().transfer_seconds + 1
OLD = "update books set without_rings = number where tenant_id = $1"


async def counted(company: Company) -> dict[str, dict[str, int]]:
    """What the report says of everybody's rings, without what there was none of."""
    product = company.product
    await the_books_are_right(product.services.database, company.tenant)
    await company.sam.signs_in()
    today = product.clock().date()
    days = f"first={today - timedelta(days=1)}&last={today + timedelta(days=1)}"
    rows = await company.sam.asks("GET", f"/api/reports/agents?{days}")
    return {
        row["agent_name"]: {name: row[name] for name in RING_MEANINGS if row[name]} for row in rows
    }


def all_of(ending: str, rings: int = 1) -> dict[str, int]:
    return {"rings": rings, f"rings_{ending}": rings}


async def test_of_three_whom_it_rings_at_one_answers_and_nobody_has_missed_anything(
    acme: Company, globex: Company
):
    await acme.on_duty("Ana", "Ben", "Chloe")
    await globex.on_duty("Ana")
    caller = await acme.rings()
    await acme.ben.answers(caller)
    assert await counted(acme) == {
        "Ana": all_of("not_selected"),
        "Ben": all_of("answered"),
        "Chloe": all_of("not_selected"),
    }
    assert await counted(globex) == {"Ana": {}}


async def test_nobody_answers(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.is_rung_by(caller)
    assert await counted(acme) == {"Ana": {"rings": 1}, "Ben": {"rings": 1}}, "it still rings"
    await acme.product.later(RING)
    await ends(acme.ana, caller)
    assert await counted(acme) == {"Ana": all_of("missed"), "Ben": all_of("missed")}


async def test_one_declines_and_the_caller_gives_up(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.is_rung_by(caller)
    await acme.ana.declines(caller)
    await caller.hangs_up()
    await ends(acme.ben, caller)
    assert await counted(acme) == {"Ana": all_of("declined"), "Ben": all_of("abandoned")}


async def test_a_transfer_that_nobody_takes_rings_at_one_after_the_other(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.transfers(caller, acme.ben)
    await acme.ben.is_rung_by(caller)
    await acme.product.later(TRANSFER)
    await acme.ana.is_rung_by(caller)
    await acme.ana.answers(caller)
    assert await counted(acme) == {
        "Ana": all_of("answered", 2),
        "Ben": {"rings": 2, "rings_not_selected": 1, "rings_missed": 1},
    }


async def test_who_becomes_unreachable_is_not_rung_any_more(product: Product):
    acme = await product.company("Acme", Rules(missed_rings=1))
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings("+15550001111")
    await acme.ana.is_rung_by(caller)
    product.clock.later += timedelta(seconds=RING - 10)
    second = await acme.rings("+15550002222")
    await acme.ana.is_rung_by(second)
    await acme.ben.answers(second)
    third = await acme.rings("+15550003333")
    await acme.ana.is_rung_by(third)
    await product.later(10)
    await is_unreachable(acme.ben, acme.ana)
    of_ana = {"rings": 3, "rings_missed": 1, "rings_not_selected": 1}  # and one was withdrawn
    of_ben = {"rings": 2, "rings_answered": 1}  # who was in a call when the first had rung out
    assert await counted(acme) == {"Ana": of_ana, "Ben": of_ben}


async def test_an_agent_who_goes_away_has_missed_nothing(acme: Company):
    await acme.on_duty("Ana")
    caller = await acme.rings()
    await acme.ana.is_rung_by(caller)
    await acme.ana.goes("away")
    await acme.product.later(RING)
    await ends(acme.ana, caller)
    assert acme.ana.shows(acme.ana) == Presence.AWAY
    assert await counted(acme) == {"Ana": {"rings": 1}}


async def forget_rings(company: Company, server: EmbeddedPostgres) -> list[Any]:
    """Leave the company's books as they were before rings were kept; what was in them."""
    connection = await asyncpg.connect(server.superuser_url, database="patchbay")
    try:
        known = await rings_in(connection, company)
        await connection.execute("delete from ring where tenant_id = $1", company.tenant)
        await connection.execute(OLD, company.tenant)
    finally:
        await connection.close()
    return known


async def rings_in(connection: Any, company: Company) -> list[Any]:
    rows = await connection.fetch(
        "select * from ring where tenant_id = $1 order by call_id, number", company.tenant
    )
    return [tuple(row) for row in rows]


async def calls_come_and_go(agent: Agent, numbers: range) -> None:
    for number in numbers:
        caller = await agent.company.rings(f"+1555000{number:04}")
        await agent.is_rung_by(caller)
        await caller.hangs_up()
        await ends(agent, caller)


async def test_calls_from_before_rings_were_kept_are_read_once_more_and_nothing_else_changes(
    acme: Company, globex: Company, postgres: EmbeddedPostgres
):
    await acme.on_duty("Ana", "Ben")
    await calls_come_and_go(acme.ana, range(12))
    waits = await acme.rings("+15551112222")
    await acme.ana.is_rung_by(waits)
    before = await counted(acme)
    known = await forget_rings(acme, postgres)
    assert len(known) == 26
    database, bookkeeper = acme.product.services.database, acme.product.services.bookkeeper
    async with database.work(acme.tenant) as work:
        visits = await work.connection.fetch("select * from visit order by call_id")
    await acme.ana.answers(waits)  # a new line of an old call is read as ever
    rounds = 0
    while await bookkeeper.read_some_old_rings():
        rounds += 1
    assert rounds > 1
    after = await counted(acme)
    assert before == {"Ana": all_of("abandoned", 12) | {"rings": 13}} | {
        "Ben": all_of("abandoned", 12) | {"rings": 13}
    }
    assert after == {
        "Ana": before["Ana"] | {"rings_answered": 1},
        "Ben": before["Ben"] | {"rings_not_selected": 1},
    }
    async with database.work(acme.tenant) as work:
        again = await work.connection.fetch("select * from visit order by call_id")
        assert await work.connection.fetchval("select without_rings from books") == 0
    changed = [one["caller"] for one, other in zip(visits, again, strict=True) if one != other]
    assert changed == [waits.number]
    assert await counted(globex) == {}


async def test_a_round_reads_a_few_old_rings_of_one_company_and_then_what_is_new(
    acme: Company, globex: Company, postgres: EmbeddedPostgres
):
    for company in (acme, globex):
        await company.on_duty("Ana")
        await calls_come_and_go(company.ana, range(12))
        await counted(company)
        assert len(await forget_rings(company, postgres)) == 12
    connection = await asyncpg.connect(postgres.superuser_url, database="patchbay")
    try:
        bookkeeper = acme.product.services.bookkeeper
        before = [await left_to_read(connection, company) for company in (acme, globex)]
        assert await bookkeeper.read_some_old_rings()
        after = [await left_to_read(connection, company) for company in (acme, globex)]
        read = sorted(was - left for was, left in zip(before, after, strict=True))
        assert read == [0, LINES_AT_ONCE]
        while await bookkeeper.read_some_old_rings():
            pass
        assert [len(await rings_in(connection, company)) for company in (acme, globex)] == [12, 12]
    finally:
        await connection.close()


async def left_to_read(connection: Any, company: Company) -> int:
    return await connection.fetchval(
        "select without_rings from books where tenant_id = $1", company.tenant
    )


async def test_a_ring_counts_in_the_slot_in_which_it_began(acme: Company):
    await acme.on_duty("Ana")
    caller = await acme.rings()
    await acme.ana.is_rung_by(caller)
    acme.product.clock.later += timedelta(minutes=16)
    await acme.ana.answers(caller)
    await the_books_are_right(acme.product.services.database, acme.tenant)
    await acme.sam.signs_in()
    today = acme.product.clock().date()
    days = f"first={today - timedelta(days=1)}&last={today}&size=15min"
    rows = await acme.sam.asks("GET", f"/api/reports/agents?{days}")
    of_ana = [row for row in rows if row["agent_name"] == "Ana"]
    assert [row["rings_answered"] for row in of_ana] == [1, *[0] * (len(of_ana) - 1)]
    assert any(row["talk_seconds"] for row in of_ana[1:])
