"""How soon figures are there, with ten million calls of two hundred companies stored.

A supervisor's day in quarters of an hour and an analyst's year by agent, each with its exact
percentiles, are asked for by HTTP, of the company with the most calls: from the request to the
last byte. All past days were rolled up before, by the product's own bookkeeper. A month of all
companies at once is asked of PostgreSQL by whoever runs the product. The floor is DuckDB, which
counts the same from one Parquet file of the same calls, sorted by company and time.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
import duckdb
from pyarrow import csv, parquet

from backend.store.report_tokens import make_token
from backend.store.tenancy import Database
from benchmarks.product import Product, running_product
from benchmarks.report import Figure, Floor, Goal, say
from benchmarks.samples import percentile
from benchmarks.stage import Stage
from benchmarks.stored_calls import FIRST, LAST, roll_up_all, store_calls

NAME = "figures"
WARM_UP = 3

EXPORT = """
select v.tenant_id::text as tenant, extract(epoch from v.entered_at)::bigint as entered,
  v.outcome = 'answered' as answered, (v.wait_ms + 999) / 1000 as wait, v.answered_by as agent,
  h.handle_ms
from visit v left join handling h using (tenant_id, call_id) order by 1, 2
"""
COUNTS = """
count(*), count(*) filter (where answered), count(*) filter (where not answered and wait < 5),
count(*) filter (where answered and wait <= 20), sum(wait) filter (where answered),
quantile_disc(wait, 0.95) filter (where answered), sum(handle_ms)
"""
DAY = f"""
select (entered - ?) // 900, {COUNTS} from calls
where tenant = ? and entered >= ? and entered < ? group by 1 order by 1
"""
YEAR = f"""
select agent, {COUNTS} from calls where tenant = ? and agent is not null
group by 1 order by 1
"""
MONTH = f"select tenant, {COUNTS} from calls where entered >= ? and entered < ? group by 1"
MONTH_IN_POSTGRESQL = """
select v.tenant_id, count(*), count(*) filter (where outcome = 'answered'),
  count(*) filter (where outcome = 'abandoned' and wait_ms < 5000),
  count(*) filter (where outcome = 'answered' and wait_ms <= 20000),
  sum(wait_ms) filter (where outcome = 'answered'),
  percentile_disc(0.95) within group (order by wait_ms) filter (where outcome = 'answered')
from visit v where entered_at >= $1 and entered_at < $2 group by 1
"""
JUNE = (datetime(2025, 6, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC))


async def measure(stage: Stage) -> list[Figure]:
    calls, times = stage.size(10_000_000, 300_000), stage.size(20, 5)
    companies = await store_calls(stage.postgres.superuser_url, calls)
    await roll_up_all(stage.postgres.web_url)
    folder = stage.folder_for(NAME)
    file = await _exported(stage, folder)
    biggest, median = companies[0], companies[len(companies) // 2]
    async with running_product(stage.postgres.web_url, folder) as product:
        figures = [
            await _day(stage, product, company, file, times, whose)
            for company, whose in ((biggest, "largest"), (median, "median"))
        ]
        figures.append(await _year(stage, product, biggest, file, max(3, times // 4)))
    figures.append(await _month(stage, file, max(3, times // 4)))
    return [_with_size(figure, calls) for figure in figures]


async def _day(
    stage: Stage, product: Product, company: UUID, file: Path, times: int, whose: str
) -> Figure:
    days = [FIRST + timedelta(days=7 * n + n % 7) for n in range(times + WARM_UP)]

    def asked(turn: int) -> str:
        return f"intervals?first={days[turn]}&last={days[turn]}&size=15min"

    def floor(duck: duckdb.DuckDBPyConnection, turn: int) -> None:
        start = int(datetime.combine(days[turn], datetime.min.time(), UTC).timestamp())
        duck.execute(DAY, [start, str(company), start, start + 86_400]).fetchall()

    took, floors = await _in_turns(stage, product, company, file, times, asked, floor)
    return Figure(
        name=f"{NAME}-day-{whose}",
        what=f"a supervisor's day in quarters of an hour, {whose} company, p50",
        value=percentile(took, 0.5) * 1000,
        unit="ms",
        floor=Floor("DuckDB on a sorted Parquet file, p50", percentile(floors, 0.5) * 1000, "ms"),
        goal=Goal("value", 20.0),
        samples=times,
        details={"max_ms": round(max(took) * 1000, 1)},
    )


async def _year(stage: Stage, product: Product, company: UUID, file: Path, times: int) -> Figure:
    def asked(_: int) -> str:
        return f"intervals?first={FIRST}&last={LAST}&by=agent"

    def floor(duck: duckdb.DuckDBPyConnection, _: int) -> None:
        duck.execute(YEAR, [str(company)]).fetchall()

    took, floors = await _in_turns(stage, product, company, file, times, asked, floor)
    return Figure(
        name=f"{NAME}-year",
        what="an analyst's year by agent with percentiles, largest company, p50",
        value=percentile(took, 0.5) * 1000,
        unit="ms",
        floor=Floor("DuckDB on a sorted Parquet file, p50", percentile(floors, 0.5) * 1000, "ms"),
        goal=Goal("value", 300.0),
        samples=times,
        details={"max_ms": round(max(took) * 1000, 1)},
    )


async def _month(stage: Stage, file: Path, times: int) -> Figure:
    database = await asyncpg.connect(stage.postgres.superuser_url, database="patchbay")
    duck = _duck(file)
    took: list[float] = []
    floors: list[float] = []
    try:
        for _ in range(times + 1):
            took.append(await _timed(lambda: database.fetch(MONTH_IN_POSTGRESQL, *JUNE)))
            borders = [int(moment.timestamp()) for moment in JUNE]
            floors.append(
                await _timed(lambda: asyncio.to_thread(duck.execute(MONTH, borders).fetchall))  # noqa: B023
            )
    finally:
        await database.close()
    return Figure(
        name=f"{NAME}-month",
        what="a month of all companies at once in PostgreSQL, p50",
        value=percentile(took[1:], 0.5) * 1000,
        unit="ms",
        floor=Floor(
            "DuckDB on a sorted Parquet file, p50", percentile(floors[1:], 0.5) * 1000, "ms"
        ),
        goal=Goal("value", 2000.0),
        samples=times,
    )


async def _in_turns(
    stage: Stage,
    product: Product,
    company: UUID,
    file: Path,
    times: int,
    asked: Callable[[int], str],
    floor: Callable[[duckdb.DuckDBPyConnection, int], None],
) -> tuple[list[float], list[float]]:
    """Seconds that each answer took, ours and DuckDB's, one after the other."""
    key = await _key(stage, company)
    duck, took, floors = _duck(file), list[float](), list[float]()
    headers = {"Authorization": f"Bearer {key}"}
    base = f"http://127.0.0.1:{product.server.port}/api/reports/"
    async with aiohttp.ClientSession(headers=headers) as http:

        async def ask(turn: int) -> None:
            async with http.get(base + asked(turn)) as answer:
                assert answer.status == 200, await answer.text()
                await answer.read()

        for turn in range(WARM_UP + times):
            took.append(await _timed(lambda: ask(turn)))  # noqa: B023
            floors.append(await _timed(lambda: asyncio.to_thread(floor, duck, turn)))  # noqa: B023
    return took[WARM_UP:], floors[WARM_UP:]


async def _timed(work: Callable[[], Awaitable[Any]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


def _duck(file: Path) -> duckdb.DuckDBPyConnection:
    duck = duckdb.connect()
    duck.execute(f"create view calls as select * from read_parquet('{file}')")
    return duck


async def _key(stage: Stage, company: UUID) -> str:
    database = await Database.connect(stage.postgres.web_url, 1)
    try:
        async with database.work(company) as work:
            lasts = timedelta(days=1)
            return await make_token(work, "benchmark", datetime.now(UTC), lasts, sees_numbers=False)
    finally:
        await database.close()


async def _exported(stage: Stage, folder: Path) -> Path:
    """All calls as one Parquet file, by company and time."""
    began = time.monotonic()
    text, file = folder / "calls.csv", folder / "calls.parquet"
    database = await asyncpg.connect(stage.postgres.superuser_url, database="patchbay")
    try:
        await database.copy_from_query(EXPORT, output=text, format="csv", header=True)
    finally:
        await database.close()
    parquet.write_table(csv.read_csv(text), file, compression="zstd", row_group_size=120_000)
    text.unlink()
    say(f"{NAME}: exported to Parquet in {time.monotonic() - began:.0f} s")
    return file


def _with_size(figure: Figure, calls: int) -> Figure:
    figure.details["calls"] = calls
    return figure
