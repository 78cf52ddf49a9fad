"""Subaccounts: who sees and may do what in them, and what becomes of one that is suspended."""

from pathlib import Path
from typing import Any

import pytest

from backend.local_carrier.accounts import Accounts
from backend.local_carrier.clock import MovedClock
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab
from tests.local_carrier.refusals import refusal_of

ANA = "+15557654321"
UNKNOWN = (404, 20404)


async def subaccount(lab: Lab, owner: Company, customer: Customer, name: str) -> Company:
    """A company with a number of its own inside another's account."""
    made = await owner.twilio.api.accounts.create_async(friendly_name=name)
    company = Company(lab, made.sid, made.auth_token, "", customer)
    number = await company.twilio.incoming_phone_numbers.create_async(area_code="415")
    company.number, company.number_sid = number.phone_number, number.sid
    company.voice_path = f"/{name.lower()}/voice"
    return company


@pytest.fixture
async def branch(lab: Lab, acme: Company, customer: Customer) -> Company:
    return await subaccount(lab, acme, customer, "Branch")


@pytest.fixture
async def depot(lab: Lab, acme: Company, customer: Customer) -> Company:
    return await subaccount(lab, acme, customer, "Depot")


def inside(company: Company, of: Company) -> Any:
    """The account of the one, reached with the credentials of the other."""
    return of.lab.client(of.account_sid, of.auth_token, company.account_sid)


async def test_an_owner_lists_its_subaccounts(
    acme: Company, branch: Company, depot: Company
) -> None:
    accounts = acme.twilio.api.accounts
    listed = await accounts.list_async()
    assert [account.friendly_name for account in listed] == ["Acme", "Branch", "Depot"]
    assert {account.owner_account_sid for account in listed} == {acme.account_sid}
    assert [a.sid for a in await accounts.list_async(friendly_name="Branch")] == [
        branch.account_sid
    ]
    await accounts(branch.account_sid).update_async(status="suspended", friendly_name="Old branch")
    (suspended,) = await accounts.list_async(status="suspended")
    assert (suspended.friendly_name, suspended.sid) == ("Old branch", branch.account_sid)


async def test_an_owner_may_do_everything_in_its_subaccounts(
    acme: Company, branch: Company, customer: Customer
) -> None:
    theirs = inside(branch, of=acme)
    await theirs.incoming_phone_numbers(branch.number_sid).update_async(
        voice_url=customer.url(branch.voice_path)
    )
    customer.twiml(branch.voice_path, "<Reject reason='busy'/>")
    await (await branch.is_called()).becomes("busy")
    (got,) = customer.at(branch.voice_path)
    # "Subaccount webhooks are signed with the subaccount's token."
    assert got.is_signed_with(branch.auth_token)
    assert not got.is_signed_with(acme.auth_token)
    (call,) = await theirs.calls.list_async()
    sent = await theirs.messages.create_async(to=ANA, from_=branch.number, body="Hi")
    assert call.account_sid == sent.account_sid == branch.account_sid
    assert [m.sid for m in await branch.twilio.messages.list_async()] == [sent.sid]
    assert await acme.twilio.messages.list_async() == []


async def test_subaccounts_see_neither_each_other_nor_their_owner(
    acme: Company, branch: Company, depot: Company
) -> None:
    sent = await acme.twilio.messages.create_async(to=ANA, from_=acme.number, body="Hi")
    for attempt in (
        inside(acme, of=branch).messages.list_async(),
        inside(depot, of=branch).messages.list_async(),
        inside(depot, of=branch).incoming_phone_numbers(depot.number_sid).delete_async(),
        branch.twilio.messages(sent.sid).fetch_async(),
        branch.twilio.incoming_phone_numbers(depot.number_sid).fetch_async(),
        branch.twilio.api.accounts(acme.account_sid).fetch_async(),
        branch.twilio.api.accounts(depot.account_sid).update_async(status="closed"),
    ):
        assert await refusal_of(attempt) == UNKNOWN
    assert [a.sid for a in await branch.twilio.api.accounts.list_async()] == [branch.account_sid]
    opened = branch.twilio.api.accounts.create_async(friendly_name="Deeper")
    assert await refusal_of(opened) == (403, 20003)
    foreign = branch.twilio.messages.create_async(to=ANA, from_=depot.number, body="Hi")
    assert await refusal_of(foreign) == (400, 21606)


async def test_a_suspended_subaccount_makes_and_takes_no_calls_and_no_texts(
    acme: Company, branch: Company, customer: Customer
) -> None:
    await acme.twilio.api.accounts(branch.account_sid).update_async(status="suspended")
    for by in (branch.twilio, inside(branch, of=acme)):
        for attempt in (
            by.calls.create_async(to=ANA, from_=branch.number, twiml="<Response/>"),
            by.conferences("room").participants.create_async(to=ANA, from_=branch.number),
            by.messages.create_async(to=ANA, from_=branch.number, body="Hi"),
            by.validation_requests.create_async(phone_number=ANA),
            by.incoming_phone_numbers.create_async(area_code="212"),
        ):
            assert await refusal_of(attempt) == (403, 10001)
    called = {"from": ANA, "to": branch.number}
    for path, more in (("/lab/phones", {}), ("/lab/messages", {"body": "Hi"})):
        refused = await acme.lab.ask("POST", path, {**called, **more}, 409)
        assert refused["code"] == "account-not-active"
    assert [c.status for c in await branch.twilio.calls.list_async()] == ["failed"]
    # What it has can still be looked at; only its owner may bring it back.
    itself = branch.twilio.api.accounts(branch.account_sid)
    assert await refusal_of(itself.update_async(status="active")) == (403, 20003)
    await acme.twilio.api.accounts(branch.account_sid).update_async(status="active")
    assert (await branch.is_texted("Hi"))["status"] == "received"


async def test_what_goes_on_in_a_suspended_subaccount_goes_on_until_somebody_ends_it(
    acme: Company, branch: Company, customer: Customer
) -> None:
    await branch.twilio.incoming_phone_numbers(branch.number_sid).update_async(
        voice_url=customer.url(branch.voice_path)
    )
    customer.twiml(branch.voice_path, "<Say>Hello</Say><Pause length='60'/>")
    caller = await branch.is_called()
    await caller.becomes("in-progress")
    await acme.twilio.api.accounts(branch.account_sid).update_async(status="suspended")
    assert (await caller.look())["status"] == "in-progress"
    await inside(branch, of=acme).calls(caller.sid).update_async(status="completed")
    await caller.becomes("completed")


async def test_a_call_that_goes_on_in_a_suspended_subaccount_dials_nobody(
    acme: Company, branch: Company, customer: Customer
) -> None:
    await branch.twilio.incoming_phone_numbers(branch.number_sid).update_async(
        voice_url=customer.url(branch.voice_path)
    )
    customer.twiml(branch.voice_path, "<Gather numDigits='1' action='/dials' timeout='60'/>")
    customer.twiml("/dials", f"<Dial action='/dialled'>{ANA}</Dial>")
    customer.twiml("/dialled", "<Hangup/>")
    caller = await branch.is_called()
    await caller.becomes("in-progress")
    await acme.twilio.api.accounts(branch.account_sid).update_async(status="suspended")
    await caller.presses("1")
    ended = await caller.becomes("completed")
    (dialled,) = customer.at("/dialled")
    assert dialled.fields["DialCallStatus"] == "failed"
    assert any("10001: Account is not active" in line["text"] for line in ended["log"])
    assert [call.sid for call in await branch.twilio.calls.list_async()] == [caller.sid]


async def test_a_suspended_subaccount_cannot_be_dialled_by_its_owner(
    acme: Company, branch: Company, customer: Customer
) -> None:
    await branch.twilio.incoming_phone_numbers(branch.number_sid).update_async(
        voice_url=customer.url(branch.voice_path)
    )
    await acme.twilio.api.accounts(branch.account_sid).update_async(status="suspended")
    acme.answers_calls_with(f"<Dial action='/dialled'>{branch.number}</Dial>")
    customer.twiml("/dialled", "<Hangup/>")
    await (await acme.is_called()).becomes("completed")
    (dialled,) = customer.at("/dialled")
    assert dialled.fields["DialCallStatus"] == "failed"
    assert customer.at(branch.voice_path) == []


async def test_a_closed_subaccount_is_closed_for_ever_and_its_numbers_are_free(
    acme: Company, branch: Company
) -> None:
    account = acme.twilio.api.accounts(branch.account_sid)
    assert (await account.update_async(status="closed")).status == "closed"
    assert await refusal_of(account.update_async(status="active")) == (400, 20001)
    assert await refusal_of(branch.twilio.messages.list_async()) == (401, 20003)
    numbers = acme.twilio.incoming_phone_numbers
    assert (await numbers.create_async(phone_number=branch.number)).account_sid == acme.account_sid


async def test_an_account_that_nobody_opened_cannot_be_suspended(acme: Company) -> None:
    itself = acme.twilio.api.accounts(acme.account_sid)
    assert await refusal_of(itself.update_async(status="suspended")) == (403, 20003)
    assert (await itself.update_async(friendly_name="Acme & Sons")).friendly_name == "Acme & Sons"


# What is written down


async def test_an_account_is_opened_with_all_its_numbers_in_one_writing(
    tmp_path: Path, clock: MovedClock
) -> None:
    """A carrier that is killed meanwhile leaves no account without its numbers."""
    written: list[list[str]] = []

    class Written(Accounts):
        def save(self) -> None:
            super().save()
            kept = Accounts(tmp_path / "state.json", clock).all()
            written.append([n.phone_number for each in kept for n in each.numbers.values()])

    numbers = ["+15550100001", "+15550100002", "+15550100001"]
    Written(tmp_path / "state.json", clock).open("Acme", numbers)
    assert written == [["+15550100001", "+15550100002"]]


# Numbers that change hands


async def test_a_number_is_handed_to_a_subaccount_with_all_that_is_said_of_it(
    acme: Company, branch: Company, customer: Customer
) -> None:
    await acme.takes_texts_at("/sms", voice_application_sid=acme.application_sid)
    customer.twiml("/sms", "")
    await acme.is_texted("STOP")
    moved = await acme.twilio.incoming_phone_numbers(acme.number_sid).update_async(
        account_sid=branch.account_sid, friendly_name="Moved"
    )
    assert (moved.sid, moved.account_sid) == (acme.number_sid, branch.account_sid)
    # A TwiML App belongs to its account, and does not come along.
    assert (moved.voice_application_sid, moved.friendly_name) == (None, "Moved")
    assert branch.account_sid in moved.uri
    gone = acme.twilio.incoming_phone_numbers(acme.number_sid).fetch_async()
    assert await refusal_of(gone) == UNKNOWN
    text = branch.twilio.messages.create_async(to=ANA, from_=acme.number, body="Hi")
    assert await refusal_of(text) == (400, 21610)
    back = inside(branch, of=acme).incoming_phone_numbers(acme.number_sid)
    await back.update_async(account_sid=acme.account_sid)
    assert (await acme.is_texted("Hi"))["account_sid"] == acme.account_sid


async def test_only_the_owner_hands_numbers_on_and_only_inside_its_family(
    acme: Company, globex: Company, branch: Company, depot: Company
) -> None:
    theirs = branch.twilio.incoming_phone_numbers(branch.number_sid)
    assert await refusal_of(theirs.update_async(account_sid=depot.account_sid)) == (403, 21474)
    ours = acme.twilio.incoming_phone_numbers(acme.number_sid)
    for sid, code in (
        ("AC1", 21470),
        ("AC" + "0" * 32, 21471),
        (globex.account_sid, 21471),
    ):
        assert await refusal_of(ours.update_async(account_sid=sid)) == (400, code)
    await acme.twilio.api.accounts(depot.account_sid).update_async(status="suspended")
    assert await refusal_of(ours.update_async(account_sid=depot.account_sid)) == (400, 21472)
    assert (await ours.fetch_async()).account_sid == acme.account_sid
