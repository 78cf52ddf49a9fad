"""What people wish with a call: each a signal on the switchboard's road, answered with the call's
new revision."""

from uuid import UUID

from litestar import Router, delete, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from backend.domain import signals
from backend.domain.handover import TalkWith
from backend.domain.refusals import NobodyNamed
from backend.switchboard import Switchboard
from backend.web.visitor import Visitor


class Done(Struct, frozen=True):
    """The call as it is from now on known by this revision; the feed tells the rest."""

    call_id: UUID
    rev: int


class Parking(Struct, frozen=True):
    """Where to park: a slot's number, or none for the lowest free one."""

    slot: int | None = None


class Asking(Struct, frozen=True):
    """Which agent, or which number outside as it was typed: one of them."""

    to: UUID | None = None
    number: str | None = None


class Handing(Struct, frozen=True):
    """To which agent, to which team, or to which number outside as it was typed: one of them."""

    to: UUID | None = None
    number: str | None = None
    team: UUID | None = None


class Talking(Struct, frozen=True):
    """With whom: `colleague`, `caller` or `all`."""

    talk_with: TalkWith


class Noting(Struct, frozen=True):
    """All that one notes about the call; nothing takes the note back."""

    text: str


class Disposing(Struct, frozen=True):
    """How it went: one of the company's dispositions."""

    disposition: str


class Wish:
    """A wish of `agent` about one call of their company."""

    def __init__(self, switchboard: Switchboard, tenant: UUID, call_id: UUID, agent: UUID) -> None:
        self._switchboard, self._tenant, self._call_id = switchboard, tenant, call_id
        self.agent = agent

    async def of(self, signal: signals.Command) -> Done:
        """Raises a `Refusal` that says why not."""
        call = await self._switchboard.command(self._tenant, self._call_id, signal)
        return Done(call.id, call.rev)


async def a_wish(
    call_id: FromPath[UUID],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> Wish:
    """The dependency of every command below. Raises `NotAllowed` for who takes no calls."""
    return Wish(switchboard, visitor.tenant, call_id, visitor.must_take_calls())


@post("/calls/{call_id:uuid}/claim", status_code=200)
async def claim(wish: NamedDependency[Wish]) -> Done:
    """Answer a ringing call. Exactly one agent gets it."""
    return await wish.of(signals.AgentAnswered(wish.agent))


@post("/calls/{call_id:uuid}/refusal", status_code=200)
async def decline(wish: NamedDependency[Wish]) -> Done:
    """Decline an offer; the call goes on ringing at the others."""
    return await wish.of(signals.AgentDeclined(wish.agent))


@post("/calls/{call_id:uuid}/parking", status_code=200)
async def park(data: JSONBody[Parking], wish: NamedDependency[Wish]) -> Done:
    """Park one's call: the caller hears music, the agent is free."""
    return await wish.of(signals.AgentParked(wish.agent, data.slot))


@delete("/calls/{call_id:uuid}/parking", status_code=200)
async def pick_up(wish: NamedDependency[Wish]) -> Done:
    """Take a parked call out of the lot. Any agent may."""
    return await wish.of(signals.AgentPickedUp(wish.agent))


@post("/calls/{call_id:uuid}/hangup", status_code=200)
async def hang_up(wish: NamedDependency[Wish]) -> Done:
    """End one's call for everybody in it."""
    return await wish.of(signals.AgentHungUp(wish.agent))


@post("/calls/{call_id:uuid}/hold", status_code=200)
async def hold(wish: NamedDependency[Wish]) -> Done:
    """Music for one's caller; the call stays one's own."""
    return await wish.of(signals.AgentHeld(wish.agent))


@delete("/calls/{call_id:uuid}/hold", status_code=200)
async def resume(wish: NamedDependency[Wish]) -> Done:
    """Talk to the caller again, also to one whom one has set aside."""
    return await wish.of(signals.AgentResumed(wish.agent))


@post("/calls/{call_id:uuid}/aside", status_code=200)
async def set_aside(wish: NamedDependency[Wish]) -> Done:
    """Leave one's caller on hold, to take another call meanwhile."""
    return await wish.of(signals.AgentSetAside(wish.agent))


@post("/calls/{call_id:uuid}/transfer", status_code=200)
async def transfer(data: JSONBody[Handing], wish: NamedDependency[Wish]) -> Done:
    """Hand one's call to a colleague, to a team, or to a number outside, without speaking to them
    first; it comes back if they do not take it."""
    _must_name_one(data.to, data.number, data.team)
    return await wish.of(signals.AgentTransferred(wish.agent, data.to, data.number, data.team))


@post("/calls/{call_id:uuid}/consult", status_code=200)
async def consult(data: JSONBody[Asking], wish: NamedDependency[Wish]) -> Done:
    """Ask a colleague into one's call, who takes it by a claim, or somebody at a number outside.
    The caller hears music; but once all talk together, one more is asked in beside them."""
    _must_name_one(data.to, data.number)
    return await wish.of(signals.AgentConsulted(wish.agent, data.to, data.number))


@put("/calls/{call_id:uuid}/consult", status_code=200)
async def talk_with(data: JSONBody[Talking], wish: NamedDependency[Wish]) -> Done:
    """Swap between caller and colleague, or merge: whoever is left out hears music."""
    return await wish.of(signals.AgentTalkedWith(wish.agent, data.talk_with))


@delete("/calls/{call_id:uuid}/consult", status_code=200)
async def cancel_consult(wish: NamedDependency[Wish]) -> Done:
    """Let the colleague go, and talk with the caller again; or leave, if one is the colleague."""
    return await wish.of(signals.AgentCancelledConsult(wish.agent))


@post("/calls/{call_id:uuid}/completion", status_code=200)
async def complete(wish: NamedDependency[Wish]) -> Done:
    """Leave the call to the colleague who is consulted, or a conference to those in it."""
    return await wish.of(signals.AgentCompleted(wish.agent))


@delete("/calls/{call_id:uuid}/guests/{guest:uuid}", status_code=200)
async def let_go(guest: FromPath[UUID], wish: NamedDependency[Wish]) -> Done:
    """Let a guest of one's conference go: an agent by their id, somebody outside by that of their
    leg. Or leave, if one is that guest. Whoever has gone already is no mistake."""
    return await wish.of(signals.AgentLetGuestGo(wish.agent, guest))


@put("/calls/{call_id:uuid}/notes", status_code=200)
async def take_note(data: JSONBody[Noting], wish: NamedDependency[Wish]) -> Done:
    """Note something about a call that one handles or has handled, in place of one's own note."""
    return await wish.of(signals.AgentNoted(wish.agent, data.text))


@put("/calls/{call_id:uuid}/disposition", status_code=200)
async def dispose(data: JSONBody[Disposing], wish: NamedDependency[Wish]) -> Done:
    """Say how a call went that one handles or has handled."""
    return await wish.of(signals.AgentDisposed(wish.agent, data.disposition))


@post("/calls/{call_id:uuid}/help", status_code=200)
async def ask_for_help(wish: NamedDependency[Wish]) -> Done:
    """Ask a supervisor into one's call; every board that may monitor is told."""
    return await wish.of(signals.AgentAskedForHelp(wish.agent))


@delete("/calls/{call_id:uuid}/help", status_code=200)
async def take_help_back(wish: NamedDependency[Wish]) -> Done:
    """One manages alone after all."""
    return await wish.of(signals.AgentTookHelpBack(wish.agent))


def _must_name_one(*targets: object) -> None:
    if sum(target is not None for target in targets) != 1:
        raise NobodyNamed


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
        set_aside,
        transfer,
        consult,
        talk_with,
        cancel_consult,
        complete,
        let_go,
        take_note,
        dispose,
        ask_for_help,
        take_help_back,
    ],
    dependencies={"wish": Provide(a_wish)},
)
