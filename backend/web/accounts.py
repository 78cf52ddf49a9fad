"""The tenants' carrier accounts, kept in memory: a webhook must be checked at once, and also
while the database is away."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from backend.carrier.rest import Access
from backend.carrier.voice_token import Keys
from backend.clock import Clock
from backend.logs import logger
from backend.store import people
from backend.store.carrier_accounts import CarrierAccount, load_account
from backend.store.tenancy import Database, DatabaseAway

log = logger("accounts")

FRESH_SECONDS = 60
CERTAIN = timedelta(seconds=5)


class Accounts:
    """Every tenant's account: loaded ahead, so that no webhook waits for the database."""

    def __init__(self, database: Database, key: bytes, clock: Clock) -> None:
        self._database = database
        self._key = key
        self._clock = clock
        self._known: dict[UUID, tuple[datetime, CarrierAccount]] = {}

    async def find(self, tenant: UUID) -> CarrierAccount | None:
        """The account, or None if that tenant has none (or does not exist).

        Raises `DatabaseAway` if it was never known and cannot be asked.
        """
        known = self._known.get(tenant)
        return known[1] if known is not None else await self.load(tenant)

    async def find_changed(self, tenant: UUID) -> CarrierAccount | None:
        """The account as it is now, if it may have changed since it was loaded; else None.

        For a signature that the known token does not explain: the token may be a new one. Asks
        the database at most once in a few seconds, whatever strangers send.
        """
        known = self._known.get(tenant)
        if known is None or self._clock() - known[0] < CERTAIN:
            return None
        try:
            return await self.load(tenant)
        except DatabaseAway:
            return None

    async def load(self, tenant: UUID) -> CarrierAccount | None:
        """Look the account up. Raises `DatabaseAway`."""
        async with self._database.work(tenant) as work:
            account = await load_account(work, self._key)
        if account is None:
            self._known.pop(tenant, None)
        else:
            self._known[tenant] = (self._clock(), account)
        return account

    async def keep_fresh(self) -> None:
        """Load every tenant's account, again and again. Runs until cancelled."""
        while True:
            try:
                for tenant in await people.tenants(self._database):
                    await self.load(tenant)
            except DatabaseAway as problem:
                log.warning("accounts are as they were", reason=str(problem))
                await asyncio.sleep(1)
                continue
            except Exception:
                log.exception("accounts could not be loaded")
            await asyncio.sleep(FRESH_SECONDS)

    async def access(self, tenant: UUID) -> Access | None:
        """What the tenant's REST requests are signed with."""
        account = await self.find(tenant)
        return None if account is None else Access(account.account_sid, account.auth_token)

    async def keys(self, tenant: UUID) -> Keys | None:
        """What the tenant's voice tokens are signed with, once it is connected."""
        account = await self.find(tenant)
        if account is None or not (
            account.api_key_sid and account.api_key_secret and account.application_sid
        ):
            return None
        return Keys(
            account.account_sid,
            account.api_key_sid,
            account.api_key_secret,
            account.application_sid,
        )
