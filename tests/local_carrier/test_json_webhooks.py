"""Webhooks with a JSON body, and webhooks on demand: what a good check accepts and refuses."""

import hashlib
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from backend.local_carrier.webhooks.signature import signature, with_body_hash
from tests.local_carrier.customer import Customer, Got, Reply
from tests.local_carrier.lab import Company, Lab

EVENT = {"event_type": "voice_intelligence_transcript_available", "é": [1, None, True]}


async def sent(lab: Lab, company: Company, path: str, **more: Any) -> list[dict[str, Any]]:
    body = {"account_sid": company.account_sid, "url": company.customer.url(path), **more}
    return await lab.ask("POST", "/lab/webhooks", body)


def is_good(got: Got, auth_token: str) -> bool:
    """As a careful customer checks a JSON webhook: raw body, and no body without a hash."""
    return "bodySHA256" in got.fields and got.is_signed_with(auth_token)


def test_a_json_body_has_the_published_signature() -> None:
    """The vector of the tests of Twilio's own libraries."""
    body = b'{"property": "value", "boolean": true}'
    url = with_body_hash("https://mycompany.com/myapp.php?foo=1&bar=2", body)
    digest = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
    assert url == f"https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256={digest}"
    assert signature("12345", url) == "a9nBmqA0ju/hNViExpshrM61xv4="


def test_an_address_without_a_query_gets_one() -> None:
    digest = hashlib.sha256(b"{}").hexdigest()
    url = with_body_hash("https://example.com/a#rc=2", b"{}")
    assert url == f"https://example.com/a?bodySHA256={digest}#rc=2"


async def test_a_json_webhook_passes_twilios_validator(
    lab: Lab, acme: Company, customer: Customer
) -> None:
    customer.answers("/json", Reply())
    (delivery,) = await sent(lab, acme, "/json?tenant=7#rc=1", json=EVENT)
    (got,) = customer.at("/json")
    assert got.headers["content-type"] == "application/json"
    assert got.fields["tenant"] == "7"
    assert is_good(got, acme.auth_token)
    assert (delivery["status"], delivery["json"]) == (200, got.body)
    assert delivery["signature"] == got.headers["x-twilio-signature"]
    assert (await lab.deliveries())[-1] == delivery


@pytest.mark.parametrize("flaw", ["altered-body", "no-hash", "wrong-token"])
async def test_a_json_webhook_with_a_flaw_does_not(
    lab: Lab, acme: Company, customer: Customer, flaw: str
) -> None:
    customer.answers("/json", Reply(status=403))
    (delivery,) = await sent(lab, acme, "/json", json=EVENT, flaw=flaw)
    (got,) = customer.at("/json")
    assert not is_good(got, acme.auth_token)
    assert delivery["status"] == 403


async def test_a_form_on_demand_is_signed_too(lab: Lab, acme: Company, customer: Customer) -> None:
    customer.answers("/form", Reply())
    await sent(lab, acme, "/form", fields={"CallSid": "CA1", "Digits": ""})
    await sent(lab, acme, "/form", fields={"CallSid": "CA1"}, flaw="wrong-token")
    good, bad = customer.at("/form")
    assert good.posted == {"CallSid": "CA1", "Digits": ""}
    assert good.is_signed_with(acme.auth_token)
    assert not bad.is_signed_with(acme.auth_token)


async def test_a_form_of_a_text_is_signed_with_the_port_of_its_address(
    lab: Lab, acme: Company
) -> None:
    url, validator = "https://127.0.0.1:9/form", RequestValidator(acme.auth_token)

    async def signed(fields: dict[str, str]) -> str:
        body = {"account_sid": acme.account_sid, "url": url, "fields": fields}
        return (await lab.ask("POST", "/lab/webhooks", body))[0]["signature"]

    text, call = {"MessageSid": "SM1"}, {"CallSid": "CA1"}
    assert await signed(text) == validator.compute_signature(url, text)
    assert await signed(call) == validator.compute_signature("https://127.0.0.1/form", call)


async def test_every_attempt_is_answered(lab: Lab, acme: Company, customer: Customer) -> None:
    replies = iter([Reply(status=500), Reply()])
    customer.answers("/json", lambda _: next(replies))
    attempts = await sent(lab, acme, "/json#rc=2&rp=5xx", json=[])
    assert [(each["attempt"], each["status"]) for each in attempts] == [(1, 500), (2, 200)]


async def test_a_body_follows_a_redirect_that_keeps_it(
    lab: Lab, acme: Company, customer: Customer
) -> None:
    moved = Reply(status=307, headers={"Location": customer.url("/moved")})
    customer.answers("/json", moved)
    customer.answers("/moved", Reply())
    await sent(lab, acme, "/json", json=EVENT)
    (got,) = customer.at("/moved")
    assert is_good(got, acme.auth_token)


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"account_sid": "AC1"}, 404, "no-such-account"),
        ({"url": "example.com"}, 400, "not-an-address"),
        ({"fields": {"a": "b"}, "json": {}}, 400, "two-bodies"),
        ({"flaw": "no-hash"}, 400, "no-such-flaw"),
        ({"flaw": "colour"}, 400, "bad-request"),
    ],
)
async def test_what_cannot_be_sent_says_why(
    lab: Lab, acme: Company, wrong: dict[str, Any], status: int, code: str
) -> None:
    body = {"account_sid": acme.account_sid, "url": acme.customer.url("/"), **wrong}
    assert (await lab.ask("POST", "/lab/webhooks", body, status))["code"] == code
