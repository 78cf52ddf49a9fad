"""`company-books`: how far the books go from which a company's figures are counted, and which lines
of its journal could not be read into them.

With `--anew` they are thrown away, and the running product makes them again from the journal; what
was imported stays.
"""

import argparse
from datetime import UTC, datetime

from backend.command import run
from backend.settings import Settings
from backend.store import books
from backend.store.tenancy import Database
from backend.tenants import find_tenant


def main(argv: list[str]) -> int:
    """The command. Returns its exit status: 0 done, 1 refused, 2 wrong usage or settings."""
    parser = argparse.ArgumentParser(prog="python -m backend company-books", description=__doc__)
    parser.add_argument("--tenant", required=True, help="its id or exact name")
    parser.add_argument("--anew", action="store_true", help="throw them away, to be made again")
    given = parser.parse_args(argv)

    async def do(_: Settings, database: Database) -> str:
        return await _do(database, given.tenant, anew=given.anew)

    return run("company-books", do)


async def _do(database: Database, name: str, *, anew: bool) -> str:
    tenant, now = await find_tenant(database, name), datetime.now(UTC)
    async with database.work(tenant) as work:
        if anew:
            await books.forget(work)
            return f"The books of {name} are made anew from its journal, by the running product."
        until, left_out = await books.as_of(work, now), await books.left_out(work)
    go = "are complete" if until == now else f"go up to {until:%Y-%m-%d %H:%M:%S} UTC"
    told = [f"The books of {name} {go}."]
    told += [f"  line {number} was left out: {problem}" for number, problem in left_out]
    return "\n".join(told)
