"""A file of past calls is brought in by a process of its own: to read a large one takes a core for
a minute, and whoever answers the carrier waits for nobody. It has only so much memory and time,
because a small file may hold very much.

`python -m backend.past_calls_apart` is that process. It is told what to do on its standard input,
where no other user of the machine sees it, and writes down what became of it.
"""

import asyncio
import os
import resource
import sys
from traceback import format_tb
from typing import BinaryIO
from uuid import UUID

import msgspec
import pyarrow as pa
from msgspec import Struct

from backend.domain.refusals import Refusal
from backend.history.reading import Problem
from backend.logs import logger
from backend.past_calls import Brought, FileTooLarge, WrongRows, bring_in
from backend.store.tenancy import Database, DatabaseAway

log = logger("past-calls")

MOST_TOLD = 100
"""Problems that are told one by one."""
LESS_URGENT = 10
"""By how much the process is nicer than those of calls."""
PATIENCE = 60
"""Seconds for one statement."""
MOST_SECONDS = 600
"""For all of it: half a million rows take one or two minutes on a slow machine."""
MOST_MEMORY = 5 * 2**29
"""Bytes. Half a million rows take 1.8 GB, of which Arrow only reserves one and never uses it."""
MUCH_IN_IT = (
    "More is in that file than is read at once, even if the file itself is small. Bring it in in"
    " parts, and see whether a cell holds more than it should."
)
AWAY, FAILED = 3, 4
"""How the process ends if it has nothing to write down."""


class Order(Struct, frozen=True):
    """What is to be done. `file` is the open file's descriptor, the same in both processes."""

    database_url: str
    tenant: UUID
    name: str
    file: int
    most_rows: int


class NotBrought(Struct, frozen=True):
    """Why a file was not brought in, as it is answered; nothing has changed."""

    code: str
    detail: str
    status: int
    problems: tuple[Problem, ...] = ()
    """The first rows that are wrong."""
    more: int = 0
    """... and how many more there are."""
    kinds: tuple[tuple[int, str, str], ...] = ()
    """Of all of them: how often, which column, in which way."""


class Became(Struct, frozen=True):
    """What the process writes down: one of them."""

    brought: Brought | None = None
    not_brought: NotBrought | None = None


class NotRead(Refusal):
    """The file could not be read, for a reason that has been noted. Nothing was brought in. Try
    again, or with a smaller part of it."""

    code = "not-read"
    status = 500


class TookTooLong(Refusal):
    """The file was not read to its end within ten minutes, so that was ended, and nothing was
    brought in. Bring it in in parts."""

    code = "took-too-long"
    status = 422


async def bring_in_apart(
    order: Order, file: BinaryIO, *, within: float = MOST_SECONDS
) -> Brought | NotBrought:
    """Have it done, while this process does something else. Raises `DatabaseAway`, `NotRead` or
    `TookTooLong`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "backend.past_calls_apart"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        pass_fds=(file.fileno(),),
    )
    try:
        async with asyncio.timeout(within):
            written, _ = await process.communicate(msgspec.json.encode(order))
    except TimeoutError as problem:
        log.error("a file of past calls took too long", tenant=str(order.tenant))
        raise TookTooLong from problem
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == AWAY:
        raise DatabaseAway("while past calls were brought in")
    if process.returncode != 0:
        log.error("a file of past calls was not read", tenant=str(order.tenant))
        raise NotRead
    became = msgspec.json.decode(written, type=Became)
    answer = became.brought or became.not_brought
    assert answer is not None  # noqa: S101  the process writes one of them
    return answer


def main() -> int:
    """Returns the exit status."""
    os.nice(LESS_URGENT)
    _be_modest()
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    try:
        became = asyncio.run(_carry_out(order))
    except DatabaseAway:
        return AWAY
    except Exception as problem:
        # Not in its own words: PostgreSQL puts the row that it refuses into them.
        where = "".join(format_tb(problem.__traceback__))
        print(f"{type(problem).__name__}\n{where}", file=sys.stderr)
        return FAILED
    sys.stdout.buffer.write(msgspec.json.encode(became))
    return 0


def _be_modest() -> None:
    """One core, and no more memory than that; on macOS nobody sees to the latter."""
    pa.set_cpu_count(1)
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    within = MOST_MEMORY if most == resource.RLIM_INFINITY else min(MOST_MEMORY, most)
    resource.setrlimit(resource.RLIMIT_DATA, (within, within))


async def _carry_out(order: Order) -> Became:
    with os.fdopen(order.file, "rb") as file:
        file.seek(0)
        raw = file.read()
    database = await Database.connect(order.database_url, 1, patience=PATIENCE)
    try:
        brought = await bring_in(database, order.tenant, order.name, raw, most_rows=order.most_rows)
    except Refusal as refusal:
        return Became(not_brought=_report(refusal))
    except MemoryError:
        return Became(not_brought=_report(FileTooLarge(MUCH_IN_IT)))
    finally:
        await database.close()
    return Became(brought=brought)


def _report(refusal: Refusal) -> NotBrought:
    why = NotBrought(refusal.code, " ".join(refusal.detail.split()), refusal.status)
    if not isinstance(refusal, WrongRows):
        return why
    return msgspec.structs.replace(
        why,
        problems=tuple(refusal.problems[:MOST_TOLD]),
        more=max(0, len(refusal.problems) - MOST_TOLD),
        kinds=tuple((n, column, code) for (column, code), n in refusal.kinds.most_common()),
    )


if __name__ == "__main__":
    sys.exit(main())
