"""A supervisor in the call of an agent: who hears whom in each mode, whatever happens to the call,
and who is told."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from backend.domain.board import MonitorCard, Presence
from backend.domain.rules import Rules
from backend.store.people import Role, add_member
from tests.serving import eventually
from tests.stories.company import Agent, Caller, Company, Refused
from tests.stories.product import Product

ANA, BEN, SAM, CALLER = 700, 1200, 1000, 440


async def ana_talks(company: Company) -> Caller:
    """Ana talks to a caller; Ben is free, and so is Sam, who supervises."""
    await company.on_duty("Ana", "Ben", "Sam")
    caller = await company.rings(tone=CALLER)
    await company.ana.answers(caller, tone=ANA)
    await caller.hears("voice", ANA)
    return caller


async def monitored(company: Company, mode: str) -> Caller:
    caller = await ana_talks(company)
    await company.sam.monitors(caller, mode, tone=SAM)
    await sounds_as(company, caller, mode)
    return caller


async def sounds_as(
    company: Company, caller: Caller, mode: str, agent: Agent | None = None
) -> None:
    """Everybody hears whom they are to hear in that mode, and nobody else."""
    agent, sam = agent or company.ana, company.sam
    await sam.hears_only(agent, caller)
    await (agent.hears_only(caller) if mode == "listen" else agent.hears_only(caller, sam))
    await (caller.hears_only(agent, sam) if mode == "barge" else caller.hears_only(agent))


def monitor_on(agent: Agent, caller: Caller) -> MonitorCard | None:
    card = agent.call(caller)
    return next(iter(card.monitors), None) if card is not None else None


async def sam_is_let_go(company: Company, caller: Caller) -> None:
    await company.ben.sees(lambda _: monitor_on(company.ben, caller) is None)
    assert (await company.sam.asks("GET", "/api/monitoring"))["calls"] == []
    assert company.ben.shows(company.sam) == Presence.AVAILABLE

    async def off() -> bool:
        phone = await company.product.lab("GET", f"/phones/{company.sam.phone}")
        return phone["status"] in ("completed", "failed", "canceled")

    await eventually(off)


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
async def test_everybody_hears_whom_they_are_to_hear(acme: Company, mode: str):
    caller = await monitored(acme, mode)
    if mode != "barge":
        await caller.hears("voice", ANA)
    seen = await acme.ana.sees(lambda _: monitor_on(acme.ana, caller))
    assert (seen.person_id, seen.mode, seen.present) == (acme.sam.id, mode, True)
    assert acme.ben.shows(acme.sam) == Presence.MONITORING


async def test_the_mode_changes_while_they_talk(acme: Company):
    caller = await monitored(acme, "listen")
    for mode in ("barge", "whisper", "listen", "whisper", "barge", "listen"):
        await acme.sam.monitors_as(caller, mode)
        await sounds_as(acme, caller, mode)
    await caller.hears("voice", ANA)


async def test_whoever_leaves_leaves_the_others_talking(acme: Company):
    caller = await monitored(acme, "barge")
    await acme.sam.stops_monitoring(caller)
    await sam_is_let_go(acme, caller)
    await caller.hears("voice", ANA)
    await acme.ana.hears("voice", CALLER)


async def test_a_whisper_follows_the_agent_who_reloads_and_the_caller_never_hears_it(
    acme: Company,
):
    """Without the agent the room is a caller and a supervisor: the caller must hear music."""
    caller = await monitored(acme, "whisper")
    await acme.ana.loses_voice()
    await caller.hears("music")
    await caller.hears_only()
    await acme.ana.joins(caller, tone=ANA)
    await sounds_as(acme, caller, "whisper")


async def test_a_supervisor_who_barged_in_does_not_keep_the_caller_from_music(acme: Company):
    caller = await monitored(acme, "barge")
    await acme.ana.loses_voice()
    await caller.hears("music")
    await acme.product.later(Rules().rejoin_seconds + 1)
    await acme.ben.is_rung_by(caller)
    await sam_is_let_go(acme, caller)
    await caller.hears("music")


async def test_on_hold_supervisor_and_agent_speak_and_the_caller_hears_music(acme: Company):
    caller = await monitored(acme, "barge")
    await acme.ana.holds(caller)
    await caller.hears("music")
    await acme.ana.hears("voice", SAM)
    await acme.sam.hears("voice", ANA)
    await acme.ana.resumes(caller)
    await sounds_as(acme, caller, "barge")


async def _parks(company: Company, caller: Caller) -> None:
    await company.ana.parks(caller)


async def _hands_over(company: Company, caller: Caller) -> None:
    await company.ana.transfers(caller, company.ben)


async def _hangs_up(company: Company, caller: Caller) -> None:
    await company.ana.hangs_up(caller)


async def _caller_leaves(company: Company, caller: Caller) -> None:
    await caller.hangs_up()


@pytest.mark.parametrize("happens", [_parks, _hands_over, _hangs_up, _caller_leaves])
async def test_when_no_agent_has_the_call_its_monitors_are_let_go(
    acme: Company, happens: Callable[[Company, Caller], Awaitable[None]]
):
    caller = await monitored(acme, "whisper")
    await happens(acme, caller)
    await sam_is_let_go(acme, caller)
    if happens in (_parks, _hands_over):
        await caller.hears("music")


async def test_after_a_warm_transfer_the_whisper_is_for_the_new_agent(acme: Company):
    caller = await monitored(acme, "whisper")
    await acme.ana.consults(caller, acme.ben)
    await acme.ben.joins_consult(caller, tone=BEN)
    await acme.ben.hears_only(acme.ana)
    await acme.ana.completes(caller)
    await sounds_as(acme, caller, "whisper", acme.ben)


async def test_a_supervisor_whose_browser_dies_may_come_back_and_is_dropped_if_not(acme: Company):
    caller = await monitored(acme, "whisper")
    await acme.sam.loses_voice()
    await acme.ana.sees(lambda _: not getattr(monitor_on(acme.ana, caller), "present", True))
    await caller.hears("voice", ANA)
    await acme.sam.joins_as_monitor(caller, tone=SAM)
    await sounds_as(acme, caller, "whisper")
    await acme.sam.loses_voice()
    await acme.ana.sees(lambda _: not getattr(monitor_on(acme.ana, caller), "present", True))
    await acme.product.later(Rules().rejoin_seconds + 1)
    await sam_is_let_go(acme, caller)


async def test_one_who_never_comes_is_dropped(acme: Company):
    caller = await ana_talks(acme)
    card = acme.sam.call(caller)
    assert card is not None
    await acme.sam.asks("POST", f"/api/calls/{card.id}/monitoring", {"mode": "listen"})
    await acme.ben.sees(lambda _: acme.ben.shows(acme.sam) == Presence.MONITORING)
    await acme.product.later(Rules().join_seconds + 1)
    await acme.ben.sees(lambda _: monitor_on(acme.ben, caller) is None)


async def test_one_of_whose_coming_nothing_was_heard_is_asked_for_and_stays(acme: Company):
    caller = await ana_talks(acme)
    card = acme.sam.call(caller)
    assert card is not None
    await acme.sam.asks("POST", f"/api/calls/{card.id}/monitoring", {"mode": "whisper"})
    with acme.product.deaf_to("/conference"):
        acme.sam.phone = await acme.sam.dials(card.id, SAM)
        await acme.ana.hears_only(caller, acme.sam)
    await acme.product.later(Rules().join_seconds + 1)
    await acme.ana.sees(lambda _: getattr(monitor_on(acme.ana, caller), "present", False))
    await sounds_as(acme, caller, "whisper")


async def test_two_supervisors_are_told_apart(acme: Company):
    """An owner may too; each is heard as they wished."""
    async with acme.product.services.database.work(acme.tenant) as work:
        await add_member(work, acme.chloe.id, "Chloe", Role.OWNER)  # before any board is open
    caller = await monitored(acme, "whisper")
    await acme.on_duty("Chloe")
    await acme.chloe.monitors(caller, "barge", tone=1300)
    await caller.hears_only(acme.ana, acme.chloe)
    await acme.ana.hears_only(caller, acme.chloe, acme.sam)
    await acme.chloe.takes_over(caller)
    await acme.chloe.hears_only(caller, acme.sam)
    await caller.hears("voice", 1300)


async def test_a_supervisor_who_listens_is_offered_no_call(acme: Company):
    caller = await monitored(acme, "listen")
    second = await acme.rings("+15557650002")
    card = await acme.ben.is_rung_by(second)
    assert acme.sam.id not in card.offered_to
    with pytest.raises(Refused, match="already-on-a-call"):
        await acme.sam.claims(second)
    await acme.sam.stops_monitoring(caller)
    await acme.sam.is_rung_by(second)


@pytest.mark.parametrize("who", ["Ana", "Ben", "Ada"])
async def test_nobody_but_a_supervisor_may(acme: Company, who: str):
    caller = await ana_talks(acme)
    card = acme.ben.call(caller)
    assert card is not None
    person, path = acme.people[who], f"/api/calls/{card.id}"
    if who == "Ada":
        await person.signs_in()
    for method, where, body in (
        ("POST", f"{path}/monitoring", {"mode": "listen"}),
        ("PUT", f"{path}/monitoring", {"mode": "barge"}),
        ("DELETE", f"{path}/monitoring", None),
        ("POST", f"{path}/takeover", None),
        ("GET", f"{path}/monitoring", None),
        ("GET", "/api/monitoring", None),
        ("PUT", f"/api/agents/{acme.ben.id}/presence", {"status": "away", "reason": "no"}),
    ):
        with pytest.raises(Refused) as refused:
            await person.asks(method, where, body)
        assert (refused.value.status, refused.value.code) == (403, "not-allowed")


async def test_there_is_nobody_to_listen_to_before_an_agent_talks(acme: Company):
    await acme.on_duty("Ana", "Sam")
    caller = await acme.rings()
    card = await acme.sam.is_rung_by(caller)
    with pytest.raises(Refused, match="nobody-to-monitor"):
        await acme.sam.asks("POST", f"/api/calls/{card.id}/monitoring", {"mode": "listen"})
    with pytest.raises(Refused, match="not-monitoring"):
        await acme.sam.asks("PUT", f"/api/calls/{card.id}/monitoring", {"mode": "listen"})


async def test_every_step_is_kept_for_supervisors(acme: Company):
    caller = await monitored(acme, "listen")
    await acme.sam.monitors_as(caller, "barge")
    await acme.sam.stops_monitoring(caller)
    assert await steps(acme, caller) == [
        ("monitoring-started", {"mode": "listen"}),
        ("monitor-joined", {}),
        ("monitoring-changed", {"mode": "barge"}),
        ("monitoring-ended", {"why": "left"}),
    ]


async def steps(company: Company, caller: Caller) -> list[tuple[str, Any]]:
    card = company.sam.call(caller)
    assert card is not None
    kept = (await company.sam.asks("GET", f"/api/calls/{card.id}/monitoring"))["steps"]
    assert {one["person_id"] for one in kept} == {str(company.sam.id)}
    return [(one["event"], one["detail"]) for one in kept]


@pytest.fixture
async def discreet(product: Product) -> Company:
    """A company whose agents are not told who listens."""
    return await product.company("Discreet", Rules(monitoring_is_shown=False))


async def test_where_it_is_hidden_nothing_that_an_agent_can_read_tells_of_it(discreet: Company):
    """Not a message, not a look-up, not a number of the journal that is missing."""
    caller = await ana_talks(discreet)
    await discreet.sam.goes("away")
    await discreet.ana.sees(lambda _: discreet.ana.shows(discreet.sam) == Presence.AWAY)
    messages, before = len(discreet.ana.heard), await what_agents_can_ask(discreet, caller)
    await discreet.sam.monitors(caller, "listen", tone=SAM)
    await sounds_as(discreet, caller, "listen")
    await discreet.sam.monitors_as(caller, "whisper")
    await sounds_as(discreet, caller, "whisper")
    assert await what_agents_can_ask(discreet, caller) == before
    await discreet.sam.stops_monitoring(caller)
    assert await what_agents_can_ask(discreet, caller) == before
    told = [one for one in discreet.ana.heard[messages:] if one["type"] != "ping"]
    assert told == []
    assert [event for event, _ in await steps(discreet, caller)] == [
        "monitoring-started",
        "monitor-joined",
        "monitoring-changed",
        "monitoring-ended",
    ]


async def what_agents_can_ask(company: Company, caller: Caller) -> list[Any]:
    card = company.ana.call(caller)
    assert card is not None
    paths = ("/api/board", "/api/calls", f"/api/calls/{card.id}", f"/api/calls/{card.id}/earlier")
    answers = [await company.ana.asks("GET", path) for path in paths]
    for answer in answers:
        answer.pop("at", None)
    return [msgspec.json.encode(answer) for answer in answers]


async def test_where_it_is_hidden_a_supervisor_is_away_as_long_as_calls_pass_them_by(
    discreet: Company,
):
    caller = await ana_talks(discreet)
    await discreet.sam.monitors(caller, "listen", tone=SAM)
    await discreet.ana.sees(lambda _: discreet.ana.shows(discreet.sam) == Presence.AWAY)
    assert monitor_on(discreet.ana, caller) is None
    with pytest.raises(Refused, match="unseen-in-a-call"):
        await discreet.sam.goes("available")
    await discreet.sam.stops_monitoring(caller)
    await discreet.sam.goes("available")
