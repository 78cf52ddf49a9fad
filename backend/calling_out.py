"""`calling-out`: which numbers a company may call, how much of it, and the switches to stop it.

Without a change it shows how things stand. What is changed holds from the next call on.
"""

import argparse
from decimal import Decimal, InvalidOperation

from msgspec.structs import asdict, replace

from backend.command import number_within, run
from backend.domain.phone_numbers import is_country
from backend.domain.rules import Dialling
from backend.settings import Settings
from backend.store.company_rules import (
    load_dialling,
    may_anybody_call_out,
    save_dialling,
    set_calling_out,
)
from backend.store.tenancy import Database
from backend.tenants import find_tenant

RULES = ("country", "countries", "premium", "spend_a_day", "price", "prices")
LIMITS = {
    "concurrent": 1000,
    "per_minute": 1000,
    "per_agent": 100,
    "ring_seconds": 60,
    "longest_minutes": 240,
}
"""Each with the most that it may be. The carrier takes no longer calls than four hours
(twilio.com/docs/voice/twiml/dial, timeLimit); one that rings for over a minute is not answered."""


def main(argv: list[str]) -> int:
    """The command. Returns its exit status: 0 done, 1 refused, 2 wrong usage or settings."""
    parser = _parser()
    given = parser.parse_args(argv)
    if given.everybody and any(
        getattr(given, name, None) is not None for name in (*RULES, *LIMITS)
    ):
        parser.error("--everybody takes --on or --off; the other rules are a company's")

    async def do(_: Settings, database: Database) -> str:
        return await (_switch(database, given) if given.everybody else _change(database, given))

    return run("calling-out", do)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m backend calling-out", description=__doc__)
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--tenant", help="a company: its id or exact name")
    whom.add_argument("--everybody", action="store_true", help="all companies: --on or --off only")
    switch = parser.add_mutually_exclusive_group()
    switch.add_argument("--on", dest="enabled", action="store_true", default=None)
    switch.add_argument("--off", dest="enabled", action="store_false")
    rules = parser.add_argument_group("rules of one company")
    rules.add_argument("--country", type=_country, help="numbers are read as dialled there (US)")
    rules.add_argument("--countries", type=_countries, help="only these are called: US,CA")
    premium = rules.add_mutually_exclusive_group()
    premium.add_argument("--premium", action="store_true", default=None)
    premium.add_argument("--no-premium", dest="premium", action="store_false")
    rules.add_argument("--spend-a-day", type=_amount, help="in the account's currency")
    rules.add_argument("--price", type=_amount, help="what a minute is estimated to cost")
    rules.add_argument(
        "--price-of",
        dest="prices",
        action="append",
        type=_price_of,
        metavar="DE=0.02",
        help="... in one country; may be given several times",
    )
    for limit, most in LIMITS.items():
        kind = number_within(1, most)
        rules.add_argument(f"--{limit.replace('_', '-')}", type=kind, metavar=f"1-{most}")
    return parser


async def _switch(database: Database, given: argparse.Namespace) -> str:
    """The platform's own switch."""
    if given.enabled is not None:
        await set_calling_out(database, given.enabled)
    stands = "on" if await may_anybody_call_out(database) else "off"
    return f"Calling out is {stands} for the platform."


async def _change(database: Database, given: argparse.Namespace) -> str:
    """One company's rules."""
    tenant = await find_tenant(database, given.tenant)
    async with database.work(tenant) as work:
        before = await load_dialling(work)
        wishes = {name: getattr(given, name, None) for name in asdict(before)}
        wishes["prices"] = before.prices | dict(given.prices or ())
        after = replace(before, **{k: v for k, v in wishes.items() if v is not None})
        if after != before:
            await save_dialling(work, after)
    return _told(given.tenant, after)


def _told(tenant: str, dialling: Dialling) -> str:
    prices = ", ".join(f"{country}={price}" for country, price in sorted(dialling.prices.items()))
    readable = {"countries": ", ".join(dialling.countries), "prices": prices or "none"}
    values = asdict(dialling) | readable
    shown = ("enabled", *RULES, *LIMITS)
    lines = [f"  {name.replace('_', '-'):16} {values[name]}" for name in shown]
    return "\n".join([f"Calling out at {tenant}:", *lines])


def _country(text: str) -> str:
    code = text.strip().upper()
    if not is_country(code):
        raise argparse.ArgumentTypeError(f"{text!r} is not a country's code, like US or DE")
    return code


def _countries(text: str) -> tuple[str, ...]:
    return tuple(sorted({_country(each) for each in text.split(",")}))


def _price_of(text: str) -> tuple[str, Decimal]:
    country, _, amount = text.partition("=")
    return _country(country), _amount(amount)


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation as problem:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount, like 12.50") from problem
    if not amount.is_finite() or amount < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount, like 12.50")
    return amount
