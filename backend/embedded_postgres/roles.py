"""Who may log in, the same as on a production server.

postgres         the superuser; only this supervisor uses it, to write what stands here
patchbay_owner   owns the database and its tables, makes the group roles; migrations use it
patchbay_web     what the product runs as: no superuser, owns nothing, bound by row level security
"""

import asyncpg

from backend.embedded_postgres.failure import CannotRun

DATABASE = "patchbay"
ATTRIBUTES = {
    "patchbay_owner": "login createrole nosuperuser nocreatedb nobypassrls noreplication",
    "patchbay_web": "login nosuperuser nocreaterole nocreatedb nobypassrls noreplication",
}


async def lay_out_roles(port: int, passwords: dict[str, str]) -> None:
    """Idempotent: run at every start, so that the server always agrees with the password file."""
    try:
        await _lay_out(port, passwords)
    except asyncpg.InvalidPasswordError:
        raise CannotRun(
            "PostgreSQL does not know the passwords in passwords.json beside its data: "
            "bring back the file that belongs to them, or move both away to begin anew."
        ) from None
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        raise CannotRun(f"PostgreSQL started, but could not be set up: {problem}") from problem


async def _lay_out(port: int, passwords: dict[str, str]) -> None:
    connection = await asyncpg.connect(
        host="127.0.0.1",
        port=port,
        user="postgres",
        password=passwords["postgres"],
        database="postgres",
        ssl=False,
    )
    try:
        await connection.execute("set log_min_error_statement = panic")  # keeps passwords unlogged
        for role, attributes in ATTRIBUTES.items():
            known = await connection.fetchval("select 1 from pg_roles where rolname = $1", role)
            verb = "alter" if known else "create"
            await connection.execute(
                f"{verb} role {role} {attributes} password '{passwords[role]}'"
            )
        if not await connection.fetchval("select 1 from pg_database where datname = $1", DATABASE):
            await connection.execute(f"create database {DATABASE} owner patchbay_owner")
        await connection.execute(
            f"revoke all on database {DATABASE} from public;"
            f"grant connect on database {DATABASE} to patchbay_web"
        )
    finally:
        await connection.close()
