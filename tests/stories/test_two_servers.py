"""Two web servers on one database: an agent at either sees and does the same."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from backend.domain.board import Presence
from backend.embedded_postgres import EmbeddedPostgres
from backend.feed.attendance import GRACE_SECONDS
from tests.stories.company import Company
from tests.stories.product import Product, running_product


@pytest.fixture
async def elsewhere(
    postgres: EmbeddedPostgres, carrier: str, tmp_path: Path
) -> AsyncGenerator[Product]:
    """A second web server, with a folder of its own."""
    async with running_product(postgres.web_url, carrier, tmp_path / "elsewhere") as product:
        yield product


def at(product: Product, company: Company) -> Company:
    """The same company, its people with their browsers at another server."""
    same = Company(product, company.tenant, company.name, company.number)
    for name, agent in company.people.items():
        same.add(name, agent.id, agent.email, agent.password)
    product.companies.append(same)
    return same


async def test_agents_at_two_servers_see_one_board_and_one_of_them_gets_the_call(
    acme: Company, elsewhere: Product
):
    there = at(elsewhere, acme)
    await acme.on_duty("Ana")
    await there.on_duty("Ben")
    caller = await acme.rings(tone=440)
    ringing = await there.ben.sees_call(caller, "ringing")
    assert set(ringing.offered_to) == {acme.ana.id, acme.ben.id}
    await there.ben.answers(caller, tone=1200)
    await caller.hears("voice", 1200)
    assert (await acme.ana.sees_call(caller, "connected")).agent_id == acme.ben.id
    await there.ben.parks(caller)
    await acme.ana.sees_call(caller, "parked")
    await acme.ana.picks_up(caller, tone=700)
    await caller.hears("voice", 700)
    await there.ben.sees(lambda _: getattr(there.ben.call(caller), "agent_present", False))
    await caller.hangs_up()
    await there.ben.sees_call(caller, "ended")


async def test_an_agent_whose_page_moves_to_another_server_keeps_their_callers_on_hold(
    acme: Company, elsewhere: Product
):
    there = at(elsewhere, acme)
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings(tone=440)
    await acme.ana.answers(caller)
    await acme.ana.sets_aside(caller)
    await acme.ana.closes_board()
    await there.ana.opens_board()
    acme.product.clock.later += timedelta(seconds=GRACE_SECONDS + 1)
    await acme.product.services.attendance.prove()
    held = await acme.ben.sees_call(caller, "held")
    assert (held.offered_to, held.overdue) == ((), False)
    assert there.ana.shows(there.ana) == Presence.ON_CALL
    await there.ana.takes_up(caller, tone=700)
    await caller.hears("voice", 700)
