"""Who owns what: accounts and subaccounts with their numbers, TwiML Apps, API keys and verified
caller IDs, kept in one state file."""

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from backend.local_carrier.clock import Clock
from backend.local_carrier.sids import new_sid

AccountStatus = Literal["active", "suspended", "closed"]
MOST_SUBACCOUNTS = 1000
_UNKNOWN = datetime(2026, 1, 1, tzinfo=UTC)


class Dated(msgspec.Struct, kw_only=True):
    created_at: datetime = _UNKNOWN
    updated_at: datetime = _UNKNOWN


class VoiceSettings(Dated, kw_only=True):
    """Where a number or a TwiML App sends its calls and messages; both spell it the same way."""

    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    voice_caller_id_lookup: bool = False
    status_callback: str = ""
    status_callback_method: str = "POST"
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"


class PhoneNumber(VoiceSettings, kw_only=True):
    sid: str
    phone_number: str
    friendly_name: str
    voice_application_sid: str = ""
    sms_application_sid: str = ""
    opted_out: set[str] = set()
    """Who has texted STOP to this number, and START not since."""


class Application(VoiceSettings, kw_only=True):
    sid: str
    friendly_name: str = ""
    sms_status_callback: str = ""
    message_status_callback: str = ""
    public_application_connect_enabled: bool = False


class ApiKey(Dated, kw_only=True):
    sid: str
    secret: str
    friendly_name: str = ""


class CallerId(Dated, kw_only=True):
    """A number that is not the account's own, but that it has proved to be allowed to show."""

    sid: str
    phone_number: str
    friendly_name: str = ""


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the carrier grants an account. The lab changes it; Twilio's console would.

    `calls_per_second` is for calls that REST creates; the others start at once. None is no limit.
    """

    calls_per_second: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    concurrent_calls: int | None = None
    concurrent_requests: int | None = None


class Account(Dated, kw_only=True):
    sid: str
    auth_token: str
    friendly_name: str
    owner_sid: str = ""
    """Of a subaccount: the account that opened it and may do everything in it."""
    status: AccountStatus = "active"
    limits: Limits = Limits()
    numbers: dict[str, PhoneNumber] = {}
    applications: dict[str, Application] = {}
    keys: dict[str, ApiKey] = {}
    caller_ids: dict[str, CallerId] = {}

    def owns(self, phone_number: str) -> bool:
        return any(n.phone_number == phone_number for n in self.numbers.values())

    def may_show(self, phone_number: str) -> bool:
        """Whether calls of this account may go out under that number."""
        verified = any(c.phone_number == phone_number for c in self.caller_ids.values())
        return verified or self.owns(phone_number)


class NumberTaken(Exception):
    """That phone number already belongs to another account."""

    code = "number-taken"


class Accounts:
    """All accounts of this carrier. Every change is written to the state file before it is told."""

    def __init__(self, state_file: Path, clock: Clock) -> None:
        self._file, self._clock = state_file, clock
        self._accounts: dict[str, Account] = {}
        self._owners: dict[str, tuple[Account, PhoneNumber]] = {}
        self._keys: dict[str, tuple[Account, ApiKey]] = {}
        if state_file.exists():
            kept = msgspec.json.decode(state_file.read_bytes(), type=list[Account])
            self._accounts = {account.sid: account for account in kept}
            self._index()

    def all(self) -> list[Account]:
        return list(self._accounts.values())

    def find(self, sid: str) -> Account | None:
        return self._accounts.get(sid)

    def opened_by(self, owner: Account) -> list[Account]:
        """The account itself, then its subaccounts."""
        return [owner, *(a for a in self._accounts.values() if a.owner_sid == owner.sid)]

    def open(self, friendly_name: str, numbers: list[str]) -> Account:
        """The account of that name, made if there is none, with at least these numbers."""
        named = (a for a in self._accounts.values() if a.friendly_name == friendly_name)
        account = next(named, None)
        for wanted in numbers:
            owned = self.owner_of(wanted)
            if owned is not None and owned[0] is not account:
                raise NumberTaken(wanted)
        if account is None:
            account = self._made(friendly_name)
        for wanted in dict.fromkeys(numbers):
            if self.owner_of(wanted) is None:
                number = self.new_number(wanted)
                account.numbers[number.sid] = number
        self.save()
        return account

    def create(self, friendly_name: str, owner: Account) -> Account:
        account = self._made(friendly_name, owner.sid)
        self.save()
        return account

    def new_number(self, phone_number: str) -> PhoneNumber:
        """Nobody's yet."""
        now = self._clock.now()
        return PhoneNumber(
            sid=new_sid("PN"),
            phone_number=phone_number,
            friendly_name=phone_number,
            created_at=now,
            updated_at=now,
        )

    def take_number(self, account: Account, number: PhoneNumber) -> None:
        """Raises `NumberTaken`."""
        if number.phone_number in self._owners:
            raise NumberTaken(number.phone_number)
        account.numbers[number.sid] = number
        self.save()

    def move_number(self, number: PhoneNumber, owner: Account, to: Account) -> None:
        """It goes on under the same SID; the TwiML Apps that it names stay with their account."""
        del owner.numbers[number.sid]
        to.numbers[number.sid] = number
        if number.voice_application_sid not in to.applications:
            number.voice_application_sid = ""
        if number.sms_application_sid not in to.applications:
            number.sms_application_sid = ""
        self.save()

    def owner_of(self, phone_number: str) -> tuple[Account, PhoneNumber] | None:
        return self._owners.get(phone_number)

    def authenticate(self, username: str, password: str) -> Account | None:
        """HTTP Basic as Twilio takes it: the account's SID and token, or an API key and secret."""
        account = self._accounts.get(username)
        if account is not None:
            return account if _same(account.auth_token, password) else None
        found = self.key(username)
        return found[0] if found is not None and _same(found[1].secret, password) else None

    def key(self, sid: str) -> tuple[Account, ApiKey] | None:
        return self._keys.get(sid)

    def save(self) -> None:
        """Whole or not at all: a carrier killed while writing still finds the older file."""
        self._index()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(msgspec.json.format(msgspec.json.encode(self.all()), indent=1))
        os.replace(fresh, self._file)

    def _made(self, friendly_name: str, owner_sid: str = "") -> Account:
        """Not saved yet."""
        now = self._clock.now()
        account = Account(
            sid=new_sid("AC"),
            auth_token=secrets.token_hex(16),
            friendly_name=friendly_name,
            owner_sid=owner_sid,
            created_at=now,
            updated_at=now,
        )
        self._accounts[account.sid] = account
        return account

    def _index(self) -> None:
        """A call looks its number up, a request its key; a thousand accounts must not make that
        slow."""
        self._owners = {
            number.phone_number: (account, number)
            for account in self._accounts.values()
            for number in account.numbers.values()
        }
        self._keys = {
            sid: (account, key)
            for account in self._accounts.values()
            for sid, key in account.keys.items()
        }


def _same(secret: str, given: str) -> bool:
    """In constant time; as bytes, because Python compares only ASCII texts so."""
    return secrets.compare_digest(secret.encode(), given.encode())
