"""What is in a recording, heard by its pitches: who is on which channel, and who is not in it."""

import base64

import numpy as np
import pytest

from backend.local_carrier.audio.frames import RATE, Samples
from backend.local_carrier.audio.pitch import level
from backend.local_carrier.audio.wav import write_wav
from tests.local_carrier.customer import Customer, Reply
from tests.local_carrier.lab import Company, Lab
from tests.local_carrier.sounds import channels_of, loudness_at, tone, tone_wav
from tests.serving import eventually

ANSWERS = "+15557770001"
LOUD, QUIET = 3000, 100
"""A voice in the lab has an amplitude of 8000. What is quiet is not there."""


@pytest.fixture(autouse=True)
async def people_outside(lab: Lab) -> None:
    await lab.handset(ANSWERS, after=0.2, voice={"tone": 523})


async def recorded(acme: Company) -> list[Samples]:
    """The channels of the one recording there is, once it is completed."""

    async def url() -> str | None:
        recordings = await acme.twilio.recordings.list_async()
        return next((r.media_url for r in recordings if r.status == "completed"), None)

    status, _, wav = await acme.downloads(await eventually(url))
    assert status == 200
    return channels_of(wav)


def pitches(samples: Samples, *asked: float) -> list[float]:
    """Those of these that are in it; whatever is neither loud nor quiet is a failure."""
    loud = {hz: loudness_at(samples, hz) for hz in asked}
    assert all(amplitude > LOUD or amplitude < QUIET for amplitude in loud.values()), loud
    return [hz for hz, amplitude in loud.items() if amplitude > LOUD]


async def test_in_two_channels_the_parent_is_first_and_the_child_second(acme: Company) -> None:
    acme.answers_calls_with(f"<Dial record='record-from-answer-dual'>{ANSWERS}</Dial>")
    caller = await acme.is_called({"tone": 440})
    await caller.hears("voice", 523)
    await caller.hears_for(1)
    await caller.hangs_up()
    parent, child = await recorded(acme)
    assert pitches(parent[RATE // 5 :], 440, 523) == [440]
    assert pitches(child[RATE // 5 :], 440, 523) == [523]


async def test_in_one_channel_both_are_heard(acme: Company) -> None:
    acme.answers_calls_with(f"<Dial record='record-from-answer'>{ANSWERS}</Dial>")
    caller = await acme.is_called({"tone": 440})
    await caller.hears("voice", 523)
    await caller.hears_for(1)
    await caller.hangs_up()
    (both,) = await recorded(acme)
    assert pitches(both[RATE // 5 :], 440, 523, 700) == [440, 523]


async def test_from_the_ringing_on_the_ringing_is_recorded(acme: Company, lab: Lab) -> None:
    await lab.handset(ANSWERS, after=0.6, voice={"tone": 523})
    acme.answers_calls_with(f"<Dial record='record-from-ringing-dual'>{ANSWERS}</Dial>")
    caller = await acme.is_called({"tone": 700})
    await caller.hears("voice", 523)
    await caller.hears_for(1)
    await caller.hangs_up()
    parent, child = await recorded(acme)
    rings, talks = child[RATE // 10 : RATE // 2], child[RATE:]
    assert loudness_at(rings, 440) > 2000
    assert pitches(rings, 523, 700) == []
    assert pitches(talks, 440, 480, 523) == [523]
    assert pitches(parent[RATE // 10 :], 523, 700) == [700]


@pytest.mark.parametrize(("track", "heard"), [("inbound", [440]), ("outbound", [523])])
async def test_one_track_alone_may_be_recorded(
    acme: Company, track: str, heard: list[float]
) -> None:
    acme.answers_calls_with(
        f"<Dial record='record-from-answer' recordingTrack='{track}'>{ANSWERS}</Dial>"
    )
    caller = await acme.is_called({"tone": 440})
    await caller.hears("voice", 523)
    await caller.hears_for(1)
    await caller.hangs_up()
    (samples,) = await recorded(acme)
    assert pitches(samples[RATE // 5 :], 440, 523) == heard


async def test_a_pause_is_silent_in_the_recording(acme: Company) -> None:
    acme.answers_calls_with(f"<Dial>{ANSWERS}</Dial>")
    caller = await acme.is_called({"tone": 440})
    await caller.hears("voice", 523)
    recordings = acme.twilio.calls(caller.sid).recordings
    await recordings.create_async()
    await caller.hears_for(0.4)
    await recordings("Twilio.CURRENT").update_async("paused")
    await caller.hears_for(0.6)
    await recordings("Twilio.CURRENT").update_async("in-progress")
    await caller.hears_for(0.4)
    await recordings("Twilio.CURRENT").update_async("stopped")
    (samples,) = await recorded(acme)
    frames = samples.reshape(-1, 160)
    silent = [level(frame) == 0 for frame in frames]
    first, last = silent.index(True), len(silent) - silent[::-1].index(True)
    assert all(silent[first:last])
    assert first > 10
    assert last - first >= 25
    assert len(silent) - last > 10


async def test_a_message_is_the_callers_voice_without_the_silence_around_it(
    acme: Company, customer: Customer
) -> None:
    quiet = np.zeros(RATE, np.int16)
    message = write_wav(np.concatenate([quiet, tone(440, 1.0), quiet, quiet, quiet]))
    acme.answers_calls_with("<Record action='/left' timeout='2'/>")
    customer.twiml("/left", "<Hangup/>")
    await acme.is_called({"wav": base64.b64encode(message).decode()})
    (samples,) = await recorded(acme)
    (left,) = customer.at("/left")
    assert len(samples) / RATE == pytest.approx(1.0, abs=0.03)
    assert pitches(samples, 440, 1000) == [440]  # 1000 Hz is the beep
    assert int(left.fields["RecordingDuration"]) >= 3


async def test_a_message_may_keep_its_silence(acme: Company, customer: Customer) -> None:
    acme.answers_calls_with("<Record action='/left' timeout='1' trim='do-not-trim'/>")
    customer.twiml("/left", "<Hangup/>")
    await acme.is_called({"silence": True})
    (samples,) = await recorded(acme)
    assert len(samples) / RATE == pytest.approx(1.0, abs=0.3)
    assert level(samples) == 0


async def test_hold_music_is_never_in_the_recording_of_a_conference(
    acme: Company, customer: Customer
) -> None:
    acme.answers_calls_with(
        "<Dial><Conference record='record-from-start' beep='false' waitUrl='/music'"
        " endConferenceOnExit='true'>room</Conference></Dial>"
    )
    customer.answers("/music", Reply(tone_wav(330), "audio/wav"))
    caller = await acme.is_called({"tone": 440})
    await caller.hears("music", 330)
    agent = await acme.connects(tone=700)
    await caller.hears("voice", 700)
    await caller.hears_for(0.6)
    (conference,) = await acme.twilio.conferences.list_async(status="in-progress")
    held = acme.twilio.conferences(conference.sid).participants(caller.sid)
    await held.update_async(hold=True, hold_url=customer.url("/music"))
    await caller.hears("music", 330)
    await agent.hears("silence")
    await caller.hears_for(0.6)
    await agent.hangs_up()
    (samples,) = await recorded(acme)
    assert pitches(samples[:4000], 330, 440, 700) == [440, 700]
    assert pitches(samples[-4000:], 330, 440, 700) == [700]


async def test_a_created_call_in_two_channels_is_who_was_called_and_what_they_heard(
    acme: Company, customer: Customer
) -> None:
    customer.answers("/note.wav", Reply(tone_wav(330, seconds=0.6), "audio/wav"))
    await acme.twilio.calls.create_async(
        to=ANSWERS,
        from_=acme.number,
        twiml=f"<Response><Play>{customer.url('/note.wav')}</Play></Response>",
        record=True,
        recording_channels="dual",
    )
    called, heard = await recorded(acme)
    assert pitches(called, 330, 523) == [523]
    assert loudness_at(heard, 330) > LOUD
    assert loudness_at(heard, 523) < QUIET
