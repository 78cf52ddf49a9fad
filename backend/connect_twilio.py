"""`python -m backend connect-twilio`: join a company to its account at the carrier.

Checks the credentials, makes or updates the API key and the TwiML App, points the number at us,
keeps the secrets sealed, and says what it did and what is left to do by hand. Run again, it
changes nothing. It works the same against the local carrier.
"""

import argparse
import getpass
import os
import re
import sys
from collections.abc import Callable
from uuid import UUID

from backend.carrier.provisioning import Provisioned, ProvisioningFailed, provision
from backend.carrier.voice_token import Keys
from backend.command import CommandIncomplete, CommandRefused, run
from backend.settings import Settings
from backend.store.carrier_accounts import CarrierAccount, load_account, save_account, save_number
from backend.store.sealed import CannotUnseal
from backend.store.tenancy import Database
from backend.tenants import find_tenant

Say = Callable[[str], None]

EPILOG = """The auth token is read from TWILIO_AUTH_TOKEN, else asked for; it is never printed.
DATABASE_URL, PATCHBAY_PUBLIC_URL and PATCHBAY_SECRET_KEY must be those of the running product."""


def main(argv: list[str]) -> int:
    """The command. Returns its exit status: 0 done, 1 refused by the carrier, 2 wrong usage."""
    parser = argparse.ArgumentParser(
        prog="python -m backend connect-twilio", description=__doc__, epilog=EPILOG
    )
    parser.add_argument("--tenant", required=True, help="the company's id or exact name")
    parser.add_argument(
        "--account-sid", required=True, type=_account_sid, help="the (sub)account, AC..."
    )
    parser.add_argument("--number", help="its number, like +15550100001; needed if it has several")
    given = parser.parse_args(argv)

    async def do(settings: Settings, database: Database) -> str:
        return await _connect(settings, database, given.tenant, given.account_sid, given.number)

    return run("connect-twilio", do)


async def connect(
    settings: Settings,
    database: Database,
    tenant: UUID,
    account_sid: str,
    auth_token: str,
    number: str | None,
    say: Say,
) -> Provisioned:
    """Provision the account and remember it. Raises `ProvisioningFailed`, `DatabaseAway`."""
    async with database.work(tenant) as work:
        before = await load_account(work, settings.secret_key)
    known = _keys_of(before) if before and before.account_sid == account_sid else None
    done = await provision(
        settings.carrier_api_url,
        settings.public_url,
        tenant,
        account_sid,
        auth_token,
        number,
        known,
        say,
    )
    account = CarrierAccount(
        tenant,
        account_sid,
        auth_token,
        done.keys.key_sid,
        done.keys.key_secret,
        done.keys.application_sid,
    )
    async with database.work(tenant) as work:
        if account != before:
            await save_account(work, settings.secret_key, account)
            say("The account is kept here, its secrets sealed.")
        elif not done.changed:
            say("Nothing had to be changed.")
        await save_number(work, done.number, done.number_sid, emergency=done.emergency)
    return done


async def _connect(
    settings: Settings, database: Database, tenant: str, account_sid: str, number: str | None
) -> str:
    found = await find_tenant(database, tenant)
    token = os.environ.get("TWILIO_AUTH_TOKEN") or _ask_for_token()
    if not token:
        raise CommandIncomplete("connect-twilio needs the account's auth token: TWILIO_AUTH_TOKEN.")
    try:
        await connect(settings, database, found, account_sid, token, number, print)
    except CannotUnseal as problem:
        raise CommandRefused(problem.__doc__) from problem
    except ProvisioningFailed as problem:
        raise CommandRefused(str(problem)) from problem
    left = ["Left to do by hand: geo permissions and emergency addresses, in Twilio's console."]
    if settings.public_url.startswith("http://") and settings.carrier == "twilio":
        left.insert(
            0, "Left to do: PATCHBAY_PUBLIC_URL must be an https address that Twilio can reach."
        )
    return "\n".join(left)


def _account_sid(text: str) -> str:
    if not re.fullmatch(r"AC[0-9a-f]{32}", text):
        raise argparse.ArgumentTypeError("an account SID is AC and 32 hexadecimal digits")
    return text


def _ask_for_token() -> str:
    """From the terminal, unseen; nothing if there is no terminal."""
    return getpass.getpass("Auth token: ") if sys.stdin.isatty() else ""


def _keys_of(account: CarrierAccount) -> Keys | None:
    if not (account.api_key_sid and account.api_key_secret and account.application_sid):
        return None
    return Keys(
        account.account_sid,
        account.api_key_sid,
        account.api_key_secret,
        account.application_sid,
    )
