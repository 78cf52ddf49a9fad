"""`report-token`: keys with which a notebook, or another program, reads a company's figures.

A key is shown once, when it is made; it reads figures and calls, and can do nothing else. Without
a change it shows which there are.
"""

import argparse
from datetime import UTC, datetime, timedelta

from backend.command import CommandRefused, number_within, run
from backend.settings import Settings
from backend.store import report_tokens
from backend.store.report_tokens import ReportToken
from backend.store.tenancy import Database
from backend.tenants import find_tenant

LONGEST_NAME = 80
MOST_DAYS = 3650


class NoSuchKey(CommandRefused):
    """No working key of the company has that name."""


def main(argv: list[str]) -> int:
    """The command. Returns its exit status: 0 done, 1 refused, 2 wrong usage or settings."""
    given = _parser().parse_args(argv)

    async def do(_: Settings, database: Database) -> str:
        return await _change(database, given)

    return run("report-token", do)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m backend report-token", description=__doc__)
    parser.add_argument("--tenant", required=True, help="its id or exact name")
    wish = parser.add_mutually_exclusive_group()
    wish.add_argument("--make", type=_name, metavar="NAME", help="make a key of that name")
    wish.add_argument("--revoke", metavar="NAME", help="end the keys of that name at once")
    parser.add_argument(
        "--days", type=number_within(1, MOST_DAYS), default=90, help="how long it works (90)"
    )
    parser.add_argument(
        "--sees-numbers", action="store_true", help="it shows callers' numbers whole"
    )
    return parser


async def _change(database: Database, given: argparse.Namespace) -> str:
    tenant, now = await find_tenant(database, given.tenant), datetime.now(UTC)
    async with database.work(tenant) as work:
        if given.make is not None:
            lasts = timedelta(days=given.days)
            key = await report_tokens.make_token(
                work, given.make, now, lasts, sees_numbers=given.sees_numbers
            )
            return (
                f"{key}\nThis is the only time that it is shown. It works until"
                f" {now + lasts:%Y-%m-%d}: put it into PATCHBAY_TOKEN."
            )
        if given.revoke is not None and not await report_tokens.revoke_tokens(
            work, given.revoke, now
        ):
            raise NoSuchKey(f"{given.tenant} has no working key named {given.revoke}.")
        keys = await report_tokens.list_tokens(work)
    return "\n".join([f"Keys of {given.tenant}:", *(f"  {_told(key, now)}" for key in keys)])


def _told(key: ReportToken, now: datetime) -> str:
    if key.works(now):
        state = f"works until {key.expires_at:%Y-%m-%d}"
    else:
        state = "revoked" if key.revoked_at else "expired"
    used = f"last used {key.used_at:%Y-%m-%d %H:%M}" if key.used_at else "never used"
    sees = ", sees numbers" if key.sees_numbers else ""
    return f"{key.name}: {state}, {used}{sees}"


def _name(text: str) -> str:
    if not text.strip() or len(text) > LONGEST_NAME:
        raise argparse.ArgumentTypeError(f"1 to {LONGEST_NAME} characters")
    return text.strip()
