"""Conferences: who hears whom, what is announced, and what REST may change."""

import asyncio

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local_carrier.customer import Customer, Got, Reply
from tests.local_carrier.lab import Company, Phone
from tests.local_carrier.sounds import ringback_wav, tone_wav
from tests.serving import eventually

EVENTS = "start end join leave mute hold modify announcement"


def room_for_everybody(acme: Company, customer: Customer) -> None:
    """As a call centre does it: the caller ends the room, an agent does not; labels from params."""

    def voice(got: Got) -> Reply:
        is_caller = got.fields["From"].startswith("+")
        label = "caller" if is_caller else got.fields.get("label", "agent")
        return Reply(
            f"""<Response><Dial action="/after">
            <Conference beep="false" participantLabel="{label}" waitUrl="/wait"
            endConferenceOnExit="{"true" if is_caller else "false"}"
            statusCallback="/events" statusCallbackEvent="{EVENTS}">room</Conference>
            </Dial></Response>"""
        )

    customer.answers(acme.voice_path, voice)
    customer.twiml("/after", "<Hangup/>")
    customer.twiml("/wait", "<Play loop='0'>/ring.wav</Play>")
    customer.answers("/ring.wav", Reply(ringback_wav(), "audio/wav"))


async def conference_sid(acme: Company) -> str:
    conferences = await acme.twilio.conferences.list_async(friendly_name="room")
    return conferences[0].sid


async def test_a_lone_caller_hears_the_wait_url_until_somebody_joins(
    acme: Company, customer: Customer
) -> None:
    room_for_everybody(acme, customer)
    caller = await acme.is_called()
    heard = await caller.hears("ring")
    assert heard["sources"] == [
        {"kind": "play", "url": customer.url("/ring.wav"), "ringback": True}
    ]
    agent = await acme.connects()
    await caller.hears("voice", 700)
    await agent.hangs_up()
    await caller.hears("silence")


async def test_a_story_is_told_in_order_with_dense_numbers(
    acme: Company, customer: Customer
) -> None:
    room_for_everybody(acme, customer)
    caller = await acme.is_called()
    await caller.becomes("in-progress")
    agent = await acme.connects({"label": "ana"})
    await agent.becomes("in-progress")
    participants = acme.twilio.conferences(await conference_sid(acme)).participants
    await participants("ana").update_async(muted=True)
    await participants("ana").update_async(muted=False)
    await participants(caller.sid).update_async(hold=True, hold_url=customer.url("/hold"))
    await participants(caller.sid).update_async(hold=True)  # it is held already: nothing to tell
    await participants(caller.sid).update_async(hold=False)
    await participants("caller").update_async(end_conference_on_exit=False)
    await participants("caller").update_async(end_conference_on_exit=True)
    await caller.hangs_up()
    await agent.becomes("completed")
    told = [
        "participant-join",
        "participant-join",
        "conference-start",
        "participant-mute",
        "participant-unmute",
        "participant-hold",
        "participant-unhold",
        "participant-modify",
        "participant-modify",
        "participant-leave",
        "participant-leave",
        "conference-end",
    ]
    await eventually(lambda: len(customer.at("/events")) == len(told))
    assert customer.events("/events") == told
    events = [got.fields for got in customer.at("/events")]
    assert [event["SequenceNumber"] for event in events] == [str(n + 1) for n in range(len(told))]
    assert {event["FriendlyName"] for event in events} == {"room"}
    joined = events[1]
    assert joined["ParticipantLabel"] == "ana"
    assert joined["CallSid"] == agent.sid
    assert (joined["Muted"], joined["Hold"], joined["EndConferenceOnExit"]) == ("false",) * 3
    first, second, end = events[-3:]
    assert (first["CallSid"], first["ReasonParticipantLeft"]) == (caller.sid, "participant_hung_up")
    assert first["ParticipantCallStatus"] == "completed"
    assert second["ReasonParticipantLeft"] == "moderator_ended_conference"
    assert end["CallSidEndingConference"] == caller.sid
    assert end["ParticipantLabelEndingConference"] == "caller"
    assert end["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"


async def test_a_held_caller_hears_only_the_hold_music_and_is_not_heard(
    acme: Company, customer: Customer
) -> None:
    room_for_everybody(acme, customer)
    customer.answers("/hold", Reply(tone_wav(330), "audio/wav"))
    caller = await acme.is_called()
    agent = await acme.connects()
    await agent.hears("voice", 440)
    participants = acme.twilio.conferences(await conference_sid(acme)).participants
    held = await participants(caller.sid).update_async(
        hold=True, hold_url=customer.url("/hold?slot=3")
    )
    assert held.hold
    await caller.hears("music", 330)
    await agent.hears("silence")
    asked = customer.at("/hold")[0]
    assert (asked.method, asked.fields["slot"], asked.fields["CallSid"]) == ("GET", "3", caller.sid)
    await participants(caller.sid).update_async(hold=False)
    await caller.hears("voice", 700)
    await agent.hears("voice", 440)


async def test_hold_music_outlives_the_agent_and_another_picks_up(
    acme: Company, customer: Customer
) -> None:
    room_for_everybody(acme, customer)
    customer.twiml("/hold", "<Play>/note.wav</Play><Redirect method='GET'>/hold</Redirect>")
    customer.answers("/note.wav", Reply(tone_wav(330, seconds=0.4), "audio/wav"))
    caller = await acme.is_called()
    ana = await acme.connects({"label": "ana"})
    await caller.hears("voice", 700)
    participants = acme.twilio.conferences(await conference_sid(acme)).participants
    await participants("caller").update_async(hold=True, hold_url=customer.url("/hold"))
    await participants("ana").delete_async()
    await ana.becomes("completed")
    await caller.hears("music")
    await eventually(lambda: len(customer.at("/hold")) >= 3)
    ben = await acme.connects({"label": "ben"}, tone=1200)
    await participants("caller").update_async(hold=False)
    await caller.hears("voice", 1200)
    await ben.hears("voice", 440)
    listed = await participants.list_async()
    assert {p.label: p.status for p in listed} == {"caller": "connected", "ben": "connected"}


async def test_a_muted_participant_hears_but_is_not_heard(
    acme: Company, customer: Customer
) -> None:
    room_for_everybody(acme, customer)
    caller = await acme.is_called()
    agent = await acme.connects()
    await caller.hears("voice", 700)
    participants = acme.twilio.conferences(await conference_sid(acme)).participants
    await participants("agent").update_async(muted=True)
    await caller.hears("silence")
    await agent.hears("voice", 440)


async def test_three_in_a_room_hear_the_other_two(acme: Company, customer: Customer) -> None:
    room_for_everybody(acme, customer)
    caller = await acme.is_called({"tone": 440})
    await acme.connects({"label": "ana"}, tone=700)
    await acme.connects({"label": "ben"}, tone=1200)

    async def labels_heard() -> set[str]:
        sources = (await caller.look())["hears"]["sources"]
        return {source["label"] for source in sources if source["kind"] == "participant"}

    async def both() -> bool:
        return await labels_heard() == {"ana", "ben"}

    await eventually(both)


async def test_a_label_is_unique_in_its_room(acme: Company, customer: Customer) -> None:
    room_for_everybody(acme, customer)
    caller = await acme.is_called()
    await caller.becomes("in-progress")
    first = await acme.connects({"label": "ana"})
    await caller.hears("voice", 700)
    second = await acme.connects({"label": "ana"})
    ended = await second.becomes("completed")
    assert any("16025" in line["text"] for line in ended["log"])
    assert customer.at("/after")[0].fields["DialCallStatus"] == "failed"
    assert (await first.look())["status"] == "in-progress"


async def test_a_room_ended_by_rest_lets_everybody_go_on_with_their_action(
    acme: Company, customer: Customer
) -> None:
    room_for_everybody(acme, customer)
    caller = await acme.is_called()
    agent = await acme.connects()
    await caller.hears("voice", 700)
    sid = await conference_sid(acme)
    ended = await acme.twilio.conferences(sid).update_async(status="completed")
    assert (ended.status, ended.reason_conference_ended) == (
        "completed",
        "conference-ended-via-api",
    )
    await caller.becomes("completed")
    await agent.becomes("completed")
    asked = customer.at("/after")
    assert {got.fields["CallSid"] for got in asked} == {caller.sid, agent.sid}
    assert {got.fields["DialCallStatus"] for got in asked} == {"answered"}
    assert {got.fields["CallStatus"] for got in asked} == {"in-progress"}
    with pytest.raises(TwilioRestException) as refusal:
        await acme.twilio.conferences(sid).participants(caller.sid).fetch_async()
    assert refusal.value.code == 20404


async def test_the_first_participant_decides_where_events_go(
    acme: Company, customer: Customer
) -> None:
    def voice(got: Got) -> Reply:
        to = "/first" if got.fields["From"].startswith("+") else "/second"
        noun = f'<Conference statusCallback="{to}" statusCallbackEvent="join">room</Conference>'
        return Reply(f"<Response><Dial>{noun}</Dial></Response>")

    customer.answers(acme.voice_path, voice)
    caller = await acme.is_called()
    await caller.becomes("in-progress")
    await acme.connects()
    await eventually(lambda: len(customer.at("/first")) == 2)
    assert customer.at("/second") == []


async def test_without_startconferenceonenter_two_wait_and_do_not_hear_each_other(
    acme: Company, customer: Customer
) -> None:
    verbs = (
        """<Dial><Conference startConferenceOnEnter="{}" beep="onEnter">room</Conference></Dial>"""
    )

    def voice(got: Got) -> Reply:
        return Reply(f"<Response>{verbs.format(got.fields.get('start', 'false'))}</Response>")

    customer.answers(acme.voice_path, voice)
    caller = await acme.is_called()
    waiting = await acme.connects()
    for phone in (caller, waiting):
        heard = await phone.hears("music")
        assert heard["sources"] == [{"kind": "play", "url": "hold-music"}]
    starter = await acme.connects({"start": "true"}, tone=1200)
    await starter.hears("voice")
    await caller.hears("voice")


async def test_an_announcement_is_heard_by_one(acme: Company, customer: Customer) -> None:
    room_for_everybody(acme, customer)
    customer.twiml("/announce", "<Say>A short announcement</Say>")
    caller = await acme.is_called({"silence": True})
    agent = await acme.connects({"label": "ana"})
    await caller.hears("voice", 700)
    participants = acme.twilio.conferences(await conference_sid(acme)).participants
    await participants("ana").update_async(announce_url=customer.url("/announce"))
    await agent.hears("speech")
    await eventually(lambda: "announcement-end" in customer.events("/events"))


async def test_star_leaves_the_dial_only_if_asked(acme: Company, customer: Customer) -> None:
    dial = '<Dial hangupOnStar="true"><Conference>room</Conference></Dial>'
    acme.answers_calls_with(f"{dial}<Say>You have left the room, do stay with us a while</Say>")
    caller = await acme.is_called()
    await caller.becomes("in-progress")
    await caller.presses("1*")
    await caller.hears("speech")
    assert (await caller.look())["digits"] == "1*"


async def test_many_phones_may_wait_at_the_same_time(acme: Company, customer: Customer) -> None:
    acme.answers_calls_with("<Dial><Conference waitUrl=''>room</Conference></Dial>")
    phones: list[Phone] = await asyncio.gather(*(acme.is_called() for _ in range(20)))
    for phone in phones:
        await phone.becomes("in-progress")
    (conference,) = await acme.twilio.conferences.list_async(status="in-progress")
    participants = await acme.twilio.conferences(conference.sid).participants.list_async()
    assert len(participants) == 20


async def test_hold_music_goes_on_after_an_announcement(acme: Company, customer: Customer) -> None:
    room_for_everybody(acme, customer)
    customer.answers("/hold", Reply(tone_wav(330), "audio/wav"))
    customer.twiml("/announce", "<Say>You are next</Say>")
    caller = await acme.is_called()
    await caller.becomes("in-progress")
    participants = acme.twilio.conferences(await conference_sid(acme)).participants
    await participants("caller").update_async(hold=True, hold_url=customer.url("/hold"))
    await caller.hears("music", 330)
    await participants("caller").update_async(announce_url=customer.url("/announce"))
    await caller.hears("speech")
    await caller.hears("music", 330)
