"""Each tenant's account at the carrier, its secrets sealed, and its numbers."""

# Piccolo does not type its selects.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from uuid import UUID

from msgspec import Struct

from backend.store.sealed import seal, unseal
from backend.store.tables import PhoneNumber
from backend.store.tenancy import Work


class CarrierAccount(Struct, frozen=True):
    """What is needed to speak to the carrier for one tenant. Never logged, never sent out."""

    tenant: UUID
    account_sid: str
    auth_token: str
    api_key_sid: str | None = None
    api_key_secret: str | None = None
    application_sid: str | None = None

    def __repr__(self) -> str:
        return f"CarrierAccount({self.account_sid}, secrets hidden)"


SAVE = """
insert into carrier_account (tenant_id, account_sid, auth_token_sealed, api_key_sid,
  api_key_secret_sealed, application_sid)
values ($1, $2, $3, $4, $5, $6)
on conflict (tenant_id) do update set account_sid = excluded.account_sid,
  auth_token_sealed = excluded.auth_token_sealed, api_key_sid = excluded.api_key_sid,
  api_key_secret_sealed = excluded.api_key_secret_sealed,
  application_sid = excluded.application_sid
"""


async def load_account(work: Work, key: bytes) -> CarrierAccount | None:
    """The tenant's account with its secrets open, or None if none is connected."""
    row = await work.connection.fetchrow(
        "select * from carrier_account where tenant_id = $1", work.tenant
    )
    if row is None:
        return None
    secret = row["api_key_secret_sealed"]
    return CarrierAccount(
        tenant=work.tenant,
        account_sid=row["account_sid"],
        auth_token=unseal(key, work.tenant, "auth_token", row["auth_token_sealed"]),
        api_key_sid=row["api_key_sid"],
        api_key_secret=unseal(key, work.tenant, "api_key_secret", secret) if secret else None,
        application_sid=row["application_sid"],
    )


async def save_account(work: Work, key: bytes, account: CarrierAccount) -> None:
    """Keep the account, its secrets sealed."""
    secret = account.api_key_secret
    await work.connection.execute(
        SAVE,
        work.tenant,
        account.account_sid,
        seal(key, work.tenant, "auth_token", account.auth_token),
        account.api_key_sid,
        seal(key, work.tenant, "api_key_secret", secret) if secret else None,
        account.application_sid,
    )


async def numbers(work: Work) -> list[str]:
    """The tenant's numbers, E.164, in order."""
    rows = await work.run(PhoneNumber.select(PhoneNumber.number).order_by(PhoneNumber.number))
    return [row["number"] for row in rows]


async def save_number(
    work: Work, number: str, number_sid: str | None, *, emergency: bool = False
) -> None:
    """Keep one number as this tenant's. `emergency`: it has an address where help can be sent."""
    await work.connection.execute(
        "insert into phone_number (tenant_id, number, number_sid, emergency)"
        " values ($1, $2, $3, $4) on conflict (tenant_id, number) do update set"
        " number_sid = excluded.number_sid, emergency = excluded.emergency",
        work.tenant,
        number,
        number_sid,
        emergency,
    )
