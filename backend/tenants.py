"""`found-tenant` and `add-person`: a company's first people, from the command line.

The password is read from NEW_PASSWORD, else asked for. Somebody who works for another company
here already keeps their password and is only added.
"""

import argparse
import getpass
import os
import sys
from uuid import UUID, uuid4

from backend.command import CommandRefused, run
from backend.domain.rules import Rules
from backend.settings import Settings
from backend.store import people
from backend.store.people import Role
from backend.store.tenancy import Database
from backend.web.passwords import hash_password

SHORTEST_PASSWORD = 12


class CannotAdd(CommandRefused):
    """The company or the person cannot be added, and why."""


class UnknownTenant(CommandRefused):
    """There is no company of that name or id, or more than one."""


def main(argv: list[str]) -> int:
    """Either command. Returns its exit status: 0 done, 1 refused, 2 wrong usage or settings."""
    given = _parser().parse_args(argv)

    async def do(_: Settings, database: Database) -> str:
        if given.command == "found-tenant":
            return await found_tenant(database, given.name)
        return await add_person(database, given.tenant, given.name, given.email, Role(given.role))

    return run(given.command, do)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m backend", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    found = commands.add_parser("found-tenant", help="make a company with no people yet")
    found.add_argument("--name", required=True)
    add = commands.add_parser(
        "add-person", help="make somebody a member of a company", description=__doc__
    )
    add.add_argument("--tenant", required=True, help="its id or exact name")
    add.add_argument("--name", required=True)
    add.add_argument("--email", required=True)
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    return parser


async def found_tenant(database: Database, name: str) -> str:
    """Make the company. Returns what to tell. Raises `CannotAdd` if the name is taken."""
    if name in (await people.tenants(database)).values():
        raise CannotAdd(f"There is a company called {name!r} already.")
    tenant = uuid4()
    async with database.work(tenant) as work:
        await people.found_tenant(work, name, Rules())
    return f"Company {name} founded: {tenant}. Add its owner with `add-person --role owner`."


async def add_person(
    database: Database, tenant_name: str, name: str, email: str, role: Role
) -> str:
    """Make a person a member. Returns what to tell. Raises `CannotAdd`, `UnknownTenant`."""
    tenant = await find_tenant(database, tenant_name)
    known = await people.credentials_of(database, email.strip())
    person = known.person_id if known else await _register(database, name, email.strip())
    async with database.work(tenant) as work:
        await people.add_member(work, person, name, role)
    kept = " They keep the password that they have." if known else ""
    return f"{name} <{email.strip().lower()}> is now {role.value} of {tenant_name}.{kept}"


async def find_tenant(database: Database, name_or_id: str) -> UUID:
    """The company of that id or exact name. Raises `UnknownTenant`, which lists those there are."""
    names = await people.tenants(database)
    found = [each for each, name in names.items() if name_or_id in (str(each), name)]
    if not found:
        listed = ", ".join(sorted(names.values())) or "none"
        raise UnknownTenant(f"No company is called {name_or_id!r}. There are: {listed}.")
    if len(found) > 1:
        ids = ", ".join(sorted(map(str, found)))
        raise UnknownTenant(f"Several companies are called {name_or_id!r}. Say which: {ids}.")
    return found[0]


def _ask_for_password(email: str) -> str:
    """From the terminal, twice and unseen."""
    if not sys.stdin.isatty():
        raise CannotAdd("There is no terminal to ask for the password on; set NEW_PASSWORD.")
    password = getpass.getpass(f"Password for {email} (at least {SHORTEST_PASSWORD} characters): ")
    if getpass.getpass("Once more: ") != password:
        raise CannotAdd("The two passwords differ.")
    return password


async def _register(database: Database, name: str, email: str) -> UUID:
    if "@" not in email:
        raise CannotAdd(f"{email!r} is not an e-mail address.")
    password = os.environ.get("NEW_PASSWORD") or _ask_for_password(email)
    if len(password) < SHORTEST_PASSWORD:
        raise CannotAdd(f"A password has at least {SHORTEST_PASSWORD} characters.")
    return await people.register_person(
        database, email=email, name=name, password_hash=await hash_password(password)
    )
