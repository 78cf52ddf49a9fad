"""A supervisor comes into the call of an agent: listens, whispers, barges in, takes it over.

Monitors belong to the conversation of an agent. They stay while an agent has the call, whoever it
is, and whisper to whoever has it. When nobody has it (it is parked, rings, or is over) they are let
go: there is nobody to listen to, and a supervisor must not sit alone with a caller who hears music.
So they are when its agent sets the call aside for another one.
They count for nothing else: a room with a monitor in it and no agent plays music to the caller.
"""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from backend.domain import events, instructions, refusals, signals
from backend.domain.agent import AgentStatus
from backend.domain.call import Call, CallState, Leg, LegRole
from backend.domain.conferring import with_consulted_as_guest
from backend.domain.connecting import agent_joined, agent_leg_left
from backend.domain.consulting import consulting, dismissal, freed_of_talk, is_in_company
from backend.domain.decision import Decision, Scene, also, forget, grown, move, remember
from backend.domain.events import MonitoringOver
from backend.domain.handover import Transfer
from backend.domain.holding import must_not_hold_too_many
from backend.domain.monitoring import SPEAKS, Monitor, MonitorMode, seat_of
from backend.domain.orders import hold_caller, remove, resume_caller


def monitor(
    scene: Scene, call: Call, signal: signals.SupervisorMonitored, now: datetime
) -> Decision:
    """The supervisor comes; their browser is on its way. One who is there already changes mode."""
    if call.monitor(signal.agent_id) is not None:
        return _change(call, signal.agent_id, signal.mode)
    _must_be_free(scene, call, signal.agent_id)
    if call.state is not CallState.CONNECTED:
        raise refusals.NobodyToMonitor
    comes = Monitor(
        signal.agent_id,
        signal.mode,
        now,
        is_shown=scene.rules.monitoring_is_shown,
        deadline=now + scene.rules.join,
    )
    return _told(
        replace(call, monitors=(*call.monitors, comes)),
        comes,
        events.MonitoringStarted(signal.agent_id, signal.mode),
    )


def change_mode(call: Call, signal: signals.SupervisorChangedMode) -> Decision:
    if call.monitor(signal.agent_id) is None:
        raise refusals.NotMonitoring
    return _change(call, signal.agent_id, signal.mode)


def leave(call: Call, signal: signals.SupervisorLeft) -> Decision:
    """Whoever has left already has left."""
    one = call.monitor(signal.agent_id)
    return Decision(call) if one is None else _let_go(call, (one,), MonitoringOver.LEFT)


def take_over(
    scene: Scene, call: Call, signal: signals.SupervisorTookOver, now: datetime
) -> Decision:
    """The supervisor has the call from now on. If their voice is there, the caller hears it before
    the agent is gone; if it is on its way, the caller hears music, and the call goes back to the
    agent if it does not come. Whoever talks with everybody stays, as a guest; then the caller talks
    with them meanwhile, and they keep the call if the supervisor does not come."""
    before, mine = call.agent_id, signal.agent_id
    if before == mine:
        return Decision(call)
    _must_be_free(scene, call, mine)
    must_not_hold_too_many(scene)
    if call.state is not CallState.CONNECTED or before is None:
        raise refusals.NobodyToMonitor
    here = call.monitor(mine)
    leg = None if here is None else here.leg
    has_company = is_in_company(call)
    is_talk = leg is not None or has_company
    with_guests = with_consulted_as_guest(call) if is_talk else replace(call, guests=())
    orders: list[instructions.Instruction] = []
    if leg is not None:
        orders.append(instructions.SeatMonitor(call.id, leg, call.conference, SPEAKS))
        orders += resume_caller(call)
    elif not has_company:
        orders += hold_caller(call)
    asked = consulting(with_guests)
    orders += remove(call, call.agent_leg)
    if asked is not None:
        orders += dismissal(call, asked)
    taken = move(
        with_guests,
        signal,
        CallState.CONNECTED if is_talk else CallState.CONNECTING,
        now,
        agent_id=mine,
        agent_leg=leg,
        transfer=None if is_talk else Transfer(before, mine),
        consult=None,
        offered_to=(),
        held_at=None,
        caller_held=not is_talk,
        handled_by=also(call.handled_by, mine),
        monitors=tuple(one for one in call.monitors if one.person_id != mine),
        deadline=now + scene.rules.join if leg is None else None,
    )
    over = events.MonitoringEnded(mine, MonitoringOver.TOOK_OVER)
    stays = {one.agent_id for one in taken.guests}
    return Decision(
        taken,
        (events.CallTakenOver(mine, before),),
        tuple(orders),
        freed=tuple(agent for agent in freed_of_talk(call) if agent not in stays),
        wrapping=(before,),
        recorded=() if here is None else (over,),
    )


def monitor_joined(
    scene: Scene, call: Call, signal: signals.MonitorJoined, now: datetime
) -> Decision:
    if call.leg(signal.leg) is not None:
        return Decision(call)
    if call.is_live and call.agent_id == signal.agent_id:
        # They took the call over while this leg was on its way.
        came = agent_joined(scene, call, signals.AgentJoined(signal.leg, signal.agent_id), now)
        speaks = instructions.SeatMonitor(call.id, signal.leg, call.conference, SPEAKS)
        return replace(came, asked=(speaks, *came.asked))
    with_leg = remember(call, Leg(signal.leg, LegRole.MONITOR, now, signal.agent_id))
    one = call.monitor(signal.agent_id)
    if not call.is_live:
        return Decision(with_leg)
    if one is None:
        return Decision(with_leg, asked=remove(call, signal.leg))
    here = replace(one, leg=signal.leg, deadline=None)
    joined = _told(_with(with_leg, here), here, events.MonitorJoined(signal.agent_id))
    # A page that was reloaded comes with a new leg before the old one is known to be dead.
    return replace(joined, asked=remove(call, one.leg))


def monitor_leg_left(
    scene: Scene, call: Call, signal: signals.MonitorLegLeft, now: datetime
) -> Decision:
    """A lost monitor has as long to come back as an agent has."""
    if call.agent_leg == signal.leg:
        # Whoever took the call over keeps the leg they came with.
        left = signals.AgentLegLeft(signal.leg, signal.agent_id, signal.call_over)
        return agent_leg_left(scene, call, left, now)
    after = forget(call, Leg(signal.leg, LegRole.MONITOR, now, signal.agent_id), now)
    one = next((one for one in call.monitors if one.leg == signal.leg), None)
    if one is None or signal.call_over:
        return Decision(after)
    lost = replace(one, leg=None, deadline=now + scene.rules.rejoin)
    return _told(_with(after, lost), lost, events.MonitorLost(one.person_id))


def monitors_ran_out(call: Call, now: datetime) -> Decision:
    """Whoever did not come, or did not come back in time, does not monitor any more."""
    gone = tuple(
        one
        for one in call.monitors
        if one.leg is None and one.deadline is not None and one.deadline <= now
    )
    return _let_go(call, gone, MonitoringOver.LOST) if gone else Decision(call)


def keep_monitors(before: Call | None, decision: Decision) -> Decision:
    """What every decision means for whoever monitors the call, and for a wish for help."""
    after = decision.call
    if before is None or after is None:
        return decision
    if before.help_at is not None and after.agent_id != before.agent_id:
        decision = replace(decision, call=replace(after, help_at=None))
    elif after.help_at is not None and any(one.is_noticed for one in after.monitors):
        met = grown(replace(after, help_at=None), not decision.said)
        ended = events.HelpEnded(after.agent_id)
        decision = replace(decision, call=met, said=(*decision.said, ended))
    after = decision.call
    assert after is not None  # noqa: S101  it was there above
    if after.monitors and (after.agent_id is None or after.state is CallState.HELD):
        why = MonitoringOver.NO_AGENT if after.is_live else MonitoringOver.CALL_OVER
        return _joined(decision, _let_go(after, after.monitors, why))
    return _reseated(before, after, decision)


def _reseated(before: Call, after: Call, decision: Decision) -> Decision:
    """New seats come before anybody leaves: a coach whose agent is gone must not be the one whom
    the room hears."""
    seats: list[instructions.Instruction] = []
    for one in after.monitors:
        if one.leg is None:
            continue
        was = before.monitor(one.person_id)
        seat = seat_of(one.mode, after.agent_leg)
        same_leg = was is not None and was.leg == one.leg
        if was is None or not same_leg or seat != seat_of(was.mode, before.agent_leg):
            seats.append(instructions.SeatMonitor(after.id, one.leg, after.conference, seat))
    if not seats:
        return decision
    leaving = [one for one in decision.asked if isinstance(one, instructions.RemoveLeg)]
    others = [one for one in decision.asked if not isinstance(one, instructions.RemoveLeg)]
    return replace(decision, asked=(*others, *seats, *leaving))


def _joined(first: Decision, then: Decision) -> Decision:
    """Two decisions about one call as one, which is one revision."""
    call = then.call
    assert call is not None and first.call is not None  # noqa: S101, PT018  both are of one call
    if first.said and then.said:
        call = replace(call, rev=first.call.rev)
    return Decision(
        call,
        (*first.said, *then.said),
        (*first.asked, *then.asked),
        freed=(*first.freed, *then.freed),
        wrapping=first.wrapping,
        missed=first.missed,
        noted=first.noted,
        recorded=(*first.recorded, *then.recorded),
    )


def _let_go(call: Call, gone: tuple[Monitor, ...], why: MonitoringOver) -> Decision:
    """An ended call has no room left to take their legs out of."""
    left = tuple(one for one in call.monitors if one not in gone)
    told = tuple(events.MonitoringEnded(one.person_id, why) for one in gone)
    shown = {one.person_id for one in gone if one.is_shown}
    said = tuple(event for event in told if event.agent_id in shown)
    orders = tuple(order for one in gone if call.is_live for order in remove(call, one.leg))
    # Whoever listened unseen is away, and nothing of them may change that boards could show.
    freed = tuple(one.person_id for one in gone if one.is_shown)
    after = grown(replace(call, monitors=left), bool(said))
    return Decision(after, said, orders, freed=freed, recorded=told)


def _change(call: Call, person: UUID, mode: MonitorMode) -> Decision:
    one = call.monitor(person)
    assert one is not None  # noqa: S101  asked only of whoever monitors
    if one.mode is mode:
        return Decision(call)
    changed = replace(one, mode=mode)
    return _told(_with(call, changed), changed, events.MonitoringChanged(person, mode))


def _told(call: Call, one: Monitor, event: events.Event) -> Decision:
    """Recorded always; announced to the boards only if the agents may know."""
    said = (event,) if one.is_shown else ()
    return Decision(grown(call, one.is_shown), said, recorded=(event,))


def _with(call: Call, changed: Monitor) -> Call:
    everybody = (changed if o.person_id == changed.person_id else o for o in call.monitors)
    return replace(call, monitors=tuple(everybody))


def _must_be_free(scene: Scene, call: Call, person: UUID) -> None:
    if scene.actor is None or scene.actor.status is AgentStatus.OFFLINE:
        raise refusals.NotReachable
    if call.talks(person) or scene.actor_call not in (None, call.id):
        raise refusals.AlreadyOnACall
