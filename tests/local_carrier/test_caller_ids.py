"""Caller IDs that are not the account's own: proved by a call, then shown.

The clock is moved by hand: nothing happens before it is time.
"""

from pathlib import Path
from typing import Any

import pytest

from backend.local_carrier.accounts import Accounts
from backend.local_carrier.clock import MovedClock
from tests.local_carrier.customer import Customer, Reply
from tests.local_carrier.lab import Company, Lab, Phone
from tests.local_carrier.refusals import refusal_of

MOBILE = "+15557770001"
A_WHILE = 120.0


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


async def validation(acme: Company, **more: Any) -> Any:
    return await acme.twilio.validation_requests.create_async(
        **{"phone_number": MOBILE, "friendly_name": "My mobile", **more}
    )


async def test_who_answers_and_types_the_code_verifies_the_number(
    lab: Lab, acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.answers("/verified", Reply())
    asked = await validation(acme, status_callback=customer.url("/verified"))
    assert (asked.phone_number, asked.friendly_name) == (MOBILE, "My mobile")
    assert len(asked.validation_code) == 6
    await clock.move(A_WHILE)
    (verified,) = await acme.twilio.outgoing_caller_ids.list_async()
    assert (verified.phone_number, verified.friendly_name) == (MOBILE, "My mobile")
    (told,) = customer.at("/verified")
    assert (told.fields["VerificationStatus"], told.fields["OutgoingCallerIdSid"]) == (
        "success",
        verified.sid,
    )
    assert (told.fields["CallStatus"], told.fields["To"]) == ("completed", MOBILE)
    assert told.fields["CallSid"] == asked.call_sid
    assert told.is_signed_with(acme.auth_token)
    call = await acme.twilio.calls(asked.call_sid).fetch_async()
    assert (call.status, call.direction) == ("completed", "outbound-api")


async def test_a_verified_number_may_be_shown_in_calls_but_not_in_texts(
    acme: Company, clock: MovedClock
) -> None:
    def call() -> Any:
        return acme.twilio.calls.create_async(
            to="+15557770002", from_=MOBILE, twiml="<Response><Hangup/></Response>"
        )

    assert await refusal_of(call()) == (400, 21210)
    await validation(acme)
    await clock.move(A_WHILE)
    assert (await call())._from == MOBILE
    text = acme.twilio.messages.create_async(to="+15557770002", from_=MOBILE, body="Hi")
    assert await refusal_of(text) == (400, 21606)


@pytest.mark.parametrize("manner", ["busy", "never", "rejects", "fails", "machine", "fax"])
async def test_without_somebody_who_types_nothing_is_verified(
    lab: Lab, acme: Company, customer: Customer, clock: MovedClock, manner: str
) -> None:
    customer.answers("/verified", Reply())
    await lab.handset(MOBILE, manner=manner)
    await validation(acme, status_callback=customer.url("/verified"))
    await clock.move(A_WHILE)
    assert await acme.twilio.outgoing_caller_ids.list_async() == []
    (told,) = customer.at("/verified")
    assert told.fields["VerificationStatus"] == "failed"
    assert "OutgoingCallerIdSid" not in told.fields


async def test_a_person_at_the_lab_types_the_code(
    lab: Lab, acme: Company, clock: MovedClock
) -> None:
    await lab.handset(MOBILE, manner="by-hand")
    asked = await validation(acme)
    phone = Phone(lab, asked.call_sid)
    await clock.move(5)
    await lab.ask("POST", f"/lab/phones/{asked.call_sid}/answer")
    await clock.move(1)
    wrong = "1" * 6 if asked.validation_code != "1" * 6 else "2" * 6
    await phone.presses(wrong)
    await clock.move(1)
    assert await acme.twilio.outgoing_caller_ids.list_async() == []
    await phone.presses(asked.validation_code)
    await clock.move(A_WHILE)
    assert len(await acme.twilio.outgoing_caller_ids.list_async()) == 1


async def test_three_wrong_codes_end_the_call(lab: Lab, acme: Company, clock: MovedClock) -> None:
    await lab.handset(MOBILE, script=[{"after": 3, "press": "12345#"}] * 4)
    asked = await validation(acme)
    await clock.move(A_WHILE)
    assert (await acme.twilio.calls(asked.call_sid).fetch_async()).status == "completed"
    assert await acme.twilio.outgoing_caller_ids.list_async() == []


async def test_the_call_may_be_delayed_and_sent_an_extension(
    acme: Company, globex: Company, customer: Customer, clock: MovedClock
) -> None:
    """Globex has a telephone exchange behind its number, which hears the keys."""
    gather = f"<Gather numDigits='2' action='{customer.url('/extension')}' timeout='60'/>"
    globex.answers_calls_with(gather)
    customer.twiml("/extension", "<Pause length='60'/>")
    asked = await validation(acme, phone_number=globex.number, call_delay=30, extension="42")
    await clock.move(29)
    assert (await acme.twilio.calls(asked.call_sid).fetch_async()).status == "queued"
    await clock.move(5)
    (told,) = customer.at("/extension")
    assert told.fields["Digits"] == "42"
    assert told.fields["AccountSid"] == globex.account_sid


async def test_nobody_types_the_code_at_a_number_of_another_account(
    acme: Company, globex: Company, clock: MovedClock
) -> None:
    """Else one account could show the other's number as its own."""
    globex.answers_calls_with("<Pause length='300'/>")
    await validation(acme, phone_number=globex.number)
    await clock.move(A_WHILE * 3)
    assert await acme.twilio.outgoing_caller_ids.list_async() == []


async def test_a_caller_id_is_found_renamed_and_deleted(acme: Company, clock: MovedClock) -> None:
    await validation(acme)
    await clock.move(A_WHILE)
    caller_ids = acme.twilio.outgoing_caller_ids
    (verified,) = await caller_ids.list_async(phone_number=MOBILE, friendly_name="My mobile")
    assert await caller_ids.list_async(phone_number="+15557770009") == []
    assert await refusal_of(validation(acme)) == (400, 21450)
    one = caller_ids(verified.sid)
    assert (await one.update_async(friendly_name="Ana")).friendly_name == "Ana"
    assert await refusal_of(one.update_async(friendly_name="x" * 65)) == (400, 20001)
    assert (await one.fetch_async()).friendly_name == "Ana"
    await one.delete_async()
    assert await refusal_of(one.fetch_async()) == (404, 20404)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"phone_number": ""}, 21201),
        ({"phone_number": "a friend"}, 21211),
        ({"phone_number": "+15005550001"}, 21217),
        ({"phone_number": "+15550100001"}, 21450),
        ({"call_delay": 61}, 20001),
        ({"extension": "xé"}, 20001),
        ({"extension": "1" * 101}, 20001),
        ({"status_callback": "example.com"}, 21205),
    ],
)
async def test_what_cannot_be_verified_is_refused(
    acme: Company, fields: dict[str, Any], code: int
) -> None:
    assert await refusal_of(validation(acme, **fields)) == (400, code)
    assert await acme.twilio.calls.list_async() == []


async def test_verified_numbers_are_remembered_by_the_next_carrier(
    acme: Company, clock: MovedClock, tmp_path: Path
) -> None:
    await validation(acme)
    await clock.move(A_WHILE)
    kept = Accounts(tmp_path / "local-carrier.json", clock).find(acme.account_sid)
    assert kept is not None
    assert kept.may_show(MOBILE)
