"""A request that the carrier signed for one tenant, read by ourselves.

Litestar's own form parser keeps bodies in a cache, phone numbers and all. The tenant comes from
the path; its token decides; only then is what the form says believed, and only if it names that
tenant's account. Whatever is wrong, the answer is the same bare 403.
"""

from datetime import datetime
from urllib.parse import parse_qsl
from uuid import UUID

from litestar.exceptions import HTTPException
from litestar.params import FromPath
from msgspec import Struct

from backend.carrier.addresses import Addresses
from backend.carrier.signature import is_signed
from backend.clock import Clock
from backend.logs import logger
from backend.settings import Settings
from backend.store.carrier_accounts import CarrierAccount
from backend.web.accounts import Accounts
from backend.web.connections import HttpRequest

log = logger("webhooks")

LARGEST_BODY = 64 * 1024


class NotSigned(HTTPException):
    """The request does not carry this tenant's signature."""

    status_code = 403
    detail = "Forbidden"


class Signed(Struct, frozen=True):
    """A webhook whose signature was checked: its tenant, its fields, when it came."""

    tenant: UUID
    form: dict[str, str]
    received_at: datetime
    to: Addresses


class Gate:
    """Lets in what the carrier has signed."""

    def __init__(self, accounts: Accounts, settings: Settings, clock: Clock) -> None:
        self._accounts = accounts
        self._public_url = settings.public_url
        self._clock = clock

    async def open(self, tenant: UUID, request: HttpRequest) -> Signed:
        """Check and read the request. Raises `NotSigned`."""
        body = await request.body()
        if len(body) > LARGEST_BODY:
            raise NotSigned
        query = request.scope["query_string"].decode("latin-1")
        path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
        url = f"{self._public_url}{path}{'?' + query if query else ''}"
        posted = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        fields = [*parse_qsl(query, keep_blank_values=True), *posted]
        signature = request.headers.get("X-Twilio-Signature", "")

        def is_by(account: CarrierAccount | None) -> bool:
            tokens = [account.auth_token] if account else []
            return is_signed(signature, url, posted, tokens=tokens)

        account = await self._accounts.find(tenant)
        if not is_by(account):
            account = await self._accounts.find_changed(tenant)
        if not is_by(account):
            log.warning("a webhook was not signed by its tenant's account", path=path)
            raise NotSigned
        form = dict(fields)
        if account is None or form.get("AccountSid") != account.account_sid:
            log.warning("a signed webhook named another account", path=path)
            raise NotSigned
        return Signed(tenant, form, self._clock(), Addresses(self._public_url, tenant))


async def signed_request(tenant: FromPath[UUID], request: HttpRequest) -> Signed:
    """The dependency: the checked webhook of this request."""
    gate: Gate = request.app.state.gate
    return await gate.open(tenant, request)
