"""`company-teams`: a company's teams and who is in them. A call can be handed to a team: it rings
at everybody of it who is free.

Without a change it shows how things stand. What is changed holds from the next decision on; boards
that are open show it once they are loaded anew. People are named by e-mail address, or by their
name if nobody else has it. Either all that is asked for is done, or nothing.
"""

import argparse
from uuid import UUID

from backend.command import CommandRefused, run
from backend.settings import Settings
from backend.store import teams
from backend.store.teams import Colleague
from backend.store.tenancy import Database, Work
from backend.tenants import find_tenant

LONGEST_NAME = 40


class UnknownTeam(CommandRefused):
    """The company has no team of that name; it says which there are."""


class NameTaken(CommandRefused):
    """The company has a team of that name already."""


class UnknownPerson(CommandRefused):
    """Nobody of that name or address takes calls in the company, or several do."""


def main(argv: list[str]) -> int:
    """The command. Returns its exit status: 0 done, 1 refused, 2 wrong usage or settings."""
    given = _read(argv)

    async def do(_: Settings, database: Database) -> str:
        tenant = await find_tenant(database, given.tenant)
        async with database.work(tenant) as work:
            await _change(work, given)
            return await _told(work, given.tenant)

    return run("company-teams", do)


def _read(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m backend company-teams", description=__doc__)
    parser.add_argument("--tenant", required=True, help="its id or exact name")
    ways = parser.add_argument_group("changes, each as often as you like; made in this order")
    ways.add_argument("--make", action="append", default=[], type=_name, metavar="TEAM")
    ways.add_argument(
        "--rename", action="append", default=[], nargs=2, type=_name, metavar=("TEAM", "NAME")
    )
    for way in ("--put-in", "--take-out"):
        ways.add_argument(way, action="append", default=[], nargs="+", metavar=("TEAM", "PERSON"))
    ways.add_argument("--remove", action="append", default=[], metavar="TEAM")
    given = parser.parse_args(argv)
    for team, *people in (*given.put_in, *given.take_out):
        if not people:
            parser.error(f"say whom to put into {team!r}, or to take out of it")
    return given


async def _change(work: Work, given: argparse.Namespace) -> None:
    """In this order, so that one command can make a team and say who is in it."""
    for name in given.make:
        await _must_be_new(work, name)
        await teams.make_team(work, name)
    for team, name in given.rename:
        known = await _find_team(work, team)
        if name != team:
            await _must_be_new(work, name)
        await teams.rename_team(work, known, name)
    for team, *people in given.put_in:
        known = await _find_team(work, team)
        for person in people:
            await teams.put_in(work, known, await _find_person(work, person))
    for team, *people in given.take_out:
        known = await _find_team(work, team)
        for person in people:
            await teams.take_out(work, known, await _find_person(work, person))
    for team in given.remove:
        await teams.remove_team(work, await _find_team(work, team))


async def _told(work: Work, tenant: str) -> str:
    found = await teams.team_ids(work)
    if not found:
        return f"{tenant} has no teams."
    everybody = await teams.colleagues(work)
    lines = [f"Teams of {tenant}:"]
    for name, team in sorted(found.items()):
        members = await teams.members_of(work, team)
        people = [f"{one.name} <{one.email}>" for one in everybody if one.id in members]
        lines.append(f"  {name:22} {', '.join(people) or 'nobody yet'}")
    return "\n".join(lines)


async def _find_team(work: Work, name: str) -> UUID:
    found = await teams.team_ids(work)
    if name not in found:
        listed = ", ".join(sorted(found)) or "none"
        raise UnknownTeam(f"No team is called {name!r}. There are: {listed}.")
    return found[name]


async def _must_be_new(work: Work, name: str) -> None:
    if name in await teams.team_ids(work):
        raise NameTaken(f"There is a team called {name!r} already.")


async def _find_person(work: Work, name_or_email: str) -> UUID:
    everybody = await teams.colleagues(work)
    wanted = name_or_email.strip()
    found = [one for one in everybody if wanted.lower() == one.email or wanted == one.name]
    if len(found) == 1:
        return found[0].id
    if found:
        raise UnknownPerson(f"Several are called {wanted!r}. Say which: {_listed(found)}.")
    raise UnknownPerson(
        f"Nobody called {wanted!r} takes calls here. Those who do: {_listed(everybody) or 'none'}."
    )


def _listed(people: list[Colleague]) -> str:
    return ", ".join(f"{one.name} <{one.email}>" for one in people)


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise argparse.ArgumentTypeError(f"a team's name has 1 to {LONGEST_NAME} characters")
    return name
