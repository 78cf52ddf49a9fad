"""What Twilio's webhooks meet: a checked signature, one effect, and always valid TwiML."""

from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest

from backend.carrier.signature import sign
from tests.stories.company import Company


async def posts(
    company: Company,
    path: str,
    form: dict[str, str],
    *,
    token: str | None = None,
    tenant: Any = None,
    signature: str | None = None,
) -> tuple[int, str]:
    """Post a webhook as Twilio would; gives status and body."""
    url = f"{company.product.address}/twilio/{tenant or company.tenant}{path}"
    signed = sign(url, form.items(), token or company.auth_token)
    headers = {} if signature == "" else {"X-Twilio-Signature": signature or signed}
    async with company.product.http.post(url, data=form, headers=headers) as answer:
        return answer.status, await answer.text()


def arrival(company: Company, leg: str = "CA" + "1" * 32) -> dict[str, str]:
    return {
        "AccountSid": company.account_sid,
        "CallSid": leg,
        "From": "+15557654321",
        "To": company.number,
        "CallStatus": "ringing",
        "Direction": "inbound",
    }


async def numbers_of(company: Company) -> int:
    """How much the company's journal holds."""
    return (await company.ana.asks("GET", "/api/board"))["number"]


@pytest.mark.parametrize("path", ["/voice", "/caller-status", "/agent", "/ringing"])
async def test_a_wrong_missing_or_foreign_signature_is_forbidden_and_changes_nothing(
    acme: Company, globex: Company, path: str
):
    await acme.on_duty("Ana")
    before = await numbers_of(acme)
    form = arrival(acme)
    refused = [
        await posts(acme, path, form, signature="wrong"),
        await posts(acme, path, form, signature=""),
        await posts(acme, path, form, token=globex.auth_token),
        await posts(acme, path, form | {"AccountSid": globex.account_sid}),
        await posts(acme, path, form, tenant=globex.tenant),
        await posts(acme, path, form, tenant=uuid4()),
    ]
    assert set(refused) == {(403, "")}, "and none of them tells which it was"
    assert await numbers_of(acme) == before


async def test_a_repeated_voice_webhook_gets_the_same_twiml_and_makes_one_call(acme: Company):
    await acme.on_duty("Ana")
    answers = [await posts(acme, "/voice", arrival(acme)) for _ in range(3)]
    assert len(set(answers)) == 1
    status, document = answers[0]
    assert status == 200
    conference = ElementTree.fromstring(document).find("Dial/Conference")
    assert conference is not None
    board = await acme.ana.asks("GET", "/api/board")
    assert [call["id"] for call in board["calls"]] == [conference.text]


async def test_the_fallback_url_answers_for_the_same_call(acme: Company):
    await acme.on_duty("Ana")
    first = await posts(acme, "/voice", arrival(acme))
    again = await posts(acme, "/voice-fallback", arrival(acme) | {"ErrorCode": "11200"})
    assert first == again
    assert len((await acme.ana.asks("GET", "/api/board"))["calls"]) == 1


@pytest.mark.parametrize("path", ["/voice", "/agent", "/ringing", "/hold-music"])
@pytest.mark.parametrize("missing", ["CallSid", "To", "From"])
async def test_a_caller_always_gets_valid_twiml(acme: Company, path: str, missing: str):
    form = arrival(acme)
    del form[missing]
    status, document = await posts(acme, path, form)
    assert status == 200
    assert len(ElementTree.fromstring(document)) > 0


async def test_a_callback_that_cannot_be_read_is_not_asked_for_again(acme: Company):
    path = f"/calls/{uuid4()}/conference"
    status, _ = await posts(acme, path, {"AccountSid": acme.account_sid, "x": "y"})
    assert status == 204


async def test_an_agent_who_does_not_have_the_call_is_not_let_in(acme: Company, globex: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.claims(caller)
    card = await acme.ana.sees_call(caller, "connecting")
    for agent, company in ((acme.ben, acme), (globex.ana, globex)):
        form = {
            "AccountSid": company.account_sid,
            "CallSid": "CA" + "2" * 32,
            "From": f"client:u_{agent.id.hex}",
            "call_id": str(card.id),
            "leg": "0123abcd",
        }
        status, document = await posts(company, "/agent", form)
        assert status == 200
        assert ElementTree.fromstring(document).find("Dial") is None
