"""`python -m backend run`, with small programs for parts: starting, mending, stopping, dying."""

import os
import re
import signal
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import psutil
import pytest

from backend.embedded_postgres.former import processes_on
from tests.house.processes import Program, free_port, is_alive, program, until

PARTS = ("web", "carrier", "panel", "statistics")


class House:
    def __init__(self, running: Program, environ: dict[str, str]):
        self.program = running
        self.environ = environ
        self.cluster = Path(environ["PATCHBAY_DATA"]) / "postgres" / "cluster"

    @property
    def ready_line(self) -> str:
        return f"Patchbay is ready: http://localhost:{self.environ['PATCHBAY_PORT']}"

    async def is_ready(self) -> None:
        """And the part that starts after the others is there too."""
        assert await self.program.says("is ready") == self.ready_line
        await self.program.says("statistics | pid")

    def pid_of(self, part: str) -> int:
        said = [line for line in self.program.lines if re.match(rf"{part} +\| pid", line)]
        return int(said[-1].split()[-1])

    def pids(self) -> list[int]:
        return [*map(self.pid_of, PARTS), *processes_on(self.cluster)]


@asynccontextmanager
async def house(folder: Path, *options: str, **environ: str) -> AsyncGenerator[House]:
    settings = {
        "PATCHBAY_DATA": str(folder / "data"),
        "PATCHBAY_PORT": str(free_port()),
        "PATCHBAY_CARRIER_PORT": str(free_port()),
        "PATCHBAY_PANEL_PORT": str(free_port()),
        "PATCHBAY_STATISTICS_PORT": str(free_port()),
        **environ,
    }
    async with program("small_house.py", *options, environ=settings) as running:
        yield House(running, settings)


async def test_it_says_where_everything_is_and_then_that_it_is_ready(folder: Path):
    async with house(folder) as it:
        await it.is_ready()
        said = "\n".join(it.program.lines)
        assert re.search(r"Its own PostgreSQL [\d.]+: 127\.0\.0\.1:\d+", said)
        assert f"data in {it.cluster}" in said
        assert "Tables brought up to date: first_tables_for_patchbay_web" in said
        assert re.search(r"Acme +Ana +agent +ana@acme\.example +open sesame", said)
        carrier = it.environ["PATCHBAY_CARRIER_PORT"]
        assert f"The lab, where you play the callers: http://localhost:{carrier}/" in said


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_asked_to_end_it_stops_everything_in_good_order(
    lived_in: Path, ending: signal.Signals
):
    async with house(lived_in) as it:
        await it.is_ready()
        pids = it.pids()
        os.killpg(it.program.pid, ending)  # as a Ctrl-C in the terminal, which reaches the group
        assert await it.program.ends() == 0
        assert not any(map(is_alive, pids))
        after = it.program.lines[it.program.lines.index(it.ready_line) + 1 :]
        assert after == [
            f"statistics | pid {pids[PARTS.index('statistics')]}",
            "Patchbay is stopping",
        ]


async def test_asked_to_end_while_it_starts_it_leaves_nothing(lived_in: Path):
    async with house(lived_in) as it:
        await it.program.says("carrier")
        os.kill(it.program.pid, signal.SIGINT)
        assert await it.program.ends() == 0
        assert not is_alive(it.pid_of("carrier"))
        assert processes_on(it.cluster) == []
        assert "Traceback" not in "\n".join(it.program.lines)


async def test_a_part_that_does_not_listen_is_ended_nonetheless(lived_in: Path):
    async with house(lived_in, "panel-is-deaf") as it:
        await it.is_ready()
        os.kill(it.program.pid, signal.SIGINT)
        assert await it.program.ends() == 0
        assert not is_alive(it.pid_of("panel"))


async def test_a_part_that_dies_is_started_again(lived_in: Path):
    async with house(lived_in) as it:
        await it.is_ready()
        for part in PARTS:
            others = [it.pid_of(other) for other in PARTS if other != part]
            former = it.pid_of(part)
            os.kill(former, signal.SIGKILL)
            await it.program.says(f"{part} was ended by SIGKILL; starting it again in 0.1 s")
            await it.program.says(f"{part} is back")
            assert it.pid_of(part) != former
            assert all(map(is_alive, others))


async def test_postgres_too_is_started_again_at_the_same_address(lived_in: Path):
    async with house(lived_in) as it:
        await it.is_ready()
        url = psutil.Process(it.pid_of("web")).environ()["DATABASE_URL"]
        former = processes_on(it.cluster)
        os.kill(former[0], signal.SIGKILL)
        await it.program.says("postgres was ended by SIGKILL")
        await it.program.says("postgres is back")
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("select current_user") == "patchbay_web"
        await connection.close()
        assert not any(map(is_alive, former))


@pytest.mark.parametrize("whom", ["supervisor", "group"])
async def test_killed_it_leaves_nothing_and_starts_again_at_once(lived_in: Path, whom: str):
    async with house(lived_in) as it:
        await it.is_ready()
        pids = it.pids()
        (os.kill if whom == "supervisor" else os.killpg)(it.program.pid, signal.SIGKILL)
        async with house(lived_in, **it.environ) as next_one:
            await next_one.is_ready()
            assert not any(map(is_alive, pids))
            assert len({os.getpgid(pid) for pid in processes_on(it.cluster)[:1]}) == 1


async def test_a_second_copy_says_who_runs(lived_in: Path):
    async with house(lived_in) as it:
        await it.is_ready()
        async with house(lived_in) as second:
            assert await second.program.ends() == 1
            (said,) = second.program.lines
        assert f"running already: http://localhost:{it.environ['PATCHBAY_PORT']}" in said
        assert f"(process {it.program.pid})" in said


async def test_a_copy_started_while_the_last_one_stops_waits_for_it(lived_in: Path):
    async with house(lived_in, "panel-is-deaf") as it:
        await it.is_ready()
        os.kill(it.program.pid, signal.SIGINT)
        await it.program.says("Patchbay is stopping")
        async with house(lived_in, **it.environ) as next_one:
            await next_one.is_ready()


async def test_a_port_that_is_taken_is_named_with_its_setting(lived_in: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with house(lived_in, PATCHBAY_PANEL_PORT=str(port)) as it:
            assert await it.program.ends() == 1
            assert it.program.lines == [
                f"Port {port} on 127.0.0.1 is taken by another program; "
                "end that, or choose another by PATCHBAY_PANEL_PORT."
            ]


async def test_a_part_that_cannot_start_ends_the_start_with_its_own_words(lived_in: Path):
    async with house(lived_in, "web-fails") as it:
        assert await it.program.ends() == 1
        assert it.program.lines[-2:] == [
            "web      | I have a reason",
            "web ended with code 3 at its start.",
        ]
        await until("PostgreSQL has ended", lambda: processes_on(it.cluster) == [])


async def test_with_a_configured_database_none_is_started_and_nothing_laid_out(folder: Path):
    url = "postgresql://app:hush@db.example/calls"
    async with house(folder, DATABASE_URL=url) as it:
        await it.is_ready()
        said = "\n".join(it.program.lines)
        assert "PostgreSQL: postgresql://app:***@db.example/calls" in said
        assert "The tables are left as they are, because DATABASE_OWNER_URL is not set" in said
        assert "ana@acme.example" not in said
        assert not it.cluster.exists()
