"""What supervisors do with the calls and the status of others. Everybody else is refused, whatever
their board shows."""

from typing import Annotated
from uuid import UUID

from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from backend.domain import signals
from backend.domain.agent import AgentStatus
from backend.domain.monitoring import MonitorMode
from backend.domain.refusals import NoSuchAgent, NoSuchCall, ReasonMissing
from backend.domain.wrapping_up import plain
from backend.store import attendance, monitoring
from backend.store.monitoring import Monitored, MonitoringLine
from backend.store.tenancy import Database
from backend.switchboard import Switchboard
from backend.web.commands import Done, Wish
from backend.web.presence import PresenceSet, UnknownPresence
from backend.web.visitor import Visitor

LONGEST_REASON = 200


class Monitoring(Struct, frozen=True):
    """Who is to hear the supervisor: nobody (`listen`), the agent (`whisper`), all (`barge`)."""

    mode: MonitorMode


class MonitoredCalls(Struct, frozen=True):
    """`is_shown`: agents see on the call's card who monitors it."""

    is_shown: bool
    calls: tuple[Monitored, ...]


class MonitoringHistory(Struct, frozen=True):
    steps: list[MonitoringLine]


class SetPresence(Struct, frozen=True):
    """`reason` is read by the agent."""

    status: AgentStatus
    reason: Annotated[str, Meta(max_length=LONGEST_REASON)]


async def a_supervisors_wish(
    call_id: FromPath[UUID],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> Wish:
    """The dependency of every command about a call below. Raises `NotAllowed`."""
    return Wish(switchboard, visitor.tenant, call_id, visitor.must_supervise())


@post("/calls/{call_id:uuid}/monitoring", status_code=200)
async def monitor(data: JSONBody[Monitoring], supervisors_wish: NamedDependency[Wish]) -> Done:
    """Come into an agent's call; the supervisor's page then connects like an agent's."""
    wish = supervisors_wish
    return await wish.of(signals.SupervisorMonitored(wish.agent, data.mode))


@put("/calls/{call_id:uuid}/monitoring", status_code=200)
async def change_mode(data: JSONBody[Monitoring], supervisors_wish: NamedDependency[Wish]) -> Done:
    """Change who hears one."""
    wish = supervisors_wish
    return await wish.of(signals.SupervisorChangedMode(wish.agent, data.mode))


@delete("/calls/{call_id:uuid}/monitoring", status_code=200)
async def leave(supervisors_wish: NamedDependency[Wish]) -> Done:
    """Leave; agent and caller go on."""
    return await supervisors_wish.of(signals.SupervisorLeft(supervisors_wish.agent))


@post("/calls/{call_id:uuid}/takeover", status_code=200)
async def take_over(supervisors_wish: NamedDependency[Wish]) -> Done:
    """Have the call instead of its agent, who is released into wrap-up."""
    return await supervisors_wish.of(signals.SupervisorTookOver(supervisors_wish.agent))


@get("/calls/{call_id:uuid}/monitoring")
async def monitoring_history(
    call_id: FromPath[UUID],
    visitor: NamedDependency[Visitor],
    database: NamedDependency[Database],
) -> MonitoringHistory:
    """Who monitored that call, how and when: also where agents are not told."""
    visitor.must_supervise()
    async with database.work(visitor.tenant) as work:
        steps = await monitoring.monitoring_of(work, call_id)
    if steps is None:
        raise NoSuchCall
    return MonitoringHistory(steps)


@get("/monitoring")
async def monitored_calls(
    visitor: NamedDependency[Visitor], database: NamedDependency[Database]
) -> MonitoredCalls:
    """Every call that is monitored now, and by whom."""
    visitor.must_supervise()
    async with database.work(visitor.tenant) as work:
        return MonitoredCalls(*await monitoring.monitored_calls(work))


@put("/agents/{agent_id:uuid}/presence")
async def set_presence(
    data: JSONBody[SetPresence],
    agent_id: FromPath[UUID],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> PresenceSet:
    """Make an agent available or away, and say why. A call in progress goes on."""
    by = visitor.must_supervise()
    if data.status not in (AgentStatus.AVAILABLE, AgentStatus.AWAY):
        raise UnknownPresence
    reason = plain(data.reason)
    if not reason:
        raise ReasonMissing
    wish = signals.SupervisorSetStatus(data.status, reason, by)
    agent = await switchboard.attend(visitor.tenant, agent_id, wish)
    if agent is None:
        raise NoSuchAgent
    return PresenceSet(agent.id, agent.rev)


class WhoSetIt(Struct, frozen=True):
    """The supervisor who chose one's present status, and why; null if one chose it oneself."""

    set_by: UUID | None
    status: AgentStatus | None
    reason: str | None


@get("/presence/set-by")
async def who_set_it(
    visitor: NamedDependency[Visitor], database: NamedDependency[Database]
) -> WhoSetIt:
    """Why a supervisor chose one's present status: for oneself, not for everybody's board."""
    me = visitor.must_take_calls()
    async with database.work(visitor.tenant) as work:
        agent = await attendance.load_agent(work, me)
    if agent is None or agent.set_by is None:
        return WhoSetIt(None, None, None)
    return WhoSetIt(agent.set_by, agent.wanted, agent.set_reason)


supervision_router = Router(
    "/api",
    route_handlers=[
        monitor,
        change_mode,
        leave,
        take_over,
        monitoring_history,
        monitored_calls,
        set_presence,
        who_set_it,
    ],
    dependencies={"supervisors_wish": Provide(a_supervisors_wish)},
)
