"""The REST API, driven by the real Twilio client. Every answer of every test in this folder is
also checked against Twilio's OpenAPI document when the test ends (see `lab.py`)."""

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException

from backend.local_carrier.rest.api import ALL_ACCOUNTS, ROUTES
from backend.local_carrier.rest.asking import Route
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab
from tests.local_carrier.openapi import ROOT, fields_of


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path or '.'}")
def test_only_fields_that_twilio_documents_are_known(route: Route) -> None:
    path = f"{ROOT}AC0/{route.path}.json" if route.path else f"{ROOT}AC0.json"
    if route.path == ALL_ACCOUNTS:
        path = f"{ROOT.rstrip('/')}.json"
    documented = fields_of(route.method, path) if route.method != "DELETE" else set()
    assert {*route.fields, *route.unsupported} <= documented


async def test_an_account_is_fetched_by_its_own_credentials(acme: Company) -> None:
    account = await acme.twilio.api.accounts(acme.account_sid).fetch_async()
    assert (account.friendly_name, account.status) == ("Acme", "active")


async def test_a_number_is_found_and_pointed_elsewhere(acme: Company, customer: Customer) -> None:
    numbers = await acme.twilio.incoming_phone_numbers.list_async(phone_number=acme.number)
    assert [number.phone_number for number in numbers] == [acme.number]
    assert await acme.twilio.incoming_phone_numbers.list_async(phone_number="+1999") == []
    changed = await acme.twilio.incoming_phone_numbers(numbers[0].sid).update_async(
        friendly_name="Front desk",
        voice_url=customer.url("/v"),
        voice_method="GET",
        voice_fallback_url=customer.url("/f"),
        status_callback=customer.url("/s"),
        voice_application_sid=acme.application_sid,
    )
    fetched = await acme.twilio.incoming_phone_numbers(numbers[0].sid).fetch_async()
    assert fetched.voice_application_sid == changed.voice_application_sid == acme.application_sid
    assert (fetched.friendly_name, fetched.voice_method) == ("Front desk", "GET")


async def test_an_application_lives_and_dies(acme: Company) -> None:
    applications = acme.twilio.applications
    made = await applications.create_async(friendly_name="Test", voice_url="https://example.com/v")
    assert [a.sid for a in await applications.list_async(friendly_name="Test")] == [made.sid]
    await applications(made.sid).update_async(voice_fallback_url="https://example.com/f")
    assert (await applications(made.sid).fetch_async()).voice_fallback_url.endswith("/f")
    await applications(made.sid).delete_async()
    with pytest.raises(TwilioRestException) as refusal:
        await applications(made.sid).fetch_async()
    assert (refusal.value.status, refusal.value.code) == (404, 20404)


async def test_a_key_tells_its_secret_once_and_opens_the_account(lab: Lab, acme: Company) -> None:
    key = await acme.twilio.new_keys.create_async(friendly_name="tokens")
    assert key.secret
    by_key = lab.client(key.sid, key.secret, acme.account_sid)
    assert [k.sid for k in await by_key.keys.list_async()] == [key.sid]
    await by_key.keys(key.sid).update_async(friendly_name="renamed")
    assert (await by_key.keys(key.sid).fetch_async()).friendly_name == "renamed"
    await by_key.keys(key.sid).delete_async()
    with pytest.raises(TwilioRestException) as refusal:
        await by_key.keys(key.sid).fetch_async()
    assert (refusal.value.status, refusal.value.code) == (401, 20003)


@pytest.mark.parametrize(
    ("username", "password"), [("AC" + "0" * 32, "x"), ("", ""), ("SK" + "0" * 32, "x")]
)
async def test_wrong_credentials_get_twilios_401(
    lab: Lab, acme: Company, username: str, password: str
) -> None:
    stranger = lab.client(username or acme.account_sid, password or "x", acme.account_sid)
    with pytest.raises(TwilioRestException) as refusal:
        await stranger.calls("CA" + "0" * 32).fetch_async()
    assert (refusal.value.status, refusal.value.code) == (401, 20003)


@pytest.mark.parametrize(
    "path",
    [
        "Applications.json",
        "Keys.json",
        "Calls.json",
        "Messages.json",
        "OutgoingCallerIds.json",
        "IncomingPhoneNumbers.json",
        "IncomingPhoneNumbers/{number}.json",
        "Conferences/{conference}/Participants/{call}.json",
        "Calls/{call}.json",
        "Calls/{call}/Recordings.json",
        "Queues.json",
    ],
)
async def test_an_unknown_form_field_is_refused_and_changes_nothing(
    lab: Lab, acme: Company, path: str
) -> None:
    acme.answers_calls_with("<Dial><Conference>room</Conference></Dial>")
    caller = await acme.is_called()
    await caller.becomes("in-progress")
    (conference,) = await acme.twilio.conferences.list_async()
    path = path.format(number=acme.number_sid, call=caller.sid, conference=conference.sid)
    basic = {"Authorization": aiohttp.encode_basic_auth(acme.account_sid, acme.auth_token)}
    form = {"Colour": "red", "Muted": "true", "To": "+1", "From": "+1"}
    url = f"{ROOT}{acme.account_sid}/{path}"
    async with lab.http.post(url, data=form, headers=basic) as response:
        body = await response.json()
    assert (response.status, body["code"]) == (400, 20001)
    assert not (await lab.ask("GET", "/lab/conferences"))[0]["participants"][0]["muted"]


async def test_a_list_is_read_in_pages_with_its_filters(acme: Company) -> None:
    acme.answers_calls_with("<Hangup/>")
    phones = [await acme.is_called() for _ in range(5)]
    for phone in phones:
        await phone.becomes("completed")
    listed = await acme.twilio.calls.list_async(status="completed", to=acme.number, page_size=2)
    assert [call.sid for call in listed] == [phone.sid for phone in reversed(phones)]
    assert await acme.twilio.calls.list_async(status="ringing") == []
    assert await acme.twilio.calls.list_async(parent_call_sid=phones[0].sid) == []
    assert len(await acme.twilio.calls.list_async(from_="+15557654321", limit=3)) == 3


async def test_a_call_is_redirected_at_once_and_ended(acme: Company, customer: Customer) -> None:
    acme.answers_calls_with(
        f'<Dial action="{customer.url("/after")}"><Conference>r</Conference></Dial>'
    )
    customer.twiml("/after", "<Hangup/>")
    caller = await acme.is_called()
    await caller.becomes("in-progress")
    customer.twiml(
        "/elsewhere", "<Say>A long way from home, and still going</Say><Pause length='60'/>"
    )
    await acme.twilio.calls(caller.sid).update_async(url=customer.url("/elsewhere"))
    await caller.hears("speech")
    assert await acme.twilio.conferences.list_async(status="in-progress") == []
    # The action was told, and its <Hangup/> was ignored.
    assert customer.at("/after")[0].fields["DialCallStatus"] == "answered"
    await acme.twilio.calls(caller.sid).update_async(
        twiml="<Response><Pause length='60'/></Response>"
    )
    await caller.hears("silence")
    ended = await acme.twilio.calls(caller.sid).update_async(status="completed")
    assert ended.status == "completed"
    with pytest.raises(TwilioRestException) as refusal:
        await acme.twilio.calls(caller.sid).update_async(twiml="<Response/>")
    assert refusal.value.code == 21220


async def test_url_and_twiml_exclude_each_other_and_twiml_is_checked(acme: Company) -> None:
    acme.answers_calls_with("<Pause length='60'/><Hangup/>")
    caller = await acme.is_called()
    call = acme.twilio.calls(caller.sid)
    for wrong, code in (
        ({"url": "http://x.y/", "twiml": "<Response/>"}, 20001),
        ({"twiml": "<Response><Sing/></Response>"}, 12200),
        ({"twiml": "<Response>"}, 12100),
        ({"url": "ftp://x.y/"}, 21205),
    ):
        with pytest.raises(TwilioRestException) as refusal:
            await call.update_async(**wrong)
        assert refusal.value.code == code
    canceled = await call.update_async(status="canceled")
    assert canceled.status == "canceled"
