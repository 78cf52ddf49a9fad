"""Programs that the tests of the house start, and how they wait for what these do."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]


async def until(what: str, is_so: Callable[[], bool], *, within: float = 15.0) -> None:
    """For what cannot be awaited because it happens outside this process."""
    deadline = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < deadline, f"not within {within} s: {what}"
        await asyncio.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """A running program whose output can be read line by line."""

    def __init__(self, process: Process):
        self.process = process
        self.pid = process.pid
        self.lines: list[str] = []

    async def says(self, words: str, *, within: float = 30.0) -> str:
        """The next line that contains these words."""
        assert self.process.stdout
        async with asyncio.timeout(within):
            while line := (await self.process.stdout.readline()).decode():
                self.lines.append(line.rstrip())
                if words in line:
                    return line.rstrip()
        raise AssertionError("".join(f"\n{line}" for line in [f"never said: {words}", *self.lines]))

    async def ends(self, *, within: float = 15.0) -> int:
        assert self.process.stdout
        async with asyncio.timeout(within):
            rest = await self.process.stdout.read()
            self.lines += rest.decode().splitlines()
            return await self.process.wait()


@asynccontextmanager
async def program(
    script: str, *arguments: object, environ: Mapping[str, str] | None = None
) -> AsyncGenerator[Program]:
    """`script` lies in this folder. It is a process group of its own, as a shell would make it."""
    path = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "tests" / "house" / script),
        *map(str, arguments),
        stdin=subprocess.DEVNULL,
        stdout=PIPE,
        stderr=subprocess.STDOUT,
        env={**_without_settings(), **(environ or {}), "PYTHONPATH": os.pathsep.join(path)},
        process_group=0,
    )
    running = Program(process)
    try:
        yield running
    finally:
        if is_alive(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        await running.ends()


def _without_settings() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(("PATCHBAY_", "DATABASE_"))}
