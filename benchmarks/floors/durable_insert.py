"""One plain row, stored durably: what the disk charges for anything that must not be lost."""

import asyncio
import time
from typing import Any

import asyncpg

TABLE = "create table if not exists floor (id bigint generated always as identity, said text)"
INSERT = "insert into floor (said) values ($1)"
ROW = "x" * 900  # about the size of a voice webhook


async def durable_inserts(owner_url: str, count: int, per_second: float) -> list[float]:
    """Store that many rows at that rate, over ten connections. Returns how long each took."""
    seconds: list[float] = []
    pool: asyncpg.Pool[Any] = await asyncpg.create_pool(owner_url, min_size=10, max_size=10)

    async def one() -> None:
        async with pool.acquire() as connection:
            begin = time.perf_counter()
            await connection.execute(INSERT, ROW)
            seconds.append(time.perf_counter() - begin)

    try:
        await pool.execute(TABLE)
        await pool.execute(INSERT, ROW)
        begin = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                await asyncio.sleep(max(0.0, begin + number / per_second - time.perf_counter()))
                group.create_task(one())
    finally:
        await pool.close()
    return seconds
