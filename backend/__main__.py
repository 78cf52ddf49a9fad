"""The command line: `python -m backend` runs the whole product; the rest is in `--help`."""

import argparse
import asyncio
import contextlib
import os
import shutil
import sys
import textwrap
from collections.abc import Sequence
from importlib import import_module
from itertools import zip_longest

from backend.settings import Settings, WrongSettings, read_settings, table_of_settings

COMMANDS = {
    "run": "run everything on this machine: PostgreSQL, local carrier, web server, Panel (default)",
    "serve": "run the web server alone; needs DATABASE_URL",
    "migrate": "bring the tables up to date; needs DATABASE_OWNER_URL",
    "settings": "list every setting with its meaning, its default and its value now",
    "found-tenant": "make a company with no people yet",
    "add-person": "make somebody a member of a company",
    "company-rules": "a company's words, time limits, who sees who listens, what figures go by",
    "company-teams": "a company's teams, and who is in them",
    "company-books": "how far the books go that figures are counted from, and making them anew",
    "calling-out": "which numbers a company may call, its limits, and the switches",
    "connect-twilio": "connect a company to its Twilio account",
    "import-history": "a company's calls from before Patchbay, from a CSV or Parquet file",
    "report-token": "keys with which notebooks read a company's figures",
}
OPTIONS_OF_ITS_OWN = {
    "company-rules",
    "company-teams",
    "company-books",
    "calling-out",
    "connect-twilio",
    "import-history",
    "report-token",
}
"""Commands that are a module of that name, loaded only if they are given."""


def main(argv: Sequence[str]) -> int:
    if argv and argv[0] in OPTIONS_OF_ITS_OWN:
        command = import_module(f"backend.{argv[0].replace('-', '_')}")
        return command.main(list(argv[1:])) or 0
    if argv and argv[0] in ("found-tenant", "add-person"):
        from backend import tenants

        return tenants.main(list(argv))
    given = _parser().parse_args(argv)
    if given.command == "settings":
        return _show_settings()
    try:
        settings = read_settings(os.environ)
    except WrongSettings as wrong:
        print("Patchbay cannot start with these settings:", file=sys.stderr)
        for problem in wrong.problems:
            print(f"  {problem}", file=sys.stderr)
        return 2
    if given.command == "serve":
        return _serve(settings)
    if given.command == "migrate":
        return _migrate(settings, given.app_login)
    from backend import supervisor

    until_parent_ends: bool = getattr(given, "until_parent_ends", False)
    return supervisor.run(settings, os.environ, until_parent_ends=until_parent_ends)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m backend",
        description="Patchbay, a call centre in a browser.",
        epilog="All settings come from the environment; `settings` lists them.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    made = {
        name: commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        for name, text in COMMANDS.items()
    }
    made["run"].add_argument(
        "--until-parent-ends",
        action="store_true",
        help="stop as well when the program that started this one ends",
    )
    made["migrate"].add_argument(
        "--app-login",
        metavar="NAME",
        help="the login that the product will use (default: the user in DATABASE_URL)",
    )
    return parser


def _serve(settings: Settings) -> int:
    if settings.database_url is None:
        return _refuse("serve needs DATABASE_URL (`run` starts a PostgreSQL of its own).")
    from backend.serve import serve

    serve(settings)
    return 0


def _migrate(settings: Settings, app_login: str | None) -> int:
    if settings.database_owner_url is None:
        return _refuse("migrate needs DATABASE_OWNER_URL (`run` migrates its own PostgreSQL).")
    from backend.supervisor.house import login_of

    login = app_login or login_of(settings)
    if not login:
        return _refuse("migrate needs to know the product's login: DATABASE_URL or --app-login.")
    from backend.store.migrate import MigrationFailed, migrate

    try:
        done = asyncio.run(migrate(settings.database_owner_url, login))
    except MigrationFailed as problem:
        print(problem, file=sys.stderr)
        return 1
    brought = f"Migrations done: {', '.join(done)}. {login} may work with the tables."
    print(brought if done else "The tables are up to date already.")
    return 0


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 2


def _show_settings() -> int:
    """Print the table; what is wrong in it is said below, and is the exit status."""
    with contextlib.suppress(BrokenPipeError):
        _print_settings()
    try:
        read_settings(os.environ)
    except WrongSettings as wrong:
        print("\nPatchbay cannot start with these settings:", file=sys.stderr)
        print("\n".join(f"  {problem}" for problem in wrong.problems), file=sys.stderr)
        return 2
    return 0


def _print_settings() -> None:
    rows = [
        (row.name, row.current, row.default, row.meaning) for row in table_of_settings(os.environ)
    ]
    name, spare = max(len(row[0]) for row in rows), 6
    rest = max(120, min(160, shutil.get_terminal_size().columns)) - name - spare
    widths = (name, rest * 2 // 7, rest * 2 // 7, rest * 3 // 7)
    for row in [("setting", "value now", "default", "meaning"), *rows]:
        cells = [
            textwrap.wrap(cell, width, break_on_hyphens=False) or [""]
            for cell, width in zip(row, widths, strict=True)
        ]
        for parts in zip_longest(*cells, fillvalue=""):
            line = "  ".join(part.ljust(width) for part, width in zip(parts, widths, strict=True))
            print(line.rstrip())
        if row[0] == "setting":
            print("  ".join("-" * width for width in widths))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
