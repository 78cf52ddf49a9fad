"""The product under measurement: its own web server process, and companies to work for."""

import secrets
import sys
from base64 import b64encode
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

from backend.domain.rules import Rules
from backend.settings import Settings, read_settings
from backend.store import people
from backend.store.carrier_accounts import CarrierAccount, save_account
from backend.store.people import Role
from backend.store.sessions import open_session
from backend.store.tenancy import Database
from backend.web.visitor import COOKIE
from benchmarks.processes import ServerProcess, free_port, running

PATIENT = Rules(ring_seconds=3600, join_seconds=3600, wrap_up_seconds=0)
"""No call runs out of time while something else is measured."""


class Member(NamedTuple):
    """A person of a company, signed in; `cookie` is what their browser sends."""

    id: UUID
    cookie: str


class Company(NamedTuple):
    """A tenant with a number, connected to a carrier account."""

    tenant: UUID
    number: str
    account_sid: str
    auth_token: str


class Product:
    """One running web server. The carrier behind it does not exist: nothing here needs one."""

    def __init__(self, settings: Settings, server: ServerProcess, database: Database) -> None:
        self.settings = settings
        self.server = server
        self._database = database

    async def company(self) -> Company:
        """A new company without people."""
        company = Company(
            tenant=uuid4(),
            number=f"+1555{secrets.randbelow(9 * 10**6) + 10**6}",
            account_sid=f"AC{secrets.token_hex(16)}",
            auth_token=secrets.token_hex(16),
        )
        account = CarrierAccount(company.tenant, company.account_sid, company.auth_token)
        async with self._database.work(company.tenant) as work:
            await people.found_tenant(work, "Benchmark", PATIENT)
            await save_account(work, self.settings.secret_key, account)
        return company

    async def members(self, company: Company, count: int, role: Role) -> list[Member]:
        """New people of that role, each signed in once. None of them has a board open yet."""
        members: list[Member] = []
        async with self._database.work(company.tenant) as work:
            for _ in range(count):
                name = f"Person {secrets.token_hex(4)}"
                person = await people.register_person(
                    self._database,
                    email=f"{secrets.token_hex(8)}@benchmark.example",
                    name=name,
                    password_hash="nobody signs in with it",  # noqa: S106
                )
                await people.add_member(work, person, name, role)
                session = await open_session(work, person, datetime.now(UTC))
                members.append(Member(person, f"{COOKIE}={session.token.text}"))
        return members

    async def count_calls(self, companies: Iterable[Company], *, live: bool = False) -> int:
        """How many calls are stored for these companies; only those not ended if `live`."""
        stored = 0
        for company in companies:
            async with self._database.work(company.tenant) as work:
                stored += await work.connection.fetchval(
                    "select count(*) from call where tenant_id = $1"
                    " and (not $2::boolean or state <> 'ended')",
                    company.tenant,
                    live,
                )
        return stored

    @property
    def spooled(self) -> int:
        """How many callbacks were answered while the database was too slow, and stored later."""
        return self.server.log.read_text(errors="replace").count("the callback is spooled")


@asynccontextmanager
async def running_product(database_url: str, folder: Path) -> AsyncGenerator[Product]:
    """`python -m backend serve` on a free port, its data and its log in that folder."""
    port = free_port()
    environment = {
        "DATABASE_URL": database_url,
        "PATCHBAY_PORT": str(port),
        "PATCHBAY_CARRIER_PORT": str(free_port()),
        "PATCHBAY_PANEL_PORT": str(free_port()),
        "PATCHBAY_STATISTICS_PORT": str(free_port()),
        "PATCHBAY_DATA": str(folder),
        "PATCHBAY_SECRET_KEY": b64encode(secrets.token_bytes(32)).decode(),
        "PATCHBAY_LOG": "json",
    }
    settings = read_settings(environment)
    command = [sys.executable, "-m", "backend", "serve"]
    async with running(command, port, folder / "web.log", environment) as server:
        database = await Database.connect(database_url, 4)
        try:
            yield Product(settings, server, database)
        finally:
            await database.close()
