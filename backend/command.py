"""What the commands that work with the running product's database do alike: read the settings,
connect, do it, tell it; and refuse in one line of plain words."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

from backend.embedded_postgres import running_web_url
from backend.settings import Settings, WrongSettings, read_settings
from backend.store.tenancy import Database, DatabaseAway

Do = Callable[[Settings, Database], Awaitable[str]]
"""Returns what to tell whoever gave the command. Raises `CommandRefused`."""


class CommandRefused(Exception):
    """Why a command is not done, for whoever gave it."""

    status = 1


class CommandIncomplete(CommandRefused):
    """What the command needs was not given."""

    status = 2


def run(command: str, do: Do) -> int:
    """Returns the exit status: 0 done, 1 refused, 2 wrong usage or settings."""
    try:
        settings = read_settings(os.environ)
    except WrongSettings as wrong:
        print("\n".join(wrong.problems), file=sys.stderr)
        return 2
    try:
        print(asyncio.run(_connected(command, settings, do)))
    except CommandRefused as refused:
        print(refused, file=sys.stderr)
        return refused.status
    except DatabaseAway as away:
        print(away, file=sys.stderr)
        return 1
    return 0


def number_within(least: int, most: int) -> Callable[[str], int]:
    """A type of argument for argparse: a whole number from `least` to `most`."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least} to {most}")
        return int(text)

    return read


async def _connected(command: str, settings: Settings, do: Do) -> str:
    address = settings.database_url or running_web_url(settings.postgres_folder)
    if address is None:
        raise CommandIncomplete(
            f"{command} works with the running product's database: set DATABASE_URL, or start "
            f"Patchbay, whose own PostgreSQL is then found in {settings.data_folder} (or set"
            " PATCHBAY_DATA to the folder with which it was started)."
        )
    database = await Database.connect(address, 1)
    try:
        return await do(settings, database)
    finally:
        await database.close()
