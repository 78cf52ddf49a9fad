"""What people wish: each a signal on the switchboard's road, answered with the new revision."""

from uuid import UUID

from litestar import Router, delete, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from backend.carrier import voice_token
from backend.carrier.voice_token import VoiceToken
from backend.clock import Clock
from backend.domain import signals
from backend.domain.agent import AgentStatus
from backend.domain.handover import TalkWith
from backend.domain.refusals import NotAllowed
from backend.settings import Settings
from backend.switchboard import Switchboard
from backend.web.accounts import Accounts
from backend.web.problems import NoVoice
from backend.web.visitor import Visitor


class Done(Struct, frozen=True):
    """The call as it is from now on known by this revision; the feed tells the rest."""

    call_id: UUID
    rev: int


class Parking(Struct, frozen=True):
    """Where to park: a slot's number, or none for the lowest free one."""

    slot: int | None = None


class Handing(Struct, frozen=True):
    """To which agent."""

    to: UUID


class Talking(Struct, frozen=True):
    """With whom: `colleague`, `caller` or `all`."""

    talk_with: TalkWith


class WishedPresence(Struct, frozen=True):
    status: AgentStatus


class PresenceSet(Struct, frozen=True):
    agent_id: UUID
    rev: int


class UnknownPresence(NotAllowed):
    """You can choose "available" or "away"; everything else follows from what happens."""

    code = "not-a-choice"
    status = 400


@post("/calls/{call_id:uuid}/claim", status_code=200)
async def claim(
    call_id: FromPath[UUID],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> Done:
    """Answer a ringing call. Exactly one agent gets it."""
    agent = visitor.must_take_calls()
    return await _do(switchboard, visitor, call_id, signals.AgentAnswered(agent))


@post("/calls/{call_id:uuid}/refusal", status_code=200)
async def decline(
    call_id: FromPath[UUID],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> Done:
    """Decline an offer; the call goes on ringing at the others."""
    agent = visitor.must_take_calls()
    return await _do(switchboard, visitor, call_id, signals.AgentDeclined(agent))


@post("/calls/{call_id:uuid}/parking", status_code=200)
async def park(
    call_id: FromPath[UUID],
    data: JSONBody[Parking],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> Done:
    """Park one's call: the caller hears music, the agent is free."""
    agent = visitor.must_take_calls()
    return await _do(switchboard, visitor, call_id, signals.AgentParked(agent, data.slot))


@delete("/calls/{call_id:uuid}/parking", status_code=200)
async def pick_up(
    call_id: FromPath[UUID],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> Done:
    """Take a parked call out of the lot. Any agent may."""
    agent = visitor.must_take_calls()
    return await _do(switchboard, visitor, call_id, signals.AgentPickedUp(agent))


@post("/calls/{call_id:uuid}/hangup", status_code=200)
async def hang_up(
    call_id: FromPath[UUID],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> Done:
    """End one's call for everybody in it. Who consults a colleague leaves them the call; who is
    consulted only leaves."""
    agent = visitor.must_take_calls()
    return await _do(switchboard, visitor, call_id, signals.AgentHungUp(agent))


@post("/calls/{call_id:uuid}/hold", status_code=200)
async def hold(
    call_id: FromPath[UUID],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> Done:
    """Music for one's caller; the call stays one's own."""
    agent = visitor.must_take_calls()
    return await _do(switchboard, visitor, call_id, signals.AgentHeld(agent))


@delete("/calls/{call_id:uuid}/hold", status_code=200)
async def resume(
    call_id: FromPath[UUID],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> Done:
    """Talk to the caller again."""
    agent = visitor.must_take_calls()
    return await _do(switchboard, visitor, call_id, signals.AgentResumed(agent))


@post("/calls/{call_id:uuid}/transfer", status_code=200)
async def transfer(
    call_id: FromPath[UUID],
    data: JSONBody[Handing],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> Done:
    """Hand one's call to a colleague without speaking to them first; it comes back if they do not
    take it."""
    agent = visitor.must_take_calls()
    return await _do(switchboard, visitor, call_id, signals.AgentTransferred(agent, data.to))


@post("/calls/{call_id:uuid}/consult", status_code=200)
async def consult(
    call_id: FromPath[UUID],
    data: JSONBody[Handing],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> Done:
    """Ask a colleague into one's call, who takes it by a claim; the caller hears music."""
    agent = visitor.must_take_calls()
    return await _do(switchboard, visitor, call_id, signals.AgentConsulted(agent, data.to))


@put("/calls/{call_id:uuid}/consult", status_code=200)
async def talk_with(
    call_id: FromPath[UUID],
    data: JSONBody[Talking],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> Done:
    """Swap between caller and colleague, or merge: whoever is left out hears music."""
    agent = visitor.must_take_calls()
    signal = signals.AgentTalkedWith(agent, data.talk_with)
    return await _do(switchboard, visitor, call_id, signal)


@delete("/calls/{call_id:uuid}/consult", status_code=200)
async def cancel_consult(
    call_id: FromPath[UUID],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> Done:
    """Let the colleague go, and talk with the caller again."""
    agent = visitor.must_take_calls()
    return await _do(switchboard, visitor, call_id, signals.AgentCancelledConsult(agent))


@post("/calls/{call_id:uuid}/completion", status_code=200)
async def complete(
    call_id: FromPath[UUID],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> Done:
    """Leave the call to the colleague who is consulted."""
    agent = visitor.must_take_calls()
    return await _do(switchboard, visitor, call_id, signals.AgentCompleted(agent))


@put("/presence")
async def set_presence(
    data: JSONBody[WishedPresence],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> PresenceSet:
    """Become available or away; ends a wrap-up."""
    match data.status:
        case AgentStatus.AVAILABLE:
            signal = signals.AgentWentAvailable()
        case AgentStatus.AWAY:
            signal = signals.AgentWentAway()
        case AgentStatus.OFFLINE | AgentStatus.WRAP_UP:
            raise UnknownPresence
    return await _attend(switchboard, visitor, signal)


@delete("/wrap-up", status_code=200)
async def finish_wrap_up(
    visitor: NamedDependency[Visitor], switchboard: NamedDependency[Switchboard]
) -> PresenceSet:
    """Finish the wrap-up before its time is over."""
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


async def _do(
    switchboard: Switchboard, visitor: Visitor, call_id: UUID, signal: signals.Command
) -> Done:
    call = await switchboard.command(visitor.tenant, call_id, signal)
    return Done(call.id, call.rev)


async def _attend(
    switchboard: Switchboard, visitor: Visitor, signal: signals.AgentSignal
) -> PresenceSet:
    agent_id = visitor.must_take_calls()
    agent = await switchboard.attend(visitor.tenant, agent_id, signal)
    if agent is None:
        raise NotAllowed
    return PresenceSet(agent.id, agent.rev)


commands_router = Router(
    "/api",
    route_handlers=[
        claim,
        decline,
        park,
        pick_up,
        hang_up,
        hold,
        resume,
        transfer,
        consult,
        talk_with,
        cancel_consult,
        complete,
        set_presence,
        finish_wrap_up,
        issue_voice_token,
    ],
)
