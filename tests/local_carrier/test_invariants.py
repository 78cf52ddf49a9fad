"""Whatever is dialled, asked for and hung up in whatever order: what is always true."""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings

from backend.local_carrier.handsets import Step
from backend.local_carrier.legs import TRANSITIONS, Leg, LegStatus
from backend.local_carrier.twiml.stage import Underway
from tests.local_carrier.program_strategies import programs
from tests.local_carrier.programs import (
    EVENTS,
    NUMBERS,
    Act,
    Adds,
    CallsOff,
    Dials,
    Ends,
    HangsUp,
    Passes,
    Program,
    Redirects,
    Turns,
    World,
)

OVER = {str(status) for status in LegStatus if status not in TRANSITIONS}
NEVER_CAME = "participant_add_failed"
RANKS = {"initiated": 0, "ringing": 1, "in-progress": 2, **dict.fromkeys(OVER, 3)}


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(programs(acts=16))
def test_no_leg_outlives_its_call_no_room_its_people_and_each_end_is_told_once(
    drawn: Program,
) -> None:
    run(drawn)


# What hypothesis found, each as short as it could be made.


def test_somebody_who_loses_patience_at_once_does_nothing_more() -> None:
    script = (Step(press="1"),)
    run(program("<Leave/>", Dials(to=0, patience=0.0, script=script)))


def test_the_phone_of_a_caller_who_is_gone_is_put_down() -> None:
    """Whatever its owner still meant to do with it."""
    run(program("<Pause length='9'/>", Dials(to=0, script=(Step(after=60.0, press="1"),))))
    run(program("<Dial>+15557770002</Dial>", Dials(to=0), Passes(0.5)))


def test_a_call_that_is_taken_elsewhere_by_two_at_once_goes_to_one_place() -> None:
    elsewhere = "<Gather timeout='9'><Pause length='5'/></Gather>"
    twice = Redirects(0, elsewhere), Redirects(0, elsewhere)
    run(program("<Dial><Conference>room</Conference></Dial>", Dials(to=0), Passes(1), *twice))
    run(program("<Pause length='9'/>", Dials(to=0), *twice, Turns(2), *twice, Passes(1)))


def test_a_call_that_ends_while_it_is_taken_elsewhere_is_over() -> None:
    run(program("<Pause length='9'/>", Dials(to=0), Redirects(0, "<Pause/>"), Ends(0)))


def test_a_call_is_reported_even_if_whoever_ended_it_is_cut_short() -> None:
    """A number that dials itself makes calls that end each other, in the same moment."""
    twice = f"<Number{EVENTS}>{NUMBERS[0]}</Number>" * 2
    run(program(f"<Dial answerOnBridge='true'>{twice}</Dial>", Dials(to=0), slowness=1))


@pytest.mark.parametrize("turns", range(6, 16))
def test_who_is_taken_elsewhere_on_the_way_to_a_room_is_not_expected_any_more(turns: int) -> None:
    elsewhere = Redirects(0, "<Pause length='60'/>")
    run(program("<Hangup/>", Adds("room", to="+15557770001"), Turns(turns), elsewhere, Passes(1)))


@pytest.mark.parametrize("turns", range(6, 13))
def test_who_is_called_off_does_not_come_even_if_they_have_just_answered(turns: int) -> None:
    adds = Adds("room", to="+15557770001"), Turns(turns)
    run(program("<Hangup/>", *adds, CallsOff(), Passes(1)), nobody_is_there)


@pytest.mark.parametrize("turns", range(8, 13))
def test_who_answers_and_is_gone_before_the_others_are_let_go_talks_to_nobody(turns: int) -> None:
    two = f"<Number{EVENTS}>+15557770001</Number><Number{EVENTS}>+15557770004</Number>"
    run(program(f"<Dial>{two}</Dial>", Dials(to=0), Turns(turns), HangsUp(1), Passes(1)))


def program(d0: str, *acts: Act, d1: str = "<Hangup/>", slowness: int = 0) -> Program:
    """Acme's number leads to the first document, Globex's to the second."""
    quiet = "<Pause length='60'/>"
    return Program((d0, d1, quiet, quiet, quiet, quiet), acts, (slowness,))


def nobody_is_there(world: World) -> None:
    assert world.exchange.calls.live() == []


def run(program: Program, at_last: Callable[[World], None] | None = None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live(program, Path(folder), at_last))


async def live(
    program: Program, folder: Path, at_last: Callable[[World], None] | None = None
) -> None:
    async with World.of(program, folder) as world:
        for act in program.acts:
            await act.run(world)
            if isinstance(act, Passes):
                everything_has_a_reason(world)
        if at_last is not None:
            at_last(world)
        await everybody_hangs_up(world)
        everything_has_a_reason(world)
        nothing_is_left(world)
        every_call_was_reported(world)
        every_room_was_reported(world)
    this = asyncio.current_task()
    assert [task for task in asyncio.all_tasks() if task is not this] == []


def everything_has_a_reason(world: World) -> None:
    exchange = world.exchange
    for leg in exchange.calls.live():
        assert _reason(world, leg), f"{leg.called} has no reason to be {leg.status}: {_log(leg)}"
        if isinstance(leg.dial, Underway):
            assert leg.script is not None, "its dial is forgotten"
    for bridge in exchange.bridges.live():
        assert not bridge.over.done()
        for leg in bridge.legs:
            assert leg.status is LegStatus.IN_PROGRESS, f"{leg.status} in a bridge"
            assert exchange.bridges.of(leg) is bridge, "a bridge of one"
    for room in exchange.conferences.live():
        assert room.participants or room.expected, "an empty room"
        assert room.status != "completed"
        for sid, one in room.participants.items():
            assert exchange.conferences.seat_of(one.leg) is one
            assert one.leg.status is LegStatus.IN_PROGRESS
            assert one.leg.sid == sid
            assert not one.left.done()
        for sid in room.expected:
            expected = exchange.calls.find(sid)
            assert expected is not None
            assert expected.is_live
            assert expected.answered_at is None, "it was answered, and did not come"
    for account in world.accounts:
        for queue in exchange.queues.of_account(account):
            for member in queue.members:
                assert member.state == "waiting"
                assert member.leg.status is LegStatus.IN_PROGRESS
                assert exchange.queues.member(member.leg) is member
            if queue.members:
                assert all(taker.done() for taker in queue.takers), "both sides wait"
    for recording in exchange.recordings.live():
        leg = exchange.calls.find(recording.call_sid) if recording.call_sid else None
        assert leg is None or leg.is_live


def _reason(world: World, leg: Leg) -> bool:
    """Its own TwiML (or a ring that leads there), a bridge, or somebody who dials it."""
    if leg.script is not None and not leg.script.done():
        return True
    if world.exchange.bridges.of(leg) is not None:
        return True
    parent = leg.parent
    return parent is not None and parent.is_live and parent.script is not None


async def everybody_hangs_up(world: World) -> None:
    """Half of them by their phones, the others by REST."""
    await world.passes(0)
    for at, leg in enumerate(world.exchange.calls.live()):
        if at % 2 and leg.status is not LegStatus.QUEUED:
            world.start(world.exchange.calls.hung_up_by_far_end(leg))
        else:
            world.rest(leg.account, "POST", f"Calls/{leg.sid}", Status="completed")
    await world.passes(0)


def nothing_is_left(world: World) -> None:
    exchange = world.exchange
    assert exchange.calls.live() == []
    assert exchange.conferences.live() == []
    assert exchange.bridges.live() == []
    assert exchange.recordings.live() == []
    assert exchange.background.under_way == 0
    assert world.clock.sleepers == 0, "somebody sleeps on"
    for account in world.accounts:
        for queue in exchange.queues.of_account(account):
            assert queue.members == []
    for leg in exchange.calls.all():
        assert leg.recorders == 0
        assert leg.dial is None
        assert leg.playback is None


def every_call_was_reported(world: World) -> None:
    told: dict[str, list[dict[str, str]]] = defaultdict(list)
    for one in world.customer.told:
        if one.path == "/status":
            told[one.fields["CallSid"]].append(one.fields)
    for leg in world.exchange.calls.all():
        if not leg.callbacks.status_callback:
            continue
        fields = told[leg.sid]
        assert [int(one["SequenceNumber"]) for one in fields] == list(range(len(fields)))
        statuses = [one["CallStatus"] for one in fields]
        assert [status for status in statuses if status in OVER] == [str(leg.status)], statuses
        assert all(RANKS[a] < RANKS[b] for a, b in pairwise(statuses)), statuses


def every_room_was_reported(world: World) -> None:
    told: dict[str, list[dict[str, str]]] = defaultdict(list)
    for one in world.customer.told:
        if one.path == "/room":
            told[one.fields["ConferenceSid"]].append(one.fields)
    for fields in told.values():
        assert [int(one["SequenceNumber"]) for one in fields] == list(range(1, len(fields) + 1))
        events = [one["StatusCallbackEvent"] for one in fields]
        assert events.count("conference-end") == 1, events
        assert events[-1] == "conference-end", events
        assert events.count("conference-start") <= 1
        present: set[str] = set()
        for one in fields:
            match one["StatusCallbackEvent"]:
                case "participant-join":
                    assert one["CallSid"] not in present
                    present.add(one["CallSid"])
                case "participant-leave" if (
                    one["ReasonParticipantLeft"] != "participant_add_failed"
                ):
                    present.remove(one["CallSid"])
                case "participant-leave":
                    assert one["CallSid"] not in present
                case _:
                    assert one.get("CallSid", "") in present | {""}, events
        assert not present


def _log(leg: Leg) -> list[str]:
    return [line.text for line in leg.log]
