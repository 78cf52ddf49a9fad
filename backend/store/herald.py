"""Tells other processes that a journal has grown, and hears it from them.

One held connection for listening and its own for speaking: a NOTIFY inside the writing
transaction would make all commits queue. NOTIFY keeps nothing, so after a lost connection
everybody looks into the journal. The same connection is how we know that the database is there.
"""

import asyncio
from collections.abc import Callable
from os import urandom
from typing import Any
from uuid import UUID

import asyncpg

from backend.logs import logger
from backend.store.tenancy import AWAY

log = logger("herald")

CHANNEL = "patchbay_journal"
PULSE_SECONDS = 1.0
ANSWER_SECONDS = 2.0
GATHERED_SECONDS = 0.01
RECONNECT_SECONDS = 0.3


class Herald:
    """`grown(tenant)`: another process wrote that tenant's journal. `away(reason)` and `back()`:
    the database stopped answering, and answers again (then anything may have been missed)."""

    def __init__(
        self,
        address: str,
        *,
        grown: Callable[[UUID], None],
        away: Callable[[str], None],
        back: Callable[[], None],
    ) -> None:
        self._address = address
        self._grown = grown
        self._away = away
        self._back = back
        self._self = urandom(4).hex()
        self._to_tell: set[UUID] = set()
        self._something_to_tell = asyncio.Event()

    def tell(self, tenant: UUID) -> None:
        """Let the other processes know, soon; many tellings of one tenant become one."""
        self._to_tell.add(tenant)
        self._something_to_tell.set()

    async def run(self) -> None:
        """Listen and tell until cancelled; connect again whenever the connection is lost."""
        while True:
            try:
                await self._connect_and_serve()
            except AWAY as problem:
                log.warning("database away", reason=_reason(problem))
                self._away(_reason(problem))
            except Exception as problem:
                log.exception("the herald stumbled and connects anew")
                self._away(_reason(problem))
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _connect_and_serve(self) -> None:
        connection = await asyncpg.connect(self._address, timeout=ANSWER_SECONDS)
        try:
            await connection.add_listener(CHANNEL, self._hear)
            self._back()
            while True:
                await self._serve_once(connection)
        finally:
            connection.terminate()

    async def _serve_once(self, connection: "asyncpg.Connection[Any]") -> None:
        """Tell what there is to tell, or after a second of silence see that somebody answers."""
        try:
            async with asyncio.timeout(PULSE_SECONDS):
                await self._something_to_tell.wait()
        except TimeoutError:
            await connection.execute("select 1", timeout=ANSWER_SECONDS)
            return
        # A burst of events becomes one telling: others fetch all that is new anyway.
        await asyncio.sleep(GATHERED_SECONDS)
        self._something_to_tell.clear()
        while self._to_tell:
            tenant = next(iter(self._to_tell))
            told = f"{self._self} {tenant}"
            self._to_tell.discard(tenant)
            try:
                await connection.execute(
                    "select pg_notify($1, $2)", CHANNEL, told, timeout=ANSWER_SECONDS
                )
            except BaseException:
                self.tell(tenant)
                raise

    def _hear(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        who, _, tenant = str(payload).partition(" ")
        if who != self._self:
            self._grown(UUID(tenant))


def _reason(problem: BaseException) -> str:
    return str(problem) or type(problem).__name__
