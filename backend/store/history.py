"""Calls from before Patchbay, entered beside those of the journal: a whole file or nothing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from backend.measures.facts import Handling, Visit
from backend.store.books import forget_shares
from backend.store.changed_quarters import mark_calls, mark_files
from backend.store.tenancy import Work

ROWS_AT_ONCE = 5000
PATIENCE = 60
"""Seconds to take a file back: half a million calls go in three, on a quiet machine."""

FILES = """
select f.id, f.name, told.calls, f.calls as held, f.imported_at, told.first_at, told.last_at
from history_file f cross join lateral (
  select count(*) as calls, min(v.entered_at) as first_at, max(v.entered_at) as last_at
  from visit v where v.tenant_id = $1 and v.file_id = f.id) told
where f.tenant_id = $1 and ($2::bytea is null or f.digest = $2)
order by f.imported_at desc, f.id
"""
THERE = (
    "select count(distinct call_id) from visit where tenant_id = $1 and call_id = any($2::uuid[])"
)
UNTOUCHED = """
select not exists (select from journal where tenant_id = $1)
  and not exists (select from history_file where tenant_id = $1)
"""
ENTER_FILE = """
insert into history_file (tenant_id, id, digest, name, calls, imported_at)
values ($1, $2, $3, $4, $5, $6) on conflict (tenant_id, digest) do nothing returning id
"""
ENTER_VISITS = """
insert into visit select * from jsonb_populate_recordset(null::visit, $1::jsonb)
on conflict (tenant_id, call_id, number) do update set entered_at = excluded.entered_at,
  queue = excluded.queue, caller = excluded.caller, outcome = excluded.outcome,
  wait_ms = excluded.wait_ms, answered_by = excluded.answered_by, ended_at = excluded.ended_at,
  is_skewed = excluded.is_skewed, file_id = excluded.file_id
"""
ENTER_SHARES = """
insert into handling select * from jsonb_populate_recordset(null::handling, $1::jsonb)
"""

_encode = msgspec.json.Encoder().encode


class HistoryFile(Struct, frozen=True):
    """A file that was imported. `calls` are those that are known by it, of the many that it held:
    a later file may tell of some anew, and takes them along when it is taken back."""

    id: UUID
    name: str
    calls: int
    held: int
    imported_at: datetime
    first_at: datetime | None = None
    """When the first and the last caller came in of whom it tells; None where a later file tells
    of all of them anew."""
    last_at: datetime | None = None


async def files(work: Work) -> list[HistoryFile]:
    """What was imported, the latest first."""
    rows = await work.connection.fetch(FILES, work.tenant, None)
    return [HistoryFile(**row) for row in rows]


async def find_file(work: Work, digest: bytes) -> HistoryFile | None:
    """The file with that SHA-256, if it was imported."""
    row = await work.connection.fetchrow(FILES, work.tenant, digest)
    return None if row is None else HistoryFile(**row)


async def how_many_are_gone(work: Work, calls: Sequence[UUID]) -> int:
    """Of how many of these calls no file tells any more."""
    gone = len(calls)
    for start in range(0, len(calls), ROWS_AT_ONCE):
        some = calls[start : start + ROWS_AT_ONCE]
        gone -= await work.connection.fetchval(THERE, work.tenant, some)
    return gone


async def is_untouched(work: Work) -> bool:
    """Whether nothing has ever happened in this company: no line of its journal, and no file."""
    return await work.connection.fetchval(UNTOUCHED, work.tenant)


async def own_beginning(work: Work) -> datetime | None:
    """When the first caller came in whom the journal tells of; None if there was none yet."""
    return await work.connection.fetchval(
        "select min(entered_at) from visit where tenant_id = $1 and file_id is null", work.tenant
    )


async def forget_files(work: Work, files: Sequence[UUID]) -> int:
    """Take back these imported files, with their calls. Returns how many of them there were."""
    await mark_files(work, files)
    rows = await work.connection.fetch(
        "delete from history_file where tenant_id = $1 and id = any($2::uuid[]) returning id",
        work.tenant,
        files,
        timeout=PATIENCE,
    )
    return len(rows)


async def enter(
    work: Work,
    name: str,
    digest: bytes,
    calls: Sequence[tuple[Visit, Handling | None]],
    now: datetime,
) -> bool:
    """Enter a whole file; whether it was new, or not whole any more. A call that another file has
    told of is told anew by this one."""
    known = await find_file(work, digest)
    if known is not None and known.calls < known.held:
        await forget_files(work, [known.id])
    file = await work.connection.fetchval(
        ENTER_FILE, work.tenant, uuid4(), digest, name, len(calls), now
    )
    if file is None:
        return False
    whose = {"tenant_id": work.tenant, "file_id": file}
    for start in range(0, len(calls), ROWS_AT_ONCE):
        some = calls[start : start + ROWS_AT_ONCE]
        visits = [asdict(visit) | whose for visit, _ in some]
        shares = [asdict(share) | whose for _, share in some if share is not None]
        told = [visit.call_id for visit, _ in some]
        await mark_calls(work, told)
        await forget_shares(work, told)
        await work.connection.execute(ENTER_VISITS, _encode(visits).decode())
        await work.connection.execute(ENTER_SHARES, _encode(shares).decode())
        await mark_calls(work, told)
    return True
