"""What agents say of themselves: available or away, wrap-up over; and the key to their phone."""

from uuid import UUID

from litestar import Router, delete, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Struct

from backend.carrier import voice_token
from backend.carrier.voice_token import VoiceToken
from backend.clock import Clock
from backend.domain import signals
from backend.domain.agent import AgentStatus
from backend.domain.refusals import NotAllowed
from backend.settings import Settings
from backend.switchboard import Switchboard
from backend.web.accounts import Accounts
from backend.web.problems import NoVoice
from backend.web.visitor import Visitor


class WishedPresence(Struct, frozen=True):
    """Available, or away for one of the company's reasons or none."""

    status: AgentStatus
    reason: str | None = None


class PresenceSet(Struct, frozen=True):
    agent_id: UUID
    rev: int


class UnknownPresence(NotAllowed):
    """You can choose "available" or "away"; everything else follows from what happens."""

    code = "not-a-choice"
    status = 400


class ReasonWithoutAway(NotAllowed):
    """A reason is given for being away only. Choose "away", or leave the reason out."""

    code = "reason-without-away"
    status = 400


@put("/presence")
async def set_presence(
    data: JSONBody[WishedPresence],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> PresenceSet:
    """Become available or away: at once, or after the call or the wrap-up that one is in."""
    match data.status:
        case AgentStatus.AVAILABLE if data.reason is not None:
            raise ReasonWithoutAway
        case AgentStatus.AVAILABLE:
            signal = signals.AgentWentAvailable()
        case AgentStatus.AWAY:
            signal = signals.AgentWentAway(data.reason)
        case AgentStatus.OFFLINE | AgentStatus.WRAP_UP | AgentStatus.UNREACHABLE:
            raise UnknownPresence
    return await _attend(switchboard, visitor, signal)


@delete("/wrap-up", status_code=200)
async def finish_wrap_up(
    visitor: NamedDependency[Visitor], switchboard: NamedDependency[Switchboard]
) -> PresenceSet:
    """Finish the wrap-up before its time is over; refused if the company wants a disposition
    first."""
    return await _attend(switchboard, visitor, signals.AgentFinishedWrapUp())


@post("/voice-token", status_code=200)
async def issue_voice_token(
    visitor: NamedDependency[Visitor],
    accounts: NamedDependency[Accounts],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
) -> VoiceToken:
    """A key for this browser's phone, good for an hour."""
    person = visitor.must_take_calls()
    keys = await accounts.keys(visitor.tenant)
    if keys is None:
        raise NoVoice
    return voice_token.issue(keys, person, clock(), settings.carrier_signalling or None)


async def _attend(
    switchboard: Switchboard, visitor: Visitor, signal: signals.AgentSignal
) -> PresenceSet:
    agent_id = visitor.must_take_calls()
    agent = await switchboard.attend(visitor.tenant, agent_id, signal)
    if agent is None:
        raise NotAllowed
    return PresenceSet(agent.id, agent.rev)


presence_router = Router("/api", route_handlers=[set_presence, finish_wrap_up, issue_voice_token])
