"""Monitor, whisper and barge: a supervisor who hears all and is heard by some."""

from typing import Any

import pytest

from tests.local_carrier.customer import Got, Reply
from tests.local_carrier.lab import Company, Phone
from tests.local_carrier.sounds import channels_of, loudness_at
from tests.serving import eventually


async def conversation(acme: Company) -> tuple[Phone, Phone, Phone, Any]:
    """A caller at 440 Hz, an agent at 700 Hz, and a supervisor at 1200 Hz who coaches the agent."""

    def voice(got: Got) -> Reply:
        role = "caller" if got.fields["From"].startswith("+") else got.fields["role"]
        coach = f"coach='{got.fields['coach']}'" if "coach" in got.fields else ""
        return Reply(
            f"<Response><Dial><Conference beep='false' participantLabel='{role}' {coach}>room"
            "</Conference></Dial></Response>"
        )

    acme.customer.answers(acme.voice_path, voice)
    caller = await acme.is_called({"tone": 440})
    agent = await acme.connects({"role": "agent"}, tone=700)
    await caller.hears("voice", 700)
    supervisor = await acme.connects({"role": "supervisor", "coach": agent.sid}, tone=1200)
    await supervisor.hears_voices(caller, agent)
    (conference,) = await acme.twilio.conferences.list_async(status="in-progress")
    participants = acme.twilio.conferences(conference.sid).participants
    return caller, agent, supervisor, participants("supervisor")


async def test_a_coach_is_heard_by_the_coached_one_alone(acme: Company) -> None:
    """Whisper."""
    caller, agent, supervisor, seat = await conversation(acme)
    await agent.hears_voices(caller, supervisor)
    await caller.hears_voices(agent)
    await caller.hears("voice", 700)
    assert (await seat.fetch_async()).call_sid_to_coach == agent.sid


@pytest.mark.parametrize(("whose", "heard"), [("caller", [700]), ("agent", [440, 1200])])
async def test_a_coachs_pitch_is_in_the_ear_of_the_coached_one_alone(
    acme: Company, whose: str, heard: list[int]
) -> None:
    caller, agent, supervisor, _ = await conversation(acme)
    await agent.hears_voices(caller, supervisor)
    ear = caller if whose == "caller" else agent
    recordings = acme.twilio.calls(ear.sid).recordings
    await recordings.create_async(recording_track="outbound")
    await ear.hears_for(0.6)
    await recordings("Twilio.CURRENT").update_async("stopped")

    async def url() -> str | None:
        listed = await acme.twilio.recordings.list_async()
        return next((r.media_url for r in listed if r.status == "completed"), None)

    _, _, wav = await acme.downloads(await eventually(url))
    (sound,) = channels_of(wav)
    assert [hz for hz in (440, 700, 1200) if loudness_at(sound, hz) > 1000] == heard


async def test_a_coach_who_barges_in_is_heard_by_all(acme: Company) -> None:
    caller, agent, supervisor, seat = await conversation(acme)
    await seat.update_async(coaching=False, muted=False)
    await caller.hears_voices(agent, supervisor)
    await agent.hears_voices(caller, supervisor)
    await supervisor.hears_voices(caller, agent)


async def test_a_muted_supervisor_only_listens(acme: Company) -> None:
    """Monitor: join muted."""
    caller, agent, supervisor, seat = await conversation(acme)
    await seat.update_async(coaching=False, muted=True)
    await caller.hears_voices(agent)
    await agent.hears_voices(caller)
    await supervisor.hears_voices(caller, agent)


async def test_a_coach_may_turn_to_another(acme: Company) -> None:
    caller, agent, supervisor, seat = await conversation(acme)
    await seat.update_async(coaching=True, call_sid_to_coach=caller.sid)
    await caller.hears_voices(agent, supervisor)
    await agent.hears_voices(caller)


async def test_an_announcement_to_all_is_heard_by_all(acme: Company) -> None:
    caller, agent, _, _ = await conversation(acme)
    acme.customer.twiml(
        "/announcement", "<Say>This conversation will end in one minute from now, please</Say>"
    )
    await acme.twilio.conferences("room").update_async(
        announce_url=acme.customer.url("/announcement")
    )
    for phone in (caller, agent):
        await phone.hears_source("say")
