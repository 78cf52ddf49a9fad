"""Account: the customer itself, and the subaccounts that it opens to keep its own customers apart.

A suspended subaccount makes and takes no calls and no texts; what goes on goes on, until somebody
ends it. One that is closed is closed for ever, and its numbers are free.
"""

from backend.local_carrier.accounts import MOST_SUBACCOUNTS, Account
from backend.local_carrier.rest.asking import (
    PAGING,
    Asked,
    Json,
    Refused,
    Route,
    Told,
    dated,
    page,
)

RESOURCES = (
    "applications",
    "available_phone_numbers",
    "calls",
    "conferences",
    "incoming_phone_numbers",
    "keys",
    "messages",
    "outgoing_caller_ids",
    "queues",
    "recordings",
)
STATUSES = ("active", "suspended", "closed")


def list_all(asked: Asked) -> Told:
    name, status = asked.query.text("FriendlyName"), asked.query.text("Status")
    found = [
        _body(asked, account)
        for account in asked.exchange.accounts.opened_by(asked.by)
        if (not name or account.friendly_name == name) and (not status or account.status == status)
    ]
    return page(asked, "accounts", "", found)


def create(asked: Asked) -> Told:
    accounts, by = asked.exchange.accounts, asked.by
    if by.owner_sid:
        raise Refused(403, 20003, "A subaccount cannot open subaccounts")
    if len(accounts.opened_by(by)) > MOST_SUBACCOUNTS:
        raise Refused(400, 21480, "Account already has the maximum number of subaccounts")
    name = asked.form.text("FriendlyName") or "SubAccount"
    return Told(_body(asked, accounts.create(name, by)), 201)


def fetch(asked: Asked) -> Told:
    return Told(_body(asked, asked.account))


async def update(asked: Asked) -> Told:
    account, form = asked.account, asked.form
    status = form.text("Status")
    if status and status not in STATUSES:
        raise Refused(400, 20001, f"Status must be one of {', '.join(STATUSES)}")
    if status and asked.by is account:
        raise Refused(403, 20003, "Only a subaccount's status can be changed, by its owner")
    if account.status == "closed" and status not in ("", "closed"):
        raise Refused(400, 20001, "A closed account stays closed")
    if "FriendlyName" in form:
        account.friendly_name = form.text("FriendlyName")
    if status:
        account.status = status
    if status == "closed":
        account.numbers.clear()
        await asked.exchange.calls.end_all_of(account)
    account.updated_at = asked.exchange.clock.now()
    asked.exchange.accounts.save()
    return Told(_body(asked, account))


def _body(asked: Asked, account: Account) -> Json:
    uri = asked.uri_of(account)
    return {
        "sid": account.sid,
        "friendly_name": account.friendly_name,
        "auth_token": account.auth_token,
        "owner_account_sid": account.owner_sid or account.sid,
        "status": account.status,
        "type": "Full",
        "uri": f"{uri}.json",
        "subresource_uris": {name: f"{uri}/{_camel(name)}.json" for name in RESOURCES},
        **dated(account),
    }


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


ROUTES = (
    Route("GET", "Accounts", list_all, ("FriendlyName", "Status", *PAGING)),
    Route("POST", "Accounts", create, ("FriendlyName",)),
    Route("GET", "", fetch),
    Route("POST", "", update, ("FriendlyName", "Status")),
)
