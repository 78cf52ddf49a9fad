"""From the command to the ready line: the whole product, first on an empty folder, then again.

`python -m backend run` with an empty PATCHBAY_DATA and free ports: its PostgreSQL is made, the
tables and the demo companies are laid out, and all four processes answer before the line is
printed (cold). Stopped and started again on what is there (warm). Files that the machine has read
before stay in its memory: "cold" is the product's folder, not the disk. The floor is the embedded
PostgreSQL alone, made and started, then started again.
"""

import asyncio
import sys
import time
from pathlib import Path

from msgspec import Struct

from backend.embedded_postgres import embedded_postgres
from backend.embedded_postgres.throwaway import make_throwaway_folder
from backend.tether import lifeline, tethered
from benchmarks.processes import free_port, removed_afterwards, without_settings
from benchmarks.report import Figure, Floor, Goal, say
from benchmarks.samples import median
from benchmarks.stage import Stage

NAME = "start"
READY = b"Patchbay is ready"
READY_WITHIN = 120.0


class Starts(Struct):
    """Seconds from the command until it is ready, for each try."""

    cold: list[float] = []
    warm: list[float] = []


async def measure(stage: Stage) -> list[Figure]:
    times = stage.size(3, 1)
    product, postgres = Starts([], []), Starts([], [])
    for turn in range(times):
        say(f"{NAME}: {turn + 1} of {times}")
        with removed_afterwards(make_throwaway_folder()) as folder:
            for starts in (postgres.cold, postgres.warm):
                starts.append(await _start_postgres(folder))
        with removed_afterwards(make_throwaway_folder()) as folder:
            ports = [free_port() for _ in range(4)]
            for starts in (product.cold, product.warm):
                starts.append(await _start_product(folder, ports))
    goals = {"cold": 15.0, "warm": 5.0}
    whole = {"cold": product.cold, "warm": product.warm}
    alone = {"cold": postgres.cold, "warm": postgres.warm}
    return [
        Figure(
            name=f"{NAME}-{kind}",
            what=f"from `python -m backend run` to its ready line, {kind}",
            value=median(whole[kind]),
            unit="s",
            floor=Floor("its PostgreSQL alone", median(alone[kind]), "s"),
            goal=Goal("value", goals[kind]),
            samples=times,
            details={"longest_s": round(max(whole[kind]), 2)},
        )
        for kind in ("cold", "warm")
    ]


async def _start_postgres(folder: Path) -> float:
    begin = time.perf_counter()
    async with embedded_postgres(folder / "postgres"):
        return time.perf_counter() - begin


async def _start_product(folder: Path, ports: list[int]) -> float:
    port, carrier_port, panel_port, statistics_port = map(str, ports)
    environment = {
        **without_settings(),
        "PATCHBAY_DATA": str(folder / "data"),
        "PATCHBAY_PORT": port,
        "PATCHBAY_CARRIER_PORT": carrier_port,
        "PATCHBAY_PANEL_PORT": panel_port,
        "PATCHBAY_STATISTICS_PORT": statistics_port,
    }
    begin = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *tethered([sys.executable, "-m", "backend", "run", "--until-parent-ends"]),
        stdin=lifeline(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment,
    )
    assert process.stdout is not None
    said: list[bytes] = []
    try:
        async with asyncio.timeout(READY_WITHIN):
            async for line in process.stdout:
                said.append(line)
                if line.startswith(READY):
                    return time.perf_counter() - begin
        raise RuntimeError(f"the product did not start: {b''.join(said[-20:]).decode()}")
    finally:
        if process.returncode is None:
            process.terminate()
        # What it still says is read, or a full pipe would keep it from ending.
        await process.communicate()
