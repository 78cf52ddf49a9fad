"""Signing in and out, and switching company. Every sign-in gets a fresh session id."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, post, put
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from backend.clock import Clock
from backend.domain import signals
from backend.feed.hub import Goodbye, Hub
from backend.logs import logger
from backend.settings import Settings
from backend.store import people
from backend.store.people import Place
from backend.store.sessions import ABSOLUTE, SignedIn, close_session, open_session, read_token
from backend.store.tenancy import Database
from backend.switchboard import Switchboard
from backend.web.connections import HttpRequest
from backend.web.passwords import hash_password, password_is
from backend.web.problems import NoSuchCompany, SignedOut, TooManyTries, WrongCredentials
from backend.web.throttle import Throttle
from backend.web.visitor import Visitor, cookie_name, identify

log = logger("sign-in")


class SignIn(Struct, frozen=True):
    """Bounded, because an address is remembered for a while, and PostgreSQL knows no NUL."""

    email: Annotated[str, Meta(max_length=254, pattern=r"^[^\x00]*$")]
    password: Annotated[str, Meta(max_length=1024)]
    tenant: UUID | None = None


class SwitchTenant(Struct, frozen=True):
    tenant: UUID


class PersonCard(Struct, frozen=True):
    id: UUID
    name: str
    email: str


class TenantCard(Struct, frozen=True):
    id: UUID
    name: str


class Me(Struct, frozen=True):
    """Who is signed in, where, as what, and where else they could be."""

    person: PersonCard
    tenant: TenantCard
    role: str
    tenants: list[Place]
    simulated: bool
    lab_url: str | None


class SessionCard(Struct, frozen=True):
    """Whose session it is, in which company, and as what."""

    person: UUID
    tenant: UUID
    role: str


@post("/sign-in", status_code=200)
async def sign_in(
    data: JSONBody[SignIn],
    request: HttpRequest,
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    throttle: NamedDependency[Throttle],
    hub: NamedDependency[Hub],
    clock: NamedDependency[Clock],
) -> Response[Me]:
    """Check the password and open a session in the wished tenant, else in the first one."""
    who = data.email.strip().lower()
    if not throttle.may_try(who, clock()):
        raise TooManyTries
    credentials = await people.credentials_of(database, who)
    # Checking against nobody's hash takes as long as a real one: the answer tells nothing.
    stored = credentials.password_hash if credentials else await _nobodys_hash()
    if not await password_is(stored, data.password) or credentials is None:
        raise WrongCredentials
    places = await people.places_of(database, credentials.person_id)
    place = next((p for p in places if data.tenant in (None, p.id)), None)
    if place is None:
        raise WrongCredentials
    throttle.forget(who)
    await _close_brought_session(request, database, hub)
    session = await _open(database, place.id, credentials.person_id, clock)
    return _with_cookie(request, session, await _me(database, settings, session))


@post("/sign-out", status_code=204)
async def sign_out(
    request: HttpRequest,
    visitor: NamedDependency[Visitor],
    database: NamedDependency[Database],
    switchboard: NamedDependency[Switchboard],
    hub: NamedDependency[Hub],
) -> Response[None]:
    """End this session, and every board that was opened with it."""
    async with database.work(visitor.tenant) as work:
        await close_session(work, visitor.session.token)
    hub.dismiss(visitor.session.token.hash, Goodbye("signed-out", "You have signed out."))
    await switchboard.attend(visitor.tenant, visitor.person.id, signals.AgentSignedOut())
    return Response[None](None, status_code=204, cookies=[_cookie(request, "", max_age=0)])


@get("/me")
async def me(
    visitor: NamedDependency[Visitor],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Me:
    """Who is signed in."""
    return await _me(database, settings, visitor.session)


@get("/session")
async def session(
    request: HttpRequest, database: NamedDependency[Database], clock: NamedDependency[Clock]
) -> SessionCard:
    """Whether the session still holds, for a page that is open. To ask does not count as using it:
    one that is left alone ends as if the page were closed."""
    visitor = await identify(request, database, clock, is_used=False)
    return SessionCard(visitor.person.id, visitor.tenant, visitor.role.value)


@put("/session/tenant")
async def switch_tenant(
    data: JSONBody[SwitchTenant],
    request: HttpRequest,
    visitor: NamedDependency[Visitor],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    hub: NamedDependency[Hub],
    clock: NamedDependency[Clock],
) -> Response[Me]:
    """Work in another of one's companies: a new session there, the old one ends."""
    places = await people.places_of(database, visitor.person.id)
    if all(place.id != data.tenant for place in places):
        raise NoSuchCompany
    async with database.work(visitor.tenant) as work:
        await close_session(work, visitor.session.token)
    goodbye = Goodbye("tenant-switched", "You have switched to another company.")
    hub.dismiss(visitor.session.token.hash, goodbye)
    session = await _open(database, data.tenant, visitor.person.id, clock)
    return _with_cookie(request, session, await _me(database, settings, session))


_nobody: list[str] = []


async def _nobodys_hash() -> str:
    """Made when first needed: it takes longer than everything else at start."""
    if not _nobody:
        _nobody.append(await hash_password("the password of nobody at all"))
    return _nobody[0]


async def _open(database: Database, tenant: UUID, person: UUID, clock: Clock) -> SignedIn:
    async with database.work(tenant) as work:
        return await open_session(work, person, clock())


async def _close_brought_session(request: HttpRequest, database: Database, hub: Hub) -> None:
    """Whatever session the browser brought ends here: it never becomes the new one."""
    token = read_token(request.cookies.get(cookie_name(request), ""))
    if token is not None:
        async with database.work(token.tenant) as work:
            await close_session(work, token)
        hub.dismiss(token.hash, Goodbye("session-ended", "Somebody has signed in anew here."))


async def _me(database: Database, settings: Settings, session: SignedIn) -> Me:
    places = await people.places_of(database, session.person_id)
    async with database.work(session.tenant) as work:
        member = await people.find_member(work, session.person_id)
    if member is None:
        raise SignedOut
    person, role = member
    here = next(place for place in places if place.id == session.tenant)
    local = settings.carrier == "local"
    return Me(
        person=PersonCard(person.id, person.name, person.email),
        tenant=TenantCard(here.id, here.name),
        role=role.value,
        tenants=places,
        simulated=local,
        lab_url=f"{settings.carrier_api_url.rstrip('/')}/" if local else None,
    )


def _with_cookie(request: HttpRequest, session: SignedIn, body: Me) -> Response[Me]:
    cookie = _cookie(request, session.token.text, max_age=int(ABSOLUTE.total_seconds()))
    return Response(body, cookies=[cookie], status_code=200)


def _cookie(request: HttpRequest, value: str, *, max_age: int) -> Cookie:
    """The session's cookie. Browsers take a `__Host-` one, or its end, only with all of this."""
    name = cookie_name(request)
    return Cookie(
        key=name,
        value=value,
        path="/",
        max_age=max_age,
        httponly=True,
        secure=name.startswith("__Host-"),
        samesite="lax",
    )


sign_in_router = Router("/api", route_handlers=[sign_in, sign_out, me, session, switch_tenant])
