"""Writes `board_fold.json`: snapshots, events and what both folds must make of them.

The calls are made up by throwing signals at the real `decide`, from seeds, so the vectors hold
whatever the domain can announce. `python -m tests.vectors.board_fold` writes the file anew; a
test fails if it is not what the domain says today.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from backend.domain import signals
from backend.domain.agent import Agent, AgentStatus
from backend.domain.board import (
    Announcement,
    Snapshot,
    TeamCard,
    agent_card_of,
    apply,
    card_of,
    rules_shown,
)
from backend.domain.call import Call, CallState
from backend.domain.conferring import is_conference
from backend.domain.decide import decide
from backend.domain.decision import Scene
from backend.domain.guests import Guest
from backend.domain.handover import Consult, NotTaken, TalkWith
from backend.domain.monitoring import MonitorMode
from backend.domain.outbound import OutboundLeg, OwnNumber
from backend.domain.refusals import Refusal
from backend.domain.rules import Rules

FILE = Path(__file__).with_suffix(".json")
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TENANT = UUID(int=1)
AGENTS = tuple(
    Agent(UUID(int=n), name, START, status=AgentStatus.AVAILABLE)
    for n, name in ((11, "Ana"), (12, "Ben"), (13, "Chloe"))
)
STATUSES = tuple(AgentStatus)
PLAIN = tuple(range(12))
SUPERVISED = (105, 111)
"""Of these, supervisors come into the calls of others."""
CALLING_OUT = (316, 300)
"""Of these, agents call out, hand over and consult outside. (Chosen so that every event occurs.)"""
IN_TEAMS = (1568, 598)
"""Of these, agents hand calls to a team, and whatever can become of that does."""
TEAM = TeamCard(UUID(int=21), "Sales", (UUID(int=12), UUID(int=13)))
CONFERRING = (1422, 1423)
"""Of these, agents ask one more into a talk of three, let guests go, and leave the others talking.
"""
OWN = (OwnNumber("+12125550100"),)
DIALLED = "+15550100001"
"""The number that callers dial; where agents confer, it is shown outside too."""
TRIES = 6
"""Most signals mean nothing to most calls; the cases are of those that do."""


class Case(Struct, frozen=True):
    """A snapshot, the announcements after it, and the board that both make."""

    name: str
    snapshot: Snapshot
    events: list[Announcement]
    expected: Snapshot


def cases() -> list[Case]:
    """The same cases every time."""
    return [_case(seed) for seed in (*PLAIN, *SUPERVISED, *CALLING_OUT, *IN_TEAMS, *CONFERRING)]


def text() -> str:
    """What the file holds."""
    lines = ",\n".join(msgspec.json.encode(case).decode() for case in cases())
    return f'{{"cases": [\n{lines}\n]}}\n'


def _case(seed: int) -> Case:
    """A busy quarter of an hour; the snapshot is taken somewhere in its middle."""
    agents = tuple(map(agent_card_of, AGENTS))
    teams = (TEAM,) if seed in IN_TEAMS else ()
    board = Snapshot(0, START, AGENTS[0].id, 8, (), agents, (), rules_shown(Rules()), teams, ())
    dice = Random(seed)  # noqa: S311
    kinds = {
        "supervised": SUPERVISED,
        "calls_out": CALLING_OUT,
        "in_teams": IN_TEAMS,
        "confers": CONFERRING,
    }
    world = World(dice, **{kind: seed in seeds for kind, seeds in kinds.items()})
    for _ in range(30):
        for said in world.turn():
            board = apply(board, said)
    snapshot, events = board, list[Announcement]()
    for _ in range(45):
        for said in world.turn():
            events.append(said)
            board = apply(board, said)
    # What was announced before the snapshot may come again; it changes nothing.
    return Case(f"seed {seed}", snapshot, events, replace(board, at=START))


class World:
    """Calls and agents to which things happen at random."""

    def __init__(
        self,
        dice: Random,
        *,
        supervised: bool,
        calls_out: bool,
        in_teams: bool,
        confers: bool,
    ) -> None:
        self._dice, self._supervised, self._calls_out = dice, supervised, calls_out
        self._in_teams, self._confers = in_teams, confers
        self._now = START
        self._number = 0
        self._calls: dict[UUID, Call] = {}
        self._changed: dict[UUID, Call] = {}
        self._agents = {agent.id: agent for agent in AGENTS}
        self.missed: list[tuple[UUID, UUID, datetime]] = []
        """At whom a call rang to the end, and when: the call, the agent, the moment."""

    def turn(self) -> list[Announcement]:
        self._now += timedelta(seconds=self._dice.choice((0.5, 2, 9, 40, 95)))
        kind = self._dice.random()
        if kind < 0.2 or not self._calls:
            new = self._calling() if self._calls_out and kind < 0.1 else self._arrival()
            return self._decide(None, new)
        if kind < 0.3:
            return [self._change_agent()]
        live = [call for call in self._calls.values() if call.is_live]
        handled = [call for call in self._calls.values() if call.handled_by]
        if handled and kind < 0.36:
            call = self._dice.choice(handled)
            return self._decide(call, self._disposition(call))
        late = self._dice.random() < 0.1  # now and then, something about a call that is over
        talks = [each for each in live if self._confers and (each.consult or each.guests)]
        call = self._dice.choice(talks or live if live and not late else [*self._calls.values()])
        for _ in range(TRIES):
            said = self._decide(call, self._signal(call))
            if said:
                return said
        return []

    def changed(self) -> dict[UUID, Call]:
        """The calls that have changed since this was last asked."""
        changed, self._changed = self._changed, {}
        return changed

    def _arrival(self) -> signals.CallerArrived:
        leg = f"CA{self._dice.randrange(16**32):032x}"
        return signals.CallerArrived(leg, f"+1555{self._dice.randrange(10**7):07}", DIALLED)

    def _calling(self) -> signals.AgentDialled:
        agent, call_id = (
            self._dice.choice(list(self._agents)),
            UUID(int=self._dice.getrandbits(128)),
        )
        return signals.AgentDialled(agent, call_id, self._number_outside())

    def _number_outside(self) -> str:
        return f"+12125550{self._dice.randrange(100, 200)}"

    def _signal(self, call: Call) -> signals.CallSignal:
        agent = self._dice.choice(list(self._agents))
        rung = [leg for leg in call.outbound if leg.is_open and leg.answered_at is None]
        talking = [leg for leg in call.outbound if leg.is_open and leg.answered_at is not None]
        outside = rung or (talking if self._dice.random() < 0.2 else [])
        may_ring = call.agent_leg is not None or call.state is CallState.RINGING
        if outside and may_ring and self._dice.random() < 0.8:
            return self._dice.choice(self._heard_of(self._dice.choice(outside)))
        if self._calls_out and call.agent_leg is not None and self._dice.random() < 0.4:
            wish = self._dice.choice((signals.AgentTransferred, signals.AgentConsulted))
            return wish(call.agent_id or agent, number=self._number_outside())
        if self._in_teams and self._dice.random() < 0.7 and (given := self._in_team(call, agent)):
            return self._dice.choice(given)
        if self._confers and call.agent_leg is not None and self._dice.random() < 0.8:
            return self._dice.choice(self._conferring(call))
        if call.consult is not None and self._dice.random() < 0.7:
            return self._dice.choice(self._consulting(call, agent))
        if self._supervised and call.agent_leg is not None and self._dice.random() < 0.7:
            return self._dice.choice(self._supervising(call, agent))
        if call.state is CallState.HELD and self._dice.random() < 0.3:
            return signals.TimeRanOut()
        leg = f"A{self._dice.randrange(1000)}"
        holding = signals.AgentHeld if call.held_at is None else signals.AgentResumed
        return self._dice.choice(
            [
                signals.AgentAnswered(agent),
                signals.AgentJoined(leg, call.agent_id or agent),
                signals.AgentJoined(leg, call.agent_id or agent),
                signals.AgentLegLeft(call.agent_leg or leg, agent),
                signals.AgentLegLeft(call.agent_leg or leg, agent),
                signals.AgentParked(call.agent_id or agent),
                signals.AgentPickedUp(agent),
                signals.AgentDeclined(agent),
                signals.AgentHungUp(call.agent_id or agent),
                holding(call.agent_id or agent),
                signals.AgentSetAside(call.agent_id or agent),
                signals.AgentResumed(call.agent_id or agent),
                signals.AgentTransferred(call.agent_id or agent, agent),
                *self._consulting(call, agent),
                signals.CallerLeft(call.caller_leg),
                signals.TimeRanOut(),
                signals.TimeRanOut(),
            ]
        )

    def _heard_of(self, outside: OutboundLeg) -> list[signals.CallSignal]:
        leg = outside.leg or f"O{self._dice.randrange(1000)}"
        why = (
            None if outside.answered_at else self._dice.choice((NotTaken.BUSY, NotTaken.NO_ANSWER))
        )
        return [
            signals.OutboundRinging(outside.id, leg),
            signals.OutboundRinging(outside.id, leg),
            signals.OutboundAnswered(outside.id, leg),
            signals.OutboundAnswered(outside.id, leg),
            signals.OutboundEnded(outside.id, why),
        ]

    def _in_team(self, call: Call, agent: UUID) -> list[signals.CallSignal]:
        if call.agent_leg is not None:
            return [signals.AgentTransferred(call.agent_id or agent, team=TEAM.id)]
        if call.transfer is None or call.agent_id is not None:
            return []
        return [
            signals.AgentDeclined(agent),
            signals.AgentAnswered(agent),
            signals.AgentBecameFree(agent),
            signals.AgentBecameUnavailable(agent),
            signals.TimeRanOut(),
        ]

    def _disposition(self, call: Call) -> signals.CallSignal:
        """Also of a call that is over."""
        name = self._dice.choice(Rules().dispositions)
        return signals.AgentDisposed(self._dice.choice(call.handled_by), name)

    def _consulting(self, call: Call, agent: UUID) -> list[signals.CallSignal]:
        consult, mine = call.consult, call.agent_id or agent
        if consult is None or consult.failed is not None:
            others = [other for other in self._agents if other != mine]
            return [signals.AgentConsulted(mine, self._dice.choice(others))]
        if consult.agent_id is None:
            return self._about_outside(consult, mine)
        if not consult.accepted:
            return [signals.AgentAnswered(consult.agent_id)] * 3
        leg = f"B{self._dice.randrange(1000)}"
        if not consult.is_there:
            return [signals.AgentJoined(leg, consult.agent_id)] * 5
        return [
            signals.AgentTalkedWith(mine, self._dice.choice(list(TalkWith))),
            signals.AgentTalkedWith(mine, self._dice.choice(list(TalkWith))),
            signals.AgentLegLeft(consult.leg or leg, consult.agent_id),
            signals.AgentCompleted(mine),
            signals.AgentCancelledConsult(mine),
        ]

    def _conferring(self, call: Call) -> list[signals.CallSignal]:
        mine, consult = call.agent_id or AGENTS[0].id, call.consult
        is_on = consult is not None and consult.failed is None
        if consult is not None and is_on and not consult.is_there and consult.agent_id is not None:
            leg = f"B{self._dice.randrange(1000)}"
            accepts = signals.AgentAnswered(consult.agent_id)
            return [signals.AgentJoined(leg, consult.agent_id) if consult.accepted else accepts]
        if is_on and not is_conference(call):
            return [signals.AgentTalkedWith(mine, TalkWith.ALL)]
        idle = [
            each.id
            for each in self._agents.values()
            if each.status is not AgentStatus.OFFLINE and not call.is_in_hands_of(each.id)
        ]
        adds = [signals.AgentConsulted(mine, other) for other in idle]
        outside = signals.AgentConsulted(mine, number=self._number_outside())
        leaves = [signals.AgentCompleted(mine)] if call.guests else []
        about = [] if not call.guests else self._about_guest(self._dice.choice(call.guests), mine)
        return [*adds, *adds, outside, outside, outside, *leaves, *about]

    def _about_guest(self, guest: Guest, mine: UUID) -> list[signals.CallSignal]:
        let_go = signals.AgentLetGuestGo(mine, guest.id)
        if guest.agent_id is None:
            return [let_go]
        leg = f"G{self._dice.randrange(1000)}"
        return [
            let_go,
            signals.AgentLetGuestGo(guest.id, guest.id),
            signals.AgentLegLeft(guest.leg or leg, guest.id),
            signals.AgentLegLeft(guest.leg or leg, guest.id),
            signals.AgentJoined(leg, guest.id),
            signals.AgentJoined(leg, guest.id),
            signals.GuestTimeRanOut(),
        ]

    def _about_outside(self, consult: Consult, mine: UUID) -> list[signals.CallSignal]:
        if not consult.is_there:
            return [signals.AgentCancelledConsult(mine), signals.AgentCompleted(mine)]
        talk_with = self._dice.choice(list(TalkWith))
        return [signals.AgentTalkedWith(mine, talk_with), signals.AgentCompleted(mine)]

    def _supervising(self, call: Call, agent: UUID) -> list[signals.CallSignal]:
        mine, mode = call.agent_id or agent, self._dice.choice(list(MonitorMode))
        if call.monitors:
            one = call.monitors[0]
            return [
                signals.MonitorJoined(f"M{self._dice.randrange(1000)}", one.person_id),
                signals.MonitorLegLeft(one.leg or "M", one.person_id),
                signals.MonitorLegLeft(one.leg or "M", one.person_id),
                signals.SupervisorChangedMode(one.person_id, mode),
                signals.SupervisorLeft(one.person_id),
                signals.SupervisorTookOver(one.person_id),
            ]
        helping = signals.AgentAskedForHelp if call.help_at is None else signals.AgentTookHelpBack
        return [signals.SupervisorMonitored(agent, mode), helping(mine)]

    def _decide(self, call: Call | None, signal: signals.CallSignal) -> list[Announcement]:
        actor = self._agents.get(getattr(signal, "agent_id", UUID(int=0)))
        guests = () if call is None else tuple(one.agent_id for one in call.guests)
        free = tuple(agent for agent in self._agents if agent not in guests)
        team = TEAM.members if self._in_teams else None
        own = (*OWN, OwnNumber(DIALLED)) if self._confers else OWN
        scene = Scene(TENANT, Rules(), call, actor=actor, free=free, team=team, numbers=own)
        try:
            decision = decide(scene, signal, self._now)
        except Refusal:
            return []
        assert decision.call is not None
        self.missed += [(decision.call.id, agent, self._now) for agent in decision.missed]
        self._calls[decision.call.id] = self._changed[decision.call.id] = decision.call
        card = card_of(decision.call)
        return [self._announce(event.name, call=card) for event in decision.said]

    def _change_agent(self) -> Announcement:
        agent = self._dice.choice(list(self._agents.values()))
        status = self._dice.choice(STATUSES)
        wraps = status is AgentStatus.WRAP_UP and self._calls
        is_away = self._dice.random() < 0.5
        after = replace(
            agent,
            status=status,
            wanted=AgentStatus.AWAY if is_away else AgentStatus.AVAILABLE,
            reason=self._dice.choice((None, *Rules().away_reasons)) if is_away else None,
            deadline=self._now + Rules().wrap_up if wraps else None,
            wrap_up_of=self._dice.choice(list(self._calls)) if wraps else None,
            since=self._now,
            rev=agent.rev + 1,
        )
        self._agents[agent.id] = after
        return self._announce("agent-changed", agent=agent_card_of(after))

    def _announce(self, event: str, **cards: Any) -> Announcement:
        self._number += 1
        return Announcement(self._number, self._now, event, **cards)


if __name__ == "__main__":
    FILE.write_text(text())
