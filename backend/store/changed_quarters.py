"""Which quarters of an hour of a company's past have changed since they were rolled up.

A visit or an agent's share is marked in the transaction that changes it, before the change and
after it, under the quarter of UTC in which the call came in: every day of every clock now in use
begins with one, so a mark need not know the company's zone. Whoever changes holds a lock of the
company with others who change, and whoever rolls up has it alone: so a roll-up without a mark
holds all that was committed.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.store.tenancy import Database, Work

LOCK = 0x524F4C4C  # "ROLL"; until the work ends
CHANGING = "select pg_advisory_xact_lock_shared($1, hashtext($2::uuid::text))"
ALONE = "select pg_try_advisory_xact_lock($1, hashtext($2::uuid::text))"
PATIENCE = 60
"""Seconds for what is about a whole file or company, which may be years."""
MARK_CALLS = """
insert into changed_quarter (tenant_id, start_at)
select distinct $1::uuid, date_bin('15 minutes', entered_at, 'epoch') as start_at from (
  select entered_at from visit where tenant_id = $1 and call_id = any($2::uuid[]) union all
  select entered_at from handling where tenant_id = $1 and call_id = any($2::uuid[])
    and direction = 'inbound') as calls
order by 2 on conflict do nothing
"""
MARK_FILES = """
insert into changed_quarter (tenant_id, start_at)
select distinct $1::uuid, date_bin('15 minutes', entered_at, 'epoch') as start_at from (
  select entered_at from visit where tenant_id = $1 and file_id = any($2::uuid[]) union all
  select entered_at from handling where tenant_id = $1 and file_id = any($2::uuid[])) as calls
order by 2 on conflict do nothing
"""
MARK_ALL = """
insert into changed_quarter (tenant_id, start_at)
select distinct $1::uuid, date_bin('15 minutes', entered_at, 'epoch') as start_at from (
  select entered_at from visit where tenant_id = $1 union all
  select entered_at from handling where tenant_id = $1 and direction = 'inbound') as calls
order by 2 on conflict do nothing
"""


async def mark_calls(work: Work, calls: Sequence[UUID]) -> None:
    """What the books say of these calls changes now, or has just changed."""
    await _with_others(work)
    await work.connection.execute(MARK_CALLS, work.tenant, calls)


async def mark_files(work: Work, files: Sequence[UUID]) -> None:
    """These imported files are taken back now."""
    await _with_others(work)
    await work.connection.execute(MARK_FILES, work.tenant, files, timeout=PATIENCE)


async def mark_all(work: Work) -> None:
    """Everything is counted by other rules from now on, or is read anew."""
    await _with_others(work)
    await work.connection.execute(MARK_ALL, work.tenant, timeout=PATIENCE)


async def changed_companies(database: Database, before: datetime) -> list[UUID]:
    """Those of whose time before that moment something has changed."""
    rows = await database.ask("select * from changed_companies($1)", before)
    return [row["tenant_id"] for row in rows]


async def is_alone(work: Work) -> bool:
    """Whether nobody changes anything of this company's past until this work ends."""
    return await work.connection.fetchval(ALONE, LOCK, work.tenant)


async def changed_before(work: Work, end: datetime, limit: int) -> list[datetime]:
    """When each marked quarter before that moment begins, the earliest first."""
    rows = await work.connection.fetch(
        "select start_at from changed_quarter where tenant_id = $1 and start_at < $2"
        " order by start_at limit $3",
        work.tenant,
        end,
        limit,
    )
    return [row["start_at"] for row in rows]


async def unmark(work: Work, start: datetime, end: datetime) -> None:
    """What is within is looked at now, by somebody who is alone."""
    await work.connection.execute(
        "delete from changed_quarter where tenant_id = $1 and start_at >= $2 and start_at < $3",
        work.tenant,
        start,
        end,
    )


async def _with_others(work: Work) -> None:
    await work.connection.execute(CHANGING, LOCK, work.tenant)
