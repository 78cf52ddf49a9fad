"""Tenants, persons and what they may do in each tenant."""

from enum import StrEnum
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct

from backend.domain.rules import Rules
from backend.store.tenancy import Database, Work


class Role(StrEnum):
    """What a person is in one tenant."""

    OWNER = "owner"
    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    ANALYST = "analyst"


TAKES_CALLS = frozenset(Role) - {Role.ANALYST}
SUPERVISES = frozenset({Role.OWNER, Role.ADMIN, Role.SUPERVISOR})
"""Who may come into another's call and set another's status. All of them are agents too."""
ADMINISTERS = frozenset({Role.OWNER, Role.ADMIN})
"""Who may change what the company's figures are counted from."""
READS_REPORTS = SUPERVISES | {Role.ANALYST}
"""Who sees the company's figures, and the calls behind them."""


class Credentials(Struct, frozen=True):
    """What a password is checked against."""

    person_id: UUID
    password_hash: str


class Place(Struct, frozen=True):
    """A tenant that a person belongs to, and as what."""

    id: UUID
    name: str
    role: Role


class Person(Struct, frozen=True):
    id: UUID
    name: str
    email: str


async def credentials_of(database: Database, email: str) -> Credentials | None:
    """The person of that address, in whatever tenants; None if there is none."""
    rows = await database.ask("select * from credentials_of($1)", email)
    return next((Credentials(row["person_id"], row["password_hash"]) for row in rows), None)


async def places_of(database: Database, person: UUID) -> list[Place]:
    """The tenants that a person may work in."""
    rows = await database.ask("select * from memberships_of($1)", person)
    return [Place(row["tenant_id"], row["tenant_name"], Role(row["role"])) for row in rows]


async def tenants(database: Database) -> dict[UUID, str]:
    """Every tenant's name, by id: for the product's own housekeeping."""
    rows = await database.ask("select * from tenants()")
    return {row["tenant_id"]: row["name"] for row in rows}


async def register_person(database: Database, *, email: str, name: str, password_hash: str) -> UUID:
    """The person of that address, made if there is none. An existing one keeps the password."""
    rows = await database.ask(
        "select register_person($1, $2, $3, $4)", uuid4(), email, name, password_hash
    )
    return rows[0][0]


async def found_tenant(work: Work, name: str, rules: Rules) -> None:
    """Make the tenant of this work, if it does not exist."""
    await work.connection.execute(
        "insert into tenant (tenant_id, name, rules) values ($1, $2, $3::jsonb)"
        " on conflict (tenant_id) do nothing",
        work.tenant,
        name,
        msgspec.json.encode(rules).decode(),
    )
    await work.connection.execute(
        "insert into journal_head (tenant_id) values ($1) on conflict do nothing", work.tenant
    )


async def add_member(work: Work, person: UUID, name: str, role: Role) -> None:
    """Make a person a member; whoever takes calls gets an agent's row beside it."""
    await work.connection.execute(
        "insert into membership (tenant_id, person_id, role) values ($1, $2, $3)"
        " on conflict (tenant_id, person_id) do update set role = excluded.role",
        work.tenant,
        person,
        role.value,
    )
    if role in TAKES_CALLS:
        await work.connection.execute(
            "insert into agent (tenant_id, id, name) values ($1, $2, $3)"
            " on conflict (tenant_id, id) do nothing",
            work.tenant,
            person,
            name,
        )


async def find_member(work: Work, person: UUID) -> tuple[Person, Role] | None:
    """A member of this tenant, or None."""
    row = await work.connection.fetchrow(
        "select p.person_id, p.name, p.email, m.role from membership m"
        " join person p using (person_id) where m.tenant_id = $1 and m.person_id = $2",
        work.tenant,
        person,
    )
    if row is None:
        return None
    return Person(row["person_id"], row["name"], row["email"]), Role(row["role"])
