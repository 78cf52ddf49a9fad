"""A supervisor takes the call of an agent over: the caller is with one of them or hears music, the
agent is released and told by whom; and how a supervisor sets an agent's status, with a reason."""

import pytest

from backend.domain.board import CallCard, Presence
from backend.domain.rules import Rules
from tests.stories.company import Agent, Caller, Company, Refused
from tests.stories.test_monitoring import ANA, BEN, CALLER, SAM, ana_talks, monitored


async def has(agent: Agent, caller: Caller) -> CallCard:
    """Wait until that agent has the call, with their voice in it."""

    def it(_: object) -> CallCard | None:
        card = agent.call(caller)
        theirs = card is not None and card.agent_id == agent.id and card.agent_present
        return card if theirs else None

    return await agent.sees(it)


def took_over(agent: Agent) -> bool:
    return any(one.get("event") == "call-taken-over" for one in agent.heard)


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
async def test_from_listening_the_supervisor_speaks_at_once(acme: Company, mode: str):
    caller = await monitored(acme, mode)
    phone = acme.sam.phone
    await acme.sam.takes_over(caller)
    card = await has(acme.sam, caller)
    assert (card.monitors, card.handled_by) == ((), (acme.ana.id, acme.sam.id))
    await caller.hears("voice", SAM)
    await acme.sam.hears_only(caller)
    assert acme.sam.phone == phone, "the same leg: nobody waits for a new one"
    await acme.ana.sees(lambda _: acme.ana.shows(acme.ana) == Presence.WRAP_UP)
    assert took_over(acme.ana)
    await acme.sam.hangs_up(caller)
    await caller.is_off()


async def test_straight_from_a_card_the_caller_hears_music_until_the_supervisor_is_there(
    acme: Company,
):
    caller = await ana_talks(acme)
    await acme.sam.takes_over(caller)
    await caller.hears("music")
    await acme.sam.joins(caller, tone=SAM)
    await caller.hears("voice", SAM)
    assert acme.ben.shows(acme.ana) == Presence.WRAP_UP


async def test_a_supervisor_who_does_not_come_gives_the_call_back_to_its_agent(acme: Company):
    caller = await ana_talks(acme)
    await acme.sam.takes_over(caller)
    await acme.product.later(Rules().join_seconds + 1)
    await acme.ana.is_rung_by(caller)
    await caller.hears("music")
    await acme.ana.answers(caller, tone=ANA)
    await caller.hears("voice", ANA)


async def test_a_call_on_hold_or_of_a_lost_agent_is_taken_over_too(acme: Company):
    caller = await monitored(acme, "listen")
    await acme.ana.holds(caller)
    await caller.hears("music")
    await acme.ana.loses_voice()
    await acme.sam.sees(lambda _: not getattr(acme.sam.call(caller), "agent_present", True))
    await acme.sam.takes_over(caller)
    await caller.hears("voice", SAM)


async def test_a_colleague_who_was_consulted_is_let_go(acme: Company):
    caller = await monitored(acme, "listen")
    await acme.ana.consults(caller, acme.ben)
    await acme.ben.joins_consult(caller, tone=BEN)
    await acme.sam.takes_over(caller)
    await caller.hears("voice", SAM)
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ben) == Presence.AVAILABLE)
    await acme.sam.hears_only(caller)


async def test_after_it_a_reloaded_page_is_in_the_call_as_its_agent(acme: Company):
    caller = await monitored(acme, "whisper")
    await acme.sam.takes_over(caller)
    await has(acme.sam, caller)
    await acme.sam.loses_voice()
    await caller.hears("music")
    await acme.sam.joins(caller, tone=SAM)
    await caller.hears("voice", SAM)
    await acme.sam.hears("voice", CALLER)


async def test_there_is_nothing_to_take_over_before_somebody_talks(acme: Company):
    await acme.on_duty("Ana", "Sam")
    caller = await acme.rings()
    with pytest.raises(Refused, match="nobody-to-monitor"):
        await acme.sam.takes_over(caller)


async def test_a_supervisor_sets_an_agents_status_and_the_agent_reads_why(acme: Company):
    caller = await ana_talks(acme)
    path = f"/api/agents/{acme.ana.id}/presence"
    await acme.sam.asks("PUT", path, {"status": "away", "reason": "long break"})
    card = await acme.ana.sees(lambda board: acme.ana.card(board).set_by and acme.ana.card(board))
    assert (card.status, card.set_by) == ("away", acme.sam.id)
    why = await acme.ana.asks("GET", "/api/presence/set-by")
    assert why == {"set_by": str(acme.sam.id), "status": "away", "reason": "long break"}
    assert not any("long break" in str(one) for one in acme.ben.heard)
    await caller.hears("voice", ANA)  # the call goes on
    await acme.sam.asks("PUT", path, {"status": "away", "reason": "still"})
    assert (await acme.ana.asks("GET", "/api/presence/set-by"))["reason"] == "still"
    await acme.ana.hangs_up(caller)
    await acme.ana.goes("available")
    await acme.ben.sees(lambda board: acme.ana.card(board).set_by is None)
    assert (await acme.ana.asks("GET", "/api/presence/set-by"))["reason"] is None


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"status": "away", "reason": "  "}, 400, "reason-missing"),
        ({"status": "wrap_up", "reason": "so"}, 400, "not-a-choice"),
        ({"status": "offline", "reason": "so"}, 400, "not-a-choice"),
    ],
)
async def test_only_with_a_reason_and_only_to_available_or_away(
    acme: Company, wish: dict[str, str], status: int, code: str
):
    await acme.on_duty("Sam")
    with pytest.raises(Refused) as refused:
        await acme.sam.asks("PUT", f"/api/agents/{acme.ana.id}/presence", wish)
    assert (refused.value.status, refused.value.code) == (status, code)
