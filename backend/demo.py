"""Two companies to try the product with, Acme and Globex, on the local carrier.

Only for an embedded database (or when asked for). The passwords are made from this
installation's key, so they differ everywhere and stay the same from start to start.
"""

from base64 import b32encode
from hashlib import sha256
from hmac import digest
from uuid import NAMESPACE_DNS, UUID, uuid5

import aiohttp
from msgspec import Struct

from backend.connect_twilio import connect
from backend.domain.rules import Rules
from backend.settings import Settings
from backend.store import people, teams
from backend.store.people import Role
from backend.store.tenancy import Database
from backend.web.pages import DemoAccount
from backend.web.passwords import hash_password


class Company(Struct, frozen=True):
    """A demo company: its number, its people, each with a role, and its teams."""

    name: str
    number: str
    people: tuple[tuple[str, Role], ...]
    teams: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def tenant(self) -> UUID:
        return uuid5(NAMESPACE_DNS, f"{self.name.lower()}.demo.patchbay")

    def email(self, person: str) -> str:
        return f"{person.split()[0].lower()}@{self.name.lower()}.example"


COMPANIES = (
    Company(
        "Acme",
        "+15550100001",
        (
            ("Olivia Park", Role.OWNER),
            ("Sam Okafor", Role.SUPERVISOR),
            ("Ana Ruiz", Role.AGENT),
            ("Ben Carter", Role.AGENT),
            ("Chloe Martin", Role.AGENT),
        ),
        (("Sales", ("Ana Ruiz", "Ben Carter")), ("Support", ("Ben Carter", "Chloe Martin"))),
    ),
    Company(
        "Globex",
        "+15550100002",
        (
            ("Hank Weber", Role.OWNER),
            ("Sofia Rossi", Role.SUPERVISOR),
            ("Dan Novak", Role.AGENT),
            ("Eva Lind", Role.AGENT),
            ("Finn Doyle", Role.AGENT),
        ),
        (("Sales", ("Dan Novak", "Eva Lind")), ("Support", ("Eva Lind", "Finn Doyle"))),
    ),
)


def accounts(settings: Settings) -> tuple[DemoAccount, ...]:
    """Everybody's sign-in, whether laid out yet or not."""
    return tuple(
        DemoAccount(
            tenant=company.name,
            name=name,
            role=role.value,
            email=company.email(name),
            password=_password(settings, company.email(name)),
        )
        for company in COMPANIES
        for name, role in company.people
    )


async def lay_out(settings: Settings) -> list[DemoAccount]:
    """Make what is missing of the companies, and join them to the local carrier.

    Needs the database and the local carrier to be up. Laying out twice changes nothing.
    """
    assert settings.database_url is not None  # noqa: S101  the supervisor has started it
    database = await Database.connect(settings.database_url, 2)
    try:
        for company in COMPANIES:
            await _found(settings, database, company)
            await _form_teams(database, company)
            await _join_to_local_carrier(settings, database, company)
    finally:
        await database.close()
    return list(accounts(settings))


async def _found(settings: Settings, database: Database, company: Company) -> None:
    async with database.work(company.tenant) as work:
        await people.found_tenant(work, company.name, Rules())
    for name, role in company.people:
        email = company.email(name)
        if await people.credentials_of(database, email) is None:
            hashed = await hash_password(_password(settings, email))
            await people.register_person(database, email=email, name=name, password_hash=hashed)
        known = await people.credentials_of(database, email)
        assert known is not None  # noqa: S101  it was registered above
        async with database.work(company.tenant) as work:
            await people.add_member(work, known.person_id, name, role)


async def _form_teams(database: Database, company: Company) -> None:
    """Only where there is none: teams that were renamed or removed stay so."""
    async with database.work(company.tenant) as work:
        if await teams.team_ids(work):
            return
        ids = {one.name: one.id for one in await teams.colleagues(work)}
        for name, members in company.teams:
            team = await teams.make_team(work, name)
            for member in members:
                await teams.put_in(work, team, ids[member])


async def _join_to_local_carrier(settings: Settings, database: Database, company: Company) -> None:
    """The lab hands out accounts, as Twilio's console would."""
    wish = {"friendly_name": company.name, "numbers": [company.number]}
    lab = f"{settings.carrier_api_url.rstrip('/')}/lab/accounts"
    async with aiohttp.ClientSession() as http, http.post(lab, json=wish) as answer:
        answer.raise_for_status()
        account = await answer.json()
    await connect(
        settings,
        database,
        company.tenant,
        account["account_sid"],
        account["auth_token"],
        company.number,
        lambda _: None,
    )


def _password(settings: Settings, email: str) -> str:
    """Twelve letters and digits that nobody without this installation's key can guess."""
    made = b32encode(digest(settings.secret_key, f"demo {email}".encode(), sha256)).decode()
    return "-".join((made[0:4], made[4:8], made[8:12])).lower()
