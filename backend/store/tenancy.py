"""The one way into the database: a transaction that works for one tenant.

PostgreSQL refuses every row of another tenant, and everything if no tenant was set. The tenant
goes in with BEGIN, in one message: two round trips fewer than separate statements.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, Protocol
from uuid import UUID
from weakref import WeakValueDictionary

import asyncpg
from asyncpg.pool import PoolConnectionProxy


class DatabaseAway(Exception):
    """The database does not answer. What is shown may be out of date; nothing was changed."""


class Uncertain(DatabaseAway):
    """The database did not say whether it kept the work: it may have been done, or not."""


AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that is cut in the middle of a message
    asyncpg.CannotConnectNowError,
    asyncpg.InsufficientResourcesError,  # too many connections, no memory, a full disk
    asyncpg.ReadOnlySQLTransactionError,  # a standby that has not been promoted yet
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
)
"""What asyncpg raises when the server is gone, going, or not there yet."""


class Query(Protocol):
    """A statement made by Piccolo's query builder."""

    @property
    def querystrings(self) -> Sequence[Any]: ...


class Work:
    """A transaction of one tenant. Nothing in it may run concurrently (one connection)."""

    def __init__(self, tenant: UUID, connection: "PoolConnectionProxy[Any]") -> None:
        self.tenant = tenant
        self.connection = connection

    async def run(self, query: Query) -> list[dict[str, Any]]:
        """Run a Piccolo query here. Returns its rows as dicts."""
        (statement,) = query.querystrings
        sql, values = statement.compile_string()
        return [dict(row) for row in await self.connection.fetch(sql, *values)]


Turn = Callable[[], AbstractAsyncContextManager[None]]
"""What somebody waits for each time before they have a connection."""


class Database:
    """The pool, and the two ways to use it: for a tenant, or to ask the doorkeeper."""

    def __init__(self, pool: "asyncpg.Pool[Any]", address: str, turn: Turn = nullcontext) -> None:
        self._pool, self._turn = pool, turn
        self.address = address
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    async def connect(cls, address: str, size: int = 10, *, patience: float = 5) -> "Database":
        """Make the pool. It connects when it is first used, so this never fails. A statement that
        takes longer than `patience` seconds is given up as if nobody answered."""
        return await cls._connect(address, size, patience, {})

    @classmethod
    async def connect_to_read(cls, address: str, size: int) -> "Database":
        """A pool for whoever reads a year: a work sees one moment and changes nothing, and each
        question is planned for what it asks, because a day and a year are not found alike. It has
        room to count in, so that the rows of a year are not sorted on the disk first."""
        reading = {
            "default_transaction_isolation": "repeatable read",
            "default_transaction_read_only": "on",
            "plan_cache_mode": "force_custom_plan",
            "work_mem": "64MB",
        }
        return await cls._connect(address, size, 60, reading)

    @classmethod
    async def _connect(
        cls, address: str, size: int, patience: float, settings: dict[str, str]
    ) -> "Database":
        pool = await asyncpg.create_pool(
            address,
            min_size=0,
            max_size=size,
            timeout=3,
            command_timeout=patience,
            reset=_nothing_to_reset,
            max_cached_statement_lifetime=0,  # or each is planned anew every five minutes
            server_settings={
                "application_name": "patchbay",
                "timezone": "UTC",
                # A process that is paused in the middle must not hold up its tenants for ever.
                "idle_in_transaction_session_timeout": "5000",
                "lock_timeout": "4000",
                # Planning the scene anew costs twice as much as finding it.
                "plan_cache_mode": "force_generic_plan",
                **settings,
            },
        )
        return cls(pool, address)

    def in_turns(self, turn: Turn) -> "Database":
        """The same for somebody who waits for their turn before each work."""
        return Database(self._pool, self.address, turn)

    async def close(self) -> None:
        """Give the connections up; those that hang are cut after 3 s."""
        try:
            await asyncio.wait_for(self._pool.close(), 3)
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def work(self, tenant: UUID, *, alone: bool = False) -> AsyncGenerator[Work]:
        """A transaction for `tenant`: committed at the end, rolled back on any error.

        `alone` waits until no other work of this tenant that is alone is under way: the
        switchboard decides about one tenant in one order, which is the journal's. Within this
        process they queue for a lock of ours, so that they do not wait on connections.
        Raises `DatabaseAway` if the database is not there, or goes while we work, and `Uncertain`
        if it goes while the work is committed.
        """
        order = self._turns.setdefault(tenant, asyncio.Lock()) if alone else nullcontext()
        try:
            async with self._turn(), order, self._pool.acquire(timeout=3) as connection:
                try:
                    await connection.execute(_begin(tenant, alone))
                    yield Work(tenant, connection)
                except BaseException:
                    await _roll_back(connection)
                    raise
                await _commit(connection)
        except AWAY as problem:
            raise DatabaseAway(str(problem) or type(problem).__name__) from problem

    async def ask(self, question: str, *values: object) -> list[asyncpg.Record]:
        """Call one of the doorkeeper's functions, which need no tenant."""
        try:
            async with self._pool.acquire(timeout=3) as connection:
                return await connection.fetch(question, *values)
        except AWAY as problem:
            raise DatabaseAway(str(problem) or type(problem).__name__) from problem


class NotFit(Exception):
    """The database is there, but the product must not run on it as it is."""


async def check_fitness(database: Database) -> None:
    """See that the tables are there and that this login keeps to row level security.

    Raises `NotFit` with what to do, or `DatabaseAway` if nobody answers.
    """
    rows = await database.ask(
        "select to_regclass('public.journal') is not null as laid_out,"
        " r.rolsuper or r.rolbypassrls as above_the_law, current_user as login"
        " from pg_roles r where r.rolname = current_user"
    )
    found = rows[0]
    if found["above_the_law"]:
        raise NotFit(
            f"The login {found['login']} in DATABASE_URL is a superuser or bypasses row level"
            " security, so nothing would keep the companies apart. Use a plain login."
        )
    if not found["laid_out"]:
        raise NotFit(
            "The database has no tables yet. Set DATABASE_OWNER_URL and run"
            " `python -m backend migrate`."
        )


def _begin(tenant: UUID, alone: bool) -> str:
    # A message of several statements takes no parameters; `UUID` makes the text safe.
    safe = str(UUID(str(tenant)))
    begin = f"BEGIN; SET LOCAL app.tenant_id = '{safe}'"
    if not alone:
        return begin
    lock = f"SELECT number FROM journal_head WHERE tenant_id = '{safe}' FOR UPDATE"  # noqa: S608
    return f"{begin}; {lock}"


async def _commit(connection: "PoolConnectionProxy[Any]") -> None:
    try:
        await connection.execute("COMMIT")
    except AWAY as problem:
        connection.terminate()
        raise Uncertain(str(problem) or type(problem).__name__) from problem


async def _roll_back(connection: "PoolConnectionProxy[Any]") -> None:
    """Leave the connection clean, or throw it away: it must never carry a tenant further."""
    rolling_back = asyncio.ensure_future(connection.execute("ROLLBACK"))
    try:
        await asyncio.wait_for(asyncio.shield(rolling_back), 1)
    except (*AWAY, asyncio.CancelledError):
        # What it says once the connection is gone is no news to anybody.
        rolling_back.add_done_callback(lambda task: task.cancelled() or task.exception())
        connection.terminate()


async def _nothing_to_reset(_: "asyncpg.Connection[Any]") -> None:
    """`SET LOCAL` ends with the transaction; asyncpg's own reset would cost a round trip."""
