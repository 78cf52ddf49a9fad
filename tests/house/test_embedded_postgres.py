"""The embedded PostgreSQL: it keeps data, trusts nobody, and is never there twice or too long."""

import os
import signal
import stat
from pathlib import Path

import asyncpg
import pytest

from backend.embedded_postgres import CannotRun, EmbeddedPostgres, embedded_postgres
from backend.embedded_postgres.account import account_for
from backend.embedded_postgres.binaries import find_binaries, within_reach
from backend.embedded_postgres.former import processes_on
from backend.embedded_postgres.home import find_home
from tests.house.processes import is_alive, program, until


async def ask(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url, passfile="/no/such/file")
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def by_socket(url: str, server: EmbeddedPostgres) -> str:
    address = url.replace(f"127.0.0.1:{server.port}", "")
    return f"{address}?host={server.home.sockets}&port={server.port}"


async def test_data_and_port_survive_a_restart_and_the_killing_of_the_server(folder: Path):
    async with embedded_postgres(folder) as server:
        await ask(server.owner_url, "create table note as select 'kept' as text")
        port = server.port
    assert processes_on(server.home.cluster) == []

    async with embedded_postgres(folder) as server:
        assert server.port == port
        assert await ask(server.owner_url, "select text from note") == "kept"
        await ask(server.owner_url, "update note set text = 'kept still'")
        former = server.pid
        os.kill(former, signal.SIGKILL)
        assert await server.wait() == -signal.SIGKILL
        await server.start()
        assert server.pid != former
        assert server.port == port
        assert await ask(server.owner_url, "select text from note") == "kept still"
        assert await ask(server.superuser_url, "show fsync") == "on"
        assert await ask(server.superuser_url, "show jit") == "off"


async def test_it_ends_when_its_supervisor_is_killed_and_a_new_one_starts_at_once(folder: Path):
    async with program("postgres_owner.py", folder) as owner:
        former = int((await owner.says("postmaster")).split()[1])
        os.kill(owner.pid, signal.SIGKILL)
        await owner.ends()
    async with embedded_postgres(folder) as server:
        assert not is_alive(former)
        assert await ask(server.web_url, "select 1") == 1
        await until("only one server", lambda: processes_on(folder / "cluster")[0] == server.pid)


async def test_a_second_copy_on_the_same_folder_is_refused(house_server: EmbeddedPostgres):
    with pytest.raises(CannotRun, match=f"being run by process {os.getpid()} already"):
        EmbeddedPostgres(house_server.home.folder)


async def test_what_a_dead_server_left_does_not_hinder_the_next(folder: Path):
    async with embedded_postgres(folder) as server:
        await server.kill()
        note = server.home.cluster / "postmaster.pid"
        lines = note.read_text().splitlines()
        note.write_text("\n".join([str(os.getpid()), *lines[1:]]))  # a number that lives again
        await server.start()
        assert await ask(server.web_url, "select 1") == 1


async def test_a_server_that_outlived_its_postmaster_is_waited_for(folder: Path):
    async with embedded_postgres(folder) as server:
        busy = await asyncpg.connect(server.web_url)
        survivor = busy.get_server_pid()
        os.kill(survivor, signal.SIGSTOP)
        await server.kill()
        assert is_alive(survivor)
        await server.start()
        assert not is_alive(survivor)
        assert await ask(server.web_url, "select 1") == 1
        busy.terminate()


async def test_a_frozen_server_goes_on_where_it_stood(house_server: EmbeddedPostgres):
    connection = await asyncpg.connect(house_server.web_url)
    house_server.freeze()
    with pytest.raises(TimeoutError):
        await connection.fetchval("select 1", timeout=0.2)
    house_server.thaw()
    assert await ask(house_server.web_url, "select 1") == 1
    await connection.close()


async def test_nobody_gets_in_without_the_right_password(house_server: EmbeddedPostgres):
    right = house_server.home.passwords()["patchbay_web"]
    wrong = house_server.web_url.replace(right, "guess")
    none = house_server.web_url.replace(f":{right}", "")
    for url in (wrong, none):
        for door in (url, by_socket(url, house_server)):
            with pytest.raises(asyncpg.InvalidPasswordError):
                await ask(door, "select 1")
    assert await ask(by_socket(house_server.web_url, house_server), "select 1") == 1
    rules = "select count(*) from pg_hba_file_rules where auth_method <> 'scram-sha-256'"
    assert await ask(house_server.superuser_url, rules) == 0


async def test_the_logins_can_do_what_they_are_for_and_no_more(house_server: EmbeddedPostgres):
    rows = """
        select string_agg(concat_ws(' ', rolname, rolsuper, rolbypassrls, rolcreaterole,
                          rolcreatedb, rolreplication, rolcanlogin), ', ' order by rolname)
        from pg_roles where rolname like 'patchbay%'
    """
    assert await ask(house_server.superuser_url, rows) == (
        "patchbay_owner f f t f f t, patchbay_web f f f f f t"
    )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(house_server.web_url, "create table mine (n int)")


async def test_the_products_login_cannot_step_around_row_level_security(
    house_server: EmbeddedPostgres,
):
    owner = await asyncpg.connect(house_server.owner_url)
    await owner.execute("""
        create table secret as select 'Acme' as tenant;
        alter table secret enable row level security;
        alter table secret force row level security;
        grant select on secret to patchbay_web;
    """)
    assert await owner.fetchval("select count(*) from secret") == 0  # force binds the owner too
    await owner.close()
    assert await ask(house_server.web_url, "select count(*) from secret") == 0
    for attempt in (
        "alter table secret disable row level security",
        "alter role patchbay_web bypassrls",
        "set role patchbay_owner",
        "set session authorization postgres",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(house_server.web_url, attempt)
    without = f"{house_server.web_url}?row_security=off"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(without, "select count(*) from secret")


def test_its_files_are_closed_to_others(house_server: EmbeddedPostgres):
    home = house_server.home

    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    assert mode(home.cluster) == mode(home.sockets) == 0o700
    for file in ("passwords.json", "port", "lock", "postgres.log"):
        assert mode(home.folder / file) == 0o600, file
    assert not (home.folder / ".initial-password").exists()
    log = home.log.read_text()
    assert not any(password in log for password in home.passwords().values())


async def test_data_of_another_version_are_left_alone(folder: Path):
    (folder / "cluster").mkdir()
    (folder / "cluster" / "PG_VERSION").write_text("9\n")
    with pytest.raises(CannotRun, match="written by PostgreSQL 9, but what is installed here is"):
        EmbeddedPostgres(folder)


async def test_lost_passwords_are_named_as_the_reason(folder: Path):
    async with embedded_postgres(folder) as server:
        (server.home.folder / "passwords.json").unlink()
    with pytest.raises(CannotRun, match=r"does not know the passwords in passwords\.json"):
        async with embedded_postgres(folder):
            pass
    assert processes_on(folder / "cluster") == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root must lend PostgreSQL another account")
async def test_for_root_in_a_closed_place_the_data_lie_elsewhere(folder: Path):
    closed, elsewhere = folder / "closed", folder / "elsewhere"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(closed / "postgres", elsewhere)
    try:
        await server.start()
        assert server.home.folder.parent == elsewhere
        assert await ask(server.web_url, "select 1") == 1
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        await server.close()
    again = EmbeddedPostgres(closed / "postgres", elsewhere)
    assert again.home.folder == server.home.folder
    await again.close()


@pytest.mark.skipif(os.getuid() != 0, reason="only root must lend PostgreSQL another account")
def test_for_root_the_binaries_are_copied_if_they_lie_in_a_closed_place(folder: Path):
    account = account_for(folder / "cluster")
    found = find_binaries(folder / "cluster")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    package = found.folder.parent.parent
    for part in (package, package.with_name(f"{package.name}.libs")):
        (closed / part.name).symlink_to(part)
    hidden = type(found)(closed / package.name / "pginstall" / "bin", found.version, True)
    reachable = within_reach(hidden, account, find_home(folder, account, folder).shelf)
    assert reachable.folder.is_relative_to(folder / f"binaries-{found.version}")
    assert account.may_run(reachable / "postgres")
