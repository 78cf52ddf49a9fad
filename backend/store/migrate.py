"""Bring the schema up to date, by Piccolo's migrations, under a lock.

Two processes that start together would both find the same migrations missing: Piccolo takes no
lock and marks a migration as done outside its transaction. So the whole run holds an advisory
lock on a connection of its own.
"""

import contextlib
import io

import asyncpg
from piccolo.apps.migrations.commands.forwards import run_forwards
from piccolo.apps.migrations.tables import Migration
from piccolo.engine.postgres import PostgresEngine

import piccolo_conf
from backend.store.sql_migration import AnyTable

LOCK = 0x5041544348  # "PATCH"


class MigrationFailed(Exception):
    """The database could not be brought up to date."""


async def migrate(owner_url: str, app_login: str) -> list[str]:
    """Run what is missing and let the login `app_login` work as the product.

    Returns the descriptions of the migrations that ran, none if all was up to date. Safe to
    call from several processes at once. Raises `MigrationFailed`, which says why.
    """
    try:
        return await _migrate(owner_url, app_login)
    except (OSError, asyncpg.PostgresError) as problem:
        raise MigrationFailed(
            f"The database could not be brought up to date with DATABASE_OWNER_URL: {problem}"
        ) from problem


async def _migrate(owner_url: str, app_login: str) -> list[str]:
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("select pg_advisory_lock($1)", LOCK)
        before = await _done(connection)
        _point_piccolo_at(PostgresEngine(config={"dsn": owner_url}))
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            result = await run_forwards(app_name="patchbay")
        if not result.success:
            raise MigrationFailed(result.message or said.getvalue())
        after = await _done(connection)
        login = await connection.fetchval("select quote_ident($1)", app_login)
        await connection.execute(f"grant patchbay_app to {login}")
    finally:
        await connection.close()
    return [name for name in after if name not in before]


async def _done(connection: asyncpg.Connection) -> list[str]:
    if await connection.fetchval("select to_regclass('public.migration')") is None:
        return []
    rows = await connection.fetch("select name from migration where app_name = 'patchbay'")
    return sorted(row["name"] for row in rows)


def _point_piccolo_at(engine: PostgresEngine) -> None:
    piccolo_conf.DB = engine
    for table in (Migration, AnyTable):
        # A table keeps the first engine it has used, whatever the configuration says later.
        table._meta.db = engine  # pyright: ignore[reportPrivateUsage]  Piccolo's documented seam
