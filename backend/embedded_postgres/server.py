"""One embedded server: started, watched, stopped, and for tests killed and frozen."""

import asyncio
import os
import shutil
import signal
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from backend.embedded_postgres.account import account_for
from backend.embedded_postgres.binaries import find_binaries, within_reach
from backend.embedded_postgres.failure import CannotRun
from backend.embedded_postgres.former import (
    postmaster_pid,
    processes_on,
    ready_port,
    until_former_server_is_gone,
)
from backend.embedded_postgres.home import ELSEWHERE, find_home, present_home
from backend.embedded_postgres.roles import DATABASE, lay_out_roles
from backend.tether import lifeline, tethered

WEB_LOGIN = "patchbay_web"
READY_WITHIN = 60.0
STOPPED_WITHIN = 10.0
LARGEST_LOG = 8_000_000  # bytes; a larger one is begun anew at the next start


@asynccontextmanager
async def embedded_postgres(folder: Path) -> AsyncGenerator["EmbeddedPostgres"]:
    server = EmbeddedPostgres(folder)
    try:
        await server.start()
        yield server
    finally:
        await server.close()


class EmbeddedPostgres:
    """Holds the folder from its making to `close`; in between it may be started many times.

    Make it in the main thread: PostgreSQL is told to end when the thread that started it ends.
    """

    name = "postgres"

    def __init__(self, folder: Path, elsewhere: Path = ELSEWHERE):
        folder = folder.resolve()  # its processes are found by the name the kernel knows it by
        self.home = find_home(folder, account_for(folder / "cluster"), elsewhere)
        self._account = account_for(self.home.cluster)
        self._port: int | None = None
        self._process: Process | None = None
        self.home.lock()
        try:
            self._passwords = self.home.passwords()
            found = find_binaries(self.home.cluster)
            self._binaries = within_reach(found, self._account, self.home.shelf)
        except BaseException:
            self.home.unlock()
            raise

    @property
    def port(self) -> int:
        if self._port is None:
            raise CannotRun("The embedded PostgreSQL was never started.")
        return self._port

    @property
    def pid(self) -> int:
        """Of the postmaster, for tests that stop or kill it."""
        pid = postmaster_pid(self.home.cluster)
        if pid is None:
            raise CannotRun("The embedded PostgreSQL is not running.")
        return pid

    @property
    def version(self) -> str:
        return self._binaries.version

    @property
    def web_url(self) -> str:
        return self._url(WEB_LOGIN, DATABASE)

    @property
    def owner_url(self) -> str:
        return self._url("patchbay_owner", DATABASE)

    @property
    def superuser_url(self) -> str:
        """For the supervisor and for tests; the product never uses it."""
        return self._url("postgres", "postgres")

    async def start(self) -> None:
        cluster = self.home.cluster
        await until_former_server_is_gone(cluster)
        if not cluster.exists():
            await self._initialise()
        deadline = time.monotonic() + READY_WITHIN
        port = self._port or self.home.port()
        while complaint := await self._try_to_start(port, deadline):
            if time.monotonic() > deadline or not _may_pass(complaint):
                raise CannotRun(
                    f"PostgreSQL did not start. The end of {self.home.log}:\n{complaint}"
                )
            if "bind" in complaint and self._port is None:
                port = self.home.another_port()
            await asyncio.sleep(0.1)
            await until_former_server_is_gone(cluster)
        await lay_out_roles(port, self._passwords)
        self._port = port  # from now on its clients know it, so a restart must not change it

    async def wait(self) -> int:
        """Until it ends, by itself or by anybody's hand."""
        if self._process is None:
            raise CannotRun("The embedded PostgreSQL was never started.")
        return await self._process.wait()

    async def stop(self) -> None:
        """A fast shutdown: sessions are ended, the data are written out."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        self.thaw()
        for wish in (signal.SIGINT, signal.SIGQUIT):
            process.send_signal(wish)
            try:
                await asyncio.wait_for(process.wait(), STOPPED_WITHIN)
                return
            except TimeoutError:
                continue
        await self.kill()

    async def kill(self) -> None:
        """As the kernel would: no farewell. Its remaining processes notice and follow."""
        if self._process is not None and self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def close(self) -> None:
        try:
            await self.stop()
        finally:
            self.home.unlock()

    def freeze(self) -> None:
        """The whole server stands still, connections stay open: a hung disk, for tests."""
        self._to_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self._to_all(signal.SIGCONT)

    def _to_all(self, number: signal.Signals) -> None:
        for pid in processes_on(self.home.cluster):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    async def _initialise(self) -> None:
        draft, secret = self.home.folder / "cluster.new", self.home.folder / ".initial-password"
        if draft.exists():
            shutil.rmtree(draft)  # an earlier start was killed before it was whole
        draft.mkdir(mode=0o700)
        secret.unlink(missing_ok=True)
        secret.touch(mode=0o600)
        secret.write_text(self._passwords["postgres"])
        for path in (draft, secret):
            self._account.give(path)
        locale = ["--locale=C"]
        if self._binaries.major >= 17:  # the same order of letters, and case beyond ASCII
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        initdb = [
            *(self._binaries / "initdb", "-D", draft, "-U", "postgres", "-E", "UTF8", *locale),
            *("-A", "scram-sha-256", "--pwfile", secret, "--no-instructions"),
        ]
        process = await self._spawn(initdb, signal.SIGKILL, PIPE)
        try:
            output, _ = await process.communicate()
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
            secret.unlink()
        if process.returncode != 0:
            said = output.decode(errors="replace").strip()
            raise CannotRun(f"PostgreSQL could not make its data folder {draft}:\n{said}")
        draft.rename(self.home.cluster)

    async def _try_to_start(self, port: int, deadline: float) -> str | None:
        """None when it is ready, else the end of what it said."""
        if self.home.log.exists() and self.home.log.stat().st_size > LARGEST_LOG:
            self.home.log.unlink()
        with self.home.log.open("ab") as log:
            self.home.log.chmod(0o600)
            said_before = log.tell()
            self._process = await self._spawn(self._command(port), signal.SIGINT, log)
        while ready_port(self.home.cluster) is None:
            if self._process.returncode is None and time.monotonic() < deadline:
                await asyncio.sleep(0.02)
                continue
            await self.kill()
            with self.home.log.open("rb") as log:
                log.seek(said_before)
                lines = log.read().decode(errors="replace").strip().splitlines()
            return "\n".join(lines[-15:]) or "(nothing)"
        return None

    def _command(self, port: int) -> list[str | Path]:
        sockets = self.home.socket_folder(self._account)
        configuration = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(sockets or ""),
            "unix_socket_permissions": "0700",
            "password_encryption": "scram-sha-256",
            "max_connections": "120",
            "jit": "off",  # our queries are short: compiling them costs more than it saves
            "fsync": "on",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        command: list[str | Path] = [self._binaries / "postgres", "-D", self.home.cluster]
        command += ["-p", str(port)]
        for name, value in configuration.items():
            command += ["-c", f"{name}={value}"]
        return command

    async def _spawn(
        self, command: Sequence[str | Path], death_signal: signal.Signals, output: int | IO[bytes]
    ) -> Process:
        ours = ("PG", "PATCHBAY_", "DATABASE_")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
        return await asyncio.create_subprocess_exec(
            *tethered(command, death_signal=death_signal, user=self._account.ids),
            stdin=lifeline(),
            stdout=output,
            stderr=STDOUT,
            cwd="/",  # where we are may be closed to the account it runs as
            env={**environment, "LC_ALL": "C"},
        )

    def _url(self, login: str, database: str) -> str:
        return _url(login, self._passwords[login], self.port, database)


def running_web_url(folder: Path) -> str | None:
    """Where the product's login reaches the server that somebody runs on this folder now; None if
    nobody does."""
    home = present_home(folder.resolve())
    port = ready_port(home.cluster)
    if port is None:
        return None
    return _url(WEB_LOGIN, home.passwords()[WEB_LOGIN], port, DATABASE)


def _url(login: str, password: str, port: int, database: str) -> str:
    return f"postgresql://{login}:{password}@127.0.0.1:{port}/{database}"


def _may_pass(complaint: str) -> bool:
    """Complaints that end by waiting, or by another port."""
    passing = ("could not bind", "could not create any TCP/IP sockets", "is still in use")
    return any(words in complaint for words in (*passing, 'lock file "postmaster.pid" already'))
