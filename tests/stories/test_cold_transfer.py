"""A cold transfer to a colleague: whatever becomes of it, the caller is with somebody or waits
audibly, and every board says where."""

import pytest

from backend.domain.board import Presence
from backend.domain.handover import NotTaken, Transfer
from backend.domain.rules import Rules
from tests.stories.company import Caller, Company, Refused

A_WHILE = Rules().transfer_seconds + 1


async def handed_to_ben(acme: Company) -> Caller:
    """Ana talked to the caller and has handed them to Ben; Chloe is free too."""
    await acme.on_duty("Ana", "Ben", "Chloe")
    caller = await acme.rings(tone=440)
    await acme.ana.answers(caller, tone=700)
    await caller.hears("voice", 700)
    await acme.ana.transfers(caller, acme.ben)
    ringing = await acme.ben.is_rung_by(caller)
    assert (ringing.state, ringing.offered_to) == ("ringing", (acme.ben.id,))
    assert ringing.transfer == Transfer(acme.ana.id, acme.ben.id)
    return caller


async def comes_back(acme: Company, caller: Caller, why: NotTaken) -> None:
    """It rings at Ana alone, who sees why, and she takes it again."""
    back = await acme.ana.is_rung_by(caller)
    assert back.offered_to == (acme.ana.id,)
    assert back.transfer == Transfer(acme.ana.id, acme.ben.id, why)
    await caller.hears("music")
    await acme.ana.answers(caller, tone=700)
    await caller.hears("voice", 700)
    assert (await acme.chloe.sees_call(caller, "connected")).transfer is None


async def test_the_colleague_who_answers_has_the_caller(acme: Company):
    caller = await handed_to_ben(acme)
    assert acme.chloe.shows(acme.ana) == Presence.WRAP_UP
    assert acme.chloe.shows(acme.ben) == Presence.RINGING
    await caller.hears("music")
    await acme.ben.answers(caller, tone=1200)
    await caller.hears("voice", 1200)
    await acme.ben.hears("voice", 440)
    has = await acme.ana.sees_call(caller, "connected")
    assert (has.agent_id, has.transfer) == (acme.ben.id, None)
    assert has.handled_by == (acme.ana.id, acme.ben.id)


async def test_a_call_on_hold_can_be_handed_over(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings(tone=440)
    await acme.ana.answers(caller)
    await acme.ana.holds(caller)
    await acme.ana.transfers(caller, acme.ben)
    await acme.ben.is_rung_by(caller)
    await acme.ben.answers(caller, tone=1200)
    await caller.hears("voice", 1200)


async def test_declined_it_comes_back_at_once(acme: Company):
    caller = await handed_to_ben(acme)
    await acme.ben.declines(caller)
    await comes_back(acme, caller, NotTaken.DECLINED)


async def test_unanswered_it_comes_back_in_time(acme: Company):
    caller = await handed_to_ben(acme)
    await acme.product.later(A_WHILE)
    await comes_back(acme, caller, NotTaken.NO_ANSWER)


async def test_from_a_colleague_whose_page_is_gone_it_comes_back(acme: Company):
    caller = await handed_to_ben(acme)
    await acme.ben.is_gone()
    await acme.ana.sees(lambda _: acme.ana.shows(acme.ben) == Presence.OFFLINE)
    await acme.product.sweep()
    await comes_back(acme, caller, NotTaken.UNREACHABLE)


async def test_from_a_colleague_who_goes_away_it_comes_back(acme: Company):
    caller = await handed_to_ben(acme)
    await acme.ben.goes("away")
    await acme.product.sweep()
    await comes_back(acme, caller, NotTaken.UNREACHABLE)


async def test_from_a_colleague_whose_voice_never_comes_it_comes_back(acme: Company):
    caller = await handed_to_ben(acme)
    await acme.ben.claims(caller)
    await acme.ben.sees_call(caller, "connecting")
    await acme.product.later(Rules().join_seconds + 1)
    await comes_back(acme, caller, NotTaken.UNREACHABLE)
    assert acme.chloe.shows(acme.ben) == Presence.AVAILABLE


async def test_it_can_be_taken_back_while_it_rings(acme: Company):
    caller = await handed_to_ben(acme)
    await acme.ana.answers(caller, tone=700)
    await caller.hears("voice", 700)
    has = await acme.ben.sees_call(caller, "connected")
    assert (has.agent_id, has.transfer) == (acme.ana.id, None)
    assert acme.chloe.shows(acme.ben) == Presence.AVAILABLE


async def test_a_caller_who_hangs_up_meanwhile_is_gone(acme: Company):
    caller = await handed_to_ben(acme)
    await caller.hangs_up()
    ended = await acme.ben.sees_call(caller, "ended")
    assert (ended.end_reason, ended.transfer, ended.offered_to) == ("completed", None, ())
    assert acme.ana.shows(acme.ben) == Presence.AVAILABLE


async def test_if_the_one_who_handed_it_over_is_gone_it_rings_at_everybody(acme: Company):
    caller = await handed_to_ben(acme)
    await acme.ana.is_gone()
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == Presence.OFFLINE)
    await caller.hears("music")
    await acme.ben.declines(caller)
    ringing = await acme.chloe.is_rung_by(caller)
    assert (ringing.transfer, set(ringing.offered_to)) == (None, {acme.ben.id, acme.chloe.id})
    await acme.chloe.answers(caller, tone=1200)
    await caller.hears("voice", 1200)


async def test_if_they_close_the_page_while_it_rings_back_it_rings_at_everybody(acme: Company):
    caller = await handed_to_ben(acme)
    await acme.ben.declines(caller)
    await acme.ana.is_rung_by(caller)
    await acme.ana.is_gone()
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == Presence.OFFLINE)
    await acme.product.sweep()
    assert (await acme.chloe.is_rung_by(caller)).transfer is None


@pytest.mark.parametrize("answer", ["declines", "is not there"])
async def test_if_both_do_not_take_it_it_rings_at_everybody(acme: Company, answer: str):
    caller = await handed_to_ben(acme)
    await acme.ben.declines(caller)
    await acme.ana.is_rung_by(caller)
    if answer == "declines":
        await acme.ana.declines(caller)
    else:
        await acme.product.later(A_WHILE)
    ringing = await acme.chloe.is_rung_by(caller)
    assert ringing.transfer is None
    await caller.hears("music")
    await acme.chloe.answers(caller, tone=1200)
    await caller.hears("voice", 1200)


async def test_an_agent_who_comes_free_is_not_rung_by_a_call_for_somebody_else(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.transfers(caller, acme.ben)
    await acme.ben.is_rung_by(caller)
    await acme.on_duty("Chloe")
    call = acme.chloe.call(caller)
    assert call is not None
    assert call.offered_to == (acme.ben.id,)
    with pytest.raises(Refused, match="being-transferred"):
        await acme.chloe.claims(caller)


async def test_nobody_is_handed_a_call_who_cannot_take_it(acme: Company, globex: Company):
    await acme.on_duty("Ana", "Ben")
    await globex.on_duty("Ana")
    caller = await acme.rings()
    await acme.ana.claims(caller)
    await acme.ana.sees_call(caller, "connecting")
    with pytest.raises(Refused, match="not-in-the-call"):
        await acme.ana.transfers(caller, acme.ben)
    await acme.ana.joins(caller)
    await acme.ben.goes("away")
    for nobody in (acme.ben, acme.chloe, acme.ana, globex.ana):
        with pytest.raises(Refused, match="colleague-not-available"):
            await acme.ana.transfers(caller, nobody)
    with pytest.raises(Refused, match="not-your-call"):
        await acme.ben.transfers(caller, acme.ben)
    await acme.ana.sees_call(caller, "connected")
