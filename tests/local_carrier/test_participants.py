"""Participants whom REST adds to a conference, and what REST may change of them."""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from backend.local_carrier.clock import MovedClock
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab

ANSWERS, SECOND = "+15557770001", "+15557770002"
MAGIC = "+150055500"
EVENTS = ["start", "end", "join", "leave", "hold", "modify", "announcement"]


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


@pytest.fixture(autouse=True)
async def fast(lab: Lab, acme: Company, customer: Customer) -> None:
    await lab.grants(acme.account_sid, calls_per_second=1000)
    customer.twiml("/events", "")


def room(acme: Company) -> Any:
    return acme.twilio.conferences("room").participants


async def added(acme: Company, to: str = ANSWERS, **more: Any) -> Any:
    told = {
        "conference_status_callback": acme.customer.url("/events"),
        "conference_status_callback_event": EVENTS,
    }
    return await room(acme).create_async(to=to, from_=acme.number, **{**told, **more})


async def refused(attempt: Any, status: int, code: int) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        await attempt
    assert (refusal.value.status, refusal.value.code) == (status, code)


async def in_the_room(acme: Company) -> Any:
    """Its participants, by the room's SID."""
    (conference,) = await acme.twilio.conferences.list_async(friendly_name="room")
    return acme.twilio.conferences(conference.sid).participants


async def test_by_its_name_a_conference_is_made_for_whoever_is_added(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    made = await added(acme, label="customer", end_conference_on_exit=True, muted=True)
    assert (made.status, made.queue_time, made.label) == ("queued", "0", "customer")
    await clock.move(1)
    participants = await in_the_room(acme)
    coming = await participants("customer").fetch_async()
    assert (coming.call_sid, coming.status) == (made.call_sid, "ringing")
    assert [p.status for p in await participants.list_async()] == ["ringing"]
    await clock.move(2)
    present = await participants(made.call_sid).fetch_async()
    assert (present.status, present.label) == ("connected", "customer")
    assert (present.muted, present.end_conference_on_exit) == (True, True)
    (call,) = await acme.twilio.calls.list_async()
    assert (call.sid, call.direction, call.status) == (made.call_sid, "outbound-api", "in-progress")
    (joined,) = customer.at("/events")
    assert joined.fields["StatusCallbackEvent"] == "participant-join"
    assert joined.fields["ParticipantLabel"] == "customer"
    assert joined.fields["FriendlyName"] == "room"


async def test_by_its_sid_a_conference_must_be_there(acme: Company, clock: MovedClock) -> None:
    made = await added(acme)
    await clock.move(3)
    by_sid = acme.twilio.conferences(made.conference_sid).participants
    second = await by_sid.create_async(to=SECOND, from_=acme.number)
    assert second.conference_sid == made.conference_sid
    await clock.move(3)
    assert len(await by_sid.list_async()) == 2
    await acme.twilio.conferences(made.conference_sid).update_async(status="completed")
    await refused(by_sid.create_async(to=SECOND, from_=acme.number), 404, 20404)
    unknown = acme.twilio.conferences("CF" + "0" * 32).participants
    await refused(unknown.create_async(to=SECOND, from_=acme.number), 404, 20404)


@pytest.mark.parametrize(
    ("to", "status"),
    [
        (f"{MAGIC}12", "busy"),
        (f"{MAGIC}13", "no-answer"),
        (f"{MAGIC}14", "failed"),
        ("client:nobody", "no-answer"),
    ],
)
async def test_whoever_does_not_come_leaves_as_one_who_could_not_be_added(
    acme: Company, customer: Customer, clock: MovedClock, to: str, status: str
) -> None:
    made = await added(acme, to, label="expert", timeout=5)
    await clock.move(11)
    left, ended = (got.fields for got in customer.at("/events"))
    assert left["StatusCallbackEvent"] == "participant-leave"
    assert left["ReasonParticipantLeft"] == "participant_add_failed"
    assert left["ParticipantCallStatus"] == status
    assert (left["CallSid"], left["ParticipantLabel"]) == (made.call_sid, "expert")
    assert ended["StatusCallbackEvent"] == "conference-end"


async def test_whoever_is_still_being_rung_may_be_called_off(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    first = await added(acme)
    await clock.move(3)
    second = await added(acme, f"{MAGIC}13", label="expert")
    await clock.move(1)
    participants = await in_the_room(acme)
    await participants("expert").delete_async()
    await clock.move(0)
    assert (await acme.twilio.calls(second.call_sid).fetch_async()).status == "canceled"
    assert [p.call_sid for p in await participants.list_async()] == [first.call_sid]
    left = customer.at("/events")[-1].fields
    assert (left["CallSid"], left["ParticipantCallStatus"]) == (second.call_sid, "canceled")
    assert left["ReasonParticipantLeft"] == "participant_add_failed"


async def test_a_conference_that_ends_calls_off_whoever_was_being_rung(
    lab: Lab, acme: Company, clock: MovedClock
) -> None:
    first = await added(acme, end_conference_on_exit=True)
    await clock.move(3)
    ringing = await added(acme, f"{MAGIC}13")
    await lab.grants(acme.account_sid, calls_per_second=0.001)
    queued = await added(acme, SECOND), await added(acme, SECOND)
    await clock.move(1)
    await acme.twilio.calls(first.call_sid).update_async(status="completed")
    await clock.move(0)
    for made in (ringing, queued[-1]):
        assert (await acme.twilio.calls(made.call_sid).fetch_async()).status == "canceled"


async def test_a_label_is_unique_and_no_sid(acme: Company, clock: MovedClock) -> None:
    made = await added(acme, label="expert")
    await refused(added(acme, SECOND, label="expert"), 400, 16026)
    await clock.move(3)
    await refused(added(acme, SECOND, label="expert"), 400, 16026)
    for label in (made.call_sid, "a/b", "x" * 129):
        await refused(added(acme, SECOND, label=label), 400, 16024)
    assert len(await acme.twilio.calls.list_async()) == 1


async def test_a_label_is_free_again_when_its_participant_is_gone(
    acme: Company, clock: MovedClock
) -> None:
    await added(acme)
    made = await added(acme, label="expert")
    await clock.move(3)
    await (await in_the_room(acme))("expert").delete_async()
    again = await added(acme, SECOND, label="expert")
    await clock.move(3)
    found = await (await in_the_room(acme))("expert").fetch_async()
    assert made.call_sid != found.call_sid == again.call_sid


async def test_a_coach_needs_somebody_to_coach(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    agent = await added(acme, label="agent")
    coach = await added(acme, SECOND, label="coach")
    await clock.move(3)
    participants = await in_the_room(acme)
    stranger = "CA" + "0" * 32
    coached = await participants("coach").update_async(
        coaching=True, call_sid_to_coach=agent.call_sid
    )
    assert (coached.coaching, coached.call_sid_to_coach) == (True, agent.call_sid)
    assert (await participants.list_async(coaching=True))[0].call_sid == coach.call_sid
    barged = await participants("coach").update_async(coaching=False)
    assert (barged.coaching, barged.call_sid_to_coach) == (False, None)
    change = participants("coach").update_async
    await refused(change(coaching=True, call_sid_to_coach=stranger), 400, 16028)
    await participants("agent").update_async(hold=True)
    await refused(change(coaching=True, call_sid_to_coach=agent.call_sid), 400, 16027)
    # Added by REST, the coach is rung first: the agent may be gone when the coach answers.
    await refused(added(acme, f"{MAGIC}10", coaching=True), 400, 20001)
    late = await added(acme, f"{MAGIC}10", coaching=True, call_sid_to_coach=stranger)
    await clock.move(3)
    left = customer.at("/events")[-1].fields
    assert (left["CallSid"], left["ReasonParticipantLeft"]) == (
        late.call_sid,
        "participant_add_failed",
    )
    assert (await acme.twilio.calls(late.call_sid).fetch_async()).status == "completed"


async def test_a_coach_by_twiml_whose_agent_is_gone_fails_to_the_action(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    acme.answers_calls_with(
        f"<Dial action='/after'><Conference coach='CA{'0' * 32}'>room</Conference></Dial>"
    )
    customer.twiml("/after", "<Hangup/>")
    coach = await acme.is_called()
    await clock.move(1)
    assert customer.at("/after")[0].fields["DialCallStatus"] == "failed"
    assert any("13240" in line["text"] for line in (await coach.look())["log"])
    assert await acme.twilio.conferences.list_async(status="in-progress") == []


async def test_every_change_of_a_participant_is_announced_once(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    """Modified are "BeepOnExit, EndConferenceOnExit, Coaching, WaitUrl"."""
    agent = await added(acme)
    await added(acme, SECOND, label="coach")
    await clock.move(3)
    change = (await in_the_room(acme))("coach").update_async
    before = len(customer.at("/events"))
    for _ in range(2):
        await change(beep_on_exit=False)
        await change(end_conference_on_exit=True)
        await change(coaching=True, call_sid_to_coach=agent.call_sid)
    await change(wait_url="")
    await clock.move(0)
    told = [got.fields for got in customer.at("/events")[before:]]
    assert [each["StatusCallbackEvent"] for each in told] == ["participant-modify"] * 4
    assert [each["Coaching"] for each in told] == ["false", "false", "true", "true"]
    assert [each["EndConferenceOnExit"] for each in told] == ["false", "true", "true", "true"]


async def test_a_time_limit_ends_a_participants_call(acme: Company, clock: MovedClock) -> None:
    made = await added(acme, time_limit=7)
    await clock.move(8.9)
    assert (await acme.twilio.calls(made.call_sid).fetch_async()).status == "in-progress"
    await clock.move(0.2)
    ended = await acme.twilio.calls(made.call_sid).fetch_async()
    assert (ended.status, ended.duration) == ("completed", "7")


async def test_a_participants_own_call_reports_its_progress(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.twiml("/progress", "")
    await added(
        acme,
        f"{MAGIC}17",
        status_callback=customer.url("/progress"),
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    await clock.move(10)
    assert [got.fields["CallStatus"] for got in customer.at("/progress")] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]


async def test_a_room_has_no_more_participants_than_it_may(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    for to in (ANSWERS, SECOND):
        await added(acme, to, max_participants=2)
    await clock.move(3)
    third = await added(acme, f"{MAGIC}10", max_participants=2)
    await clock.move(1)
    assert (await acme.twilio.calls(third.call_sid).fetch_async()).status == "completed"
    assert len(await (await in_the_room(acme)).list_async()) == 2


async def test_an_announcement_to_all_is_told_when_everybody_has_heard_it(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.twiml("/announcement", "<Pause length='5'/>")
    first, _ = await added(acme), await added(acme, SECOND, label="held")
    await clock.move(3)
    participants = await in_the_room(acme)
    await participants("held").update_async(hold=True)
    await acme.twilio.conferences(first.conference_sid).update_async(
        announce_url=customer.url("/announcement")
    )
    await clock.move(4.9)
    assert [got.fields["CallSid"] for got in customer.at("/announcement")] == [first.call_sid]
    assert "announcement-end" not in customer.events("/events")
    await clock.move(0.2)
    ended = customer.at("/events")[-1].fields
    assert ended["StatusCallbackEvent"] == "announcement-end"
    assert "CallSid" not in ended


async def test_an_announcement_ends_for_whoever_leaves_or_is_held_meanwhile(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.twiml("/announcement", "<Pause length='60'/><Redirect>/more</Redirect>")
    first, _ = await added(acme), await added(acme, SECOND, label="held")
    await clock.move(3)
    await acme.twilio.conferences("room").update_async(announce_url=customer.url("/announcement"))
    await clock.move(1)
    await (await in_the_room(acme))("held").update_async(hold=True)
    await acme.twilio.calls(first.call_sid).update_async(status="completed")
    await clock.move(0)
    assert customer.events("/events")[-1] == "announcement-end"
    await clock.move(120)
    assert customer.at("/more") == []


async def test_hold_music_in_twiml_loops_only_by_its_own_redirect(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.twiml("/once", "<Pause length='2'/>")
    customer.twiml("/loop", "<Pause length='2'/><Redirect method='GET'/>")
    await added(acme, label="customer")
    await clock.move(3)
    customer_leg = (await in_the_room(acme))("customer")
    await customer_leg.update_async(hold=True, hold_url=customer.url("/once"))
    await clock.move(9)
    assert len(customer.at("/once")) == 1
    await customer_leg.update_async(hold=False)
    await customer_leg.update_async(hold=True, hold_url=customer.url("/loop"))
    await clock.move(9)
    assert len(customer.at("/loop")) == 5


async def test_who_is_in_the_room_is_found_by_how_they_are(
    acme: Company, clock: MovedClock
) -> None:
    await added(acme, label="a", muted=True)
    await added(acme, SECOND, label="b")
    await clock.move(3)
    participants = await in_the_room(acme)
    await participants("b").update_async(hold=True)

    async def labels(**filters: Any) -> list[str]:
        return [p.label for p in await participants.list_async(**filters)]

    assert await labels() == ["a", "b"]
    assert await labels(muted=True) == await labels(hold=False) == ["a"]
    assert await labels(hold=True) == await labels(muted=False) == ["b"]


async def test_a_conference_may_be_recorded_by_whoever_is_added_first(
    acme: Company, customer: Customer, clock: MovedClock
) -> None:
    customer.twiml("/recorded", "")
    recorded = customer.url("/recorded")
    for to in (ANSWERS, SECOND):
        await added(
            acme,
            to,
            conference_record="record-from-start",
            conference_recording_status_callback=recorded,
            record=True,
        )
    await clock.move(7)
    (conference,) = await acme.twilio.conferences.list_async()
    await acme.twilio.conferences(conference.sid).update_async(status="completed")
    await clock.move(0)
    (told,) = customer.at("/recorded")
    assert (told.fields["RecordingSource"], told.fields["RecordingDuration"]) == ("Conference", "5")
    recordings = await acme.twilio.recordings.list_async()
    assert sorted(recording.source for recording in recordings) == [
        "Conference",
        "OutboundAPI",
        "OutboundAPI",
    ]
