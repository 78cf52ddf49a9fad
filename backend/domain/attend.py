"""What a signal makes of an agent's status: `attend(agent, signal, rules, now)`, pure.

A choice is what an agent wants to be; it holds at once, or from the end of the wrap-up that they
are in. (In a call it holds at once too: calls win in what everybody sees, `board.presence_of`.)
A wrap-up ends when the agent finishes it, takes the next call, or its time is over; by nothing
else.
"""

from datetime import datetime, timedelta
from typing import Any, assert_never
from uuid import UUID

from msgspec.structs import replace

from backend.domain import refusals, signals
from backend.domain.agent import Agent, AgentStatus
from backend.domain.rules import Rules

LONG_ENOUGH = timedelta(seconds=10)
"""Whoever became free a moment before a ring was over has not missed it."""

CHOSEN_BY_THEMSELVES: dict[str, Any] = {"set_by": None, "set_reason": None}
"""What a supervisor had chosen for them is over."""


def attend(agent: Agent, signal: signals.AgentSignal, rules: Rules, now: datetime) -> Agent:
    """The agent afterwards; the same value if nothing changed.

    Raises a `Refusal` if they chose what their company does not have.
    """
    match signal:
        case signals.AgentCameOnline():
            if agent.status is not AgentStatus.OFFLINE:
                return agent
            if agent.deadline is not None and now < agent.deadline:
                return _changed(agent, now, status=AgentStatus.WRAP_UP)
            return _without_wrap_up(agent, _apart_from_calls(agent, rules), now)
        case signals.AgentWentOffline():
            return _changed(agent, now, status=AgentStatus.OFFLINE)
        case signals.AgentWentAvailable():
            return _choose(agent, AgentStatus.AVAILABLE, None, now)
        case signals.AgentWentAway(reason):
            if reason is not None and reason not in rules.away_reasons:
                raise refusals.NoSuchReason
            return _choose(agent, AgentStatus.AWAY, reason, now)
        case signals.AgentSignedOut():
            return _changed(
                agent,
                now,
                status=AgentStatus.OFFLINE,
                wanted=AgentStatus.AWAY,
                reason=None,
                deadline=None,
                wrap_up_of=None,
                missed=0,
                **CHOSEN_BY_THEMSELVES,
            )
        case signals.SupervisorSetStatus():
            chosen = _choose(agent, signal.status, None, now)
            told = replace(chosen, set_by=signal.by, set_reason=signal.reason)
            return replace(told, rev=agent.rev + 1)
        case signals.AgentFinishedWrapUp():
            return _end_wrap_up(agent, rules, now)
        case signals.AgentTookCall():
            return _end_wrap_up(replace(agent, missed=0), rules, now)
        case signals.AgentDeclinedOffer():
            return replace(agent, missed=0)
        case signals.TimeRanOut():
            if agent.deadline is None or now < agent.deadline:
                return agent
            return _end_wrap_up(agent, rules, now)
        case _:
            assert_never(signal)


def begin_wrap_up(agent: Agent, call_id: UUID, rules: Rules, now: datetime) -> Agent:
    """The agent after a call on which they talked. Nobody who is offline wraps up."""
    if agent.status is AgentStatus.OFFLINE:
        return agent
    if rules.wrap_up_seconds <= 0:
        return after_call(agent, now)
    deadline = now + rules.wrap_up
    return _changed(agent, now, status=AgentStatus.WRAP_UP, deadline=deadline, wrap_up_of=call_id)


def after_call(agent: Agent, now: datetime) -> Agent:
    """Whoever has no call any more is available, or away as they chose in it, from now on."""
    is_new = agent.since == now  # it became so just now, and has been told
    if is_new or agent.status not in (AgentStatus.AWAY, AgentStatus.AVAILABLE):
        return agent
    return replace(agent, since=now, rev=agent.rev + 1)


def miss(agent: Agent, rules: Rules, now: datetime) -> Agent:
    """The agent at whom an offer has rung to the end. Too many in a row: nobody is there."""
    rings = agent.status in (AgentStatus.AVAILABLE, AgentStatus.WRAP_UP)
    if rules.missed_rings <= 0 or not rings or now - agent.since < LONG_ENOUGH:
        return agent
    missed = replace(agent, missed=agent.missed + 1)
    if missed.status is AgentStatus.WRAP_UP:
        return missed
    return _changed(missed, now, status=_apart_from_calls(missed, rules))


def _choose(agent: Agent, wanted: AgentStatus, reason: str | None, now: datetime) -> Agent:
    """A person's own choice; it waits while they are offline or wrap up."""
    waits = agent.status in (AgentStatus.OFFLINE, AgentStatus.WRAP_UP)
    status = agent.status if waits else wanted
    chosen = {"wanted": wanted, "reason": reason, "missed": 0, **CHOSEN_BY_THEMSELVES}
    return _changed(agent, now, status=status, **chosen)


def _end_wrap_up(agent: Agent, rules: Rules, now: datetime) -> Agent:
    is_off = agent.status is AgentStatus.OFFLINE
    return _without_wrap_up(agent, agent.status if is_off else _apart_from_calls(agent, rules), now)


def _without_wrap_up(agent: Agent, status: AgentStatus, now: datetime) -> Agent:
    return _changed(agent, now, status=status, deadline=None, wrap_up_of=None)


def _apart_from_calls(agent: Agent, rules: Rules) -> AgentStatus:
    """What they are once there is neither a call nor a wrap-up."""
    too_many = 0 < rules.missed_rings <= agent.missed
    lost = too_many and agent.wanted is AgentStatus.AVAILABLE
    return AgentStatus.UNREACHABLE if lost else agent.wanted


def _changed(agent: Agent, now: datetime, *, status: AgentStatus, **more: Any) -> Agent:
    """The agent with what changed; `rev` grows with what everybody sees."""
    after = replace(agent, status=status, **more)
    if replace(after, missed=agent.missed) == agent:
        return after
    began = status is not agent.status or (status is AgentStatus.AWAY and "reason" in more)
    began = began or (status is AgentStatus.WRAP_UP and after.wrap_up_of != agent.wrap_up_of)
    return replace(after, since=now if began else agent.since, rev=agent.rev + 1)
