"""Calling out: what may be called, how a number reads that is being typed, and the call itself."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID, uuid4, uuid5

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from msgspec import Struct

from backend.clock import Clock
from backend.domain import signals
from backend.domain.decision import Scene
from backend.domain.dialling_guard import may_call_out, read
from backend.domain.phone_numbers import LONGEST_TYPED, NotANumber, read_number
from backend.domain.refusals import Refusal
from backend.store import floor
from backend.store.tenancy import Database
from backend.switchboard import Switchboard
from backend.web.commands import Done
from backend.web.visitor import Visitor


class CallingOut(Struct, frozen=True):
    """Whether one may call out, and why not; `country` is how numbers are read, `caller_ids` the
    company's numbers that can be shown."""

    enabled: bool
    why_not: str | None
    country: str
    caller_ids: tuple[str, ...]


class Objection(Struct, frozen=True):
    code: str
    detail: str


class Reading(Struct, frozen=True):
    """How a number that was typed is understood, and what stands in the way of calling it.

    `number` is E.164, `shown` as people of the company write it; both null if it is none.
    """

    number: str | None
    shown: str | None
    country: str | None
    refusal: Objection | None


class NewCall(Struct, frozen=True):
    """`request` is the page's own name for this wish: the same one again is the same call."""

    request: UUID
    number: str
    caller_id: str | None = None


@get("/dialling")
async def calling_out(
    visitor: NamedDependency[Visitor],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
) -> CallingOut:
    """Whether and how one may call out."""
    scene = await _scene(visitor, database, clock)
    objection = _objection(lambda: may_call_out(scene))
    return CallingOut(
        enabled=objection is None,
        why_not=objection and objection.detail,
        country=scene.rules.dialling.country,
        caller_ids=tuple(each.number for each in scene.numbers),
    )


@get("/dialling/reading")
async def reading(
    visitor: NamedDependency[Visitor],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    text: Annotated[str, QueryParameter(max_length=LONGEST_TYPED)] = "",
) -> Reading:
    """How what was typed reads as a number, and whether it may be called now."""
    scene = await _scene(visitor, database, clock)
    refusal = _objection(lambda: read(scene, text, None))
    try:
        found = read_number(text, scene.rules.dialling.country)
    except NotANumber:
        return Reading(None, None, None, refusal)
    return Reading(found.number, found.shown, found.country, refusal)


@post("/dialling", status_code=200)
async def dial(
    data: JSONBody[NewCall],
    visitor: NamedDependency[Visitor],
    switchboard: NamedDependency[Switchboard],
) -> Done:
    """Call a number outside. One's browser connects first, then the number is rung."""
    agent = visitor.must_take_calls()
    call_id = uuid5(visitor.tenant, f"{agent} {data.request}")
    wish = signals.AgentDialled(agent, call_id, data.number, data.caller_id)
    made = await switchboard.command(visitor.tenant, call_id, wish)
    return Done(made.id, made.rev)


def _objection(attempt: Callable[[], object]) -> Objection | None:
    try:
        attempt()
    except Refusal as refusal:
        return Objection(refusal.code, " ".join(refusal.detail.split()))
    return None


async def _scene(visitor: Visitor, database: Database, clock: Clock) -> Scene:
    """What the guard would look at, if this person called now."""
    agent = visitor.must_take_calls()
    nobodys_call = uuid4()
    async with database.work(visitor.tenant) as work:
        loaded = await floor.load(work, nobodys_call, agent, None, clock(), usage=True)
    return loaded.scene(visitor.tenant, None)


dialling_router = Router("/api", route_handlers=[calling_out, reading, dial])
