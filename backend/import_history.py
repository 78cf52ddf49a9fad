"""`import-history`: a company's calls from before Patchbay, from a CSV or Parquet file, become its
statistics.

Every row is checked first; if one is wrong, it is said which and why, and nothing is imported. The
same file twice changes nothing, and it can be taken back. `--columns` tells what a file may hold.
"""

import argparse
import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from backend.command import CommandRefused, run
from backend.history.columns import COLUMNS
from backend.history.reading import NotReadable, Reading, digest_of, read_history
from backend.settings import Settings
from backend.store import history
from backend.store.company_rules import load_rules
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
        print("\n".join(f"{column.name:17} {column.meaning}" for column in COLUMNS))
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
    try:
        raw = await asyncio.to_thread(given.file.read_bytes)
    except OSError as problem:
        raise FileRefused(f"{given.file} was not imported: {problem.strerror}.") from problem
    digest = digest_of(raw)
    async with database.work(tenant) as work:
        zone = ZoneInfo(given.time_zone or (await load_rules(work)).time_zone)
        known = await history.find_file(work, digest)
    if known is not None:
        when = f"{known.imported_at:%Y-%m-%d %H:%M} UTC"
        return f"{given.file} was imported before, on {when}; nothing has changed."
    try:
        reading = await asyncio.to_thread(read_history, raw, tenant, zone)
    except NotReadable as problem:
        raise FileRefused(f"{given.file} was not imported. {problem}") from problem
    async with database.work(tenant) as work:
        beginning = await history.own_beginning(work)
    if beginning is not None and any(c.visit.entered_at >= beginning for c in reading.calls):
        raise FileRefused(
            f"{given.file} was not imported. It tells of calls since"
            f" {beginning:%Y-%m-%d %H:%M} UTC, when Patchbay began to take them: they would"
            " count twice. Leave those out."
        )
    if reading.problems:
        raise FileRefused("\n".join(_report(given.file, reading)))
    told = [f"{given.file}: {len(reading.calls)} calls, {_span(reading)}, times of {zone}."]
    if reading.ignored:
        told.append(f"Not looked at: {', '.join(reading.ignored)}.")
    if given.check:
        return "\n".join([*told, "Nothing is wrong with it; nothing was imported."])
    async with database.work(tenant) as work:
        calls = [(call.visit, call.handling) for call in reading.calls]
        await history.enter(work, given.file.name, digest, calls, datetime.now(UTC))
    return "\n".join([*told, f"They are {given.tenant}'s history now."])


async def _take_back(database: Database, given: argparse.Namespace) -> str:
    tenant = await find_tenant(database, given.tenant)
    async with database.work(tenant) as work:
        if not await history.forget_file(work, given.take_back):
            known = ", ".join(sorted({file.name for file in await history.files(work)}))
            raise FileRefused(f"No {given.take_back} was imported; these were: {known or '-'}.")
    return f"The calls of {given.take_back} are no longer {given.tenant}'s history."


def _report(file: Path, reading: Reading) -> list[str]:
    problems = reading.problems
    kinds = Counter((each.column, each.code) for each in problems)
    lines = [
        f"{file} was not imported: {len(problems)} of its rows are wrong."
        " (Rows are counted from 1, without the column names.)"
    ]
    lines += [f"  row {each.row}, {each.column}: {each.reason}" for each in problems[:MOST_SHOWN]]
    if len(problems) > MOST_SHOWN:
        lines.append(f"  and {len(problems) - MOST_SHOWN} more. In all:")
        lines += [f"  {n} times {column}: {code}" for (column, code), n in kinds.most_common()]
    return lines


def _span(reading: Reading) -> str:
    if not reading.calls:
        return "none at all"
    times = [call.visit.entered_at for call in reading.calls]
    return f"{min(times):%Y-%m-%d} to {max(times):%Y-%m-%d}"
