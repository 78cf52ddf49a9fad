"""Who is signed in. The browser holds a token; the database holds only its hash.

The token names its tenant, so that the session is found under row level security like
everything else; a token with another tenant's name written into it hashes to nothing.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_bytes
from uuid import UUID

from msgspec import Struct

from backend.store.tables import Session
from backend.store.tenancy import Database, Work

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
SECRET_BYTES = 32


class Token(Struct, frozen=True):
    """A session's name: which tenant, and a secret. `text` is what the cookie holds."""

    tenant: UUID
    secret: bytes

    @property
    def text(self) -> str:
        return urlsafe_b64encode(self.tenant.bytes + self.secret).decode()

    @property
    def hash(self) -> bytes:
        return sha256(self.tenant.bytes + self.secret).digest()


class SignedIn(Struct, frozen=True):
    """A live session."""

    token: Token
    person_id: UUID
    created_at: datetime

    @property
    def tenant(self) -> UUID:
        return self.token.tenant


def read_token(text: str) -> Token | None:
    """The token that a cookie holds, or None if it was never one of ours."""
    try:
        raw = urlsafe_b64decode(text.encode())
    except (NotBase64, ValueError):
        return None
    if len(raw) != 16 + SECRET_BYTES:
        return None
    return Token(UUID(bytes=raw[:16]), raw[16:])


async def open_session(work: Work, person: UUID, now: datetime) -> SignedIn:
    """A new session with a fresh secret, never one that the browser brought.

    Sessions of this tenant that have expired go at the same time, so that they do not pile up.
    """
    expired = (Session.expires_at <= now) | (Session.seen_at <= now - IDLE)
    await work.run(Session.delete().where((Session.tenant_id == work.tenant) & expired))
    token = Token(work.tenant, token_bytes(SECRET_BYTES))
    await work.run(
        Session.insert(
            Session(
                tenant_id=work.tenant,
                token_hash=token.hash,
                person_id=person,
                created_at=now,
                seen_at=now,
                expires_at=now + ABSOLUTE,
            )
        )
    )
    return SignedIn(token, person, now)


async def find_session(
    database: Database, token: Token, now: datetime, *, is_used: bool = True
) -> SignedIn | None:
    """The live session of that token; its idle time begins anew, at most once a minute, unless
    whoever asks does not count as somebody who uses it."""
    async with database.work(token.tenant) as work:
        row = await work.connection.fetchrow(
            "select person_id, created_at, seen_at from session where tenant_id = $1"
            " and token_hash = $2 and expires_at > $3 and seen_at > $4",
            token.tenant,
            token.hash,
            now,
            now - IDLE,
        )
        if row is None:
            return None
        if is_used and row["seen_at"] < now - timedelta(minutes=1):
            await work.connection.execute(
                "update session set seen_at = $3 where tenant_id = $1 and token_hash = $2",
                token.tenant,
                token.hash,
                now,
            )
    return SignedIn(token, row["person_id"], row["created_at"])


async def is_live(work: Work, token: Token, now: datetime) -> bool:
    """Whether that session still holds. Asking does not count as using it."""
    return bool(
        await work.connection.fetchval(
            "select exists (select from session where tenant_id = $1 and token_hash = $2"
            " and expires_at > $3 and seen_at > $4)",
            token.tenant,
            token.hash,
            now,
            now - IDLE,
        )
    )


async def close_session(work: Work, token: Token) -> None:
    """End a session; its token is worth nothing from now on."""
    await work.run(
        Session.delete().where(
            (Session.tenant_id == work.tenant) & (Session.token_hash == token.hash)
        )
    )
