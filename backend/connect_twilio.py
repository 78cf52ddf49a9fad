"""`python -m backend connect-twilio`: join a company to its account at the carrier.

Checks the credentials, makes or updates the API key and the TwiML App, points the number at us,
keeps the secrets sealed, and says what it did and what is left to do by hand. Run again, it
changes nothing. It works the same against the local carrier.
"""

import argparse
import asyncio
import getpass
import os
import re
import sys
from collections.abc import Callable
from uuid import UUID

from backend.carrier.provisioning import Provisioned, ProvisioningFailed, provision
from backend.carrier.voice_token import Keys
from backend.settings import Settings, WrongSettings, read_settings
from backend.store.carrier_accounts import CarrierAccount, load_account, save_account, save_number
from backend.store.sealed import CannotUnseal
from backend.store.tenancy import Database, DatabaseAway
from backend.tenants import UnknownTenant, find_tenant

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
    try:
        settings = read_settings(os.environ)
    except WrongSettings as wrong:
        print("\n".join(wrong.problems), file=sys.stderr)
        return 2
    if settings.database_url is None:
        print("connect-twilio needs DATABASE_URL: the running product's.", file=sys.stderr)
        return 2
    token = os.environ.get("TWILIO_AUTH_TOKEN") or _ask_for_token()
    if not token:
        print("connect-twilio needs the account's auth token: TWILIO_AUTH_TOKEN.", file=sys.stderr)
        return 2
    try:
        asyncio.run(_connect(settings, given.tenant, given.account_sid, token, given.number))
    except CannotUnseal as problem:
        print(problem.__doc__, file=sys.stderr)
        return 1
    except (ProvisioningFailed, DatabaseAway, UnknownTenant) as problem:
        print(str(problem), file=sys.stderr)
        return 1
    return 0


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
    settings: Settings, tenant: str, account_sid: str, auth_token: str, number: str | None
) -> None:
    assert settings.database_url is not None  # noqa: S101  checked by `main`
    database = await Database.connect(settings.database_url, 1)
    try:
        found = await find_tenant(database, tenant)
        await connect(settings, database, found, account_sid, auth_token, number, print)
    finally:
        await database.close()
    if settings.public_url.startswith("http://") and settings.carrier == "twilio":
        print("Left to do: PATCHBAY_PUBLIC_URL must be an https address that Twilio can reach.")
    print("Left to do by hand: geo permissions and emergency addresses, in Twilio's console.")


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
