"""Key: an API key; its secret is told once, when it is made, and signs access tokens."""

import secrets

from backend.local_carrier.accounts import ApiKey
from backend.local_carrier.rest.asking import (
    PAGING,
    Asked,
    Json,
    Route,
    Told,
    dated,
    not_found,
    page,
)
from backend.local_carrier.sids import new_sid


def create(asked: Asked) -> Told:
    now = asked.exchange.clock.now()
    key = ApiKey(
        created_at=now,
        updated_at=now,
        sid=new_sid("SK"),
        secret=secrets.token_urlsafe(24),
        friendly_name=asked.form.text("FriendlyName"),
    )
    asked.account.keys[key.sid] = key
    asked.exchange.accounts.save()
    return Told({**_body(key), "secret": key.secret}, 201)


def list_all(asked: Asked) -> Told:
    return page(asked, "keys", "Keys.json", [_body(key) for key in asked.account.keys.values()])


def fetch(asked: Asked) -> Told:
    return Told(_body(_found(asked)))


def update(asked: Asked) -> Told:
    key = _found(asked)
    key.friendly_name = asked.form.text("FriendlyName", key.friendly_name)
    key.updated_at = asked.exchange.clock.now()
    asked.exchange.accounts.save()
    return Told(_body(key))


def delete(asked: Asked) -> Told:
    del asked.account.keys[_found(asked).sid]
    asked.exchange.accounts.save()
    return Told(None, 204)


def _found(asked: Asked) -> ApiKey:
    key = asked.account.keys.get(asked.names["Sid"])
    if key is None:
        raise not_found(asked.path)
    return key


def _body(key: ApiKey) -> Json:
    return {"sid": key.sid, "friendly_name": key.friendly_name, **dated(key)}


ROUTES = (
    Route("POST", "Keys", create, ("FriendlyName",)),
    Route("GET", "Keys", list_all, PAGING),
    Route("GET", "Keys/{Sid}", fetch),
    Route("POST", "Keys/{Sid}", update, ("FriendlyName",)),
    Route("DELETE", "Keys/{Sid}", delete),
)
