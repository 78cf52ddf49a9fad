"""PostgreSQL itself keeps the tenants apart, whatever the code forgets."""

import asyncio
import random
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from backend.domain.rules import Rules
from backend.embedded_postgres import EmbeddedPostgres
from backend.store import people
from backend.store.migrate import migrate
from backend.store.tenancy import Database, DatabaseAway

NOT_A_TENANTS = {"person", "migration", "platform"}
"""A person may belong to several tenants; `migration` is Piccolo's own; `platform` has one row with
the switches over all tenants, and nothing that is anybody's."""


@pytest.fixture
async def database(postgres: EmbeddedPostgres) -> AsyncGenerator[Database]:
    database = await Database.connect(postgres.web_url, 4)
    yield database
    await database.close()


@pytest.fixture
async def admin(postgres: EmbeddedPostgres) -> AsyncGenerator[Any]:
    connection = await asyncpg.connect(postgres.superuser_url, database="patchbay")
    yield connection
    await connection.close()


async def tables(admin: Any) -> list[str]:
    rows = await admin.fetch(
        "select relname from pg_class where relkind = 'r'"
        " and relnamespace = 'public'::regnamespace order by 1"
    )
    return [row["relname"] for row in rows]


async def found(database: Database, name: str) -> UUID:
    tenant = uuid4()
    async with database.work(tenant) as work:
        await people.found_tenant(work, name, Rules())
    return tenant


async def test_every_table_is_closed_by_a_forced_policy(admin: Any):
    for table in await tables(admin):
        if table in ("migration", "platform"):
            continue
        row = await admin.fetchrow(
            "select relrowsecurity, relforcerowsecurity, relowner::regrole::text as owner,"
            " (select count(*) from pg_policy where polrelid = c.oid) as policies"
            " from pg_class c where oid = $1::regclass",
            table,
        )
        assert row["relrowsecurity"], table
        assert row["relforcerowsecurity"], table
        assert row["policies"] > 0, table
        assert row["owner"] == "patchbay_owner"


async def test_every_key_begins_with_or_contains_the_tenant(admin: Any):
    for table in set(await tables(admin)) - NOT_A_TENANTS:
        keys = await admin.fetch(
            "select c.relname, array(select a.attname::text"
            " from unnest(i.indkey) with ordinality k(n, o)"
            " join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n order by k.o)"
            " as columns, i.indisprimary"
            " from pg_index i join pg_class c on c.oid = i.indexrelid"
            " where i.indrelid = $1::regclass and i.indisunique",
            table,
        )
        assert keys, table
        for key in keys:
            assert key["columns"][0] == "tenant_id", (table, key["relname"])
        references = await admin.fetch(
            "select conname, confrelid::regclass::text as target, array(select a.attname::text"
            " from unnest(conkey) k(n) join pg_attribute a on a.attrelid = conrelid"
            " and a.attnum = k.n) as columns from pg_constraint"
            " where contype = 'f' and conrelid = $1::regclass",
            table,
        )
        for reference in references:
            if reference["target"] not in NOT_A_TENANTS:
                assert "tenant_id" in reference["columns"], (table, reference["conname"])


async def test_the_products_login_can_neither_own_nor_bypass(admin: Any):
    row = await admin.fetchrow("select * from pg_roles where rolname = 'patchbay_web'")
    assert not row["rolsuper"]
    assert not row["rolbypassrls"]
    assert not row["rolcreaterole"]
    owned = await admin.fetchval(
        "select count(*) from pg_class where relowner = 'patchbay_web'::regrole"
    )
    assert owned == 0
    bypassing = await admin.fetch(
        "select rolname from pg_roles where rolbypassrls and not rolsuper"
        " and rolname like 'patchbay%'"
    )
    assert bypassing == []


async def test_without_a_tenant_every_table_is_an_error_and_not_an_empty_page(
    postgres: EmbeddedPostgres, database: Database, admin: Any
):
    # PostgreSQL may not ask for the tenant at all to find that there is nobody.
    ada = await people.register_person(
        database, email="ada@acme.example", name="Ada", password_hash="x"
    )
    async with database.work(await found(database, "Acme")) as work:
        await people.add_member(work, ada, "Ada", people.Role.ANALYST)
    connection = await asyncpg.connect(postgres.web_url)
    try:
        for table in set(await tables(admin)) - {"migration", "platform"}:
            column = "person_id" if table == "person" else "tenant_id"
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f"select {column} from {table}")  # noqa: S608
    finally:
        await connection.close()


async def test_a_tenant_reads_and_writes_nothing_of_another(database: Database, admin: Any):
    acme, globex = await found(database, "Acme"), await found(database, "Globex")
    async with database.work(acme) as work:
        rows = await work.connection.fetch("select tenant_id from tenant")
        assert [row["tenant_id"] for row in rows] == [acme]
        changed = await work.connection.execute(
            "update tenant set name = 'taken' where tenant_id = $1", globex
        )
        assert changed == "UPDATE 0"
        gone = await work.connection.execute(
            "delete from journal_head where tenant_id = $1", globex
        )
        assert gone == "DELETE 0"
    for statement in (
        "insert into journal_head (tenant_id) values ($1)",
        "insert into tenant (tenant_id, name) values ($1, 'x')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await _run_once(database, acme, statement, globex)


async def _run_once(database: Database, tenant: UUID, statement: str, *values: object) -> None:
    async with database.work(tenant) as work:
        await work.connection.execute(statement, *values)


async def test_the_journal_can_only_grow(database: Database):
    acme = await found(database, "Acme")
    for statement in ("update journal set event = 'x'", "delete from journal"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await _run_once(database, acme, statement)


async def test_a_persons_password_hash_can_be_read_by_nobody_but_the_doorkeeper(
    database: Database,
):
    acme = await found(database, "Acme")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await _run_once(database, acme, "select password_hash from person")


async def test_work_that_is_cut_off_anywhere_leaves_no_tenant_behind(database: Database):
    tenants = [await found(database, f"T{n}") for n in range(5)]
    dice = random.Random(7)  # noqa: S311

    async def work_a_little(tenant: UUID) -> None:
        async with database.work(tenant, alone=dice.random() < 0.5) as work:
            for _ in range(3):
                row = await work.connection.fetchrow("select tenant_id from tenant")
                assert row is not None
                assert row["tenant_id"] == tenant

    async def cut_off(task: "asyncio.Task[None]") -> None:
        for _ in range(dice.randrange(40)):
            await asyncio.sleep(0)
        if dice.random() < 0.5:
            task.cancel()

    tasks = [asyncio.create_task(work_a_little(dice.choice(tenants))) for _ in range(200)]
    await asyncio.gather(*(cut_off(task) for task in tasks))
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(
        each is None or isinstance(each, asyncio.CancelledError | DatabaseAway) for each in outcomes
    )
    for _ in range(8):
        rows = await database.ask("select current_setting('app.tenant_id', true) as tenant")
        assert not rows[0]["tenant"]


async def test_two_processes_may_migrate_at_once(postgres: EmbeddedPostgres):
    assert await migrate(postgres.owner_url, "patchbay_web") == []
