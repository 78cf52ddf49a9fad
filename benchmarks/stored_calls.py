"""Millions of past calls of two hundred companies, made inside PostgreSQL: a year of them.

Companies differ as customers do (Zipf, exponent 0.9): the first has an eighth of all calls, the
median one a five-hundredth. Waits and handle times are exponential, one call in seven is given up.
"""

import time
from datetime import date
from uuid import UUID, uuid4

import asyncpg

from backend.bookkeeper import Bookkeeper
from backend.clock import real_clock
from backend.store.tenancy import Database
from benchmarks.report import say

COMPANIES = 200
EXPONENT = 0.9
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)

VISITS = """
insert into visit (tenant_id, call_id, number, entered_at, queue, caller, outcome, wait_ms,
  answered_by, ended_at, is_skewed)
select ($1::uuid[])[width_bucket(dice, $2::float8[])], gen_random_uuid(), 0, at,
  'queue ' || floor(random() * 5), '+1555' || lpad(floor(random() * 1e7)::text, 7, '0'),
  case when fate < 0.85 then 'answered' else 'abandoned' end, (-ln(1 - random()) * 45000)::int,
  case when fate < 0.85 then 'agent ' || floor(random() * 50) end, at + interval '4 minutes', false
from (select random() as dice, random() as fate,
    timestamptz '2025-01-01' + n * (365 * 86400 / $3::float8) * interval '1 second' as at
  from generate_series(0, $3::bigint - 1) n) as made
"""
SHARES = """
insert into handling (tenant_id, call_id, number, entered_at, queue, direction, agent, started_at,
  ended_at, ending, talk_ms, hold_ms, consult_ms, wrap_up_ms, handle_ms, is_final)
select tenant_id, call_id, 0, entered_at, queue, 'inbound', answered_by, entered_at, ended_at,
  'over', 150000, 10000, 0, 20000, (-ln(1 - random()) * 180000)::int, true
from visit where outcome = 'answered'
"""
MARKS = """
insert into changed_quarter (tenant_id, start_at)
select distinct tenant_id, date_bin('15 minutes', entered_at, 'epoch') from visit
"""
INDEXES = """
select c.conname, pg_get_constraintdef(c.oid) as definition, i.indexname, i.indexdef
from pg_indexes i left join pg_constraint c
  on c.conname = i.indexname and c.conrelid = i.tablename::regclass
where i.tablename = $1 and i.schemaname = 'public'
"""


async def store_calls(superuser_url: str, calls: int) -> list[UUID]:
    """Make so many, and the indexes as the product has them. Returns the companies, the one with
    the most calls first."""
    database = await asyncpg.connect(superuser_url, database="patchbay")
    began = time.monotonic()
    try:
        companies = [uuid4() for _ in range(COMPANIES)]
        for company in companies:
            await database.execute(
                "insert into tenant (tenant_id, name) values ($1, $2)", company, str(company)
            )
        await database.execute("set session_replication_role = replica")  # what is made is right
        remake = [*await _without_indexes(database, "visit")]
        remake += await _without_indexes(database, "handling")
        await database.execute(VISITS, companies, _borders(), calls)
        await database.execute(SHARES)
        for statement in remake:
            await database.execute(statement)
        await database.execute(MARKS)
        for table in ("visit", "handling", "changed_quarter"):
            await database.execute(f"vacuum (analyze) {table}")
    finally:
        await database.close()
    say(f"{calls} calls are stored after {time.monotonic() - began:.0f} s")
    return companies


async def roll_up_all(web_url: str) -> None:
    """Every day of every company, as the product's bookkeeper does it, but without its pauses."""
    database, began = await Database.connect(web_url, 1, patience=30), time.monotonic()
    try:
        bookkeeper = Bookkeeper(database, real_clock)
        while await bookkeeper.roll_up_some():
            pass
    finally:
        await database.close()
    say(f"their days are rolled up after {time.monotonic() - began:.0f} s")


def _borders() -> list[float]:
    """Where each company's share of the dice begins."""
    weights = [1 / (rank + 1) ** EXPONENT for rank in range(COMPANIES)]
    total, below = sum(weights), 0.0
    borders: list[float] = []
    for weight in weights:
        borders.append(below / total)
        below += weight
    return borders


async def _without_indexes(database: "asyncpg.Connection[asyncpg.Record]", table: str) -> list[str]:
    """Rows are stored faster without; returns what makes the indexes again."""
    remake: list[str] = []
    for row in await database.fetch(INDEXES, table):
        if row["conname"] is not None:
            await database.execute(f"alter table {table} drop constraint {row['conname']}")
            remake.append(
                f"alter table {table} add constraint {row['conname']} {row['definition']}"
            )
        else:
            await database.execute(f"drop index {row['indexname']}")
            remake.append(row["indexdef"])
    return remake
