"""Migrations: forwards, backwards, and again where a process was killed before they were marked."""

import contextlib
import io

import asyncpg
from piccolo.apps.migrations.commands.backwards import run_backwards

from backend.embedded_postgres import EmbeddedPostgres, throwaway_postgres
from backend.store.migrate import migrate

ID = "00000000-0000-4000-8000-000000000001"
RINGS = "2026-11-27T14:00:00:000000"


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


async def test_books_that_were_kept_before_rings_lack_them_up_to_where_they_go():
    async with throwaway_postgres() as server:
        every = await migrate(server.owner_url, "patchbay_web")
        assert RINGS in every
        with contextlib.redirect_stdout(io.StringIO()):
            await run_backwards("patchbay", RINGS, auto_agree=True)
        connection = await asyncpg.connect(server.superuser_url, database="patchbay")
        await connection.execute(f"insert into tenant (tenant_id, name) values ('{ID}', 'Acme')")  # noqa: S608
        await connection.execute(f"insert into books (tenant_id, number) values ('{ID}', 7)")  # noqa: S608
        await migrate(server.owner_url, "patchbay_web")
        assert await connection.fetchval("select without_rings from books") == 7
        lacking = await connection.fetch("select * from companies_without_rings()")
        assert [str(row["tenant_id"]) for row in lacking] == [ID]
        await connection.close()
