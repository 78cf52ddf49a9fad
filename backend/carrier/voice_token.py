"""The key that an agent's browser phone shows to the carrier: short-lived, for one account."""

# Twilio does not type its token classes.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportMissingTypeStubs=false

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from backend.carrier.names import identity_of

LIFETIME = timedelta(hours=1)

SOUND_NAMES = ("incoming", "outgoing", "disconnect", *(f"dtmf{key}" for key in "0123456789sh"))


class Keys(Struct, frozen=True):
    """The API key and the TwiML App of one account."""

    account_sid: str
    key_sid: str
    key_secret: str
    application_sid: str

    def __repr__(self) -> str:
        return f"Keys({self.account_sid}, {self.key_sid})"


class VoiceToken(Struct, frozen=True):
    """A token, when it expires (UTC), and the options for the SDK's Device."""

    token: str
    expires_at: datetime
    device: dict[str, object]


def issue(keys: Keys, person: UUID, now: datetime, signalling: str | None) -> VoiceToken:
    """A token for that person to place calls through our TwiML App; nothing can ring it.

    `signalling` is a carrier's host and port if it is not Twilio: the SDK then speaks to that,
    and sends no reports to Twilio.
    """
    token = AccessToken(
        keys.account_sid,
        keys.key_sid,
        keys.key_secret,
        identity=identity_of(person),
        ttl=int(LIFETIME.total_seconds()),
    )
    token.add_grant(VoiceGrant(outgoing_application_sid=keys.application_sid))
    sounds = {name: f"/sounds/{_file_of(name)}.wav" for name in SOUND_NAMES}
    device: dict[str, object] = {
        "sounds": sounds,
        "codecPreferences": ["pcmu", "opus"],
        "enableImprovedSignalingErrorPrecision": True,
        "maxCallSignalingTimeoutMs": 30_000,
        "closeProtection": False,
    }
    if signalling:
        device |= {"chunderw": signalling, "publishEvents": False}
    return VoiceToken(str(token.to_jwt()), now + LIFETIME, device)


def _file_of(name: str) -> str:
    return {"incoming": "ringtone", "outgoing": "silence", "disconnect": "silence"}.get(name, "key")
