"""`import-history`: a company's calls from before Patchbay, from a CSV or Parquet file, become its
statistics.

Every row is checked first; if one is wrong, it is said which and why, and nothing is imported. The
same file twice changes nothing, and it can be taken back. `--columns` tells what a file may hold.
"""

import argparse
import asyncio
import textwrap
from pathlib import Path
from zoneinfo import available_timezones

from backend.command import CommandRefused, run
from backend.domain.refusals import Refusal
from backend.history.columns import COLUMNS, EXAMPLE, FORM
from backend.past_calls import Brought, WrongRows, bring_in
from backend.settings import Settings
from backend.store import history
from backend.store.tenancy import Database
from backend.tenants import find_tenant

MOST_SHOWN = 50
"""Problems that are told one by one."""


class FileRefused(CommandRefused):
    """The file cannot be read, or a row of it is wrong; nothing was imported."""


def main(argv: list[str]) -> int:
    """The command. Returns its exit status: 0 done, 1 refused, 2 wrong usage or settings."""
    given = _parser().parse_args(argv)
    if given.columns:
        told = (f"{column.name:17} {column.meaning}" for column in COLUMNS)
        print("\n".join([textwrap.fill(FORM, 100), "", *told, "", "For example:", *EXAMPLE]))
        return 0
    if given.tenant is None or (given.file is None) == (given.take_back is None):
        _parser().error("--tenant is needed, and a file or --take-back")

    async def do(_: Settings, database: Database) -> str:
        return await (_import if given.take_back is None else _take_back)(database, given)

    return run("import-history", do)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m backend import-history", description=__doc__)
    parser.add_argument("--columns", action="store_true", help="say what the columns are, and end")
    parser.add_argument("--tenant", help="the company's id or exact name")
    parser.add_argument(
        "--time-zone",
        choices=sorted(available_timezones()),
        metavar="AREA/CITY",
        help="whose wall clock times without an offset are of (default: the company's)",
    )
    parser.add_argument("--take-back", metavar="NAME", help="forget the files of that name again")
    parser.add_argument("--check", action="store_true", help="only say what is wrong in it")
    parser.add_argument("file", nargs="?", type=Path)
    return parser


async def _import(database: Database, given: argparse.Namespace) -> str:
    tenant = await find_tenant(database, given.tenant)
    file: Path = given.file
    try:
        brought = await bring_in(
            database,
            tenant,
            file.name,
            await asyncio.to_thread(file.read_bytes),
            time_zone=given.time_zone,
            only_checks=given.check,
        )
    except OSError as problem:
        raise FileRefused(f"{file} was not imported: {problem.strerror}.") from problem
    except WrongRows as wrong:
        raise FileRefused("\n".join(_report(file, wrong))) from wrong
    except Refusal as problem:
        raise FileRefused(f"{file} was not imported. {problem.detail}") from problem
    if brought.known_since is not None:
        when = f"{brought.known_since:%Y-%m-%d %H:%M} UTC"
        return f"{file} was imported before, on {when}; nothing has changed."
    end = "Nothing is wrong with it; nothing was imported."
    return "\n".join(
        [*_told(file, brought), end if given.check else f"They are {given.tenant}'s history now."]
    )


async def _take_back(database: Database, given: argparse.Namespace) -> str:
    tenant = await find_tenant(database, given.tenant)
    async with database.work(tenant) as work:
        files = await history.files(work)
        named = [file.id for file in files if file.name == given.take_back]
        if not await history.forget_files(work, named):
            known = ", ".join(sorted({file.name for file in files}))
            raise FileRefused(f"No {given.take_back} was imported; these were: {known or '-'}.")
    return f"The calls of {given.take_back} are no longer {given.tenant}'s history."


def _told(file: Path, brought: Brought) -> list[str]:
    span = f"{brought.first_day} to {brought.last_day}" if brought.calls else "none at all"
    told = [f"{file}: {brought.calls} calls, {span}, times of {brought.time_zone}."]
    if brought.back_again:
        told.append(f"It was imported before, but {brought.back_again} of them were gone since.")
    return [*told, f"Not looked at: {', '.join(brought.ignored)}."] if brought.ignored else told


def _report(file: Path, wrong: WrongRows) -> list[str]:
    problems = wrong.problems
    lines = [
        f"{file} was not imported: {len(problems)} of its rows are wrong."
        " (Rows are counted from 1, without the column names.)"
    ]
    lines += [f"  row {each.row}, {each.column}: {each.reason}" for each in problems[:MOST_SHOWN]]
    if len(problems) > MOST_SHOWN:
        lines.append(f"  and {len(problems) - MOST_SHOWN} more. In all:")
        lines += [
            f"  {n} times {column}: {code}" for (column, code), n in wrong.kinds.most_common()
        ]
    return lines
