"""Account: the customer itself."""

from backend.local_carrier.rest.asking import Asked, Json, Route, Told, dated

RESOURCES = ("applications", "calls", "conferences", "incoming_phone_numbers", "keys")


def fetch(asked: Asked) -> Told:
    account = asked.account
    uris = {name: f"{asked.uri(_camel(name))}.json" for name in RESOURCES}
    body: Json = {
        "sid": account.sid,
        "friendly_name": account.friendly_name,
        "auth_token": account.auth_token,
        "owner_account_sid": account.sid,
        "status": "active",
        "type": "Full",
        "uri": f"{asked.uri()}.json",
        "subresource_uris": uris,
        **dated(account),
    }
    return Told(body)


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


ROUTES = (Route("GET", "", fetch),)
