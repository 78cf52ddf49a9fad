"""Access tokens: who may call, and through which TwiML App. HS256, signed with an API key.

The identity is as Twilio documents it, letters, digits and underscores, at most 121: others may
work there, and one day do not.
"""

import re
import time

import jwt
import msgspec

from backend.local_carrier.accounts import Account, Accounts

INVALID, EXPIRED, TOO_LONG, NO_CLIENT_NAME = 31204, 31205, 31207, 31105
LONGEST_SECONDS = 24 * 3600
IDENTITY = re.compile(r"[A-Za-z0-9_]{1,121}")


class _Outgoing(msgspec.Struct):
    application_sid: str
    params: dict[str, str] = {}


class _Incoming(msgspec.Struct):
    allow: bool = False


class _Voice(msgspec.Struct):
    outgoing: _Outgoing | None = None
    incoming: _Incoming = msgspec.field(default_factory=_Incoming)


class _Grants(msgspec.Struct):
    identity: str
    voice: _Voice


class _Claims(msgspec.Struct):
    iss: str
    sub: str
    exp: int
    grants: _Grants
    nbf: int | None = None
    iat: int | None = None


class Access(msgspec.Struct, frozen=True, kw_only=True):
    account: Account
    identity: str
    expires_at: int
    application_sid: str | None
    outgoing_parameters: dict[str, str]
    may_register: bool

    @property
    def seconds_left(self) -> int:
        return max(0, int(self.expires_at - time.time()))

    @property
    def has_expired(self) -> bool:
        return time.time() >= self.expires_at

    def is_of(self, other: "Access") -> bool:
        """Whether it is the same person of the same account."""
        return (self.account.sid, self.identity) == (other.account.sid, other.identity)


class TokenRefused(Exception):
    """The access token is not good here; the code is the one that the SDK knows."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code, self.why = code, why


def read_token(accounts: Accounts, token: str) -> Access:
    try:
        unproven = jwt.decode(token, options={"verify_signature": False})
        found = accounts.key(str(unproven.get("iss", "")))
        if found is None:
            raise TokenRefused(INVALID, "the token was made with an API key that is not known")
        account, key = found
        proven = jwt.decode(token, key.secret, algorithms=["HS256"])
        claims = msgspec.convert(proven, _Claims)
    except jwt.ExpiredSignatureError as error:
        raise TokenRefused(EXPIRED, "the token has expired") from error
    except (jwt.PyJWTError, msgspec.ValidationError) as error:
        raise TokenRefused(INVALID, f"the token is not valid: {error}") from error
    if claims.sub != account.sid:
        raise TokenRefused(INVALID, "the API key does not belong to the account in the token")
    issued = claims.nbf or claims.iat
    if issued is not None and claims.exp - issued > LONGEST_SECONDS:
        raise TokenRefused(TOO_LONG, "the token lives longer than 24 hours")
    if not IDENTITY.fullmatch(claims.grants.identity):
        why = "the identity must be of letters, digits and underscores, at most 121"
        raise TokenRefused(NO_CLIENT_NAME, why)
    outgoing = claims.grants.voice.outgoing
    return Access(
        account=account,
        identity=claims.grants.identity,
        expires_at=claims.exp,
        application_sid=outgoing.application_sid if outgoing else None,
        outgoing_parameters=outgoing.params if outgoing else {},
        may_register=claims.grants.voice.incoming.allow,
    )
