"""An agent has several calls: one in hand, the others on hold for them, and nobody is forgotten."""

import pytest

from backend.domain.board import Presence
from backend.domain.rules import Rules
from tests.serving import eventually
from tests.stories.company import Agent, Caller, Company, Refused
from tests.stories.product import Product

A_WHILE = Rules().park_seconds + 1
FIRST, SECOND = "+15550001111", "+15550002222"


async def two_calls(acme: Company) -> tuple[Caller, Caller]:
    """Ana talks with a second caller, and the first one is on hold for her."""
    first = await acme.rings(FIRST, tone=440)
    await acme.ana.answers(first, tone=700)
    await first.hears("voice", 700)
    second = await acme.rings(SECOND, tone=500)
    await acme.ana.sets_aside(first)
    await acme.ana.answers(second, tone=700)
    await second.hears("voice", 700)
    return first, second


async def is_free_again(viewer: Agent, agent: Agent) -> None:
    await viewer.sees(lambda _: viewer.shows(agent) == Presence.AVAILABLE)


async def test_who_takes_a_second_call_leaves_the_first_on_hold_and_comes_back_to_it(
    acme: Company,
):
    await acme.on_duty("Ana", "Ben")
    first, second = await two_calls(acme)
    aside = await acme.ben.sees_call(first, "held")
    assert (aside.agent_id, aside.agent_present, aside.offered_to) == (acme.ana.id, False, ())
    assert aside.held_at is not None
    assert acme.ben.shows(acme.ana) == Presence.ON_CALL
    await first.hears("music")
    await acme.ana.hears("voice", 500)

    await acme.ana.sets_aside(second)
    await second.hears("music")
    await acme.ana.takes_up(first, tone=700)
    await first.hears("voice", 700)
    await acme.ana.hears("voice", 440)
    assert (await acme.ben.sees_call(first, "connected")).held_at is None
    await acme.ana.hangs_up(first)
    await first.is_off()
    await acme.ana.takes_up(second, tone=700)
    await second.hears("voice", 700)
    await acme.ana.hangs_up(second)
    await second.is_off()
    await acme.ana.goes("available")
    await is_free_again(acme.ben, acme.ana)


async def test_only_one_call_is_in_hand(acme: Company):
    await acme.on_duty("Ana")
    first, second = await two_calls(acme)
    with pytest.raises(Refused, match="already-on-a-call"):
        await acme.ana.resumes(first)
    await acme.ana.sets_aside(second)
    await acme.ana.sets_aside(second)
    assert (await acme.ana.sees_call(second, "held")).held_at is not None, "twice is once"


async def test_while_callers_are_on_hold_no_other_is_offered(acme: Company):
    await acme.on_duty("Ana", "Ben")
    first, second = await two_calls(acme)
    await acme.ana.hangs_up(second)
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == Presence.WRAP_UP)
    await acme.product.sweep()
    await acme.ana.goes("available")
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == Presence.ON_CALL)
    waits = await acme.ben.sees_call(first, "held")
    assert waits.offered_to == (), "a wrap-up takes nothing from who waits on hold"
    third = await acme.rings("+15550003333")
    assert (await acme.ben.is_rung_by(third)).offered_to == (acme.ben.id,)
    await acme.ana.takes_up(first)
    await acme.ana.hangs_up(first)
    await acme.ana.goes("available")
    await acme.ana.is_rung_by(third)


async def test_a_call_set_aside_is_its_agents_until_it_has_waited_too_long(acme: Company):
    await acme.on_duty("Ana", "Ben")
    first, _ = await two_calls(acme)
    with pytest.raises(Refused, match="call-taken"):
        await acme.ben.claims(first)
    with pytest.raises(Refused, match="not-your-call"):
        await acme.ben.resumes(first)
    await acme.product.later(A_WHILE)
    overdue = await acme.ben.is_rung_by(first)
    assert (overdue.state, overdue.offered_to) == ("held", (acme.ben.id,))
    await first.hears("music")
    await acme.ben.answers(first, tone=1200)
    await first.hears("voice", 1200)
    has = await acme.ana.sees_call(first, "connected")
    assert (has.agent_id, has.held_at) == (acme.ben.id, None)
    assert has.handled_by == (acme.ana.id, acme.ben.id)


async def test_its_agent_is_reminded_once_there_is_no_other_call_in_hand(acme: Company):
    await acme.on_duty("Ana")
    first, second = await two_calls(acme)
    await acme.ana.hangs_up(second)
    await acme.product.later(A_WHILE)
    assert (await acme.ana.is_rung_by(first)).offered_to == (acme.ana.id,)
    await acme.ana.answers(first, tone=700)
    await first.hears("voice", 700)


async def test_declined_by_somebody_else_it_goes_on_waiting(acme: Company):
    await acme.on_duty("Ana", "Ben")
    first, second = await two_calls(acme)
    await acme.product.later(A_WHILE)
    await acme.ben.is_rung_by(first)
    await acme.ben.declines(first)
    await acme.ana.sees(lambda _: acme.ana.call(first).offered_to == ())  # pyright: ignore[reportOptionalMemberAccess]
    await first.hears("music")
    await acme.ana.sets_aside(second)
    await acme.ana.takes_up(first)
    await first.hears("voice", 700)


async def test_when_its_agents_page_is_gone_it_rings_at_everybody_at_once(acme: Company):
    await acme.on_duty("Ana", "Ben")
    first, second = await two_calls(acme)
    await acme.ana.sets_aside(second)
    await acme.ana.is_gone()
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == Presence.OFFLINE)
    await acme.product.sweep()
    await acme.ben.is_rung_by(first)
    await acme.ben.is_rung_by(second)
    await acme.ben.answers(first, tone=1200)
    await first.hears("voice", 1200)
    await second.hears("music")


async def test_who_cannot_come_back_to_it_gives_it_to_everybody(acme: Company):
    await acme.on_duty("Ana", "Ben")
    first, second = await two_calls(acme)
    await acme.ana.hangs_up(second)
    await acme.ana.resumes(first)
    await acme.ben.sees_call(first, "connecting")
    await acme.product.later(Rules().join_seconds + 1)
    await acme.ben.is_rung_by(first)
    await first.hears("music")


async def test_a_caller_on_hold_who_hangs_up_disturbs_nobodys_talk(acme: Company):
    await acme.on_duty("Ana", "Ben")
    first, second = await two_calls(acme)
    await first.hangs_up()
    ended = await acme.ana.sees_call(first, "ended")
    assert ended.end_reason == "completed"
    assert acme.ben.shows(acme.ana) == Presence.ON_CALL
    await second.hears("voice", 700)
    await acme.ana.disposes(first, "Call back")
    await acme.ana.hangs_up(second)
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == Presence.WRAP_UP)
    await acme.ana.goes("available")
    await is_free_again(acme.ben, acme.ana)


async def test_the_only_caller_who_hangs_up_on_hold_is_wrapped_up(acme: Company):
    await acme.on_duty("Ana", "Ben")
    first = await acme.rings(FIRST)
    await acme.ana.answers(first)
    await acme.ana.sets_aside(first)
    await acme.ben.sees_call(first, "held")
    await first.hangs_up()
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == Presence.WRAP_UP)
    await acme.ana.goes("available")
    await is_free_again(acme.ben, acme.ana)


async def test_a_call_on_hold_can_be_parked_handed_over_and_ended_from_where_it_is(acme: Company):
    await acme.on_duty("Ana", "Ben", "Chloe")
    first, second = await two_calls(acme)
    await acme.ana.parks(first)
    assert (await acme.ben.sees_call(first, "parked")).held_at is None
    await first.hears("music")
    third = await acme.rings("+15550003333")
    await acme.ana.sets_aside(second)
    await acme.ana.answers(third)
    await acme.ana.transfers(second, acme.ben)
    await acme.ben.is_rung_by(second)
    assert acme.chloe.shows(acme.ana) == Presence.ON_CALL
    await acme.ben.answers(second, tone=1200)
    await second.hears("voice", 1200)
    await acme.ana.sets_aside(third)
    await acme.ana.hangs_up(third)
    await third.is_off()


async def test_a_supervisor_who_listens_is_out_when_the_call_is_set_aside(acme: Company):
    await acme.on_duty("Ana", "Sam")
    first = await acme.rings(FIRST)
    await acme.ana.answers(first)
    await acme.sam.monitors(first)
    await acme.ana.sets_aside(first)
    aside = await acme.sam.sees_call(first, "held")
    assert aside.monitors == ()
    with pytest.raises(Refused, match="nobody-to-monitor"):
        await acme.sam.monitors(first)
    await acme.sam.hears("silence")
    await first.hears("music")


async def test_a_voice_that_arrives_after_its_call_was_set_aside_is_let_out(acme: Company):
    await acme.on_duty("Ana")
    first = await acme.rings(FIRST)
    await acme.ana.answers(first)
    await acme.ana.loses_voice()
    await acme.ana.sees(lambda _: not getattr(acme.ana.call(first), "agent_present", True))
    await acme.ana.sets_aside(first)
    aside = await acme.ana.sees_call(first, "held")
    late = await acme.ana.dials(aside.id)
    await acme.product.services.courier.idle()

    async def is_out() -> bool:
        phone = await acme.product.lab("GET", f"/phones/{late}")
        return phone["status"] == "completed"

    await eventually(is_out)
    await first.hears("music")


async def test_nobody_has_more_callers_on_hold_than_the_company_allows(product: Product):
    company = await product.company("Two lines only", Rules(held_calls=1))
    await company.on_duty("Ana")
    first, second = await two_calls(company)
    third = await company.rings("+15550003333")
    await company.ana.sets_aside(second)
    with pytest.raises(Refused, match="too-many-held"):
        await company.ana.claims(third)
    with pytest.raises(Refused, match="too-many-held"):
        await company.ana.wishes_to_call("+12125550147")
    await company.ana.takes_up(first)
    await first.hears("voice", 700)
    await second.hears("music")


async def test_a_company_may_want_no_calls_to_be_set_aside(product: Product):
    company = await product.company("One line only", Rules(held_calls=0))
    await company.on_duty("Ana")
    first = await company.rings(FIRST)
    await company.ana.answers(first)
    with pytest.raises(Refused, match="too-many-held"):
        await company.ana.sets_aside(first)


async def test_only_ones_own_talk_is_set_aside(acme: Company):
    await acme.on_duty("Ana", "Ben")
    first = await acme.rings(FIRST)
    await acme.ana.claims(first)
    with pytest.raises(Refused, match="not-in-the-call"):
        await acme.ana.sets_aside(first)
    await acme.ana.joins(first)
    with pytest.raises(Refused, match="not-your-call"):
        await acme.ben.sets_aside(first)
    await acme.ana.consults(first, acme.ben)
    with pytest.raises(Refused, match="consult-underway"):
        await acme.ana.sets_aside(first)


async def test_who_is_called_meanwhile_does_not_lose_the_caller_on_hold(acme: Company):
    await acme.on_duty("Ana", "Ben")
    first = await acme.rings(FIRST, tone=440)
    await acme.ana.answers(first)
    callee = await acme.telephone(tone=523)
    await acme.ana.sets_aside(first)
    await acme.ana.calls(callee)
    await callee.is_rung()
    await acme.ana.hears("voice", 523)
    await first.hears("music")
    await callee.hangs_up()
    await acme.ana.sees_call(callee, "ended")
    await acme.ana.takes_up(first)
    await first.hears("voice", 700)


async def test_whoever_takes_it_and_does_not_come_loses_nobody(acme: Company):
    """It was answered once: nobody is told that nobody answers."""
    await acme.on_duty("Ana", "Ben")
    first, second = await two_calls(acme)
    await acme.ana.sets_aside(second)
    await acme.ana.resumes(first)
    await acme.ana.resumes(first)
    await acme.ben.sees_call(first, "connecting")
    await acme.product.later(Rules().join_seconds + 1)
    await acme.ben.is_rung_by(first)
    await acme.ben.goes("away")
    await acme.product.later(Rules().ring_seconds + 1)
    await acme.product.later(Rules().ring_seconds + 1)
    assert (await acme.ben.sees_call(first, "ringing")).ended_at is None
    await first.hears("music")
    await acme.ben.goes("available")
    await acme.ben.is_rung_by(first)
    await acme.ben.answers(first, tone=1200)
    await first.hears("voice", 1200)


async def test_who_comes_back_is_rung_by_the_call_they_were_lost_from_though_another_is_on_hold(
    acme: Company,
):
    await acme.on_duty("Ana", "Ben")
    first, second = await two_calls(acme)
    await acme.ben.goes("away")
    await acme.ana.loses_voice()
    await acme.ana.sees(lambda _: not getattr(acme.ana.call(second), "agent_present", True))
    await acme.ana.is_gone()
    await acme.product.later(Rules().rejoin_seconds + 1)
    await acme.ben.sees_call(second, "ringing")
    await acme.ana.opens_board()
    await acme.ana.is_rung_by(second)
    await acme.ana.answers(second, tone=700)
    await second.hears("voice", 700)
    await first.hears("music")


async def test_away_chosen_in_a_talk_is_for_afterwards_also_for_who_waits_on_hold(acme: Company):
    await acme.on_duty("Ana", "Ben")
    first, second = await two_calls(acme)
    await acme.ana.chooses("away")
    await acme.product.sweep()
    assert (await acme.ben.sees_call(first, "held")).offered_to == ()
    await acme.ana.hangs_up(second)
    await acme.ana.finishes_wrap_up()
    await acme.product.sweep()
    await acme.ben.is_rung_by(first)


async def test_when_an_agent_who_is_away_is_gone_who_waits_on_hold_rings_at_once(acme: Company):
    await acme.on_duty("Ana", "Ben")
    first = await acme.rings(FIRST)
    await acme.ana.answers(first)
    await acme.ana.chooses("away")
    await acme.ana.sets_aside(first)
    await acme.ana.is_gone()
    await acme.product.sweep()
    await acme.ben.is_rung_by(first)


async def test_taking_calls_over_is_no_way_round_the_limit(product: Product):
    company = await product.company("Two lines", Rules(held_calls=1))
    await company.on_duty("Ana", "Ben", "Sam")
    first, second = await rings_at(company, FIRST), await rings_at(company, SECOND)
    await company.sam.answers(first)
    await company.sam.sets_aside(first)
    third = await company.rings("+15550003333")
    await company.sam.answers(second)
    await company.sam.sets_aside(second)
    await company.ana.answers(third)
    with pytest.raises(Refused, match="too-many-held"):
        await company.sam.takes_over(third)


async def rings_at(company: Company, number: str) -> Caller:
    caller = await company.rings(number)
    await company.sam.is_rung_by(caller)
    return caller


async def test_a_caller_from_hold_is_never_given_up_however_often_nobody_comes(acme: Company):
    await acme.on_duty("Ana", "Ben")
    first = await acme.rings(FIRST)
    await acme.ana.answers(first)
    await acme.ana.sets_aside(first)
    for comes in (acme.ana.resumes, acme.ben.claims, acme.ana.claims):
        await comes(first)
        await acme.product.later(Rules().join_seconds + 1)
        assert (await acme.ben.sees_call(first, "ringing")).overdue
    await acme.product.later(Rules().ring_seconds + 1)
    await acme.ben.is_rung_by(first)
    await acme.ben.answers(first, tone=1200)
    await first.hears("voice", 1200)


async def test_whoever_did_not_come_back_to_a_caller_is_rung_though_another_is_on_hold(
    acme: Company,
):
    await acme.on_duty("Ana")
    first, second = await two_calls(acme)
    await acme.ana.sets_aside(second)
    await acme.ana.resumes(first)
    await acme.product.later(Rules().join_seconds + 1)
    await acme.ana.sees_call(first, "ringing")
    await acme.product.later(Rules().park_return_seconds + 1)
    await acme.ana.is_rung_by(first)
    await acme.ana.answers(first, tone=700)
    await first.hears("voice", 700)
    await second.hears("music")
