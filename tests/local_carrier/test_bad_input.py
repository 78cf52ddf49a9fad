"""What strangers send: every wrong thing gets a clear refusal, and no call is lost by it."""

from typing import Any

import aiohttp
import pytest

from backend.local_carrier.clock import MovedClock
from tests.local_carrier.customer import Customer, Got, Reply
from tests.local_carrier.lab import Company, Lab
from tests.local_carrier.refusals import refusal_of

NO_ADDRESS = "http://["
BEN = "+15557770002"


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


@pytest.mark.parametrize(
    ("verbs", "code"),
    [
        (f"<Redirect>{NO_ADDRESS}</Redirect>", 11100),
        (f"<Dial action='{NO_ADDRESS}' timeout='1'>+15005550012</Dial>", 11100),
        ("<Pause length='²'/>", 12200),
        ("<Pause length='11111111111'/>", 12200),
    ],
)
async def test_a_document_with_an_impossible_value_is_an_error_that_the_caller_is_told(
    acme: Company, clock: MovedClock, verbs: str, code: int
) -> None:
    acme.answers_calls_with(verbs)
    caller = await acme.is_called()
    await clock.move(20)
    seen = await caller.look()
    assert seen["status"] == "completed"
    assert any(f"application error {code}" in line["text"] for line in seen["log"]), seen["log"]


async def test_a_webhook_that_moved_to_no_address_leads_to_the_fallback(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.answers(acme.voice_path, Reply(status=302, headers={"Location": NO_ADDRESS}))
    customer.twiml("/fallback", "<Pause length='60'/>")
    await acme.twilio.incoming_phone_numbers(acme.number_sid).update_async(
        voice_fallback_url=customer.url("/fallback")
    )
    caller = await acme.is_called()
    await clock.move(5)
    assert [got.fields["ErrorCode"] for got in customer.at("/fallback")] == ["11100"]
    assert (await caller.look())["ended_at"] is None


@pytest.mark.parametrize(
    ("method", "path", "form", "status", "code"),
    [
        ("POST", "Queues.json", {"FriendlyName": "q", "MaxSize": "²"}, 400, 20001),
        ("GET", "Calls.json?PageSize=%C2%B2", None, 400, 20001),
        ("GET", "Calls.json?StartTime%3C=9999-12-31", None, 400, 20001),
        ("POST", "Queues.json", b"FriendlyName=\xff&Nothing=1", 400, 20001),
    ],
)
async def test_rest_refuses_what_it_cannot_read_in_twilios_words(
    lab: Lab, acme: Company, method: str, path: str, form: Any, status: int, code: int
) -> None:
    basic = {
        "Authorization": aiohttp.encode_basic_auth(acme.account_sid, acme.auth_token),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    await acme.is_called()
    url = f"/2010-04-01/Accounts/{acme.account_sid}/{path}"
    async with lab.http.request(method, url, data=form, headers=basic) as answer:
        assert (answer.status, (await answer.json())["code"]) == (status, code)


async def test_credentials_that_are_no_base64_are_wrong_credentials(
    lab: Lab, acme: Company
) -> None:
    headers = {"Authorization": "Basic é"}
    url = f"/2010-04-01/Accounts/{acme.account_sid}.json"
    async with lab.http.get(url, headers=headers) as answer:
        assert (answer.status, (await answer.json())["code"]) == (401, 20003)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"kind": "no-media", "nxt": 1}),
        ("phones", {"from": "foo", "to": "+15550100001"}),
        ("phones", {"from": "+15557654321", "to": "+15550100001", "patience": -1}),
        ("phones", {"from": "+15557654321", "to": "+15550100001", "voice": {"wav": "é"}}),
        ("phones", {"from": "+15557654321", "to": "+15550100001", "script": [{"press": "Q"}]}),
        ("phones", {"from": "+15557654321", "to": "+15550100001", "script": [{"press": "1\n"}]}),
        ("generators", {"to": "+15550100001", "calls": 1, "rates": [60], "keys": "Q x"}),
        ("accounts", {"friendly_name": "Initech", "numbers": ["+²"]}),
        ("generators", {"to": "+15550100001", "calls": 1, "rates": [1], "talk": {"mean": 0}}),
        (
            "messages",
            {
                "from": BEN,
                "to": "+15550100001",
                "media": [{"content_type": "a/b\r\nX-Evil: 1", "data": ""}],
            },
        ),
        (
            "messages",
            {
                "from": BEN,
                "to": "+15550100001",
                "media": [{"content_type": "image/png", "data": "é"}],
            },
        ),
    ],
)
async def test_the_lab_refuses_what_it_does_not_understand(
    lab: Lab, acme: Company, path: str, body: dict[str, Any]
) -> None:
    problem = await lab.ask("POST", f"/lab/{path}", body, 400)
    assert problem.keys() == {"code", "detail", "status"}


async def test_a_number_that_changes_hands_brings_neither_cookies_nor_a_queue(
    acme: Company, globex: Company, customer: Customer, clock: MovedClock
) -> None:
    seen: list[str] = []

    def sets_a_cookie(got: Got) -> Reply:
        seen.append(got.headers.get("cookie", ""))
        return Reply("<Response/>", headers={"Set-Cookie": "secret=acme"})

    customer.answers("/sms", sets_a_cookie)
    await acme.takes_texts_at("/sms")
    await acme.is_texted("Hi")
    await clock.move(5)
    await acme.twilio.messages.create_async(from_=acme.number, to=BEN, body="x" * 1500)
    await acme.twilio.incoming_phone_numbers(acme.number_sid).delete_async()
    await globex.twilio.incoming_phone_numbers.create_async(
        phone_number=acme.number, sms_url=customer.url("/sms")
    )
    await acme.is_texted("Hi")
    sent = await globex.twilio.messages.create_async(from_=acme.number, to=BEN, body="Hello")
    await clock.move(5)
    assert seen == ["", ""]
    assert (await globex.twilio.messages(sent.sid).fetch_async()).status == "delivered"


async def test_a_queue_at_which_somebody_waits_for_a_caller_is_not_deleted(
    acme: Company, clock: MovedClock
) -> None:
    queue = await acme.twilio.queues.create_async("support")
    acme.answers_calls_with("<Dial timeout='60'><Queue>support</Queue></Dial>")
    taker = await acme.is_called()
    await clock.move(1)
    assert await refusal_of(acme.twilio.queues(queue.sid).delete_async()) == (409, 20409)
    await taker.hangs_up()
    await clock.move(1)
    await acme.twilio.queues(queue.sid).delete_async()


async def test_new_limits_hold_for_the_next_call(
    lab: Lab, acme: Company, clock: MovedClock
) -> None:
    await lab.grants(acme.account_sid, calls_per_second=0.00001)
    wish = {"from_": acme.number, "to": BEN, "twiml": "<Response><Hangup/></Response>"}
    await acme.twilio.calls.create_async(**wish)
    await lab.grants(acme.account_sid, calls_per_second=100)
    await clock.move(1)
    call = await acme.twilio.calls.create_async(**wish)
    assert call.queue_time == "0"


async def test_a_generator_that_is_stopped_is_watched_until_its_last_call_is_over(
    lab: Lab, acme: Company, clock: MovedClock
) -> None:
    acme.answers_calls_with("<Pause length='30'/>")
    wish = {"to": acme.number, "calls": 50, "rates": [3600], "patience": None}
    made = await lab.ask("POST", "/lab/generators", wish, 201)
    await clock.move(5)
    await lab.ask("DELETE", f"/lab/generators/{made['id']}", status=204)
    (still,) = await lab.ask("GET", "/lab/generators")
    assert still["is_over"] is False
    await clock.move(600)
    (over,) = await lab.ask("GET", "/lab/generators")
    assert over["is_over"] is True
    assert over["counts"]["offered"] == over["counts"]["ended"] > 0
    await lab.ask("DELETE", f"/lab/generators/{made['id']}", status=204)
    assert await lab.ask("GET", "/lab/generators") == []
