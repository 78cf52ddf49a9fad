"""Calls that REST creates: how fast they leave, what becomes of them, and what is told."""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from backend.local_carrier.clock import MovedClock
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab

ANSWERS = "+15557770001"
MAGIC = "+150055500"
TALKS = "<Response><Pause length='600'/></Response>"
ALL_EVENTS = ["initiated", "ringing", "answered", "completed"]


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


async def created(company: Company, to: str = ANSWERS, **more: Any) -> Any:
    what = {"url": more.pop("url")} if "url" in more else {"twiml": TALKS}
    return await company.twilio.calls.create_async(to=to, from_=company.number, **what, **more)


async def refused(attempt: Any, status: int, code: int) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        await attempt
    assert (refusal.value.status, refusal.value.code) == (status, code)


async def statuses(company: Company) -> list[str]:
    """Of all its calls, the oldest first."""
    return [call.status for call in reversed(await company.twilio.calls.list_async())]


async def test_they_leave_one_a_second(acme: Company, globex: Company, clock: MovedClock) -> None:
    made = [await created(acme) for _ in range(3)]
    assert [call.queue_time for call in made] == ["0", "1000", "2000"]
    assert {call.status for call in made} == {"queued"}
    assert {call.direction for call in made} == {"outbound-api"}
    assert (await created(globex)).queue_time == "0"
    await clock.move(0.5)
    assert await statuses(acme) == ["ringing", "queued", "queued"]
    await clock.move(1)
    assert await statuses(acme) == ["ringing", "ringing", "queued"]
    await clock.move(1)
    assert await statuses(acme) == ["in-progress", "ringing", "ringing"]
    assert (await created(acme)).queue_time == "500"


async def test_calls_that_reach_us_and_those_that_are_dialled_start_at_once(
    acme: Company, clock: MovedClock
) -> None:
    acme.answers_calls_with(f"<Dial>{ANSWERS}</Dial>")
    for _ in range(3):
        await acme.is_called()
    await clock.move(0.1)
    assert sorted(await statuses(acme)) == ["in-progress"] * 3 + ["ringing"] * 3


async def test_an_account_may_be_granted_more_calls_a_second(
    lab: Lab, acme: Company, clock: MovedClock
) -> None:
    await lab.grants(acme.account_sid, calls_per_second=30)
    made = [await created(acme) for _ in range(4)]
    assert made[-1].queue_time == "100"
    await clock.move(0.1)
    assert await statuses(acme) == ["ringing"] * 4


async def test_more_calls_than_leave_within_a_day_are_refused(lab: Lab, acme: Company) -> None:
    await lab.grants(acme.account_sid, calls_per_second=1 / 90_000)
    await created(acme)
    await refused(created(acme), 400, 22005)


async def test_a_limit_of_concurrent_calls_is_kept(
    lab: Lab, acme: Company, clock: MovedClock
) -> None:
    await lab.grants(acme.account_sid, concurrent_calls=2)
    first, _ = await created(acme), await created(acme)
    await refused(created(acme), 429, 10004)
    into_a_room = acme.twilio.conferences("room").participants
    await refused(into_a_room.create_async(to=ANSWERS, from_=acme.number), 429, 10004)
    await acme.twilio.calls(first.sid).update_async(status="completed")
    assert (await created(acme)).status == "queued"


async def test_too_many_requests_are_not_processed_and_may_be_repeated(
    lab: Lab, acme: Company
) -> None:
    await lab.grants(acme.account_sid, concurrent_requests=0)
    await refused(created(acme), 429, 20429)
    await lab.grants(acme.account_sid, concurrent_requests=1)
    await created(acme)
    assert await statuses(acme) == ["queued"]


async def test_limits_are_checked_by_the_lab(lab: Lab, acme: Company) -> None:
    path = f"/lab/accounts/{acme.account_sid}/limits"
    assert (await lab.ask("PUT", path, {"calls_per_second": 0}, 400))["code"] == "bad-request"
    nobody = f"/lab/accounts/AC{'0' * 32}/limits"
    assert (await lab.ask("PUT", nobody, {}, 404))["code"] == "no-such-account"


async def test_a_call_that_is_canceled_before_its_turn_never_rings(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.twiml("/progress", "")
    await created(acme)
    made = await created(
        acme,
        status_callback=customer.url("/progress"),
        status_callback_event=ALL_EVENTS,
    )
    await refused(acme.twilio.calls(made.sid).update_async(twiml=TALKS), 400, 21220)
    await acme.twilio.calls(made.sid).update_async(status="canceled")
    await clock.move(60)
    assert await statuses(acme) == ["in-progress", "canceled"]
    (told,) = customer.at("/progress")
    assert (told.fields["CallStatus"], told.fields["CallDuration"]) == ("canceled", "0")


async def test_the_voice_url_is_asked_when_somebody_answers(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.twiml("/voice", "<Pause length='4'/>")
    customer.twiml("/progress", "")
    made = await created(
        acme,
        url=customer.url("/voice"),
        method="GET",
        status_callback=customer.url("/progress"),
        status_callback_event=ALL_EVENTS,
    )
    await clock.move(1)
    assert customer.at("/voice") == []
    await clock.move(10)
    (asked,) = customer.at("/voice")
    assert (asked.method, asked.fields["CallSid"]) == ("GET", made.sid)
    assert (asked.fields["Direction"], asked.fields["CallStatus"]) == (
        "outbound-api",
        "in-progress",
    )
    told = [got.fields for got in customer.at("/progress")]
    assert [each["CallStatus"] for each in told] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert [each["SequenceNumber"] for each in told] == ["0", "1", "2", "3"]
    assert told[3]["CallDuration"] == "4"
    assert {each["CallbackSource"] for each in told} == {"call-progress-events"}


async def test_on_create_the_url_wins_over_the_twiml_and_an_app_may_be_named(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.twiml("/voice", "<Hangup/>")
    acme.answers_calls_with("<Hangup/>")
    await created(acme, url=customer.url("/voice"))
    await acme.twilio.calls.create_async(
        to=ANSWERS, from_=acme.number, url=customer.url("/voice"), twiml=TALKS
    )
    await acme.twilio.calls.create_async(
        to=ANSWERS, from_=acme.number, application_sid=acme.application_sid
    )
    await clock.move(10)
    assert len(customer.at("/voice")) == 2
    assert len(customer.at(acme.voice_path)) == 1


@pytest.mark.parametrize(
    ("ending", "after", "status"),
    [
        ("10", 0.1, "in-progress"),
        ("11", 5.9, "ringing"),
        ("11", 6.1, "in-progress"),
        ("12", 1, "busy"),
        ("13", 64, "ringing"),
        ("13", 66, "no-answer"),
        ("14", 1, "failed"),
        ("15", 2, "busy"),
        ("16", 2, "in-progress"),
        ("17", 3, "in-progress"),
        ("17", 4.1, "completed"),
        ("18", 30, "ringing"),
        ("19", 4, "in-progress"),
    ],
)
async def test_magic_numbers_behave_as_they_should(
    acme: Company, clock: MovedClock, ending: str, after: float, status: str
) -> None:
    await created(acme, f"{MAGIC}{ending}")
    await clock.move(after)
    assert await statuses(acme) == [status]


async def test_a_phone_at_the_lab_is_answered_by_hand(
    lab: Lab, acme: Company, clock: MovedClock
) -> None:
    made = await created(acme, f"{MAGIC}18")
    await clock.move(3)
    await lab.ask("POST", f"/lab/phones/{made.sid}/answer")
    await clock.move(0)
    assert await statuses(acme) == ["in-progress"]


@pytest.mark.parametrize(
    ("to", "code"),
    [
        (f"{MAGIC}01", 21217),
        (f"{MAGIC}02", 21214),
        (f"{MAGIC}03", 21215),
        (f"{MAGIC}04", 21216),
        ("", 21201),
        ("a friend", 21211),
        ("12", 21211),
    ],
)
async def test_some_numbers_cannot_be_called(acme: Company, to: str, code: int) -> None:
    await refused(created(acme, to), 400, code)
    into_a_room = acme.twilio.conferences("room").participants
    await refused(into_a_room.create_async(to=to, from_=acme.number), 400, code)
    assert await statuses(acme) == []
    assert await acme.twilio.conferences.list_async() == []


async def test_what_is_wrong_with_a_call_is_said(acme: Company, globex: Company) -> None:
    calls = acme.twilio.calls

    def call(**fields: Any) -> Any:
        return calls.create_async(**({"to": ANSWERS, "from_": acme.number} | fields))

    await refused(call(twiml=TALKS, from_=globex.number), 400, 21210)
    await refused(call(twiml=TALKS, from_="12"), 400, 21212)
    await refused(call(twiml=TALKS, from_=""), 400, 21213)
    await refused(call(), 400, 21205)
    await refused(call(application_sid=globex.application_sid), 400, 21218)
    await refused(call(twiml=TALKS, status_callback_event=["begun"]), 400, 21626)
    await refused(call(twiml=TALKS, send_digits="1-2"), 400, 20001)
    await refused(call(twiml=TALKS, machine_detection="Guess"), 400, 20001)
    await refused(call(twiml=TALKS, async_amd="true"), 400, 20001)
    assert await statuses(acme) == []


async def test_nobody_waits_longer_than_the_timeout_and_twilios_five_seconds(
    acme: Company, clock: MovedClock
) -> None:
    await created(acme, f"{MAGIC}13", timeout=10)
    await clock.move(14.9)
    assert await statuses(acme) == ["ringing"]
    await clock.move(0.2)
    assert await statuses(acme) == ["no-answer"]


async def test_a_time_limit_counts_from_the_answer(acme: Company, clock: MovedClock) -> None:
    made = await created(acme, time_limit=7)
    await clock.move(8.9)
    assert await statuses(acme) == ["in-progress"]
    await clock.move(0.2)
    ended = await acme.twilio.calls(made.sid).fetch_async()
    assert (ended.status, ended.duration) == ("completed", "7")


@pytest.mark.parametrize(
    ("ending", "who"), [("10", "human"), ("16", "fax"), ("19", "machine_start")]
)
async def test_who_answers_is_told_to_those_who_ask(
    acme: Company, customer: Customer, clock: MovedClock, ending: str, who: str
) -> None:
    customer.twiml("/voice", "<Hangup/>")
    asks = await created(
        acme, f"{MAGIC}{ending}", url=customer.url("/voice"), machine_detection="Enable"
    )
    await created(acme, f"{MAGIC}{ending}", url=customer.url("/voice"))
    await clock.move(10)
    asked, not_asked = (got.fields for got in customer.at("/voice"))
    assert asked["AnsweredBy"] == who
    assert "AnsweredBy" not in not_asked
    assert (await acme.twilio.calls(asks.sid).fetch_async()).answered_by == who


async def test_a_machine_is_spoken_to_after_its_beep_if_that_is_waited_for(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.twiml("/voice", "<Hangup/>")
    await created(
        acme, f"{MAGIC}19", url=customer.url("/voice"), machine_detection="DetectMessageEnd"
    )
    await clock.move(6.9)
    assert customer.at("/voice") == []
    await clock.move(0.2)
    assert customer.at("/voice")[0].fields["AnsweredBy"] == "machine_end_beep"


async def test_keys_are_sent_to_whoever_answers(
    acme: Company, globex: Company, customer: Customer, clock: MovedClock
) -> None:
    """`w` waits half a second, so that the other side's menu may be listening."""
    globex.answers_calls_with("<Gather action='/extension'/>")
    customer.twiml("/extension", "<Pause length='60'/>")
    customer.twiml("/voice", "<Pause length='60'/>")
    made = await created(acme, globex.number, url=customer.url("/voice"), send_digits="ww42#")
    await clock.move(0.9)
    assert customer.at("/extension") == customer.at("/voice") == []
    await clock.move(0.2)
    assert customer.at("/extension")[0].fields["Digits"] == "42"
    assert customer.at("/voice")[0].fields["CallSid"] == made.sid


async def test_a_call_to_a_browser_that_is_not_there_is_not_answered(
    acme: Company, clock: MovedClock
) -> None:
    await created(acme, "client:ana")
    await clock.move(1)
    assert await statuses(acme) == ["no-answer"]


async def test_only_what_is_over_can_be_forgotten(acme: Company, clock: MovedClock) -> None:
    made = await created(acme)
    await clock.move(5)
    await refused(acme.twilio.calls(made.sid).delete_async(), 409, 20009)
    await acme.twilio.calls(made.sid).update_async(status="completed")
    await acme.twilio.calls(made.sid).delete_async()
    assert await statuses(acme) == []
