"""A server that ran on this folder before and may not have ended yet.

We hold the folder's lock, so nobody supervises it any more: it is shutting down, or it was killed
and some of its processes outlived it. It is never adopted; it is waited for, and asked to hurry.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from backend.embedded_postgres.failure import CannotRun

# Seconds after which it is asked, told, and made to end.
FAST_SHUTDOWN = ((0.0, signal.SIGINT), (15.0, signal.SIGQUIT), (25.0, signal.SIGKILL))
WITHOUT_POSTMASTER = ((0.0, signal.SIGQUIT), (3.0, signal.SIGKILL))
GIVE_UP_AFTER = 30.0


async def until_former_server_is_gone(cluster: Path) -> None:
    began = time.monotonic()
    sent: set[tuple[int, signal.Signals]] = set()
    while alive := processes_on(cluster):
        waited = time.monotonic() - began
        if waited > GIVE_UP_AFTER:
            raise CannotRun(f"Process {alive[0]} still works on {cluster} and does not end.")
        if alive[0] == postmaster_pid(cluster):
            told, wishes = alive[:1], FAST_SHUTDOWN  # it ends the others, in order
        else:
            told, wishes = alive, WITHOUT_POSTMASTER
        for pid in told:
            for after, wish in wishes:
                if waited >= after and (pid, wish) not in sent:
                    sent.add((pid, wish))
                    _send(pid, wish)
        await asyncio.sleep(0.02)
    # What a dead server left: its number may meanwhile belong to any process (in a container it
    # soon does), and PostgreSQL would take that one for itself.
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def processes_on(cluster: Path) -> list[int]:
    """The living processes of a server on this folder, the postmaster first."""
    postmaster = postmaster_pid(cluster)
    if sys.platform.startswith("linux"):
        pids = [pid for pid in _all_pids() if _works_in(pid, cluster)]
    else:
        pids = [postmaster] if postmaster and _is_postgres(postmaster) else []
    return sorted(pids, key=lambda pid: (pid != postmaster, pid))


def postmaster_pid(cluster: Path) -> int | None:
    try:
        first = (cluster / "postmaster.pid").read_text().splitlines()[0]
        return int(first)
    except (OSError, ValueError, IndexError):
        return None


def ready_port(cluster: Path) -> int | None:
    """The TCP port of a server that is ready, as pg_ctl asks: postmaster.pid is the server's own
    word for where (line 4) and how (line 8) it is."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    return int(lines[3]) if len(lines) >= 8 and lines[7].strip() == "ready" else None


def _all_pids() -> list[int]:
    return [int(entry) for entry in os.listdir("/proc") if entry.isdecimal()]


def _works_in(pid: int, cluster: Path) -> bool:
    # Every process of a server has the data folder as its working folder; a zombie has none.
    try:
        return os.readlink(f"/proc/{pid}/cwd") == str(cluster) and _is_postgres(pid)
    except OSError:
        return False


def _is_postgres(pid: int) -> bool:
    if sys.platform.startswith("linux"):
        # Not its command line: a server process rewrites that to say what it does.
        return Path(f"/proc/{pid}/comm").read_text().strip() in ("postgres", "postmaster")
    listed = subprocess.run(  # noqa: S603
        ["/bin/ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True
    )
    return "postgres" in listed.stdout


def _send(pid: int, wish: signal.Signals) -> None:
    try:
        os.kill(pid, wish)
        os.kill(pid, signal.SIGCONT)  # a stopped process hears nothing
    except ProcessLookupError:
        pass
