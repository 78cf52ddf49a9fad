"""A warm transfer: the agent speaks to a colleague first, while the caller hears music. Whatever
goes wrong, the caller is with somebody or waits audibly, and every board says where."""

import pytest

from backend.domain.board import CallCard, Presence, Snapshot
from backend.domain.handover import NotTaken, TalkWith
from backend.domain.rules import Rules
from tests.stories.company import Agent, Caller, Company, Refused

A_WHILE = Rules().transfer_seconds + 1
ANA, BEN, CALLER = 700, 1200, 440


async def ben_is_asked(acme: Company) -> Caller:
    """Ana talks to the caller and asks Ben; Chloe is free too."""
    await acme.on_duty("Ana", "Ben", "Chloe")
    caller = await acme.rings(tone=CALLER)
    await acme.ana.answers(caller, tone=ANA)
    await caller.hears("voice", ANA)
    await acme.ana.consults(caller, acme.ben)
    rings = await acme.ben.is_rung_by(caller)
    assert (rings.state, rings.agent_id) == ("connected", acme.ana.id)
    assert rings.offered_to == (acme.ben.id,)
    assert acme.chloe.shows(acme.ben) == Presence.RINGING
    await caller.hears("music")
    return caller


async def they_consult(acme: Company) -> Caller:
    """Ana and Ben talk; the caller hears music."""
    caller = await ben_is_asked(acme)
    await acme.ben.joins_consult(caller, tone=BEN)
    await acme.ana.hears("voice", BEN)
    await acme.ben.hears("voice", ANA)
    await caller.hears("music")
    assert acme.chloe.shows(acme.ben) == acme.chloe.shows(acme.ana) == Presence.ON_CALL
    return caller


async def ana_keeps_the_caller(acme: Company, caller: Caller, why: NotTaken) -> None:
    """She sees why, the caller still hears music, and then her again."""

    def told(_: Snapshot) -> bool:
        consult = acme.ana.consult_of(caller)
        return consult is not None and consult.failed is why

    await acme.ana.sees(told, within=15)
    await caller.hears("music")
    await acme.ana.resumes(caller)
    await caller.hears("voice", ANA)
    await acme.ana.hears("voice", CALLER)
    await acme.chloe.sees(lambda _: acme.chloe.consult_of(caller) is None)


async def has(agent: Agent, caller: Caller) -> CallCard:
    """Wait until that agent has the call and nobody is consulted any more."""

    def it(_: Snapshot) -> CallCard | None:
        card = agent.call(caller)
        theirs = card is not None and card.agent_id == agent.id and card.consult is None
        return card if theirs else None

    return await agent.sees(it)


async def test_after_a_word_the_colleague_has_the_caller(acme: Company):
    caller = await they_consult(acme)
    await acme.ana.completes(caller)
    card = await has(acme.ben, caller)
    assert card.handled_by == (acme.ana.id, acme.ben.id)
    await caller.hears("voice", BEN)
    await acme.ben.hears("voice", CALLER)
    assert acme.ben.shows(acme.ana) == Presence.WRAP_UP
    await acme.ben.hangs_up(caller)
    await caller.is_off()


async def test_swapped_the_agent_talks_with_the_caller_and_the_colleague_hears_music(
    acme: Company,
):
    caller = await they_consult(acme)
    await acme.ana.talks_with(caller, "caller")
    await caller.hears("voice", ANA)
    await acme.ben.hears("music")
    await acme.ana.hears("voice", CALLER)
    await acme.ana.talks_with(caller, "colleague")
    await caller.hears("music")
    await acme.ben.hears("voice", ANA)
    await acme.ana.talks_with(caller, "caller")
    await acme.ben.hears("music")
    await acme.ana.completes(caller)
    await caller.hears("voice", BEN)


async def test_merged_all_three_talk_and_the_agent_leaves_the_others(acme: Company):
    caller = await they_consult(acme)
    await acme.ana.talks_with(caller, "all")
    await acme.ben.sees(
        lambda _: getattr(acme.ben.consult_of(caller), "talk_with", None) is TalkWith.ALL
    )
    await acme.ana.hears("voice")
    await acme.ben.hears("voice")
    await caller.hears("voice")
    await acme.ana.completes(caller)
    await has(acme.ben, caller)
    await caller.hears("voice", BEN)
    await acme.ben.hears("voice", CALLER)


@pytest.mark.parametrize("moment", ["ringing", "talking", "swapped", "merged"])
async def test_it_can_be_cancelled_at_every_moment(acme: Company, moment: str):
    caller = await (ben_is_asked(acme) if moment == "ringing" else they_consult(acme))
    if moment in ("swapped", "merged"):
        await acme.ana.talks_with(caller, {"swapped": "caller", "merged": "all"}[moment])
    await acme.ana.cancels_consult(caller)
    await caller.hears("voice", ANA)
    await acme.ana.hears("voice", CALLER)
    card = await has(acme.ana, caller)
    assert (card.held_at, card.offered_to) == (None, ())
    assert acme.ana.shows(acme.ben) == Presence.AVAILABLE


async def test_the_colleague_who_declines_leaves_the_caller_with_the_agent(acme: Company):
    caller = await ben_is_asked(acme)
    await acme.ben.declines(caller)
    await ana_keeps_the_caller(acme, caller, NotTaken.DECLINED)


async def test_so_does_one_who_does_not_answer(acme: Company):
    caller = await ben_is_asked(acme)
    await acme.product.later(A_WHILE)
    await ana_keeps_the_caller(acme, caller, NotTaken.NO_ANSWER)


async def test_so_does_one_who_goes_away(acme: Company):
    caller = await ben_is_asked(acme)
    await acme.ben.goes("away")
    await ana_keeps_the_caller(acme, caller, NotTaken.UNREACHABLE)


async def test_so_does_one_whose_voice_never_comes(acme: Company):
    caller = await ben_is_asked(acme)
    await acme.ben.claims(caller)
    await acme.product.later(Rules().join_seconds + 1)
    await ana_keeps_the_caller(acme, caller, NotTaken.UNREACHABLE)
    assert acme.ana.shows(acme.ben) == Presence.AVAILABLE


async def test_so_does_one_who_leaves_again(acme: Company):
    caller = await they_consult(acme)
    await acme.ben.cancels_consult(caller)
    await ana_keeps_the_caller(acme, caller, NotTaken.LEFT)


async def test_so_does_one_whose_browser_dies(acme: Company):
    caller = await they_consult(acme)
    await acme.ben.loses_voice()
    await acme.ana.sees(lambda _: not getattr(acme.ana.consult_of(caller), "present", True))
    await acme.product.later(Rules().rejoin_seconds + 1)
    await ana_keeps_the_caller(acme, caller, NotTaken.UNREACHABLE)


async def test_a_colleague_who_reloads_is_back_in_the_consult(acme: Company):
    caller = await they_consult(acme)
    await acme.ben.loses_voice()
    await acme.ana.sees(lambda _: not getattr(acme.ana.consult_of(caller), "present", True))
    card = acme.ben.call(caller)
    assert card is not None
    acme.ben.phone = await acme.ben.dials(card.id, BEN)
    await acme.ana.hears("voice", BEN)
    await acme.product.later(Rules().rejoin_seconds + 1)
    await acme.ana.completes(caller)
    await caller.hears("voice", BEN)


async def test_an_agent_who_reloads_is_back_in_the_consult(acme: Company):
    caller = await they_consult(acme)
    await acme.ana.loses_voice()
    await acme.ben.sees(lambda _: not getattr(acme.ben.call(caller), "agent_present", True))
    await acme.ana.joins(caller, tone=ANA)
    await acme.ben.hears("voice", ANA)
    await caller.hears("music")
    await acme.ana.cancels_consult(caller)
    await caller.hears("voice", ANA)


@pytest.mark.parametrize("whom", ["colleague", "caller", "all"])
async def test_if_the_agents_browser_dies_the_colleague_gets_the_caller(acme: Company, whom: str):
    caller = await they_consult(acme)
    if whom != "colleague":
        await acme.ana.talks_with(caller, whom)
    await acme.ana.loses_voice()
    await acme.ben.sees(lambda _: not getattr(acme.ben.call(caller), "agent_present", True))
    await (caller.hears("voice", BEN) if whom == "all" else caller.hears("music"))
    await acme.product.later(Rules().rejoin_seconds + 1)
    await has(acme.ben, caller)
    await caller.hears("voice", BEN)
    await acme.ben.hears("voice", CALLER)


async def test_if_both_browsers_die_the_caller_rings_at_everybody(acme: Company):
    caller = await they_consult(acme)
    await acme.ana.talks_with(caller, "all")
    await acme.ana.loses_voice()
    await acme.chloe.sees(lambda _: not getattr(acme.chloe.call(caller), "agent_present", True))
    await acme.ben.loses_voice()
    await acme.chloe.sees(lambda _: not getattr(acme.chloe.consult_of(caller), "present", True))
    await caller.hears("music")
    await acme.product.later(Rules().rejoin_seconds + 1)
    ringing = await acme.chloe.is_rung_by(caller)
    assert (ringing.state, ringing.consult) == ("ringing", None)
    await acme.chloe.answers(caller, tone=1000)
    await caller.hears("voice", 1000)


@pytest.mark.parametrize("moment", ["ringing", "talking"])
async def test_a_caller_who_hangs_up_frees_both(acme: Company, moment: str):
    caller = await (ben_is_asked(acme) if moment == "ringing" else they_consult(acme))
    await caller.hangs_up()
    ended = await acme.ben.sees_call(caller, "ended")
    assert (ended.end_reason, ended.consult, ended.offered_to) == ("completed", None, ())
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == Presence.WRAP_UP)
    assert acme.ben.shows(acme.ben) == Presence.AVAILABLE


async def test_whoever_was_a_moment_too_late_never_hangs_up_on_the_caller(acme: Company):
    """One leaves just after the call became theirs; one hands over just after the other left."""
    caller = await they_consult(acme)
    await acme.ana.completes(caller)
    await acme.ben.cancels_consult(caller)
    await has(acme.ben, caller)
    await caller.hears("voice", BEN)
    await acme.ana.goes("available")
    await acme.ben.consults(caller, acme.ana)
    await acme.ana.joins_consult(caller, tone=ANA)
    await acme.ana.cancels_consult(caller)
    with pytest.raises(Refused, match="nobody-consulted"):
        await acme.ben.completes(caller)
    await acme.ben.resumes(caller)
    await caller.hears("voice", BEN)


async def test_nobody_hangs_up_while_a_colleague_is_consulted(acme: Company):
    caller = await they_consult(acme)
    with pytest.raises(Refused, match="consult-underway"):
        await acme.ana.hangs_up(caller)
    with pytest.raises(Refused, match="not-your-call"):
        await acme.ben.hangs_up(caller)
    await caller.hears("music")


async def test_a_colleague_who_took_another_call_is_not_handed_this_one(acme: Company):
    caller = await ben_is_asked(acme)
    other = await acme.rings("+15550002222")
    await acme.ben.answers(other)
    with pytest.raises(Refused, match="colleague-not-available"):
        await acme.ana.completes(caller)
    await acme.ana.cancels_consult(caller)
    await caller.hears("voice", ANA)


async def test_who_hands_over_while_the_colleague_is_rung_does_it_cold(acme: Company):
    caller = await ben_is_asked(acme)
    await acme.ana.completes(caller)
    handed = await acme.ben.sees_call(caller, "ringing")
    assert handed.transfer is not None
    await caller.hears("music")
    await acme.ben.answers(caller, tone=BEN)
    await caller.hears("voice", BEN)


async def test_who_completes_before_the_colleagues_voice_is_there_loses_nobody(acme: Company):
    caller = await ben_is_asked(acme)
    await acme.ben.claims(caller)
    await acme.ana.completes(caller)
    assert (await acme.ben.sees_call(caller, "connecting")).agent_id == acme.ben.id
    await acme.ben.joins(caller, tone=BEN)
    await caller.hears("voice", BEN)


async def test_while_they_consult_no_other_call_reaches_either(acme: Company):
    caller = await they_consult(acme)
    second = await acme.rings("+15550009999")
    ringing = await acme.ben.sees_call(second, "ringing")
    assert ringing.offered_to == (acme.chloe.id,)
    for agent in (acme.ana, acme.ben):
        with pytest.raises(Refused, match="already-on-a-call"):
            await agent.claims(second)
    for wish in (
        acme.ana.holds(caller),
        acme.ana.parks(caller),
        acme.ana.transfers(caller, acme.chloe),
        acme.ana.consults(caller, acme.chloe),
    ):
        with pytest.raises(Refused, match="consult-underway"):
            await wish
    for wish in (
        acme.ben.completes(caller),
        acme.chloe.cancels_consult(caller),
        acme.chloe.talks_with(caller, "all"),
    ):
        with pytest.raises(Refused, match="not-your-call"):
            await wish
    await acme.ana.cancels_consult(caller)
    with pytest.raises(Refused, match="nobody-consulted"):
        await acme.ana.completes(caller)


async def test_who_declined_the_call_when_it_rang_may_decline_to_be_consulted_too(acme: Company):
    await acme.on_duty("Ana", "Ben", "Chloe")
    caller = await acme.rings(tone=CALLER)
    await acme.ben.declines(caller)
    await acme.ana.answers(caller, tone=ANA)
    await acme.ana.consults(caller, acme.ben)
    await acme.ben.is_rung_by(caller)
    await acme.ben.declines(caller)
    await ana_keeps_the_caller(acme, caller, NotTaken.DECLINED)


async def test_a_colleague_who_took_another_call_meanwhile_is_not_rung_by_the_next(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings(tone=CALLER)
    await acme.ana.answers(caller, tone=ANA)
    await acme.ana.consults(caller, acme.ben)
    other = await acme.rings("+15550002222")
    await acme.ben.answers(other)
    third = await acme.rings("+15550003333")
    await acme.ana.sees_call(third, "ringing")
    await acme.ana.cancels_consult(caller)
    await has(acme.ana, caller)
    ringing = acme.ana.call(third)
    assert ringing is not None
    assert ringing.offered_to == ()


async def test_who_hands_over_while_the_colleague_reloads_leaves_the_caller_with_music(
    acme: Company,
):
    caller = await they_consult(acme)
    await acme.ana.talks_with(caller, "all")
    await acme.ben.loses_voice()
    await acme.ana.sees(lambda _: not getattr(acme.ana.consult_of(caller), "present", True))
    await acme.ana.completes(caller)
    await caller.hears("music")
    await acme.ben.joins(caller, tone=BEN)
    await caller.hears("voice", BEN)


@pytest.mark.parametrize("wish", ["caller", "cancel"])
async def test_what_an_agent_wishes_while_their_voice_is_lost_leaves_nobody_in_silence(
    acme: Company, wish: str
):
    caller = await they_consult(acme)
    await acme.ana.talks_with(caller, "all")
    await acme.ana.loses_voice()
    await acme.ben.sees(lambda _: not getattr(acme.ben.call(caller), "agent_present", True))
    if wish == "caller":
        await acme.ana.talks_with(caller, "caller")
    else:
        await acme.ana.cancels_consult(caller)
    await caller.hears("music")
    await acme.ana.joins(caller, tone=ANA)
    await caller.hears("voice", ANA)
