"""A caller is handed to a number outside, cold or after a word: whatever becomes of it, the caller
is with somebody or waits audibly, and no telephone rings that nobody waits for."""

import pytest

from backend.domain.board import Presence
from backend.domain.handover import NotTaken
from backend.domain.rules import Rules
from tests.stories.company import Caller, Company, Outside, Refused

RINGS_AT_MOST = Rules().dialling.ring.total_seconds() + 1


async def talking(acme: Company) -> Caller:
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings(tone=440)
    await acme.ana.answers(caller, tone=700)
    await caller.hears("voice", 700)
    return caller


async def handed(acme: Company, manner: str = "by-hand") -> tuple[Caller, Outside]:
    """Ana has handed the caller to a number outside, cold; it rings there."""
    caller = await talking(acme)
    outside = await acme.telephone(manner, tone=523)
    await acme.ana.transfers_outside(caller, outside)
    await outside.is_rung()
    await caller.hears("music")
    return caller, outside


async def comes_back(acme: Company, caller: Caller, why: NotTaken) -> None:
    """It rings at Ana, who sees why, and she takes it again."""
    back = await acme.ana.is_rung_by(caller)
    assert back.transfer is not None
    assert back.transfer.failed is why
    await caller.hears("music")
    await acme.ana.answers(caller, tone=700)
    await caller.hears("voice", 700)


async def test_handed_cold_the_caller_talks_with_whoever_answers(acme: Company):
    caller, outside = await handed(acme)
    ringing = acme.ben.call(caller)
    assert ringing is not None
    assert ringing.transfer is not None
    assert (ringing.state, ringing.transfer.number) == ("ringing", outside.number)
    assert acme.ben.shows(acme.ana) == Presence.WRAP_UP
    await outside.answers()
    talks = await acme.ben.sees_call(caller, "forwarded")
    assert talks.agent_id is None
    assert talks.transfer is not None
    assert (talks.transfer.by, talks.transfer.number) == (acme.ana.id, outside.number)
    await caller.hears("voice", 523)
    await outside.hears("voice", 440)
    await outside.hangs_up()
    assert (await acme.ben.sees_call(caller, "ended")).end_reason == "completed"
    await caller.is_off()


async def test_a_forwarded_caller_who_hangs_up_ends_both_legs(acme: Company):
    caller, outside = await handed(acme)
    await outside.answers()
    await acme.ben.sees_call(caller, "forwarded")
    await caller.hangs_up()
    await acme.ben.sees_call(caller, "ended")
    await outside.is_off()


async def test_whoever_handed_a_caller_outside_may_end_that_call_and_nobody_else(acme: Company):
    caller, outside = await handed(acme)
    await outside.answers()
    await acme.ben.sees_call(caller, "forwarded")
    with pytest.raises(Refused) as refusal:
        await acme.ben.hangs_up(caller)
    assert refusal.value.code == "not-your-call"
    await acme.ana.hangs_up(caller)
    assert (await acme.ben.sees_call(caller, "ended")).end_reason == "completed"
    await caller.is_off()
    await outside.is_off()


@pytest.mark.parametrize(("manner", "why"), [("busy", NotTaken.BUSY), ("fails", NotTaken.FAILED)])
async def test_a_number_that_cannot_be_had_gives_the_caller_back(
    acme: Company, manner: str, why: NotTaken
):
    caller = await talking(acme)
    outside = await acme.telephone(manner)
    await acme.ana.transfers_outside(caller, outside)
    await comes_back(acme, caller, why)


async def test_unanswered_outside_the_caller_comes_back_in_time(acme: Company):
    caller, outside = await handed(acme, "never")
    await acme.product.later(RINGS_AT_MOST)
    await comes_back(acme, caller, NotTaken.NO_ANSWER)
    await outside.is_off()


async def test_a_caller_who_gives_up_stops_the_ringing_outside(acme: Company):
    caller, outside = await handed(acme, "never")
    await caller.hangs_up()
    await acme.ben.sees_call(caller, "ended")
    await outside.is_off()


async def test_whoever_handed_it_over_may_take_it_back_while_it_rings(acme: Company):
    caller, outside = await handed(acme, "never")
    await acme.ana.answers(caller, tone=700)
    await caller.hears("voice", 700)
    await outside.is_off()


async def test_if_who_handed_it_over_is_gone_the_caller_rings_at_everybody(acme: Company):
    caller, outside = await handed(acme, "never")
    await acme.ana.is_gone()
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == Presence.OFFLINE)
    await acme.product.later(RINGS_AT_MOST)
    await acme.ben.is_rung_by(caller)
    await outside.is_off()
    await acme.ben.answers(caller, tone=1200)
    await caller.hears("voice", 1200)


async def consulting(acme: Company, manner: str = "by-hand") -> tuple[Caller, Outside]:
    """Ana consults a number outside, which rings."""
    caller = await talking(acme)
    outside = await acme.telephone(manner, tone=523)
    await acme.ana.consults_outside(caller, outside)
    await outside.is_rung()
    await caller.hears("music")
    return caller, outside


async def in_private(acme: Company) -> tuple[Caller, Outside]:
    """... and they talk, while the caller hears music."""
    caller, outside = await consulting(acme)
    await acme.ana.sees(lambda _: getattr(acme.ana.consult_of(caller), "ringing", False))
    await outside.answers()
    await acme.ana.sees(lambda _: getattr(acme.ana.consult_of(caller), "present", False))
    await outside.hears("voice", 700)
    await acme.ana.hears("voice", 523)
    await caller.hears("music")
    return caller, outside


async def failed(acme: Company, caller: Caller, why: NotTaken) -> None:
    """The consult is over, Ana sees why, and talks with the caller again."""
    await acme.ana.sees(lambda _: getattr(acme.ana.consult_of(caller), "failed", None) is why)
    await caller.hears("music")
    await acme.ana.resumes(caller)
    await caller.hears("voice", 700)


async def test_after_a_word_the_caller_is_handed_over(acme: Company):
    caller, outside = await in_private(acme)
    await acme.ana.completes(caller)
    talks = await acme.ben.sees_call(caller, "forwarded")
    assert (talks.agent_id, talks.consult) == (None, None)
    await caller.hears("voice", 523)
    await outside.hears("voice", 440)
    assert acme.ben.shows(acme.ana) == Presence.WRAP_UP
    await outside.hangs_up()
    await caller.is_off()


async def test_the_agent_swaps_and_merges(acme: Company):
    caller, outside = await in_private(acme)
    await acme.ana.talks_with(caller, "caller")
    await caller.hears("voice", 700)
    await outside.hears("music")
    await acme.ana.talks_with(caller, "all")
    await acme.ana.sees(lambda _: getattr(acme.ana.consult_of(caller), "talk_with", None) == "all")
    phone = await caller.phone()
    assert phone["on_hold"] is False
    await acme.ana.completes(caller)
    await caller.hears("voice", 523)


async def test_handed_over_while_it_rings_it_is_a_cold_transfer(acme: Company):
    caller, outside = await consulting(acme)
    await acme.ana.completes(caller)
    await acme.ben.sees(lambda _: getattr(acme.ben.call(caller), "transfer", None))
    await caller.hears("music")
    await outside.answers()
    await acme.ben.sees_call(caller, "forwarded")
    await caller.hears("voice", 523)


async def test_a_busy_number_leaves_the_caller_with_the_agent(acme: Company):
    caller = await talking(acme)
    outside = await acme.telephone("busy")
    await acme.ana.consults_outside(caller, outside)
    await failed(acme, caller, NotTaken.BUSY)


async def test_a_number_that_is_not_answered_leaves_the_caller_with_the_agent(acme: Company):
    caller, outside = await consulting(acme, "never")
    await acme.product.later(RINGS_AT_MOST)
    await failed(acme, caller, NotTaken.NO_ANSWER)
    await outside.is_off()


async def test_a_consult_outside_is_cancelled_while_it_rings(acme: Company):
    caller, outside = await consulting(acme, "never")
    await acme.ana.cancels_consult(caller)
    await caller.hears("voice", 700)
    await outside.is_off()


async def test_a_consult_outside_is_cancelled_while_they_talk(acme: Company):
    caller, outside = await in_private(acme)
    await acme.ana.cancels_consult(caller)
    await caller.hears("voice", 700)
    await outside.is_off()


async def test_whoever_is_consulted_may_hang_up(acme: Company):
    caller, outside = await in_private(acme)
    await outside.hangs_up()
    await failed(acme, caller, NotTaken.LEFT)


async def test_a_caller_who_hangs_up_meanwhile_frees_everybody(acme: Company):
    caller, outside = await in_private(acme)
    await caller.hangs_up()
    await acme.ben.sees_call(caller, "ended")
    await outside.is_off()


async def test_an_agent_lost_in_private_leaves_the_caller_to_the_company(acme: Company):
    caller, outside = await in_private(acme)
    await acme.ana.loses_voice()
    await acme.ben.sees(lambda _: not getattr(acme.ben.call(caller), "agent_present", True))
    await acme.product.later(Rules().rejoin_seconds + 1)
    await acme.ben.is_rung_by(caller)
    await caller.hears("music")
    await outside.is_off()
    await acme.ben.answers(caller, tone=1200)
    await caller.hears("voice", 1200)


async def test_an_agent_lost_when_all_talk_leaves_the_two_talking(acme: Company):
    caller, outside = await in_private(acme)
    await acme.ana.talks_with(caller, "all")
    await acme.ana.loses_voice()
    await acme.ben.sees(lambda _: not getattr(acme.ben.call(caller), "agent_present", True))
    await caller.hears("voice", 523)
    await acme.product.later(Rules().rejoin_seconds + 1)
    await acme.ben.sees_call(caller, "forwarded")
    await outside.hears("voice", 440)
