"""Webhooks that fail, are slow, or move; and the log that shows each attempt."""

import asyncio
import time
from contextlib import suppress

import pytest
from twilio.request_validator import RequestValidator

from backend.local_carrier.clock import MovedClock
from backend.local_carrier.webhooks.overrides import Overrides, overrides_in
from tests.local_carrier.customer import Customer, Got, Reply
from tests.local_carrier.lab import Company, Lab
from tests.serving import eventually

NOBODY = "http://127.0.0.1:9/"


def test_without_a_fragment_only_a_failed_connection_is_tried_again() -> None:
    usual = overrides_in("https://example.com/voice?x=1")
    assert usual == Overrides(5.0, 15.0, 15.0, 1, frozenset({"ct"}))


def test_a_fragment_changes_times_and_retries_within_twilios_limits() -> None:
    asked = overrides_in("https://e.com/#ct=2000&rt=5000&tt=9000&rc=3&rp=ct,rt,5xx&sni=y&e=dublin")
    assert asked == Overrides(2.0, 5.0, 9.0, 3, frozenset({"ct", "rt", "5xx"}))
    silly = overrides_in("https://e.com/#ct=99&rt=15001&tt=x&rc=6&rp=whatever")
    assert silly == Overrides()
    assert overrides_in("https://e.com/#rp=all").retry_on == {"4xx", "5xx", "ct", "rt"}


async def point(acme: Company, **where: str) -> None:
    await acme.twilio.incoming_phone_numbers(acme.number_sid).update_async(**where)


def told(customer: Customer, path: str, field: str) -> list[str]:
    return [got.fields[field] for got in customer.at(path)]


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(status=500), "11200"),
        (Reply(status=404), "11200"),
        (Reply("<Response><Sing/></Response>"), "12200"),
        (Reply("<Response><Say colour='red'>x</Say></Response>"), "12200"),
        (Reply("<Response><Play><Say/></Play></Response>"), "12200"),
        (Reply("<Response>"), "12100"),
        (Reply(""), "12100"),
    ],
)
async def test_what_cannot_be_performed_goes_to_the_fallback(
    acme: Company, customer: Customer, reply: Reply, code: str
) -> None:
    await point(acme, voice_fallback_url=customer.url("/fallback"))
    customer.answers(acme.voice_path, reply)
    customer.twiml("/fallback", "<Reject reason='busy'/>")
    caller = await acme.is_called()
    await caller.becomes("busy")
    (got,) = customer.at("/fallback")
    assert got.fields["ErrorCode"] == code
    assert got.fields["ErrorUrl"] == customer.url(acme.voice_path)
    assert got.fields["CallSid"] == caller.sid
    assert got.is_signed_with(acme.auth_token)
    fallback = (await acme.lab.deliveries())[-1]
    assert (fallback["fallback"], fallback["status"]) == (True, 200)


@pytest.mark.parametrize("address", ["mailto:ana@example.com", "http://127.0.0.1:99999/x"])
async def test_an_address_that_is_none_goes_to_the_fallback_too(
    acme: Company, customer: Customer, address: str
) -> None:
    await point(acme, voice_fallback_url=customer.url("/fallback"))
    acme.answers_calls_with(f"<Redirect>{address}</Redirect>")
    customer.twiml("/fallback", "<Reject reason='busy'/>")
    await (await acme.is_called()).becomes("busy")
    assert customer.at("/fallback")[0].fields["ErrorCode"] == "11100"


async def test_without_a_fallback_the_caller_hears_an_apology(
    acme: Company, customer: Customer
) -> None:
    await point(acme, voice_url=NOBODY)
    caller = await acme.is_called()
    heard = await caller.hears("speech")
    assert "application error" in heard["sources"][0]["text"]
    attempts = await acme.lab.deliveries()
    # A refused connection is tried once more, and both attempts are in the log.
    assert [(d["attempt"], d["status"]) for d in attempts] == [(1, None), (2, None)]
    assert all(d["error"].startswith("no connection: Connect call failed") for d in attempts)


async def test_an_action_that_fails_goes_to_the_fallback_too(
    acme: Company, customer: Customer
) -> None:
    await point(acme, voice_fallback_url=customer.url("/fallback"))
    acme.answers_calls_with(
        "<Dial action='/broken' hangupOnStar='true'><Conference>room</Conference></Dial>"
    )
    customer.twiml("/fallback", "<Say>We will be with you again in just a moment</Say>")
    caller = await acme.is_called()
    await caller.becomes("in-progress")
    await caller.presses("*")
    await caller.hears("speech")
    assert customer.at("/fallback")[0].fields["ErrorUrl"] == customer.url("/broken")


async def test_a_callback_is_retried_only_as_its_fragment_says(
    acme: Company, customer: Customer
) -> None:
    await point(acme, status_callback=customer.url("/status#rc=2&rp=5xx"))
    answers = iter([Reply(status=503), Reply(status=500), Reply()])
    customer.answers("/status", lambda _: next(answers))
    acme.answers_calls_with("<Hangup/>")
    await (await acme.is_called()).becomes("completed")
    await eventually(lambda: len(customer.at("/status")) == 3)
    got = customer.at("/status")
    assert len({g.headers["i-twilio-idempotency-token"] for g in got}) == 1
    assert len({g.headers["x-twilio-signature"] for g in got}) == 1
    assert {g.url for g in got} == {customer.url("/status")}


async def test_a_callback_without_a_fragment_is_lost_when_it_fails(
    acme: Company, customer: Customer
) -> None:
    await point(acme, status_callback=customer.url("/status"))
    customer.answers("/status", Reply(status=500))
    acme.answers_calls_with("<Hangup/>")
    await (await acme.is_called()).becomes("completed")
    second = await acme.is_called()
    await second.becomes("completed")
    await eventually(lambda: len(customer.at("/status")) == 2)
    assert len({got.fields["CallSid"] for got in customer.at("/status")}) == 2


async def test_an_answer_that_takes_too_long_is_not_waited_for(
    acme: Company, customer: Customer
) -> None:
    await point(
        acme,
        voice_url=customer.url("/slow#tt=300"),
        voice_fallback_url=customer.url("/fallback"),
    )
    customer.answers("/slow", Reply("<Response/>", delay=2))
    customer.twiml("/fallback", "<Reject reason='busy'/>")
    began = time.monotonic()
    await (await acme.is_called()).becomes("busy")
    assert time.monotonic() - began < 1.5


async def test_one_slow_receiver_does_not_hold_up_another(
    acme: Company, globex: Company, customer: Customer
) -> None:
    noun = '<Conference statusCallback="{}" statusCallbackEvent="join leave">room</Conference>'
    acme.answers_calls_with(f"<Dial>{noun.format('/slow-events')}</Dial>")
    globex.answers_calls_with(f"<Dial>{noun.format('/events')}</Dial>")
    customer.answers("/slow-events", Reply(delay=1.0))
    first = await acme.is_called()
    await first.becomes("in-progress")
    await first.hangs_up()
    second = await globex.is_called()
    await second.becomes("in-progress")
    await second.hangs_up()
    await eventually(lambda: len(customer.at("/events")) == 2, within=0.8)
    await eventually(lambda: len(customer.at("/slow-events")) == 2)
    assert customer.events("/slow-events") == ["participant-join", "participant-leave"]


async def test_no_webhook_is_lost_to_a_receiver_that_hangs_up_on_an_idle_line(
    acme: Company,
) -> None:
    """It closes what it promised to keep just as the next webhook comes along it."""
    asked: list[bytes] = []

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        last = len(asked) == 2
        body = b"<Response><Hangup/></Response>" if last else b"<Response><Redirect/></Response>"
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n"
        writer.write(head % len(body) + body)
        await reader.readuntil(b"\r\n\r\n")  # the rest of the first request's head
        while not last and b"POST" not in await reader.read(4096) and not reader.at_eof():
            pass
        writer.close()

    async with await asyncio.start_server(receive, "127.0.0.1", 0) as server:
        await point(acme, voice_url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        await (await acme.is_called()).becomes("completed")
    assert len(asked) == 2


async def test_a_redirect_is_followed_and_signed_anew(acme: Company, customer: Customer) -> None:
    customer.answers(
        acme.voice_path, Reply(status=302, headers={"Location": customer.url("/moved?a=b")})
    )
    customer.twiml("/moved", "<Reject reason='busy'/>")
    await (await acme.is_called()).becomes("busy")
    (got,) = customer.at("/moved")
    assert (got.method, got.fields["a"]) == ("GET", "b")
    assert got.is_signed_with(acme.auth_token)


async def test_redirects_without_an_end_are_an_error(acme: Company, customer: Customer) -> None:
    await point(acme, voice_fallback_url=customer.url("/fallback"))
    customer.answers(
        acme.voice_path,
        Reply(status=302, headers={"Location": customer.url(acme.voice_path)}),
    )
    customer.twiml("/fallback", "<Reject reason='busy'/>")
    await (await acme.is_called()).becomes("busy")
    assert customer.at("/fallback")[0].fields["ErrorCode"] == "11215"


async def test_a_get_webhook_carries_its_fields_in_the_address(
    acme: Company, customer: Customer
) -> None:
    await point(acme, voice_method="GET", voice_url=customer.url(f"{acme.voice_path}?tenant=7"))
    acme.answers_calls_with("<Hangup/>")
    await (await acme.is_called()).becomes("completed")
    (got,) = customer.at(acme.voice_path)
    assert (got.method, got.posted, got.fields["tenant"]) == ("GET", {}, "7")
    assert got.fields["From"] == "+15557654321"
    assert got.is_signed_with(acme.auth_token)


async def test_the_log_has_each_attempt_with_its_answer(
    lab: Lab, acme: Company, customer: Customer
) -> None:
    def teapot(_: Got) -> Reply:
        return Reply("<Response><Hangup/></Response>")

    customer.answers(acme.voice_path, teapot)
    caller = await acme.is_called()
    await caller.becomes("completed")
    (delivery,) = await lab.deliveries()
    assert delivery["parameters"]["CallSid"] == caller.sid
    assert (delivery["status"], delivery["attempt"], delivery["fallback"]) == (200, 1, False)
    assert delivery["body"] == "<Response><Hangup/></Response>"
    assert delivery["duration_ms"] > 0
    assert await lab.ask("GET", f"/lab/deliveries?since={delivery['id']}") == []


async def test_the_log_says_why_no_answer_came(lab: Lab, acme: Company, customer: Customer) -> None:
    customer.answers("/slow", Reply(delay=2))
    customer.answers("/busy", Reply(status=503))
    customer.answers("/lost", Reply())
    await lab.arms("answer-lost", match="/lost")
    for path in ("/slow#rt=100", "/busy", "/lost"):
        body = {"account_sid": acme.account_sid, "url": customer.url(path)}
        await lab.ask("POST", "/lab/webhooks", body)
    slow, busy, lost = await lab.deliveries()
    assert (slow["status"], slow["error"]) == (None, "timed out")
    assert (busy["status"], busy["error"]) == (503, "HTTP status 503")
    # The customer did answer; it is the carrier that never heard it.
    assert (lost["status"], lost["error"], lost["fault"]) == (200, "timed out", "answer-lost")


async def test_a_question_that_nobody_waits_for_any_more_is_so_in_the_log(
    lab: Lab, acme: Company, customer: Customer
) -> None:
    customer.answers(acme.voice_path, Reply("<Response/>", delay=2))
    caller = await acme.is_called()
    await eventually(lambda: customer.at(acme.voice_path))
    await caller.hangs_up()
    await caller.becomes("canceled")
    (asked,) = await lab.deliveries()
    assert (asked["status"], asked["error"]) == (None, "nobody waits for it any more")


async def test_a_repeated_callback_can_be_told_by_its_token(
    lab: Lab, acme: Company, customer: Customer
) -> None:
    """It comes twice with one token; the next callback has a token of its own."""
    customer.answers("/status", Reply())
    await point(acme, status_callback=customer.url("/status"))
    acme.answers_calls_with("<Hangup/>")
    await lab.arms("callback-repeated", next=1)
    for _ in range(2):
        await (await acme.is_called()).becomes("completed")
    got = await eventually(lambda: customer.at("/status")[2:] and customer.at("/status"))
    tokens: dict[str, set[str]] = {}
    for each in got:
        tokens.setdefault(each.fields["CallSid"], set()).add(
            each.headers["i-twilio-idempotency-token"]
        )
    assert [len(of_a_call) for of_a_call in tokens.values()] == [1, 1]
    assert len(set.union(*tokens.values())) == 2


async def test_a_moved_webhook_keeps_its_token(acme: Company, customer: Customer) -> None:
    moved = Reply(status=307, headers={"Location": customer.url("/moved")})
    customer.answers(acme.voice_path, moved)
    customer.twiml("/moved", "<Reject/>")
    await (await acme.is_called()).becomes("no-answer")
    tokens = {got.headers["i-twilio-idempotency-token"] for got in customer.got}
    assert (len(customer.got), len(tokens)) == (2, 1)


async def test_a_fault_may_be_for_one_status_of_a_text_or_of_a_recording(
    still_lab: Lab, customer: Customer, clock: MovedClock
) -> None:
    acme = await still_lab.company("Acme", "+15550100001", customer)
    customer.answers("/status", Reply())
    customer.answers("/recorded", Reply())
    await still_lab.arms("callback-dropped", match="/status sent")
    await still_lab.arms("callback-dropped", match="/recorded completed")
    customer.twiml("/after", "<Hangup/>")
    acme.answers_calls_with(
        "<Record playBeep='false' maxLength='2' action='/after' recordingStatusCallback='/recorded'"
        " recordingStatusCallbackEvent='in-progress completed'/>"
    )
    await acme.twilio.messages.create_async(
        to="+15557654321", from_=acme.number, body="Hi", status_callback=customer.url("/status")
    )
    await acme.is_called()
    await clock.move(10)
    assert told(customer, "/status", "MessageStatus") == ["sending", "delivered"]
    assert told(customer, "/recorded", "RecordingStatus") == ["in-progress"]


async def test_the_port_of_a_secure_address_is_signed_for_texts_and_not_for_calls(
    still_lab: Lab, customer: Customer, clock: MovedClock
) -> None:
    """Nobody is there to answer, but the log has what was sent."""
    acme = await still_lab.company("Acme", "+15550100001", customer)
    secure = "https://127.0.0.1:9"
    await point(
        acme,
        voice_url=f"{secure}/voice",
        sms_url=f"{secure}/sms",
        status_callback=f"{secure}/call-status",
    )
    await acme.twilio.messages.create_async(
        to="+15557654321", from_=acme.number, body="Hi", status_callback=f"{secure}/text-status"
    )
    await acme.twilio.messages.create_async(
        to="+15557654321", from_=acme.number, media_url=[f"{secure}/cat.png"]
    )
    await acme.is_texted("Hi")
    await acme.is_called()
    await clock.move(10)
    validator = RequestValidator(acme.auth_token)
    with_port: dict[str, bool] = {}
    for sent in await still_lab.deliveries():
        signed = sent["parameters"] if sent["method"] == "POST" else {}
        url = sent["url"]
        right = {
            True: validator.compute_signature(url, signed),
            False: validator.compute_signature(url.replace(":9", ""), signed),
        }
        path = url.removeprefix(secure)
        with_port[path] = next(ports for ports in right if right[ports] == sent["signature"])
    assert with_port == {
        "/text-status": True,
        "/cat.png": True,
        "/sms": True,
        "/voice": False,
        "/call-status": False,
    }


async def test_a_call_brings_back_its_cookies_and_no_other_calls(
    acme: Company, customer: Customer
) -> None:
    """ "Cookies are kept per call"."""

    def baker(got: Got) -> Reply:
        where = "/second" if got.path == acme.voice_path else "/third"
        cookie = {"Set-Cookie": f"at={where[1:]}; Path=/; HttpOnly"}
        return Reply(f"<Response><Redirect>{where}</Redirect></Response>", headers=cookie)

    customer.answers(acme.voice_path, baker)
    customer.answers("/second", baker)
    gone = {"Set-Cookie": "at=; Max-Age=0"}
    customer.answers(
        "/third", Reply("<Response><Redirect>/last</Redirect></Response>", headers=gone)
    )
    customer.twiml("/last", "<Hangup/>")
    for _ in range(2):
        await (await acme.is_called()).becomes("completed")

    def cookies(path: str) -> list[str | None]:
        return [got.headers.get("cookie") for got in customer.at(path)]

    assert cookies(acme.voice_path) == [None, None]
    assert cookies("/second") == ["at=second"] * 2
    assert cookies("/third") == ["at=third"] * 2
    assert cookies("/last") == [None, None]


async def test_retries_must_fit_into_the_total_time(acme: Company, customer: Customer) -> None:
    await point(acme, voice_fallback_url=customer.url("/fallback"))
    await point(acme, voice_url=customer.url("/slow#rt=200&rc=5&rp=rt&tt=500"))
    customer.answers("/slow", Reply("<Response/>", delay=2))
    customer.twiml("/fallback", "<Reject/>")
    await (await acme.is_called()).becomes("no-answer")
    # 200 ms, 200 ms, the last 100 ms: never the six times that `rc` allows.
    assert len(customer.at("/slow")) <= 3
    (fallback,) = customer.at("/fallback")
    assert (fallback.fields["ErrorCode"], fallback.fields["ErrorUrl"]) == (
        "11200",
        customer.url("/slow"),
    )


async def test_half_an_answer_is_never_asked_for_again(acme: Company, customer: Customer) -> None:
    """ "No retry on partial responses": the receiver may have acted on it."""
    asked = 0

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<Response>")
        await writer.drain()
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    async with await asyncio.start_server(half, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await point(acme, voice_fallback_url=customer.url("/fallback"))
        await point(acme, voice_url=f"http://127.0.0.1:{port}/#rt=200&rc=5&rp=all")
        customer.twiml("/fallback", "<Reject/>")
        await (await acme.is_called()).becomes("no-answer")
        assert asked == 1
    assert customer.at("/fallback")[0].fields["ErrorCode"] == "11200"


async def test_a_connection_that_is_refused_has_a_code_of_its_own(
    acme: Company, customer: Customer
) -> None:
    await point(acme, voice_url=NOBODY, voice_fallback_url=customer.url("/fallback"))
    customer.twiml("/fallback", "<Reject/>")
    await (await acme.is_called()).becomes("no-answer")
    assert customer.at("/fallback")[0].fields["ErrorCode"] == "11205"


async def test_each_address_in_twiml_may_be_relative_to_its_document(
    acme: Company, customer: Customer
) -> None:
    await point(acme, voice_url=customer.url("/deep/er/voice?x=1"))
    customer.twiml("/deep/er/voice", "<Redirect>../up</Redirect>")
    customer.twiml("/deep/up", "<Gather timeout='1' actionOnEmptyResult='true' action='keys?y=2'/>")
    customer.twiml("/deep/keys", "<Redirect method='GET'>?z=3</Redirect>")
    await acme.is_called()
    again = await eventually(lambda: customer.at("/deep/keys")[1:])
    first = customer.at("/deep/keys")[0]
    assert (first.method, first.url) == ("POST", customer.url("/deep/keys?y=2"))
    assert first.is_signed_with(acme.auth_token)
    assert (again[0].method, again[0].fields["z"]) == ("GET", "3")


async def test_a_fallback_may_be_asked_by_get(acme: Company, customer: Customer) -> None:
    await point(acme, voice_fallback_url=customer.url("/fallback?k=v"))
    await point(acme, voice_fallback_method="GET")
    customer.answers(acme.voice_path, Reply(status=500))
    customer.twiml("/fallback", "<Reject/>")
    await (await acme.is_called()).becomes("no-answer")
    (got,) = customer.at("/fallback")
    assert (got.method, got.posted, got.fields["ErrorCode"]) == ("GET", {}, "11200")
    assert got.is_signed_with(acme.auth_token)
