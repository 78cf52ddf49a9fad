"""Recordings: begun, paused, ended, told, downloaded and deleted. How long they are is exact, as
time is moved by hand; what is in them is in `test_recorded_sound.py`."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from backend.local_carrier.clock import MovedClock
from backend.local_carrier.server import carrier
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab, Phone
from tests.local_carrier.sounds import channels_of, seconds_of
from tests.serving import served

ANSWERS = "+15557770001"
EVENTS = ["in-progress", "completed", "absent"]


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    await still_lab.handset(ANSWERS, after=6)
    return still_lab


@pytest.fixture(autouse=True)
def told(customer: Customer) -> None:
    customer.twiml("/recorded", "")


@pytest.fixture
async def caller(acme: Company, clock: MovedClock) -> Phone:
    acme.answers_calls_with("<Say>Hello</Say><Pause length='600'/>")
    caller = await acme.is_called()
    await clock.move(1)
    return caller


async def downloaded(acme: Company, sid: str) -> bytes:
    recording = await acme.twilio.recordings(sid).fetch_async()
    status, headers, wav = await acme.downloads(recording.media_url)
    assert (status, headers["Content-Type"]) == (200, "audio/x-wav")
    return wav


async def test_a_recording_is_begun_paused_resumed_and_stopped(
    acme: Company, caller: Phone, customer: Customer, clock: MovedClock
) -> None:
    recordings = acme.twilio.calls(caller.sid).recordings
    made = await recordings.create_async(
        recording_status_callback=customer.url("/recorded"),
        recording_status_callback_event=EVENTS,
    )
    assert (made.status, made.source, made.channels) == ("in-progress", "StartCallRecordingAPI", 1)
    assert (made.track, made.duration) == ("both", None)
    await clock.move(3)
    paused = await recordings("Twilio.CURRENT").update_async("paused", pause_behavior="skip")
    assert (paused.sid, paused.status) == (made.sid, "paused")
    await clock.move(10)
    resumed = await recordings(made.sid).update_async("in-progress")
    assert resumed.status == "in-progress"
    await clock.move(2)
    assert (await recordings("Twilio.CURRENT").update_async("stopped")).status == "stopped"
    await clock.move(0)
    done = await acme.twilio.recordings(made.sid).fetch_async()
    assert (done.status, done.duration, done.call_sid) == ("completed", "5", caller.sid)
    assert seconds_of(await downloaded(acme, made.sid)) == pytest.approx(5)
    began, completed = (got.fields for got in customer.at("/recorded"))
    assert (began["RecordingStatus"], completed["RecordingStatus"]) == ("in-progress", "completed")
    assert "RecordingDuration" not in began
    assert completed["RecordingDuration"] == "5"
    for event in (began, completed):
        assert (event["CallSid"], event["RecordingSid"]) == (caller.sid, made.sid)
        assert event["RecordingSource"] == "StartCallRecordingAPI"
        assert (event["RecordingChannels"], event["RecordingTrack"]) == ("1", "both")
        assert event["RecordingUrl"] == done.media_url
        assert event["AccountSid"] == acme.account_sid
        assert event["RecordingStartTime"].endswith("+0000")


async def test_a_pause_is_silence_unless_it_is_skipped(
    acme: Company, caller: Phone, clock: MovedClock
) -> None:
    recordings = acme.twilio.calls(caller.sid).recordings
    made = await recordings.create_async()
    await clock.move(3)
    await recordings(made.sid).update_async("paused")
    await clock.move(10)
    await recordings(made.sid).update_async("stopped")
    await clock.move(0)
    assert (await recordings(made.sid).fetch_async()).duration == "13"
    assert seconds_of(await downloaded(acme, made.sid)) == pytest.approx(13)


async def test_only_the_answer_to_a_change_tells_the_status_in_detail(
    acme: Company, caller: Phone
) -> None:
    """A fetch "will only show processing or completed"."""
    recordings = acme.twilio.calls(caller.sid).recordings
    made = await recordings.create_async()
    await recordings(made.sid).update_async("paused")
    assert (await recordings(made.sid).fetch_async()).status == "processing"
    assert (await acme.twilio.recordings(made.sid).fetch_async()).status == "processing"


async def test_what_cannot_be_recorded_or_changed_says_why(
    acme: Company, caller: Phone, clock: MovedClock
) -> None:
    recordings = acme.twilio.calls(caller.sid).recordings
    made = await recordings.create_async()
    await clock.move(1)

    async def refused(attempt: Any, code: int) -> None:
        with pytest.raises(TwilioRestException) as refusal:
            await attempt
        assert refusal.value.code == code

    await refused(recordings(made.sid).update_async("completed"), 20001)
    await refused(recordings(made.sid).update_async("paused", pause_behavior="loop"), 20001)
    await refused(recordings.create_async(recording_channels="three"), 20001)
    await refused(recordings.create_async(recording_track="middle"), 20001)
    await refused(recordings.create_async(trim="a bit"), 20001)
    await refused(recordings.create_async(recording_status_callback_event=["begun"]), 20001)
    await refused(recordings(made.sid).delete_async(), 20009)
    await recordings.create_async()
    # "Using Twilio.CURRENT on a resource with multiple recordings will result in an error."
    await refused(recordings("Twilio.CURRENT").update_async("paused"), 16108)
    await caller.hangs_up()
    await clock.move(0)
    await refused(recordings("Twilio.CURRENT").update_async("paused"), 20404)
    await refused(recordings(made.sid).update_async("paused"), 21220)
    await refused(recordings.create_async(), 21220)
    await refused(acme.twilio.calls("CA" + "0" * 32).recordings.create_async(), 20404)


async def test_a_recording_ends_with_its_call(
    acme: Company, caller: Phone, clock: MovedClock
) -> None:
    made = await acme.twilio.calls(caller.sid).recordings.create_async(recording_channels="dual")
    await clock.move(4)
    await caller.hangs_up()
    await clock.move(0)
    assert (await acme.twilio.recordings(made.sid).fetch_async()).duration == "4"
    assert len(channels_of(await downloaded(acme, made.sid))) == 2


async def test_a_recording_of_nothing_is_absent(
    acme: Company, caller: Phone, customer: Customer, clock: MovedClock
) -> None:
    recordings = acme.twilio.calls(caller.sid).recordings
    made = await recordings.create_async(
        recording_status_callback=customer.url("/recorded"),
        recording_status_callback_event=["completed", "absent"],
    )
    await recordings(made.sid).update_async("stopped")
    await clock.move(0)
    absent = await acme.twilio.recordings(made.sid).fetch_async()
    assert (absent.status, absent.error_code, absent.duration) == ("absent", 16101, None)
    (event,) = customer.at("/recorded")
    assert (event.fields["RecordingStatus"], event.fields["ErrorCode"]) == ("absent", "16101")
    assert (await acme.downloads(absent.media_url))[0] == 404


async def test_the_sound_is_there_once_the_recording_is_completed_whole_or_in_parts(
    acme: Company, globex: Company, caller: Phone, clock: MovedClock
) -> None:
    recordings = acme.twilio.calls(caller.sid).recordings
    made = await recordings.create_async()
    url = (await acme.twilio.recordings(made.sid).fetch_async()).media_url
    await clock.move(2)
    assert (await acme.downloads(url))[0] == 404
    await recordings(made.sid).update_async("stopped")
    await clock.move(0)
    wav = await downloaded(acme, made.sid)
    assert (await acme.downloads(f"{url}.wav"))[2] == wav
    status, headers, part = await acme.downloads(url, Range="bytes=4-7")
    assert (status, part) == (206, wav[4:8])
    assert headers["Content-Range"] == f"bytes 4-7/{len(wav)}"
    assert (await acme.downloads(url, Range="bytes=-100"))[2] == wav[-100:]
    assert (await acme.downloads(url, Range=f"bytes={len(wav)}-"))[0] == 416
    status, _, refusal = await acme.downloads(f"{url}.mp3")
    assert status == 400
    assert b"MP3" in refusal
    assert (await acme.downloads(f"{url}.ogg"))[0] == 404
    assert (await globex.downloads(url))[0] == 404
    asked_as_globex = url.replace(acme.account_sid, globex.account_sid)
    assert (await globex.downloads(asked_as_globex))[0] == 404


async def test_a_deleted_recording_is_remembered_without_its_sound(
    acme: Company, caller: Phone, clock: MovedClock
) -> None:
    recordings = acme.twilio.recordings
    made = await acme.twilio.calls(caller.sid).recordings.create_async()
    await clock.move(2)
    await acme.twilio.calls(caller.sid).recordings(made.sid).update_async("stopped")
    await clock.move(0)
    url = (await recordings(made.sid).fetch_async()).media_url
    await recordings(made.sid).delete_async()
    assert await recordings.list_async() == []
    assert await acme.twilio.calls(caller.sid).recordings.list_async() == []
    (deleted,) = await recordings.list_async(include_soft_deleted=True)
    assert (deleted.sid, deleted.status, deleted.duration) == (made.sid, "deleted", "2")
    fetched = await recordings(made.sid).fetch_async(include_soft_deleted=True)
    assert fetched.status == "deleted"
    assert (await acme.downloads(url))[0] == 404
    for attempt in (recordings(made.sid).fetch_async(), recordings(made.sid).delete_async()):
        with pytest.raises(TwilioRestException) as refusal:
            await attempt
        assert (refusal.value.status, refusal.value.code) == (404, 20404)


async def test_the_next_carrier_removes_the_sound_of_recordings_that_nobody_knows_any_more(
    acme: Company, caller: Phone, clock: MovedClock, tmp_path: Path
) -> None:
    recordings = acme.twilio.calls(caller.sid).recordings
    made = await recordings.create_async()
    await clock.move(2)
    await recordings(made.sid).update_async("stopped")
    await clock.move(0)
    folder = tmp_path / "recordings"
    (folder / "mine.wav").write_bytes(await downloaded(acme, made.sid))
    assert {file.name for file in folder.iterdir()} == {f"{made.sid}.wav", "mine.wav"}
    async with served(carrier(tmp_path, media="null")):
        assert [file.name for file in folder.iterdir()] == ["mine.wav"]


async def test_recordings_are_found_by_their_call_and_their_day(
    acme: Company, caller: Phone, clock: MovedClock
) -> None:
    first = await acme.twilio.calls(caller.sid).recordings.create_async()
    await clock.move(48 * 3600)
    other = await acme.is_called()
    await clock.move(0)
    second = await acme.twilio.calls(other.sid).recordings.create_async()
    recordings = acme.twilio.recordings

    async def found(**filters: Any) -> list[str]:
        return [recording.sid for recording in await recordings.list_async(**filters)]

    assert await found() == [second.sid, first.sid]
    assert await found(call_sid=caller.sid) == [first.sid]
    assert await found(conference_sid="CF" + "0" * 32) == []
    day = clock.now().replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    assert await found(date_created=day) == [second.sid]
    assert await found(date_created_before=day) == [second.sid, first.sid]
    assert await found(date_created_before=day - timedelta(days=1)) == [first.sid]
    assert await found(date_created_after=day) == [second.sid]
    ofcall = acme.twilio.calls(other.sid).recordings
    assert [r.sid for r in await ofcall.list_async(date_created=day.date())] == [second.sid]
    before = day.date() - timedelta(days=1)
    assert await ofcall.list_async(date_created_before=before) == []


@pytest.mark.parametrize(
    ("record", "seconds", "channels"),
    [
        ("true", 4, 1),
        ("record-from-answer", 4, 1),
        ("record-from-answer-dual", 4, 2),
        ("record-from-ringing", 10, 1),
        ("record-from-ringing-dual", 10, 2),
    ],
)
async def test_a_dial_records_from_the_answer_or_from_the_ringing(
    acme: Company,
    customer: Customer,
    clock: MovedClock,
    record: str,
    seconds: int,
    channels: int,
) -> None:
    acme.answers_calls_with(
        f"<Dial record='{record}' action='/after' timeLimit='4'"
        f" recordingStatusCallback='/recorded'>{ANSWERS}</Dial>"
    )
    customer.twiml("/after", "<Hangup/>")
    caller = await acme.is_called()
    await clock.move(20)
    (after,), (recorded,) = customer.at("/after"), customer.at("/recorded")
    assert recorded.fields["CallSid"] == caller.sid  # "always refers to the parent leg"
    assert recorded.fields["RecordingSource"] == "DialVerb"
    assert recorded.fields["RecordingChannels"] == str(channels)
    assert recorded.fields["RecordingDuration"] == str(seconds)
    assert after.fields["RecordingUrl"] == recorded.fields["RecordingUrl"]
    wav = await downloaded(acme, recorded.fields["RecordingSid"])
    assert (seconds_of(wav), len(channels_of(wav))) == (pytest.approx(seconds), channels)


@pytest.mark.parametrize("record", ["do-not-record", "false"])
async def test_a_dial_that_does_not_record_says_nothing_of_it(
    acme: Company, customer: Customer, clock: MovedClock, record: str
) -> None:
    acme.answers_calls_with(
        f"<Dial record='{record}' timeLimit='4' action='/after'>{ANSWERS}</Dial>"
    )
    customer.twiml("/after", "<Hangup/>")
    await acme.is_called()
    await clock.move(20)
    assert "RecordingUrl" not in customer.at("/after")[0].fields
    assert await acme.twilio.recordings.list_async() == []


async def test_a_caller_who_hangs_up_leaves_the_recording_of_the_conversation(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    acme.answers_calls_with(f"<Dial record='true' action='/after'>{ANSWERS}</Dial>")
    customer.twiml("/after", "")
    caller = await acme.is_called()
    await clock.move(9)
    await caller.hangs_up()
    await clock.move(0)
    (recording,) = await acme.twilio.calls(caller.sid).recordings.list_async()
    assert recording.duration == "3"
    assert customer.at("/after")[0].fields["RecordingUrl"].endswith(recording.sid)


async def test_a_dial_to_a_queue_or_a_conference_records_its_own_call(
    acme: Company, clock: MovedClock
) -> None:
    acme.answers_callers_and_agents(
        "<Enqueue waitUrl=''>support</Enqueue>",
        "<Dial record='true' timeLimit='3'><Queue>support</Queue></Dial>"
        "<Dial record='record-from-answer-dual' timeLimit='2'><Conference>room</Conference></Dial>",
    )
    await acme.is_called()
    await clock.move(1)
    agent = await acme.connects()
    await clock.move(20)
    of_room, of_queue = await acme.twilio.calls(agent.sid).recordings.list_async()
    assert (of_queue.duration, of_queue.channels, of_queue.source) == ("3", 1, "DialVerb")
    assert (of_room.duration, of_room.channels, of_room.conference_sid) == ("2", 2, None)


async def test_a_created_call_is_recorded_from_its_answer(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    made = await acme.twilio.calls.create_async(
        to=ANSWERS,
        from_=acme.number,
        twiml="<Response><Pause length='5'/></Response>",
        record=True,
        recording_channels="dual",
        recording_status_callback=customer.url("/recorded"),
    )
    await clock.move(20)
    (recorded,) = customer.at("/recorded")
    assert recorded.fields["CallSid"] == made.sid
    assert recorded.fields["RecordingSource"] == "OutboundAPI"
    assert recorded.fields["RecordingDuration"] == "5"
    assert len(channels_of(await downloaded(acme, recorded.fields["RecordingSid"]))) == 2


async def test_a_conference_is_recorded_from_its_start_to_its_end(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    """It "begins when the first two participants are bridged"."""
    acme.answers_calls_with(
        "<Dial><Conference record='record-from-start' recordingStatusCallback='/recorded'"
        " recordingStatusCallbackEvent='in-progress completed'>room</Conference></Dial>"
    )
    caller = await acme.is_called()
    await clock.move(30)
    assert customer.at("/recorded") == []
    agent = await acme.connects()
    await clock.move(4)
    (conference,) = await acme.twilio.conferences.list_async()
    recordings = acme.twilio.conferences(conference.sid).recordings
    (recording,) = await recordings.list_async()
    paused = await recordings("Twilio.CURRENT").update_async("paused", pause_behavior="skip")
    assert (paused.status, paused.source) == ("paused", "Conference")
    await clock.move(60)
    assert (await recordings(recording.sid).update_async("in-progress")).status == "in-progress"
    with pytest.raises(TwilioRestException) as refusal:
        await recordings(recording.sid).update_async("stopped")
    assert refusal.value.code == 20001
    await clock.move(2)
    for phone in (caller, agent):
        await phone.hangs_up()
    await clock.move(0)
    began, completed = (got.fields for got in customer.at("/recorded"))
    assert (began["RecordingStatus"], completed["RecordingDuration"]) == ("in-progress", "6")
    assert completed["ConferenceSid"] == conference.sid
    assert "CallSid" not in completed
    (listed,) = await acme.twilio.recordings.list_async(conference_sid=conference.sid)
    assert (await recordings(recording.sid).fetch_async()).sid == listed.sid
    assert seconds_of(await downloaded(acme, recording.sid)) == pytest.approx(6)
    await recordings(recording.sid).delete_async()
    assert await recordings.list_async() == []
