"""The SDK's side of the wire, spoken by hand: calls that come to a page."""

from urllib.parse import parse_qsl

import pytest

from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab, Phone
from tests.local_carrier.page import RINGS_ANA, STAYS, Page, page
from tests.serving import eventually

pytestmark = pytest.mark.usefixtures("after")


async def outcome(customer: Customer) -> str:
    """How the <Dial> ended, as its action was told."""
    (asked,) = await eventually(lambda: customer.at("/after"))
    return asked.fields["DialCallStatus"]


async def test_a_call_rings_in_the_browser_with_its_parameters_and_is_answered_with_audio(
    acme: Company,
) -> None:
    acme.answers_calls_with(
        "<Dial><Client><Identity>ana</Identity>"
        "<Parameter name='who' value='Zoë &amp; Sons'/><Parameter name='n' value='1'/>"
        "</Client></Dial>"
    )
    async with page(acme) as ana:
        await ana.registers(await acme.token("ana", incoming=True))
        caller = await acme.is_called({"tone": 440})
        invite = await ana.is_told("invite")
        given = invite["parameters"]
        assert (given["From"], given["To"]) == ("+15557654321", "client:ana")
        assert (given["AccountSid"], given["CallSid"]) == (acme.account_sid, invite["callsid"])
        assert (given["ApiVersion"], given["StirStatus"]) == ("2010-04-01", "No-TN-Validation")
        assert dict(parse_qsl(given["Params"])) == {"who": "Zoë & Sons", "n": "1"}
        assert "PCMU/8000" in invite["sdp"]
        assert "opus" not in invite["sdp"]
        leg = Phone(acme.lab, invite["callsid"])
        await leg.becomes("ringing")
        await ana.accepts(invite)
        answer = await ana.is_told("answer")
        assert (answer["callsid"], "sdp" in answer) == (leg.sid, False)
        assert answer["reconnect"] == invite["reconnect"]
        await caller.hears("voice", 700)
        await ana.hears(440)
        await caller.hangs_up()
        assert (await ana.is_told("hangup"))["callsid"] == leg.sid


async def test_a_page_that_hangs_up_an_answered_call_ends_it(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with(RINGS_ANA)
    async with page(acme) as ana:
        await ana.registers(await acme.token("ana", incoming=True))
        caller = await acme.is_called()
        invite = await ana.is_told("invite")
        await ana.accepts(invite)
        await ana.is_told("answer")
        await caller.hears("voice", 700)
        await ana.says("hangup", callsid=invite["callsid"])
        assert await outcome(customer) == "completed"


async def test_all_tabs_of_an_identity_ring_and_the_one_that_answers_has_the_call(
    acme: Company,
) -> None:
    acme.answers_calls_with(RINGS_ANA)
    token = await acme.token("ana", incoming=True)
    async with page(acme, 700) as first, page(acme, 1200) as second:
        await first.registers(token)
        await second.registers(token)
        caller = await acme.is_called()
        invite = await first.is_told("invite")
        assert (await second.is_told("invite"))["callsid"] == invite["callsid"]
        await first.accepts(invite)
        await first.is_told("answer")
        assert (await second.is_told("cancel"))["callsid"] == invite["callsid"]
        await caller.hears("voice", 700)
        # A tab that did not get the call cannot end it either.
        await second.says("hangup", callsid=invite["callsid"])
        await second.says("answer", callsid=invite["callsid"], sdp="")
        assert (await second.is_told("hangup"))["error"]["code"] == 31008
        assert (await Phone(acme.lab, invite["callsid"]).look())["status"] == "in-progress"


async def test_of_two_tabs_that_answer_in_the_same_instant_one_is_refused(acme: Company) -> None:
    acme.answers_calls_with(RINGS_ANA)
    token = await acme.token("ana", incoming=True)
    async with page(acme, 700) as first, page(acme, 1200) as second:
        await first.registers(token)
        await second.registers(token)
        caller = await acme.is_called()
        answers = [(tab, await answer_of(tab)) for tab in (first, second)]
        for tab, answer in answers:
            await tab.says("answer", **answer)
        told = {await first_word(tab) for tab, _ in answers}
        assert "answer" in told
        assert told <= {"answer", "cancel", "hangup"}
        assert len(told) == 2
        await caller.hears("voice")


async def answer_of(tab: Page) -> dict[str, str]:
    invite = await tab.is_told("invite")
    return {"callsid": invite["callsid"], "sdp": await tab.peer.answers(invite["sdp"])}


async def first_word(tab: Page) -> str:
    return (await tab.next_message())["type"]


async def test_a_call_that_one_tab_rejects_rings_on_at_the_other_until_that_rejects_too(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with(RINGS_ANA)
    token = await acme.token("ana", incoming=True)
    async with page(acme) as first, page(acme) as second:
        await first.registers(token)
        await second.registers(token)
        await acme.is_called()
        sid = (await first.is_told("invite"))["callsid"]
        await second.is_told("invite")
        await first.says("reject", callsid=sid)
        await eventually(lambda: _rings_at(acme.lab, sid, 1))
        assert (await Phone(acme.lab, sid).look())["status"] == "ringing"
        await second.says("reject", callsid=sid)
        assert await outcome(customer) == "busy"


async def test_a_caller_who_hangs_up_takes_the_call_back(acme: Company) -> None:
    acme.answers_calls_with(RINGS_ANA)
    async with page(acme) as ana:
        await ana.registers(await acme.token("ana", incoming=True))
        caller = await acme.is_called()
        invite = await ana.is_told("invite")
        await caller.hangs_up()
        assert (await ana.is_told("cancel"))["callsid"] == invite["callsid"]
        await ana.accepts(invite)
        assert (await ana.is_told("hangup"))["error"]["code"] == 31008


async def test_a_tab_that_loses_its_socket_while_it_rings_is_gone(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with(RINGS_ANA)
    async with page(acme) as ana:
        await ana.registers(await acme.token("ana", incoming=True))
        await acme.is_called()
        await ana.is_told("invite")
        (line,) = await acme.lab.ask("GET", "/lab/lines")
        assert (line["identity"], line["registered"], len(line["ringing"])) == ("ana", True, 1)
        await acme.lab.ask("DELETE", f"/lab/lines/{line['id']}", status=204)
        assert await outcome(customer) == "no-answer"
        assert await acme.lab.ask("GET", "/lab/lines") == []


async def test_a_page_that_does_nothing_rings_until_its_time_is_over(
    still_lab: Lab, customer: Customer
) -> None:
    """So does the SDK on a call: it ignores an invite, and does not even reject it."""
    acme = await still_lab.company("Acme", "+15550100001", customer)
    acme.answers_calls_with("<Dial action='/after' timeout='20'><Client>ana</Client></Dial>")
    async with page(acme) as ana:
        await ana.registers(await acme.token("ana", incoming=True))
        await acme.is_called()
        leg = Phone(still_lab, (await ana.is_told("invite"))["callsid"])
        await still_lab.passes(24)
        assert (await leg.look())["status"] == "ringing"
        await still_lab.passes(2)
        await ana.is_told("cancel")
        assert await outcome(customer) == "no-answer"


async def test_an_answer_that_cannot_be_understood_counts_as_none(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with(RINGS_ANA)
    async with page(acme) as ana:
        await ana.registers(await acme.token("ana", incoming=True))
        await acme.is_called()
        invite = await ana.is_told("invite")
        await ana.says("answer", callsid=invite["callsid"], sdp="nonsense")
        assert (await ana.is_told("hangup"))["error"]["code"] == 31400
        assert await outcome(customer) == "no-answer"


async def test_who_is_not_registered_any_more_is_not_rung(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with(RINGS_ANA)
    async with page(acme) as ana:
        await ana.registers(await acme.token("ana", incoming=True))
        await ana.says("register", media={"audio": True})  # as the SDK does every 30 s
        await ana.is_told("ready")
        await ana.says("register", media={"audio": False})
        await ana.is_told("offline")
        await acme.is_called()
        assert await outcome(customer) == "no-answer"


async def test_another_accounts_identity_of_the_same_name_does_not_ring(
    acme: Company, globex: Company, customer: Customer
) -> None:
    acme.answers_calls_with(RINGS_ANA)
    async with page(globex) as theirs:
        await theirs.registers(await globex.token("ana", incoming=True))
        await acme.is_called()
        assert await outcome(customer) == "no-answer"


async def test_a_call_that_was_answered_survives_its_socket(acme: Company) -> None:
    acme.answers_calls_with(RINGS_ANA)
    token = await acme.token("ana", incoming=True)
    async with page(acme) as ana:
        await ana.registers(token)
        caller = await acme.is_called()
        invite = await ana.is_told("invite")
        await ana.accepts(invite)
        reconnect = (await ana.is_told("answer"))["reconnect"]
        await caller.hears("voice", 700)
        await ana.socket.close()
        async with acme.lab.http.ws_connect("/signal") as again:
            ana.socket = again
            await ana.registers(token)
            mine = {"callsid": invite["callsid"], "reconnect": reconnect}
            await ana.says("invite", **mine, sdp=ana.peer.described(), twilio={})
            renewed = await ana.is_told("answer")
            assert "sdp" not in renewed
            assert renewed["reconnect"] != reconnect
            await ana.hears(440)
            await caller.hears("voice", 700)


async def test_a_call_that_rings_is_passed_on_to_another_page_of_the_same_person(
    acme: Company,
) -> None:
    """With `call.connectToken`, which is the token that came with the invite."""
    acme.answers_calls_with(RINGS_ANA)
    token = await acme.token("ana", incoming=True)
    async with page(acme) as ana, page(acme, 1200) as second, page(acme) as ben:
        await ana.registers(token)
        caller = await acme.is_called()
        invite = await ana.is_told("invite")
        passed_on = {"callsid": invite["callsid"], "reconnect": invite["reconnect"], "twilio": {}}
        await ben.listens(await acme.token("ben"))
        await ben.says("invite", **passed_on, sdp=await ben.peer.offers())
        assert (await ben.is_told("hangup"))["error"]["code"] == 31209
        await second.listens(token)
        await second.says("invite", **passed_on, sdp="nonsense")
        assert (await second.is_told("hangup"))["error"]["code"] == 31400
        await second.says("invite", **passed_on, sdp=await second.peer.offers())
        await second.is_answered()
        await ana.is_told("cancel")
        await caller.hears("voice", 1200)


async def test_a_call_is_taken_up_by_another_page_with_audio_of_its_own(acme: Company) -> None:
    """A page that was loaded anew has kept `call.connectToken`, and nothing else."""
    acme.answers_calls_with(STAYS)
    caller = await acme.is_called()
    token = await acme.token()
    async with page(acme, 1200) as again, page(acme, 1700) as third:
        async with page(acme) as ana:
            await ana.listens(token, kept=30)
            sid = await ana.connects()
            reconnect = (await ana.is_answered())["reconnect"]
            await caller.hears("voice", 700)
        await again.listens(token)
        mine = {"callsid": sid, "twilio": {}}
        await again.says("invite", **mine, reconnect=reconnect, sdp=await again.peer.offers())
        reconnect = (await again.is_answered())["reconnect"]
        await caller.hears("voice", 1200)
        await again.hears(440)
        # And even from a page that still has it.
        await third.listens(token)
        await third.says("invite", **mine, reconnect=reconnect, sdp=await third.peer.offers())
        await third.is_answered()
        assert (await again.is_told("hangup"))["callsid"] == sid
        await caller.hears("voice", 1700)


async def test_a_participant_is_rung_in_the_browser_and_joins(acme: Company) -> None:
    acme.answers_calls_with("<Dial><Conference beep='false'>room</Conference></Dial>")
    caller = await acme.is_called()
    async with page(acme) as ana:
        await ana.registers(await acme.token("ana", incoming=True))
        participant = await acme.twilio.conferences("room").participants.create_async(
            from_=acme.number, to="client:ana?call=7&who=Zo%C3%AB", label="agent", beep="false"
        )
        invite = await ana.is_told("invite")
        given = invite["parameters"]
        assert (given["To"], given["StirStatus"]) == ("client:ana", "TN-Validation-Passed-A")
        assert dict(parse_qsl(given["Params"])) == {"call": "7", "who": "Zoë"}
        assert invite["callsid"] == participant.call_sid
        await ana.accepts(invite)
        await caller.hears("voice", 700)
        await ana.hears(440)
        assert (await Phone(acme.lab, participant.call_sid).look())["label"] == "agent"


async def test_a_call_that_rest_creates_rings_in_the_browser(acme: Company) -> None:
    async with page(acme) as ana:
        await ana.registers(await acme.token("ana", incoming=True))
        call = await acme.twilio.calls.create_async(
            from_=acme.number,
            to="client:ana?reason=callback",
            twiml="<Response><Say>Here is the call that you wished for</Say></Response>",
        )
        invite = await ana.is_told("invite")
        assert (invite["callsid"], call.to) == (call.sid, "client:ana")
        await ana.accepts(invite)
        await Phone(acme.lab, call.sid).hears("speech")


async def _rings_at(lab: Lab, sid: str, tabs: int) -> bool:
    return [line["ringing"] for line in await lab.ask("GET", "/lab/lines")].count([sid]) == tabs
