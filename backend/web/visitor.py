"""Who makes this request: the signed-in person, in the tenant of the session."""

from uuid import UUID

from msgspec import Struct

from backend.clock import Clock
from backend.domain.refusals import NotAllowed
from backend.store.people import ADMINISTERS, SUPERVISES, TAKES_CALLS, Person, Role, find_member
from backend.store.sessions import SignedIn, find_session, read_token
from backend.store.tenancy import Database
from backend.web.connections import Connection, HttpRequest
from backend.web.problems import SignedOut

COOKIE = "patchbay_session"


class Visitor(Struct, frozen=True):
    """A signed-in person. The tenant comes from the session, never from the request."""

    session: SignedIn
    person: Person
    role: Role

    @property
    def tenant(self) -> UUID:
        return self.session.tenant

    def must_take_calls(self) -> UUID:
        """The person's id as an agent. Raises `NotAllowed` for a role that takes no calls."""
        if self.role not in TAKES_CALLS:
            raise NotAllowed
        return self.person.id

    def must_supervise(self) -> UUID:
        """The person's id as a supervisor. Raises `NotAllowed` for everybody else."""
        if self.role not in SUPERVISES:
            raise NotAllowed
        return self.person.id

    def must_administer(self, why: str) -> UUID:
        """The person's id as an owner or admin. Raises `NotAllowed`, and says `why`, for everybody
        else."""
        if self.role not in ADMINISTERS:
            raise NotAllowed(why)
        return self.person.id


async def identify(
    connection: Connection, database: Database, clock: Clock, *, is_used: bool = True
) -> Visitor:
    """Who this is. Raises `SignedOut`. A page that asks by itself while nobody is there does not
    keep a session from ending: then nothing is used."""
    token = read_token(connection.cookies.get(cookie_name(connection), ""))
    if token is None:
        raise SignedOut
    session = await find_session(database, token, clock(), is_used=is_used)
    if session is None:
        raise SignedOut
    async with database.work(session.tenant) as work:
        member = await find_member(work, session.person_id)
    if member is None:
        raise SignedOut
    return Visitor(session, *member)


def cookie_name(connection: Connection) -> str:
    """`__Host-` pins a cookie to its origin, but browsers take it over https only."""
    secure: bool = connection.app.state.settings.public_url.startswith("https:")
    return f"__Host-{COOKIE}" if secure else COOKIE


async def current_visitor(request: HttpRequest) -> Visitor:
    """The dependency: whoever makes this request."""
    return await identify(request, request.app.state.database, request.app.state.clock)
