"""The product as a story meets it: running for real, its clock moved by hand."""

import secrets
from base64 import b64encode
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import randrange
from typing import Any
from uuid import uuid4

import aiohttp
import msgspec
from argon2 import PasswordHasher
from litestar.types import ASGIApp, Receive, Scope, Send

from backend.app import Services, create_app
from backend.connect_twilio import connect
from backend.domain.rules import Rules
from backend.settings import Settings, read_settings
from backend.store import people
from backend.store.people import Role
from tests.serving import free_socket, served_on
from tests.stories.bookkeeping import the_books_are_right
from tests.stories.company import Agent, Company

PASSWORD = "a password of the tests"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""Cheap, which a hash itself says to whoever checks it: a story's people sign in at once. The
product makes dear ones (`tests/web/test_sign_in.py`)."""


class HandClock:
    """The real time, and as much later as a story says."""

    def __init__(self) -> None:
        self.later = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.later


class Lossy:
    """The way to the product; some requests do not arrive, and nobody sends them again."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application
        self.lost: tuple[str, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.lost and scope["type"] == "http" and scope["path"].endswith(self.lost):
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        await self._application(scope, receive, send)


class Product:
    """One running web server, and what a story may do to it."""

    def __init__(
        self,
        settings: Settings,
        services: Any,
        clock: HandClock,
        carrier: str,
        lossy: Lossy | None = None,
    ) -> None:
        self._lossy = lossy
        self.settings = settings
        self.services: Services = services
        self.clock = clock
        self.carrier = carrier
        self.address = settings.public_url
        self.companies: list[Company] = []
        self._http: aiohttp.ClientSession | None = None

    @property
    def http(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession()
        return self._http

    async def company(self, name: str, rules: Rules | None = None) -> Company:
        """A new company of that name: a number, a supervisor, an analyst and three agents."""
        number = f"+1555{randrange(10**6, 10**7)}"  # noqa: S311
        company = Company(self, uuid4(), name, number)
        database = self.services.database
        async with database.work(company.tenant) as work:
            await people.found_tenant(work, name, rules or Rules())
        cast = {"Ana": Role.AGENT, "Ben": Role.AGENT, "Chloe": Role.AGENT}
        cast |= {"Sam": Role.SUPERVISOR, "Ada": Role.ANALYST}
        for person, role in cast.items():
            await self.takes_on(company, person, role)
        await self._join_to_carrier(company)
        self.companies.append(company)
        return company

    async def takes_on(self, company: Company, person: str, role: Role) -> Agent:
        """Somebody of that name is one of the company's people from now on."""
        database = self.services.database
        email = f"{person.lower()}.{company.tenant.hex[:8]}@{company.name.lower()}.example"
        person_id = await people.register_person(
            database, email=email, name=person, password_hash=PASSWORD_HASH
        )
        async with database.work(company.tenant) as work:
            await people.add_member(work, person_id, person, role)
        company.add(person, person_id, email, PASSWORD)
        return company.people[person]

    async def later(self, seconds: float) -> None:
        """Let time pass, and let the sweeper notice."""
        self.clock.later += timedelta(seconds=seconds)
        await self.services.attendance.prove()  # open pages went on answering meanwhile
        await self.sweep()

    @contextmanager
    def ahead(self) -> Generator[None]:
        """Whatever time passes within, the clock is right again afterwards: a sweeper of a product
        that outlives its story must not find everybody else's people silent."""
        before = self.clock.later
        try:
            yield
        finally:
            self.clock.later = before

    async def sweep(self) -> None:
        """Everything that is due now, and what that sets going; rounds of the sweeper until nobody
        waits for a turn, since the calls of earlier stories fall silent too."""
        sweeper = self.services.sweeper
        while await sweeper.sweep():
            await sweeper.idle()
        await sweeper.idle()
        await self.services.courier.idle()

    async def every_board_is_right(self) -> None:
        """fold(snapshot, events) equals a fresh snapshot, on every open board."""
        for company in self.companies:
            await company.every_board_is_right()

    async def the_books_are_right(self) -> None:
        """What figures are counted from is what the journal says, for every company."""
        for company in self.companies:
            await the_books_are_right(self.services.database, company.tenant)

    @contextmanager
    def deaf_to(self, *endings: str) -> Generator[None]:
        """While this lasts, webhooks whose path ends so are lost on the way to the product."""
        assert self._lossy is not None
        self._lossy.lost = endings
        try:
            yield
        finally:
            self._lossy.lost = ()

    async def close(self) -> None:
        for company in self.companies:
            await company.close()
        if self._http is not None:
            await self._http.close()

    async def lab(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the local carrier's lab."""
        async with self.http.request(method, f"{self.carrier}/lab{path}", json=body) as answer:
            text = await answer.text()
            assert answer.status < 300, f"{method} {path}: {answer.status} {text}"
            return msgspec.json.decode(text) if text else None

    async def _join_to_carrier(self, company: Company) -> None:
        wish = {"friendly_name": str(company.tenant), "numbers": [company.number]}
        account = await self.lab("POST", "/accounts", wish)
        company.account_sid = account["account_sid"]
        company.auth_token = account["auth_token"]
        await connect(
            self.settings,
            self.services.database,
            company.tenant,
            company.account_sid,
            company.auth_token,
            company.number,
            lambda _: None,
        )
        await self.services.accounts.load(company.tenant)


def settings_for(database_url: str, carrier: str, folder: Path, port: int, **more: str) -> Settings:
    """The settings of a product on that port, read as they always are; `more` are others."""
    return read_settings(environment_for(database_url, carrier, folder, port) | more)


def environment_for(database_url: str, carrier: str, folder: Path, port: int) -> dict[str, str]:
    """The environment of a product on that port."""
    return {
        "DATABASE_URL": database_url,
        "PATCHBAY_PORT": str(port),
        "PATCHBAY_DATA": str(folder),
        "PATCHBAY_CARRIER_API_URL": carrier,
        "PATCHBAY_CARRIER_SIGNALLING": carrier.removeprefix("http://"),
        "PATCHBAY_SECRET_KEY": _KEY,
        "PATCHBAY_LOG": "json",
    }


_KEY = b64encode(secrets.token_bytes(32)).decode()


@asynccontextmanager
async def running_product(
    database_url: str, carrier: str, folder: Path, *, sweeping: bool = False, **more: str
) -> AsyncGenerator[Product]:
    """The product on a free port, in the test's own event loop; `more` are other settings."""
    listener = free_socket()
    settings = settings_for(database_url, carrier, folder, listener.getsockname()[1], **more)
    clock = HandClock()
    app = create_app(settings, clock=clock, sweeping=sweeping)
    lossy = Lossy(app)
    async with served_on(listener, lossy):
        product = Product(settings, app.state, clock, carrier, lossy)
        try:
            yield product
        finally:
            await product.close()
