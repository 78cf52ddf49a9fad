"""Migrations: forwards, backwards, and again where a process was killed before they were marked."""

import contextlib
import io

import asyncpg
from piccolo.apps.migrations.commands.backwards import run_backwards

from backend.embedded_postgres import EmbeddedPostgres, throwaway_postgres
from backend.store.migrate import migrate


async def columns(server: EmbeddedPostgres) -> set[str]:
    connection = await asyncpg.connect(server.owner_url)
    rows = await connection.fetch(
        "select table_name || '.' || column_name as name from information_schema.columns"
        " where table_schema = 'public' and table_name <> 'migration'"
    )
    await connection.close()
    return {row["name"] for row in rows}


async def test_a_start_that_was_killed_before_a_migration_was_marked_is_made_good_by_the_next():
    async with throwaway_postgres() as server:
        every = await migrate(server.owner_url, "patchbay_web")
        whole = await columns(server)
        connection = await asyncpg.connect(server.owner_url)
        for name in every:
            await connection.execute("delete from migration where name = $1", name)
            assert await migrate(server.owner_url, "patchbay_web") == [name]
            assert await columns(server) == whole
        await connection.close()


async def test_every_migration_can_be_taken_back_and_made_again():
    async with throwaway_postgres() as server:
        every = await migrate(server.owner_url, "patchbay_web")
        whole = await columns(server)
        for name in reversed(every):
            with contextlib.redirect_stdout(io.StringIO()):
                result = await run_backwards("patchbay", name, auto_agree=True)
            assert result.success, result.message
        assert await columns(server) == set()
        assert await migrate(server.owner_url, "patchbay_web") == every
        assert await columns(server) == whole
