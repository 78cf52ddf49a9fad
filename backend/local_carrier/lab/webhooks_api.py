"""Webhooks on demand: a signed form or JSON body for whoever wants to test how they are checked.

A check is only tested once it has refused something: a webhook can be sent with a flaw, which a
good check answers with 403.
"""

from typing import Any, Literal

import msgspec
from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.local_carrier.accounts import Account
from backend.local_carrier.exchange import Exchange
from backend.local_carrier.lab.problems import LabProblem
from backend.local_carrier.webhooks.delivery import WebhookFailed
from backend.local_carrier.webhooks.log import Delivery
from backend.local_carrier.webhooks.webhook import JsonBody

Lab = NamedDependency[Exchange]
Flaw = Literal["wrong-token", "altered-body", "no-hash"]
"""Signed with another token than the account's; JSON that is not what was hashed; JSON without
bodySHA256 in its address."""


class NewWebhook(msgspec.Struct, forbid_unknown_fields=True):
    """`json` is any value and is sent as JSON; without it `fields` are sent as a form."""

    account_sid: str
    url: str
    fields: dict[str, str] = {}
    json: Any = msgspec.UNSET
    flaw: Flaw | None = None


class WebhooksApi(Controller):
    path = "/lab"

    @post("/webhooks", status_code=200, summary="Send a webhook; answers each attempt of it")
    async def send(self, exchange: Lab, data: JSONBody[NewWebhook]) -> list[Delivery]:
        account = exchange.accounts.find(data.account_sid)
        if account is None:
            raise LabProblem(404, "no-such-account", f"There is no account {data.account_sid}.")
        log = exchange.webhooks.log
        last = log[-1].id if log else 0
        try:
            await exchange.webhooks.request(
                _signing(account, data.flaw),
                data.url,
                data.fields,
                json=_json(data),
                keeps_port="MessageSid" in data.fields,  # nothing else says that it is of a text
            )
        except WebhookFailed as failure:
            if failure.code == 11100:
                raise LabProblem(400, "not-an-address", failure.why) from failure
        address = data.url.partition("#")[0]
        return [
            delivery
            for delivery in log
            if delivery.id > last
            and delivery.account_sid == account.sid
            and delivery.url.startswith(address)
        ]


def _signing(account: Account, flaw: Flaw | None) -> Account:
    if flaw != "wrong-token":
        return account
    return msgspec.structs.replace(account, auth_token=account.auth_token[::-1])


def _json(data: NewWebhook) -> JsonBody | None:
    if data.json is msgspec.UNSET:
        if data.flaw in ("altered-body", "no-hash"):
            raise LabProblem(400, "no-such-flaw", f"A form cannot have the flaw {data.flaw}.")
        return None
    if data.fields:
        raise LabProblem(400, "two-bodies", "A webhook has either fields or json.")
    body = msgspec.json.encode(data.json)
    match data.flaw:
        case "altered-body":
            return JsonBody(body + b" ", hashed=body)
        case "no-hash":
            return JsonBody(body, hashed=None)
        case _:
            return JsonBody(body, hashed=body)
