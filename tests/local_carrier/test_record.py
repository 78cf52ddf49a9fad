"""<Record>: what ends it, and what its action is told."""

from typing import Any

import pytest

from backend.local_carrier.clock import MovedClock
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab, Phone

BEEP_SECONDS = 0.2
SPEAKS: dict[str, Any] = {"tone": 440}
SILENT: dict[str, Any] = {"silence": True}


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


@pytest.fixture(autouse=True)
def voicemail(customer: Customer) -> None:
    customer.twiml("/left", "<Pause length='600'/>")
    customer.twiml("/recorded", "")


async def leaves_a_message(
    acme: Company, clock: MovedClock, record: str, voice: dict[str, Any]
) -> Phone:
    """Until the beep is over."""
    acme.answers_calls_with(record)
    caller = await acme.is_called(voice)
    await clock.move(BEEP_SECONDS)
    return caller


async def test_a_key_ends_it(acme: Company, customer: Customer, clock: MovedClock) -> None:
    caller = await leaves_a_message(
        acme, clock, "<Record action='/left' method='GET' finishOnKey='*#'/>", SPEAKS
    )
    await clock.move(4)
    await caller.presses("7")
    await clock.move(2)
    assert customer.at("/left") == []
    await caller.presses("#")
    await clock.move(0)
    (left,) = customer.at("/left")
    assert (left.method, left.fields["Digits"]) == ("GET", "#")
    assert left.fields["RecordingDuration"] == "6"
    (recording,) = await acme.twilio.recordings.list_async()
    assert left.fields["RecordingUrl"] == recording.media_url
    assert (recording.source, recording.channels) == ("RecordVerb", 1)
    assert (recording.duration, recording.call_sid) == ("6", caller.sid)


async def test_a_silence_ends_it(acme: Company, customer: Customer, clock: MovedClock) -> None:
    await leaves_a_message(acme, clock, "<Record action='/left'/>", SILENT)
    await clock.move(4.9)
    assert customer.at("/left") == []
    await clock.move(0.2)
    (left,) = customer.at("/left")
    assert (left.fields["Digits"], left.fields["RecordingDuration"]) == ("", "5")


async def test_no_silence_ends_it_if_asked_so(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    """Twilio: "To disable this feature, set timeout to 0"."""
    await leaves_a_message(acme, clock, "<Record action='/left' timeout='0'/>", SILENT)
    await clock.move(600)
    assert customer.at("/left") == []


async def test_it_has_a_longest_length(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    await leaves_a_message(
        acme, clock, "<Record action='/left' maxLength='30' playBeep='false'/>", SPEAKS
    )
    await clock.move(30)
    assert customer.at("/left")[0].fields["RecordingDuration"] == "30"


async def test_whoever_hangs_up_is_told_as_that_and_the_callback_comes_later(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    caller = await leaves_a_message(
        acme, clock, "<Record action='/left' recordingStatusCallback='/recorded'/>", SPEAKS
    )
    await clock.move(8)
    await caller.hangs_up()
    await clock.move(0)
    (left,), (recorded,) = customer.at("/left"), customer.at("/recorded")
    assert (left.fields["Digits"], left.fields["CallStatus"]) == ("hangup", "completed")
    assert recorded.fields["RecordingStatus"] == "completed"
    assert recorded.fields["RecordingDuration"] == "8"
    assert recorded.fields["RecordingUrl"] == left.fields["RecordingUrl"]
    assert (await caller.look())["status"] == "completed"


async def test_without_an_action_the_current_document_is_asked_again(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    caller = await leaves_a_message(acme, clock, "<Record/>", SPEAKS)
    await clock.move(1)
    await caller.presses("1")
    await clock.move(1)
    first, again = customer.at(acme.voice_path)
    assert "RecordingUrl" not in first.fields
    assert again.fields["Digits"] == "1"


async def test_a_call_that_rest_takes_elsewhere_is_recorded_no_longer(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    caller = await leaves_a_message(acme, clock, "<Record action='/left'/>", SPEAKS)
    await clock.move(3)
    elsewhere = "<Response><Pause length='60'/></Response>"
    await acme.twilio.calls(caller.sid).update_async(twiml=elsewhere)
    await clock.move(10)
    (recording,) = await acme.twilio.recordings.list_async()
    assert (recording.status, recording.duration) == ("completed", "3")
    assert customer.at("/left")[0].fields["Digits"] == ""
