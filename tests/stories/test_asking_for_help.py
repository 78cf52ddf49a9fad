"""An agent in a call asks for help: supervisors see it, and it ends when one of them comes, the
agent takes it back, or the call leaves the agent."""

import pytest

from backend.domain.rules import Rules
from tests.stories.company import Agent, Caller, Company, Refused
from tests.stories.product import Product
from tests.stories.test_monitoring import SAM, ana_talks


async def ana_asks(company: Company) -> Caller:
    caller = await ana_talks(company)
    await company.ana.asks_for_help(caller)
    await company.sam.sees(lambda _: is_asked(company.sam, caller))
    return caller


def is_asked(agent: Agent, caller: Caller) -> bool:
    card = agent.call(caller)
    return card is not None and card.help_at is not None


async def it_is_over(company: Company, caller: Caller) -> None:
    await company.ben.sees(lambda _: not is_asked(company.ben, caller))


async def test_a_board_knows_who_could_come(acme: Company, globex: Company):
    await acme.ana.opens_board()
    await globex.ana.opens_board()
    assert acme.ana.board is not None
    assert globex.ana.board is not None
    assert acme.ana.board.supervisors == (acme.sam.id,)
    assert globex.ana.board.supervisors == (globex.sam.id,)


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
async def test_it_ends_when_a_supervisor_is_there(acme: Company, mode: str):
    caller = await ana_asks(acme)
    card = acme.sam.call(caller)
    assert card is not None
    await acme.sam.asks("POST", f"/api/calls/{card.id}/monitoring", {"mode": mode})
    assert is_asked(acme.sam, caller), "a click is not help yet"
    await acme.sam.joins_as_monitor(caller, tone=SAM)
    await it_is_over(acme, caller)
    with pytest.raises(Refused, match="help-is-here"):
        await acme.ana.asks_for_help(caller)


async def test_the_agent_takes_it_back_and_asking_twice_asks_once(acme: Company):
    caller = await ana_asks(acme)
    await acme.ana.asks_for_help(caller)
    assert sum(one.get("event") == "help-asked" for one in acme.ben.heard) == 1
    await acme.ana.takes_help_back(caller)
    await it_is_over(acme, caller)


@pytest.mark.parametrize("how", ["parked", "taken over", "over"])
async def test_it_ends_when_the_call_leaves_the_agent(acme: Company, how: str):
    caller = await ana_asks(acme)
    if how == "parked":
        await acme.ana.parks(caller)
    elif how == "over":
        await acme.ana.hangs_up(caller)
    else:
        await acme.sam.takes_over(caller)
    await it_is_over(acme, caller)


async def test_a_lost_agent_still_asks_when_they_are_back(acme: Company):
    caller = await ana_asks(acme)
    await acme.ana.loses_voice()
    await acme.ben.sees(lambda _: not getattr(acme.ben.call(caller), "agent_present", True))
    await acme.ana.joins(caller)
    assert is_asked(acme.ben, caller)


async def test_only_the_agent_of_a_call_asks(acme: Company):
    caller = await ana_talks(acme)
    with pytest.raises(Refused, match="not-your-call"):
        await acme.ben.asks_for_help(caller)
    with pytest.raises(Refused, match="not-your-call"):
        await acme.ben.takes_help_back(caller)


async def test_where_listening_is_hidden_it_ends_when_the_supervisor_is_heard(product: Product):
    """If it ended before, it would tell the agent that somebody listens."""
    discreet = await product.company("Discreet", Rules(monitoring_is_shown=False))
    caller = await ana_asks(discreet)
    await discreet.sam.monitors(caller, "listen", tone=SAM)
    assert is_asked(discreet.sam, caller)
    await discreet.sam.monitors_as(caller, "whisper")
    await it_is_over(discreet, caller)
