"""A stolen session tries to ring expensive numbers: whichever way it tries, nobody is rung, and
the refusal says why. And a company's limits hold while it calls for real."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from uuid import uuid4

import pytest
from msgspec.structs import replace

from backend.domain.rules import Dialling, Rules
from backend.store.company_rules import load_dialling, save_dialling, set_calling_out
from tests.stories.company import Agent, Caller, Company, Refused
from tests.stories.product import Product

Way = Callable[[Agent, Caller, str], Awaitable[object]]


async def a_new_call(agent: Agent, _: Caller, number: str) -> object:
    return await agent.wishes_to_call(number)


async def a_transfer(agent: Agent, caller: Caller, number: str) -> object:
    card = agent.call(caller)
    assert card is not None
    return await agent.asks("POST", f"/api/calls/{card.id}/transfer", {"number": number})


async def a_consult(agent: Agent, caller: Caller, number: str) -> object:
    card = agent.call(caller)
    assert card is not None
    return await agent.asks("POST", f"/api/calls/{card.id}/consult", {"number": number})


async def one_more(agent: Agent, caller: Caller, number: str) -> object:
    """Into a talk of three: Ben is consulted already, and all talk together."""
    if agent.consult_of(caller) is None:
        ben = agent.company.ben
        await agent.consults(caller, ben)
        await ben.joins_consult(caller)
        await agent.talks_with(caller, "all")
    return await a_consult(agent, caller, number)


EXPENSIVE = {
    "+1 900 555 0100": "premium-number",
    "+881 6 1234 5678": "premium-number",
    "+1 876 555 0100": "country-not-allowed",
    "+371 27 000 000": "country-not-allowed",
    "911": "no-emergency-calls",
    "sip:pirate@example.com": "not-a-number",
}


async def legs_outside(product: Product, company: Company) -> list[str]:
    """Whom the carrier ever rang for that company."""
    phones = await product.lab("GET", "/phones")
    mine = (each for each in phones if each["account_sid"] == company.account_sid)
    return [each["to"] for each in mine if each["direction"] == "outbound-api"]


@pytest.mark.parametrize("way", [a_new_call, a_transfer, a_consult, one_more])
async def test_no_way_leads_to_an_expensive_number(acme: Company, way: Way):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    dialling = acme.ben if way is a_new_call else acme.ana
    for number, code in EXPENSIVE.items():
        with pytest.raises(Refused) as refusal:
            await way(dialling, caller, number)
        assert refusal.value.code == code
    await acme.product.sweep()
    assert await legs_outside(acme.product, acme) == []
    await (caller.hears("voice") if way is one_more else caller.hears("voice", 700))


async def test_a_browsers_phone_reaches_conferences_of_its_own_and_no_number(acme: Company):
    """The access token leads to our TwiML App; what the page adds to it is not obeyed."""
    await acme.on_duty("Ana")
    token = (await acme.ana.asks("POST", "/api/voice-token"))["token"]
    for params in (
        {"To": "+37127000000"},
        {"To": "+37127000000", "call_id": str(uuid4()), "leg": "0123abcd"},
        {"number": "+37127000000", "call_id": "+37127000000", "leg": "0123abcd"},
    ):
        phone = await acme.product.lab("POST", "/softphones", {"token": token, "params": params})
        acme.ana.phone = phone["sid"]
        await acme.ana.hears("speech")
    assert await legs_outside(acme.product, acme) == []


async def test_one_more_than_allowed_at_once_is_refused_until_one_is_over(product: Product):
    acme = await product.company("Acme", Rules(dialling=Dialling(concurrent=1)))
    await acme.on_duty("Ana", "Ben")
    first, second = await acme.telephone("never"), await acme.telephone()
    await acme.ana.calls(first)
    with pytest.raises(Refused) as refusal:
        await acme.ben.wishes_to_call(second.number)
    assert (refusal.value.status, refusal.value.code) == (429, "too-many-outbound-calls")
    assert not (await acme.ben.asks("GET", "/api/dialling"))["enabled"]
    await acme.ana.hangs_up(first)
    await acme.ana.sees_call(first, "ended")
    await acme.ben.calls(second)
    await acme.ben.sees_call(second, "connected")


async def test_a_consult_counts_as_much_as_a_call(product: Product):
    acme = await product.company("Acme", Rules(dialling=Dialling(concurrent=1)))
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    outside = await acme.telephone("never")
    await acme.ana.consults_outside(caller, outside)
    await outside.is_rung()
    with pytest.raises(Refused) as refusal:
        await acme.ben.wishes_to_call("+12125550147")
    assert refusal.value.code == "too-many-outbound-calls"


async def test_one_more_in_a_conference_counts_as_much_too(product: Product):
    acme = await product.company("Acme", Rules(dialling=Dialling(concurrent=1)))
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    first, second = await acme.telephone(), await acme.telephone()
    await one_more(acme.ana, caller, first.number)
    await first.is_rung()
    await acme.ana.sees(lambda _: getattr(acme.ana.consult_of(caller), "present", False))
    with pytest.raises(Refused) as refusal:
        await acme.ana.consults_outside(caller, second)
    assert refusal.value.code == "too-many-outbound-calls"
    card = acme.ana.call(caller)
    assert card is not None
    assert [guest.agent_id for guest in card.guests] == [acme.ben.id], "nothing has changed"
    await second.is_not_rung()


async def test_who_dials_too_fast_has_to_wait_a_minute(product: Product):
    acme = await product.company("Acme", Rules(dialling=Dialling(per_agent=1)))
    await acme.on_duty("Ana", "Ben")
    callee, other = await acme.telephone("busy"), await acme.telephone("busy")
    await acme.ana.calls(callee)
    await acme.ana.sees_call(callee, "ended")
    with pytest.raises(Refused) as refusal:
        await acme.ana.wishes_to_call(other.number)
    assert refusal.value.code == "dialling-too-fast"
    await acme.ben.calls(other)
    await acme.product.later(61)
    await acme.ana.wishes_to_call(other.number)


async def test_once_the_day_has_cost_its_limit_nothing_more_is_called(product: Product):
    dialling = Dialling(price=Decimal("0.50"), spend_a_day=Decimal("1.50"))
    acme = await product.company("Acme", Rules(dialling=dialling))
    await acme.on_duty("Ana", "Ben")
    callee = await acme.telephone()
    await acme.ana.calls(callee)
    await callee.is_rung()
    await acme.ana.sees_call(callee, "connected")
    await acme.product.later(110)  # two minutes begun: 1.00
    assert (await acme.ben.asks("GET", "/api/dialling"))["enabled"]
    await acme.product.later(20)  # a third one
    with pytest.raises(Refused) as refusal:
        await acme.ben.wishes_to_call("+12125550147")
    assert refusal.value.code == "spend-limit-reached"
    await acme.ana.hangs_up(callee)
    await acme.product.later(24 * 3600)
    for agent in (acme.ana, acme.ben):
        await agent.signs_in()
    assert (await acme.ben.asks("GET", "/api/dialling"))["enabled"]


async def test_the_switches_stop_calls_at_once_and_let_them_go_on(product: Product):
    acme, globex = await product.company("Acme"), await product.company("Globex")
    await acme.on_duty("Ana")
    await globex.on_duty("Ana")

    async def may(company: Company) -> bool:
        told = await company.ana.asks("GET", "/api/dialling")
        assert told["enabled"] == (told["why_not"] is None)
        return told["enabled"]

    database = product.services.database
    async with database.work(acme.tenant) as work:
        await save_dialling(work, replace(await load_dialling(work), enabled=False))
    assert (await may(acme), await may(globex)) == (False, True)
    with pytest.raises(Refused) as refusal:
        await acme.ana.wishes_to_call("+12125550147")
    assert (refusal.value.status, refusal.value.code) == (403, "calling-out-is-off")
    async with database.work(acme.tenant) as work:
        await save_dialling(work, Dialling())
    try:
        await set_calling_out(database, False)
        assert (await may(acme), await may(globex)) == (False, False)
    finally:
        await set_calling_out(database, True)
    assert (await may(acme), await may(globex)) == (True, True)


async def test_while_it_is_typed_a_number_is_read_and_judged(acme: Company):
    await acme.on_duty("Ana")

    async def read(text: str) -> tuple[object, ...]:
        told = await acme.ana.asks("GET", f"/api/dialling/reading?text={text}")
        code = told["refusal"] and told["refusal"]["code"]
        return told["number"], told["shown"], told["country"], code

    assert await read("212-555-0147") == ("+12125550147", "(212) 555-0147", "US", None)
    assert await read("%2B4930901820") == (
        "+4930901820",
        "+49 30 901820",
        "DE",
        "country-not-allowed",
    )
    assert await read("21") == (None, None, None, "not-a-number")
    told = await acme.ana.asks("GET", "/api/dialling")
    assert told == {
        "enabled": True,
        "why_not": None,
        "country": "US",
        "caller_ids": [acme.number],
    }
