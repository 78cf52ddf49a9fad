"""One turn of the switchboard: what a signal changes for calls and agents, and what that announces.

It asks the domain and holds the answers; the switchboard loads for it, and saves it as a whole or
not at all.
"""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from backend.domain import events, signals
from backend.domain.agent import Agent, AgentStatus
from backend.domain.attend import after_call, attend, begin_wrap_up, miss
from backend.domain.board import Announcement, agent_card_of, card_of
from backend.domain.call import Call
from backend.domain.decide import decide
from backend.domain.decision import Note, Scene
from backend.domain.guests import Guest
from backend.domain.instructions import Instruction, PlaceOutbound
from backend.domain.monitoring import Monitor
from backend.domain.refusals import NoSuchCall
from backend.domain.rules import Rules
from backend.store.floor import Recorded, Said

AT_WORK = (AgentStatus.AVAILABLE, AgentStatus.WRAP_UP)
"""Calls may ring there: in wrap-up, those that come back to the agent."""


class Turn:
    """What has changed so far, and whom the switchboard has still to look after."""

    def __init__(self, tenant: UUID, now: datetime) -> None:
        self.tenant = tenant
        self.now = now
        self.number = 0
        self.rules = Rules()
        self.calls: dict[UUID, Call] = {}
        self.agents: dict[UUID, Agent] = {}
        self.agents_changed: dict[UUID, Agent] = {}
        self.said: list[Said] = []
        self.asked: list[Instruction] = []
        self.recorded: list[Recorded] = []
        self.applied: list[signals.Callback] = []
        self.waiting: list[signals.Callback] = []
        self.freed: list[UUID] = []
        self.wrapping: list[tuple[UUID, UUID]] = []
        """Agents, each with the call that they wrap up."""
        self.missed: list[UUID] = []
        self.noted: list[Note] = []
        self.unreachable: list[UUID] = []
        self.came_or_went: list[UUID] = []
        """Agents who were offline and are not, or the other way round."""
        self.new_guests: list[UUID] = []
        """Agents who have become guests of a call; perhaps their page is gone meanwhile."""

    @property
    def has_changes(self) -> bool:
        return bool(self.calls or self.agents_changed or self.applied or self.waiting)

    def start(self, number: int, rules: Rules) -> None:
        self.number = number
        self.rules = rules

    def know(self, agent: Agent | None) -> None:
        if agent is not None:
            self.agents.setdefault(agent.id, agent)

    def apply(
        self,
        scene: Scene,
        signal: signals.CallSignal,
        callback: signals.Callback | None = None,
    ) -> Call:
        """Decide about one call and note what follows. Returns the call afterwards."""
        at = self.now if callback is None else callback.happened_at
        decision = decide(scene, signal, at)
        call = _heard(decision.call, callback) if callback else decision.call
        if call is None:
            raise NoSuchCall
        if at < self.now:
            call = _with_time_from_now(scene.call, call, self.now - at)
        if call != scene.call:
            self.calls[call.id] = call
            known = () if scene.call is None else scene.call.guests
            self.new_guests += (g.agent_id for g in call.guests if g.agent_id and g not in known)
        self.freed += decision.freed
        self.wrapping += [(agent_id, call.id) for agent_id in decision.wrapping]
        self.missed += decision.missed
        self.noted += decision.noted
        self.asked += [_from_now(order, self.now - at) for order in decision.asked]
        self.recorded += [Recorded(call.id, at, event) for event in decision.recorded]
        for event in decision.said:
            self._say(event, at, call=call)
        return call

    def attend(self, agent: Agent, signal: signals.AgentSignal) -> Agent:
        """Change one agent, and note whom that frees or makes unreachable."""
        current = self.agents.get(agent.id, agent)
        after = attend(current, signal, self.rules, self.now)
        if isinstance(signal, signals.SupervisorSetStatus):
            status, why = signal.status.value, signal.reason
            return self._become(current, after, events.AgentSet(agent.id, signal.by, status, why))
        return self._become(current, after)

    def hear_from(self, agent: Agent, signal: signals.Command, after: Call) -> None:
        """What it says of an agent that they were granted this, which left the call as it is
        `after`: who takes a call, makes one or declines one is there."""
        takes = signals.AgentAnswered | signals.AgentPickedUp | signals.AgentResumed
        if isinstance(signal, takes | signals.AgentDialled | signals.SupervisorTookOver):
            self.attend(agent, signals.AgentTookCall())
        elif isinstance(signal, signals.AgentDeclined):
            self.attend(agent, signals.AgentDeclinedOffer())
        elif isinstance(signal, signals.SupervisorMonitored):
            listens = after.monitor(agent.id)
            if listens is not None and not listens.is_shown and agent.status in AT_WORK:
                # Whom calls pass by although they seem available would be found out.
                self.attend(agent, signals.AgentWentAway())

    def wrap_up(self, agent: Agent, call_id: UUID) -> None:
        """Begin the wrap-up of an agent who talked; without one, they are free at once."""
        current = self.agents.get(agent.id, agent)
        after = self._become(current, begin_wrap_up(current, call_id, self.rules, self.now))
        if after.may_be_offered:
            self.freed.append(agent.id)

    def leave_call(self, agent: Agent) -> None:
        """An agent has no call any more, nor a wrap-up."""
        self._become(agent, after_call(agent, self.now))

    def miss(self, agent: Agent) -> None:
        """An offer has rung to the end at that agent."""
        current = self.agents.get(agent.id, agent)
        self._become(current, miss(current, self.rules, self.now))

    def _become(self, before: Agent, after: Agent, said: events.Event | None = None) -> Agent:
        self.agents[after.id] = after
        if after == before:
            return after
        self.agents_changed[after.id] = after
        if after.may_be_offered and not before.may_be_offered:
            self.freed.append(after.id)
        elif before.status is not after.status and (
            before.status in AT_WORK or after.status is AgentStatus.OFFLINE
        ):
            self.unreachable.append(after.id)
        if (before.status is AgentStatus.OFFLINE) != (after.status is AgentStatus.OFFLINE):
            self.came_or_went.append(after.id)
        if after.rev > before.rev:
            changed = events.AgentChanged(after.status.value, after.wanted.value, after.reason)
            self._say(said or changed, self.now, agent=after)
        return after

    def _say(
        self,
        event: events.Event,
        at: datetime,
        *,
        call: Call | None = None,
        agent: Agent | None = None,
    ) -> None:
        self.number += 1
        announcement = Announcement(
            number=self.number,
            at=at,
            event=event.name,
            call=None if call is None else card_of(call),
            agent=None if agent is None else agent_card_of(agent),
        )
        self.said.append(Said(event, announcement))


def _with_time_from_now(before: Call | None, after: Call, late: timedelta) -> Call:
    """What is told late is dated as it happened, but whoever is waited for since then has their
    time from now on."""

    def moved(deadline: datetime | None, known: datetime | None) -> datetime | None:
        return deadline if deadline is None or deadline == known else deadline + late

    def of(one: Call | Guest | Monitor | None) -> datetime | None:
        return None if one is None else one.deadline

    known = after if before is None else before
    return replace(
        after,
        deadline=moved(after.deadline, of(before)),
        guests=tuple(
            replace(one, deadline=moved(one.deadline, of(known.guest(one.id))))
            for one in after.guests
        ),
        monitors=tuple(
            replace(one, deadline=moved(one.deadline, of(known.monitor(one.person_id))))
            for one in after.monitors
        ),
    )


def _from_now(order: Instruction, late: timedelta) -> Instruction:
    """What is told late happened earlier, but what is asked for is in time from now on."""
    if isinstance(order, PlaceOutbound) and late > timedelta():
        return replace(order, until=order.until + late)
    return order


def _heard(call: Call | None, callback: signals.Callback) -> Call | None:
    """The call with its place in the carrier's sequence moved on."""
    if call is None or callback.sequence is None:
        return call
    if callback.conference != call.conference:
        here = {"conference": callback.conference, "heard": callback.sequence}
        return replace(call, **here, conference_over=False)
    heard = callback.sequence if call.heard is None else max(call.heard, callback.sequence)
    return replace(call, heard=heard)
