"""The door of the REST API: who asks, for what, with which fields. Every refusal is Twilio's."""

import base64
import binascii
from inspect import isawaitable
from typing import Any
from urllib.parse import parse_qsl, unquote

from litestar import HttpMethod, Request, Response, route

from backend.local_carrier.accounts import Account
from backend.local_carrier.exchange import Exchange
from backend.local_carrier.rest import (
    accounts,
    applications,
    calls,
    conferences,
    incoming_phone_numbers,
    keys,
    participants,
)
from backend.local_carrier.rest.asking import ROOT, Asked, Form, Json, Refused, Route, not_found

AnyRequest = Request[Any, Any, Any]

ROUTES: tuple[Route, ...] = (
    *accounts.ROUTES,
    *incoming_phone_numbers.ROUTES,
    *applications.ROUTES,
    *keys.ROUTES,
    *calls.ROUTES,
    *conferences.ROUTES,
    *participants.ROUTES,
)


def rest_api(exchange: Exchange) -> Any:
    async def twilio_api(request: AnyRequest) -> Response[Json | None]:
        try:
            return await _answered(exchange, request)
        except Refused as refusal:
            return Response(refusal.body(), status_code=refusal.status)

    verbs = [HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE]
    paths = [f"{ROOT}/{{path:path}}", f"{ROOT}.json"]
    return route(paths, http_method=verbs, include_in_schema=False, status_code=200)(twilio_api)


async def _answered(exchange: Exchange, request: AnyRequest) -> Response[Json | None]:
    path = request.scope["raw_path"].decode().partition("?")[0]
    account = _authenticated(exchange, request)
    parts = [unquote(part) for part in path.removeprefix(ROOT).strip("/").split("/")]
    if not parts[-1].endswith(".json"):
        raise not_found(path)
    parts[-1] = parts[-1].removesuffix(".json")
    if parts[0] != account.sid:
        raise not_found(path)
    found, names = _route(request.method, parts[1:], path)
    query = parse_qsl(request.scope["query_string"].decode(), keep_blank_values=True)
    body = parse_qsl((await request.body()).decode(), keep_blank_values=True)
    posted = found.method == "POST"
    known, unsupported = found.fields, found.unsupported
    asked = Asked(
        exchange=exchange,
        account=account,
        path=path,
        names=names,
        query=Form([], ()) if posted else Form(query, known, unsupported),
        form=Form(body, known, unsupported) if posted else Form([], ()),
    )
    told = found.answer(asked)
    if isawaitable(told):
        told = await told
    return Response(told.body, status_code=told.status)


def _authenticated(exchange: Exchange, request: AnyRequest) -> Account:
    kind, _, credentials = request.headers.get("authorization", "").partition(" ")
    account = None
    if kind.lower() == "basic":
        try:
            username, _, password = base64.b64decode(credentials).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            username = password = ""
        account = exchange.accounts.authenticate(username, password)
    if account is None:
        raise Refused(401, 20003, "Authenticate")
    return account


def _route(method: str, parts: list[str], path: str) -> tuple[Route, dict[str, str]]:
    at_this_path = False
    for candidate in ROUTES:
        wanted = candidate.path.split("/") if candidate.path else []
        if len(wanted) != len(parts):
            continue
        pairs = list(zip(wanted, parts, strict=True))
        if any(not w.startswith("{") and w != part for w, part in pairs):
            continue
        if candidate.method == method:
            names = {w.strip("{}"): part for w, part in pairs if w.startswith("{")}
            return candidate, names
        at_this_path = True
    if at_this_path:
        raise Refused(405, 20004, "Method not allowed")
    raise not_found(path)
