"""A conference: more than three talk in one call.

Once the agent, the caller and whoever is consulted talk together, one more person may be asked in:
whoever is consulted becomes a guest, and the new one is consulted, to talk with everybody from the
first word. Nobody is put on hold for it. Whoever has the call lets guests go one by one, and may
leave the others talking: then a colleague who is there has the call, and if only people outside
are left, the caller is forwarded to them. A guest who is an agent has as long to come back as the
agent has.
"""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from backend.domain import events, instructions, refusals, signals
from backend.domain.call import Call, CallState, Leg, LegRole
from backend.domain.calling_off import call_off
from backend.domain.consulting import (
    consulting,
    dismissal,
    forward,
    freed_of_talk,
    is_in_company,
    ring_for_consult,
    with_music_if_alone,
)
from backend.domain.decision import Decision, Scene, also, forget, grown, move, remember
from backend.domain.guests import Guest, guest_of
from backend.domain.handover import Consult, NotTaken, TalkWith, Transfer
from backend.domain.orders import remove, resume_caller

CALLER_AND_AGENT = 2


def is_conference(call: Call) -> bool:
    """Whether one more person can be asked in without anybody being left out."""
    asked = consulting(call)
    return bool(call.guests) or (asked is not None and _talks_with_all(asked))


def add(scene: Scene, call: Call, signal: signals.AgentConsulted, now: datetime) -> Decision:
    """One more person is rung, while the others go on talking."""
    if call.agent_id != signal.agent_id:
        raise refusals.NotYourCall
    asked = consulting(call)
    if asked is not None and signal.to is not None and asked.agent_id == signal.to:
        return Decision(call)
    if asked is not None and not asked.is_there:
        raise refusals.ConsultUnderway(
            "Somebody is being asked in already. Wait until they are here, or let them go first."
        )
    if not call.agent_present:
        raise refusals.NotInTheCall
    seated = with_consulted_as_guest(call)
    if CALLER_AND_AGENT + len(seated.guests) + 1 > scene.rules.conference_size:
        raise refusals.ConferenceFull
    return ring_for_consult(scene, seated, signal, TalkWith.ALL, now)


def with_consulted_as_guest(call: Call) -> Call:
    """The call with whoever is consulted in everybody's hearing as one of its guests."""
    asked = consulting(call)
    if asked is None or not _talks_with_all(asked):
        return call
    return replace(call, consult=None, guests=(*call.guests, guest_of(asked)))


def let_go(call: Call, signal: signals.AgentLetGuestGo) -> Decision:
    """Whoever has gone already has gone."""
    if signal.agent_id not in (call.agent_id, signal.guest):
        raise refusals.NotYourCall
    if signal.agent_id == signal.guest == call.agent_id:
        raise refusals.CallIsYoursNow
    why = None if call.agent_id == signal.agent_id else NotTaken.LEFT
    guest = call.guest(signal.guest)
    return Decision(call) if guest is None else _without(call, (guest,), why)


def guest_joined(call: Call, guest: Guest, signal: signals.AgentJoined, now: datetime) -> Decision:
    """A guest is back: reloaded, or with their network again."""
    here = remember(call, Leg(signal.leg, LegRole.AGENT, now, signal.agent_id))
    # A page that was reloaded comes with a new leg before the old one is known to be dead; and if
    # everybody was gone, this guest is the first to be back.
    orders = (*remove(call, guest.leg), *resume_caller(call))
    back = _with(here, replace(guest, leg=signal.leg, deadline=None))
    said = () if guest.is_there else (events.GuestRejoined(signal.agent_id),)
    after = grown(replace(back, caller_held=False), bool(said))
    return Decision(after, said, orders)


def guest_leg_left(
    scene: Scene, call: Call, guest: Guest, signal: signals.AgentLegLeft, now: datetime
) -> Decision:
    left = forget(call, Leg(signal.leg, LegRole.AGENT, now, signal.agent_id), now)
    lost = _with(left, replace(guest, leg=None, deadline=now + scene.rules.rejoin))
    after, music = with_music_if_alone(lost)
    return Decision(grown(after), (events.GuestLost(signal.agent_id),), music)


def guest_hung_up(call: Call, guest: Guest, why: NotTaken) -> Decision:
    """A guest outside is gone; `call` knows that their leg is over."""
    return _without(call, (guest,), why)


def guest_went_offline(
    scene: Scene, call: Call, signal: signals.GuestWentOffline, now: datetime
) -> Decision:
    """Without a page they can neither leave nor be seen to be there; it may come back in time."""
    guest = call.guest(signal.agent_id)
    if guest is None or guest.deadline is not None:
        return Decision(call)
    return Decision(_with(call, replace(guest, deadline=now + scene.rules.rejoin)))


def guest_came_online(call: Call, signal: signals.GuestCameOnline) -> Decision:
    guest = call.guest(signal.agent_id)
    if guest is None or not guest.is_there:
        return Decision(call)
    return Decision(_with(call, replace(guest, deadline=None)))


def guests_ran_out(call: Call, now: datetime) -> Decision:
    """Whoever did not come back in time is a guest no more, and free."""
    gone = tuple(one for one in call.guests if one.deadline is not None and one.deadline <= now)
    return _without(call, gone, NotTaken.UNREACHABLE) if gone else Decision(call)


def leave_them_talking(
    scene: Scene, call: Call, signal: signals.AgentCompleted, now: datetime
) -> Decision:
    """The agent leaves the conference, and it goes on."""
    if call.agent_id != signal.agent_id:
        raise refusals.NotYourCall
    if not is_in_company(call):
        raise refusals.NobodyConsulted
    return pass_on(scene, call, signal, now)


def pass_on(scene: Scene, call: Call, signal: signals.CallSignal, now: datetime) -> Decision:
    """The agent is out of the conference, or lost: a colleague who is there has the call, or one
    whose voice is on its way; with neither, the caller is forwarded to those outside."""
    asked = consulting(call)
    colleague = asked if asked is not None and asked.agent_id is not None else None
    if colleague is not None and colleague.is_there:
        return _hand_to(scene, call, colleague, signal, now)
    guest = next((g for g in call.guests if g.agent_id is not None and g.is_there), None)
    if guest is not None:
        return _hand_to(scene, call, guest, signal, now)
    if colleague is not None and colleague.accepted:
        return _hand_to(scene, call, colleague, signal, now)
    return _leave_to_those_outside(call, signal, now)


def outside_left_forwarded(call: Call, outbound: UUID, why: NotTaken, end: Decision) -> Decision:
    """Somebody outside leaves a caller who was forwarded: the others outside stay, and the last
    one's leaving is the `end`."""
    guest = call.guest(outbound)
    if guest is not None:
        return _without(call, (guest,), why)
    if call.transfer is None or call.transfer.outbound != outbound:
        return Decision(call)
    if not call.guests:
        return end
    heir, *others = call.guests
    talks = replace(call.transfer, number=heir.number, outbound=heir.outbound)
    after = grown(replace(call, transfer=talks, guests=tuple(others)))
    return Decision(after, (events.GuestLeft(outbound, None, why),))


def waits_for(scene: Scene, call: Call, now: datetime) -> datetime | None:
    """How long whoever is asked in, and is not there, may take; None if nobody is waited for."""
    asked = consulting(call)
    if asked is None or asked.is_there:
        return None
    return now + (scene.rules.dialling.ring if asked.number else scene.rules.transfer)


def _talks_with_all(asked: Consult) -> bool:
    return asked.is_there and asked.talk_with is TalkWith.ALL


def _with(call: Call, changed: Guest) -> Call:
    everybody = (changed if one.id == changed.id else one for one in call.guests)
    return replace(call, guests=tuple(everybody))


def _without(call: Call, gone: tuple[Guest, ...], why: NotTaken | None) -> Decision:
    """A consult that failed has been seen by whoever acts on the guests."""
    is_wish = why is None
    left = replace(
        call,
        guests=tuple(one for one in call.guests if one not in gone),
        consult=consulting(call) if is_wish else call.consult,
    )
    after, music = with_music_if_alone(left) if call.state is CallState.CONNECTED else (left, ())
    orders = tuple(order for one in gone for order in _showing_out(call, one))
    said = tuple(events.GuestLeft(one.id, one.agent_id, why) for one in gone)
    freed = tuple(one.agent_id for one in gone if one.agent_id is not None)
    # Music first: should a leg stay longer than asked, the caller hears nothing that is not theirs.
    return Decision(grown(after), said, (*music, *orders), freed=freed)


def _showing_out(call: Call, guest: Guest) -> tuple[instructions.Instruction, ...]:
    if guest.outbound is not None:
        return call_off(call, guest.outbound)
    return remove(call, guest.leg)


def _hand_to(
    scene: Scene, call: Call, heir: Consult | Guest, signal: signals.CallSignal, now: datetime
) -> Decision:
    before = call.agent_id
    assert before is not None and heir.agent_id is not None  # noqa: S101, PT018  both are agents
    asked = consulting(call)
    stays = replace(
        call,
        consult=None if asked is heir else asked,
        guests=tuple(one for one in call.guests if one is not heir),
    )
    comes = None if heir.is_there else now + scene.rules.join
    has = move(
        stays,
        signal,
        CallState.CONNECTED,
        now,
        agent_id=heir.agent_id,
        agent_leg=heir.leg,
        handled_by=also(call.handled_by, heir.agent_id),
        deadline=comes or waits_for(scene, stays, now),
    )
    said = (events.ConsultCompleted(before, heir.agent_id),)
    wraps, is_free = _who_parts(call)
    return Decision(has, said, remove(call, call.agent_leg), wrapping=wraps, freed=is_free)


def _leave_to_those_outside(call: Call, signal: signals.CallSignal, now: datetime) -> Decision:
    """Whoever is still being rung is called off; agents whose voice is lost are free."""
    before, asked = call.agent_id, consulting(call)
    assert before is not None  # noqa: S101  a conference has an agent, unless it was forwarded
    is_stray = asked is not None and not asked.is_there
    outside = [g for g in with_consulted_as_guest(call).guests if g.outbound is not None]
    first, *others = outside
    wraps, is_free = _who_parts(call)
    # Who never came did not leave the caller to anybody: whoever had the call before did.
    by = before if wraps else next((a for a in reversed(call.handled_by) if a != before), before)
    to = Transfer(by, None, number=first.number, outbound=first.outbound)
    # Whoever was rung, or on the way, is not waited for any more.
    gone = replace(call, guests=tuple(others), offered_to=())
    talks = forward(gone, to, signal, now)
    stray = dismissal(call, asked) if asked is not None and is_stray else ()
    return replace(
        talks,
        asked=(*talks.asked, *remove(call, call.agent_leg), *stray),
        freed=(*freed_of_talk(call), *is_free),
        wrapping=wraps,
    )


def _who_parts(call: Call) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    """The agent who is out of the conference, as one who wraps up; or as one who is free, if their
    voice was never in it."""
    before = call.agent_id
    assert before is not None  # noqa: S101  a conference has an agent, unless it was forwarded
    was_there = any(leg.agent_id == before for leg in call.legs)
    return ((before,), ()) if was_there else ((), (before,))
