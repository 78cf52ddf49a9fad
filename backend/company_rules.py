"""`company-rules`: a company's words and time limits: why people are away, how calls went, how long
things may take, how many may talk in one call, whether agents see who listens, and what its figures
are counted by.

Without a change it shows how things stand. What is changed holds from the next decision on; boards
that are open show new words once they are loaded anew.
"""

import argparse
from zoneinfo import available_timezones

from msgspec.structs import asdict, replace

from backend.command import number_within, run
from backend.domain.rules import Rules
from backend.settings import Settings
from backend.store.company_rules import load_rules, save_rules
from backend.store.tenancy import Database
from backend.tenants import find_tenant

WORDS = ("dispositions", "away_reasons")
LONGEST_WORD = 40
MOST_WORDS = 20
SWITCHES = ("disposition_required", "monitoring_is_shown")
LIMITS = {
    "ring_seconds": 600,
    "park_seconds": 3600,
    "transfer_seconds": 120,
    "wrap_up_seconds": 3600,
    "held_calls": 10,
    "missed_rings": 20,
    "slots": 40,
    "conference_size": 20,
    "answer_within_seconds": 900,
    "short_abandon_seconds": 60,
}
"""Each with the most that it may be; the least is 1, but for those of `LEAST`."""
LEAST = {
    "wrap_up_seconds": 0,
    "held_calls": 0,
    "missed_rings": 0,
    "conference_size": 3,
    "short_abandon_seconds": 0,
}
NAMES = ("time_zone",)


def main(argv: list[str]) -> int:
    """The command. Returns its exit status: 0 done, 1 refused, 2 wrong usage or settings."""
    given = _parser().parse_args(argv)

    async def do(_: Settings, database: Database) -> str:
        return await _change(database, given)

    return run("company-rules", do)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m backend company-rules", description=__doc__)
    parser.add_argument("--tenant", required=True, help="its id or exact name")
    for name in WORDS:
        parser.add_argument(_option(name), type=_words, metavar="A,B,C")
    for name in SWITCHES:
        parser.add_argument(_option(name), action=argparse.BooleanOptionalAction, default=None)
    for name, most in LIMITS.items():
        least = LEAST.get(name, 1)
        kind = number_within(least, most)
        parser.add_argument(_option(name), type=kind, metavar=f"{least}-{most}")
    parser.add_argument("--time-zone", type=_time_zone, metavar="AREA/CITY")
    return parser


async def _change(database: Database, given: argparse.Namespace) -> str:
    tenant = await find_tenant(database, given.tenant)
    async with database.work(tenant) as work:
        before = await load_rules(work)
        wishes = {name: getattr(given, name) for name in (*WORDS, *SWITCHES, *LIMITS, *NAMES)}
        after = replace(before, **{k: v for k, v in wishes.items() if v is not None})
        if after != before:
            await save_rules(work, after)
    return _told(given.tenant, after)


def _told(tenant: str, rules: Rules) -> str:
    values = asdict(rules) | {name: ", ".join(getattr(rules, name)) for name in WORDS}
    lines = [
        f"{_option(name)[2:]:22} {values[name]}" for name in (*WORDS, *SWITCHES, *LIMITS, *NAMES)
    ]
    return "\n".join([f"Rules of {tenant}:", *(f"  {line}" for line in lines)])


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _time_zone(text: str) -> str:
    if text not in available_timezones():
        raise argparse.ArgumentTypeError(f"{text!r} is not a time zone like Europe/Berlin")
    return text


def _words(text: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in words):
        raise argparse.ArgumentTypeError(
            f"at most {MOST_WORDS} of at most {LONGEST_WORD} characters each"
        )
    return words
