"""Keys with which a notebook or another program reads a company's figures, and nothing else.

Like a session's, a key names its tenant and holds a secret of which only the hash is kept; it is
shown once. It may be revoked, and ends by itself.
"""

from datetime import datetime, timedelta
from secrets import token_bytes
from uuid import UUID, uuid4

from msgspec import Struct

from backend.store.sessions import SECRET_BYTES, Token, read_token
from backend.store.tenancy import Database, Work

PREFIX = "patchbay_report_"
"""By which whoever finds one where it should not be knows what it is."""
NOTED_EVERY = timedelta(minutes=1)


class ReportToken(Struct, frozen=True):
    """A key as it is listed; the secret is not among this."""

    id: UUID
    name: str
    sees_numbers: bool
    """Whether it shows callers' numbers whole."""
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    used_at: datetime | None = None

    def works(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


async def make_token(
    work: Work, name: str, now: datetime, lasts: timedelta, *, sees_numbers: bool
) -> str:
    """A new key; this is the only time that it is told."""
    token = Token(work.tenant, token_bytes(SECRET_BYTES))
    await work.connection.execute(
        "insert into report_token (tenant_id, id, token_hash, name, sees_numbers, created_at,"
        " expires_at) values ($1, $2, $3, $4, $5, $6, $7)",
        work.tenant,
        uuid4(),
        token.hash,
        name,
        sees_numbers,
        now,
        now + lasts,
    )
    return f"{PREFIX}{token.text}"


async def find_token(database: Database, text: str, now: datetime) -> tuple[UUID, bool] | None:
    """The tenant of a working key, and whether it sees numbers; None if it is not one."""
    token = read_token(text.removeprefix(PREFIX)) if text.startswith(PREFIX) else None
    if token is None:
        return None
    async with database.work(token.tenant) as work:
        row = await work.connection.fetchrow(
            "select id, sees_numbers, used_at from report_token where tenant_id = $1"
            " and token_hash = $2 and revoked_at is null and expires_at > $3",
            token.tenant,
            token.hash,
            now,
        )
        if row is None:
            return None
        if row["used_at"] is None or row["used_at"] < now - NOTED_EVERY:
            await work.connection.execute(
                "update report_token set used_at = $3 where tenant_id = $1 and id = $2",
                token.tenant,
                row["id"],
                now,
            )
    return token.tenant, row["sees_numbers"]


async def list_tokens(work: Work) -> list[ReportToken]:
    """All keys of the company that ever were, the latest first."""
    rows = await work.connection.fetch(
        "select id, name, sees_numbers, created_at, expires_at, revoked_at, used_at"
        " from report_token where tenant_id = $1 order by created_at desc, id",
        work.tenant,
    )
    return [ReportToken(**row) for row in rows]


async def revoke_tokens(work: Work, name: str, now: datetime) -> int:
    """End every working key of that name at once. Returns how many there were."""
    rows = await work.connection.fetch(
        "update report_token set revoked_at = $3 where tenant_id = $1 and name = $2"
        " and revoked_at is null and expires_at > $3 returning id",
        work.tenant,
        name,
        now,
    )
    return len(rows)
