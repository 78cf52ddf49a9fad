"""Servers in processes of their own, whose CPU time and memory are read from outside.

Each is tied to this process: however a run ends, nothing of it stays behind.
"""

import asyncio
import os
import shutil
import socket
import sys
import time
from asyncio.subprocess import STDOUT
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psutil

from backend.tether import lifeline, tethered

READY_WITHIN = 60.0


class ServerProcess:
    """A running server: where it listens, and what it has used so far."""

    def __init__(self, pid: int, port: int, log: Path) -> None:
        self.pid = pid
        self.port = port
        self.log = log
        self._process = psutil.Process(pid)

    @property
    def cpu_seconds(self) -> float:
        """CPU time of all its threads, to the nanosecond where the kernel tells."""
        if sys.platform.startswith("linux"):
            return time.clock_gettime(_cpu_clock_of(self.pid))
        spent = self._process.cpu_times()
        return spent.user + spent.system

    @property
    def resident_bytes(self) -> int:
        return self._process.memory_info().rss


class Postgres:
    """The CPU time of an embedded PostgreSQL, all of its processes together."""

    def __init__(self, postmaster: int) -> None:
        self._postmaster = psutil.Process(postmaster)

    @property
    def cpu_seconds(self) -> float:
        spent = (process.cpu_times() for process in self._postmaster.children())
        return sum(times.user + times.system for times in spent)


@asynccontextmanager
async def running(
    command: Sequence[str], port: int, log: Path, environment: Mapping[str, str] | None = None
) -> AsyncGenerator[ServerProcess]:
    """Run a server until the block ends. It is ready when it accepts connections on `port`."""
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *tethered(command),
            stdin=lifeline(),
            stdout=output,
            stderr=STDOUT,
            env={**without_settings(), **(environment or {})},
        )
    try:
        deadline = time.monotonic() + READY_WITHIN
        while not await _accepts(port):
            if process.returncode is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{' '.join(command)} did not start:\n{_end_of(log)}")
            await asyncio.sleep(0.02)
        yield ServerProcess(process.pid, port, log)
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 5)
            except TimeoutError:
                process.kill()
                await process.wait()


@contextmanager
def removed_afterwards(folder: Path) -> Generator[Path]:
    """A folder of this run."""
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def without_settings() -> dict[str, str]:
    """Our environment without whatever configures a product that is in use here."""
    ours = ("PATCHBAY_", "DATABASE_", "REDIS_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _cpu_clock_of(pid: int) -> int:
    """As clock_getcpuclockid(3) makes it: the complement of the pid, and "all threads, exact"."""
    return (~pid << 3) | 2


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:]


async def _accepts(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
