"""The tenants' carrier accounts, kept in memory: a webhook must be checked at once, and also
while the database is away."""

from datetime import datetime, timedelta
from uuid import UUID

from backend.carrier.rest import Access
from backend.carrier.voice_token import Keys
from backend.clock import Clock
from backend.store.carrier_accounts import CarrierAccount, load_account
from backend.store.tenancy import Database, DatabaseAway

FRESH = timedelta(seconds=60)


class Accounts:
    """A tenant's account, at most a minute old, older only if the database is away."""

    def __init__(self, database: Database, key: bytes, clock: Clock) -> None:
        self._database = database
        self._key = key
        self._clock = clock
        self._known: dict[UUID, tuple[datetime, CarrierAccount]] = {}

    async def find(self, tenant: UUID) -> CarrierAccount | None:
        """The account, or None if that tenant has none (or does not exist).

        Raises `DatabaseAway` if it was never known and cannot be asked.
        """
        now = self._clock()
        known = self._known.get(tenant)
        if known is not None and now - known[0] < FRESH:
            return known[1]
        try:
            async with self._database.work(tenant) as work:
                account = await load_account(work, self._key)
        except DatabaseAway:
            if known is None:
                raise
            return known[1]
        if account is None:
            self._known.pop(tenant, None)
        else:
            self._known[tenant] = (now, account)
        return account

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

    def forget(self, tenant: UUID) -> None:
        """The account was changed; look again."""
        self._known.pop(tenant, None)
