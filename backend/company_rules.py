"""`company-rules`: a company's words and time limits: why people are away, how calls went, how long
things may take, whether agents see who listens.

Without a change it shows how things stand. What is changed holds from the next decision on; boards
that are open show new words once they are loaded anew.
"""

import argparse
import asyncio
import os
import sys
from functools import partial

from msgspec.structs import asdict, replace

from backend.domain.rules import Rules
from backend.settings import WrongSettings, read_settings
from backend.store.company_rules import load_rules, save_rules
from backend.store.tenancy import Database, DatabaseAway
from backend.tenants import UnknownTenant, find_tenant

WORDS = ("dispositions", "away_reasons")
LONGEST_WORD = 40
MOST_WORDS = 20
SWITCHES = ("disposition_required", "monitoring_is_shown")
LIMITS = {
    "ring_seconds": 600,
    "park_seconds": 3600,
    "transfer_seconds": 120,
    "wrap_up_seconds": 3600,
    "missed_rings": 20,
    "slots": 40,
}
"""Each with the most that it may be; the least is 1, but for those of `MAY_BE_NOTHING`."""
MAY_BE_NOTHING = ("wrap_up_seconds", "missed_rings")


def main(argv: list[str]) -> int:
    """The command. Returns its exit status: 0 done, 1 refused, 2 wrong usage or settings."""
    given = _parser().parse_args(argv)
    try:
        settings = read_settings(os.environ)
    except WrongSettings as wrong:
        print("\n".join(wrong.problems), file=sys.stderr)
        return 2
    if settings.database_url is None:
        print("company-rules needs DATABASE_URL: the running product's.", file=sys.stderr)
        return 2
    try:
        print(asyncio.run(_do(settings.database_url, given)))
    except (UnknownTenant, DatabaseAway) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m backend company-rules", description=__doc__)
    parser.add_argument("--tenant", required=True, help="its id or exact name")
    for name in WORDS:
        parser.add_argument(_option(name), type=_words, metavar="A,B,C")
    for name in SWITCHES:
        parser.add_argument(_option(name), action=argparse.BooleanOptionalAction, default=None)
    for name, most in LIMITS.items():
        least = 0 if name in MAY_BE_NOTHING else 1
        kind = partial(_within, least, most)
        parser.add_argument(_option(name), type=kind, metavar=f"{least}-{most}")
    return parser


async def _do(database_url: str, given: argparse.Namespace) -> str:
    database = await Database.connect(database_url, 1)
    try:
        tenant = await find_tenant(database, given.tenant)
        async with database.work(tenant) as work:
            before = await load_rules(work)
            names = (*WORDS, *SWITCHES, *LIMITS)
            wishes = {name: getattr(given, name) for name in names}
            after = replace(before, **{k: v for k, v in wishes.items() if v is not None})
            if after != before:
                await save_rules(work, after)
        return _told(given.tenant, after)
    finally:
        await database.close()


def _told(tenant: str, rules: Rules) -> str:
    values = asdict(rules) | {name: ", ".join(getattr(rules, name)) for name in WORDS}
    lines = [f"{_option(name)[2:]:22} {values[name]}" for name in (*WORDS, *SWITCHES, *LIMITS)]
    return "\n".join([f"Rules of {tenant}:", *(f"  {line}" for line in lines)])


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _words(text: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in words):
        raise argparse.ArgumentTypeError(
            f"at most {MOST_WORDS} of at most {LONGEST_WORD} characters each"
        )
    return words


def _within(least: int, most: int, text: str) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least} to {most}")
    return int(text)
