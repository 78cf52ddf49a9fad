"""What a signal makes of an agent's status: `attend(agent, signal, rules, now)`, pure."""

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from backend.domain import signals
from backend.domain.agent import Agent, AgentStatus
from backend.domain.rules import Rules


def attend(agent: Agent, signal: signals.AgentSignal, now: datetime) -> Agent:
    """The agent afterwards; the same value if nothing changed."""
    match signal:
        case signals.AgentCameOnline():
            if agent.status is not AgentStatus.OFFLINE:
                return agent
            return _become(agent, _after_wrap_up(agent, now), now)
        case signals.AgentWentOffline():
            return _become(agent, AgentStatus.OFFLINE, now)
        case signals.AgentWentAvailable():
            return _choose(agent, AgentStatus.AVAILABLE, now)
        case signals.AgentWentAway():
            return _choose(agent, AgentStatus.AWAY, now)
        case signals.AgentSignedOut():
            away = replace(agent, wanted=AgentStatus.AWAY, deadline=None)
            return _become(_chosen_by_themselves(away), AgentStatus.OFFLINE, now)
        case signals.SupervisorSetStatus():
            chosen = _choose(agent, signal.status, now)
            told = replace(chosen, set_by=signal.by, set_reason=signal.reason)
            return replace(told, rev=agent.rev + 1)
        case signals.AgentFinishedWrapUp():
            return _end_wrap_up(agent, now)
        case signals.TimeRanOut():
            if agent.deadline is None or now < agent.deadline:
                return agent
            return _end_wrap_up(agent, now)
        case _:
            assert_never(signal)


def begin_wrap_up(agent: Agent, rules: Rules, now: datetime) -> Agent:
    """The agent after a call on which they talked. Nobody who is offline wraps up."""
    if rules.wrap_up_seconds <= 0 or agent.status is AgentStatus.OFFLINE:
        return agent
    return _become(replace(agent, deadline=now + rules.wrap_up), AgentStatus.WRAP_UP, now)


def _choose(agent: Agent, wanted: AgentStatus, now: datetime) -> Agent:
    """A person's own choice; it ends a wrap-up, and waits while they are offline."""
    chosen = _chosen_by_themselves(replace(agent, wanted=wanted, deadline=None))
    return chosen if agent.status is AgentStatus.OFFLINE else _become(chosen, wanted, now)


def _chosen_by_themselves(agent: Agent) -> Agent:
    """What a supervisor had chosen for them is over; the boards are told, whatever the status."""
    if agent.set_by is None:
        return agent
    return replace(agent, set_by=None, set_reason=None, rev=agent.rev + 1)


def _end_wrap_up(agent: Agent, now: datetime) -> Agent:
    over = replace(agent, deadline=None)
    return _become(over, agent.wanted, now) if agent.status is AgentStatus.WRAP_UP else over


def _after_wrap_up(agent: Agent, now: datetime) -> AgentStatus:
    wrapping = agent.deadline is not None and now < agent.deadline
    return AgentStatus.WRAP_UP if wrapping else agent.wanted


def _become(agent: Agent, status: AgentStatus, now: datetime) -> Agent:
    if status is agent.status:
        return agent
    return replace(agent, status=status, since=now, rev=agent.rev + 1)
