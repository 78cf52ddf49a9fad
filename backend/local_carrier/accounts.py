"""Who owns what: accounts with their numbers, TwiML Apps and API keys, kept in one state file."""

import os
import secrets
from datetime import datetime
from pathlib import Path

import msgspec

from backend.local_carrier.sids import new_sid
from backend.local_carrier.times import now


class VoiceSettings(msgspec.Struct, kw_only=True):
    """Where a number or a TwiML App sends its calls; both spell it the same way."""

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
    created_at: datetime = msgspec.field(default_factory=now)
    updated_at: datetime = msgspec.field(default_factory=now)


class Application(VoiceSettings, kw_only=True):
    sid: str
    friendly_name: str = ""
    sms_status_callback: str = ""
    message_status_callback: str = ""
    public_application_connect_enabled: bool = False
    created_at: datetime = msgspec.field(default_factory=now)
    updated_at: datetime = msgspec.field(default_factory=now)


class ApiKey(msgspec.Struct, kw_only=True):
    sid: str
    secret: str
    friendly_name: str = ""
    created_at: datetime = msgspec.field(default_factory=now)
    updated_at: datetime = msgspec.field(default_factory=now)


class Account(msgspec.Struct, kw_only=True):
    sid: str
    auth_token: str
    friendly_name: str
    numbers: dict[str, PhoneNumber] = {}
    applications: dict[str, Application] = {}
    keys: dict[str, ApiKey] = {}
    created_at: datetime = msgspec.field(default_factory=now)
    updated_at: datetime = msgspec.field(default_factory=now)


class NumberTaken(Exception):
    """That phone number already belongs to another account."""

    code = "number-taken"


class Accounts:
    """All accounts of this carrier. Every change is written to the state file before it is told."""

    def __init__(self, state_file: Path) -> None:
        self._file = state_file
        self._accounts: dict[str, Account] = {}
        if state_file.exists():
            kept = msgspec.json.decode(state_file.read_bytes(), type=list[Account])
            self._accounts = {account.sid: account for account in kept}

    def all(self) -> list[Account]:
        return list(self._accounts.values())

    def find(self, sid: str) -> Account | None:
        return self._accounts.get(sid)

    def open(self, friendly_name: str, numbers: list[str]) -> Account:
        """The account of that name, made if there is none, with at least these numbers."""
        named = (a for a in self._accounts.values() if a.friendly_name == friendly_name)
        account = next(named, None)
        for wanted in numbers:
            owned = self.owner_of(wanted)
            if owned is not None and owned[0] is not account:
                raise NumberTaken(wanted)
        if account is None:
            account = Account(
                sid=new_sid("AC"), auth_token=secrets.token_hex(16), friendly_name=friendly_name
            )
            self._accounts[account.sid] = account
        for wanted in numbers:
            if self.owner_of(wanted) is None:
                number = PhoneNumber(sid=new_sid("PN"), phone_number=wanted, friendly_name=wanted)
                account.numbers[number.sid] = number
        self.save()
        return account

    def owner_of(self, phone_number: str) -> tuple[Account, PhoneNumber] | None:
        for account in self._accounts.values():
            for number in account.numbers.values():
                if number.phone_number == phone_number:
                    return account, number
        return None

    def authenticate(self, username: str, password: str) -> Account | None:
        """HTTP Basic as Twilio takes it: the account's SID and token, or an API key and secret."""
        account = self._accounts.get(username)
        if account is not None:
            return account if secrets.compare_digest(account.auth_token, password) else None
        found = self.key(username)
        if found is None or not secrets.compare_digest(found[1].secret, password):
            return None
        return found[0]

    def key(self, sid: str) -> tuple[Account, ApiKey] | None:
        for account in self._accounts.values():
            if sid in account.keys:
                return account, account.keys[sid]
        return None

    def save(self) -> None:
        """Whole or not at all: a carrier killed while writing still finds the older file."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(msgspec.json.format(msgspec.json.encode(self.all()), indent=1))
        os.replace(fresh, self._file)
