"""The door of the REST API: who asks, for what, with which fields. Every refusal is Twilio's."""

import base64
from inspect import isawaitable
from typing import Any
from urllib.parse import parse_qsl, unquote

from litestar import HttpMethod, Request, Response, route

from backend.local_carrier.accounts import Account
from backend.local_carrier.clock import NOT_WORK
from backend.local_carrier.exchange import Exchange
from backend.local_carrier.faults import REST, Fault
from backend.local_carrier.rest import (
    accounts,
    applications,
    available_phone_numbers,
    call_recordings,
    calls,
    conference_recordings,
    conferences,
    incoming_phone_numbers,
    keys,
    media,
    messages,
    outgoing_caller_ids,
    participants,
    queue_members,
    queues,
    recordings,
    usage_records,
    user_defined_message_subscriptions,
    user_defined_messages,
)
from backend.local_carrier.rest.asking import (
    ROOT,
    Asked,
    File,
    Form,
    Pairs,
    Refused,
    Route,
    not_found,
)

ALL_ACCOUNTS = "Accounts"
"""The one path that is not below an account."""
AnyRequest = Request[Any, Any, Any]
AnyResponse = Response[Any]

ROUTES: tuple[Route, ...] = (
    *accounts.ROUTES,
    *incoming_phone_numbers.ROUTES,
    *available_phone_numbers.ROUTES,
    *outgoing_caller_ids.ROUTES,
    *applications.ROUTES,
    *keys.ROUTES,
    *calls.ROUTES,
    *conferences.ROUTES,
    *participants.ROUTES,
    *messages.ROUTES,
    *media.ROUTES,
    *usage_records.ROUTES,
    *queues.ROUTES,
    *queue_members.ROUTES,
    *recordings.ROUTES,
    *call_recordings.ROUTES,
    *conference_recordings.ROUTES,
    *user_defined_messages.ROUTES,
    *user_defined_message_subscriptions.ROUTES,
)


def rest_api(exchange: Exchange) -> Any:
    busy = Busy()

    async def twilio_api(request: AnyRequest) -> AnyResponse:
        try:
            return await _answered(exchange, busy, request)
        except Refused as refusal:
            return Response(refusal.body(), status_code=refusal.status)

    verbs = [HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE]
    paths = [f"{ROOT}/{{path:path}}", f"{ROOT}.json"]
    # A late answer is no work: time must be able to pass until it comes.
    decorated = route(
        paths, http_method=verbs, include_in_schema=False, status_code=200, opt={NOT_WORK: True}
    )
    return decorated(twilio_api)


class Busy:
    """How many requests each account has under way."""

    def __init__(self) -> None:
        self._under_way: dict[str, int] = {}

    def enter(self, account: Account) -> None:
        """Raises `Refused` if that is one too many; it was not processed, and may be repeated."""
        most = account.limits.concurrent_requests
        now = self._under_way.get(account.sid, 0)
        if most is not None and now >= most:
            raise Refused(429, 20429, "Too many requests")
        self._under_way[account.sid] = now + 1

    def leave(self, account: Account) -> None:
        self._under_way[account.sid] -= 1


async def _answered(exchange: Exchange, busy: Busy, request: AnyRequest) -> AnyResponse:
    path = request.scope["raw_path"].decode().partition("?")[0]
    by = _authenticated(exchange, request)
    parts = [unquote(part) for part in path.removeprefix(ROOT).strip("/").split("/")]
    found, account, names = _route(exchange, by, request.method, parts, path)
    if account.status != "active" and found.creates:
        raise Refused(403, 10001, "Account is not active")
    fault = exchange.faults.strike(REST, account.sid, f"{request.method} {path}")
    if fault is not None and fault.kind == "rest-refused":
        raise _refusal(fault)
    if fault is not None and fault.kind == "rest-slow":
        await exchange.clock.sleep(fault.seconds)
    busy.enter(by)
    try:
        with exchange.clock.work():
            told = found.answer(await _asked(exchange, request, path, found, by, account, names))
            if isawaitable(told):
                told = await told
    finally:
        busy.leave(by)
    if fault is not None and fault.kind == "rest-answer-late":
        # It is done, but whoever asked has given up waiting.
        await exchange.clock.sleep(fault.seconds)
    if isinstance(told.body, File):
        return _file(request, told.body)
    return Response(told.body, status_code=told.status)


async def _asked(
    exchange: Exchange,
    request: AnyRequest,
    path: str,
    found: Route,
    by: Account,
    account: Account,
    names: dict[str, str],
) -> Asked:
    query, body = _pairs(request.scope["query_string"]), _pairs(await request.body())
    posted = found.method == "POST"
    known, unsupported = found.fields, found.unsupported
    return Asked(
        exchange=exchange,
        account=account,
        by=by,
        path=path,
        names=names,
        query=Form([], ()) if posted else Form(query, known, unsupported),
        form=Form(body, known, unsupported) if posted else Form([], ()),
    )


def _pairs(form: bytes) -> Pairs:
    """What is not UTF-8 is read as "�", as where it stands behind a %."""
    return parse_qsl(form.decode(errors="replace"), keep_blank_values=True)


def _authenticated(exchange: Exchange, request: AnyRequest) -> Account:
    kind, _, credentials = request.headers.get("authorization", "").partition(" ")
    account = None
    if kind.lower() == "basic":
        try:
            username, _, password = base64.b64decode(credentials).decode().partition(":")
        except ValueError:
            username = password = ""
        account = exchange.accounts.authenticate(username, password)
    if account is None:
        raise Refused(401, 20003, "Authenticate")
    if account.status == "closed":
        raise Refused(401, 20003, "Authenticate")
    return account


def _route(
    exchange: Exchange, by: Account, method: str, parts: list[str], path: str
) -> tuple[Route, Account, dict[str, str]]:
    """The route, the account that it is about, and the names in its path.

    The owner of a subaccount may do everything in it; to all others it does not exist.
    """
    whole = parts[-1].endswith(".json")
    parts = [*parts[:-1], parts[-1].removesuffix(".json")]
    account = exchange.accounts.find(parts[0]) if parts != [""] else by
    if account is None or by.sid not in (account.sid, account.owner_sid):
        raise not_found(path)
    wanted = parts[1:] if parts != [""] else [ALL_ACCOUNTS]
    at_this_path = False
    for candidate in ROUTES:
        names = _names(candidate, wanted, whole)
        if names is None:
            continue
        if candidate.method == method:
            return candidate, account, names
        at_this_path = True
    if at_this_path:
        raise Refused(405, 20004, "Method not allowed")
    raise not_found(path)


def _names(candidate: Route, parts: list[str], json: bool) -> dict[str, str] | None:
    """What the route's path calls these parts, or None if they are not of its form."""
    expected = candidate.path.split("/") if candidate.path else []
    if len(expected) != len(parts) or json is not candidate.json:
        return None
    pairs = list(zip(expected, parts, strict=True))
    if any(not part.startswith("{") and part != given for part, given in pairs):
        return None
    return {part.strip("{}"): given for part, given in pairs if part.startswith("{")}


def _refusal(fault: Fault) -> Refused:
    code = 20429 if fault.status == 429 else 20500
    return Refused(fault.status, code, "Too many requests" if code == 20429 else "Internal error")


def _file(request: AnyRequest, file: File) -> AnyResponse:
    """Whole, or the range that a player asks for (RFC 9110, 14.2)."""
    size = len(file.content)
    headers = {"Accept-Ranges": "bytes"}
    wanted = request.headers.get("range", "")
    if not wanted.startswith("bytes=") or "," in wanted:
        return Response(file.content, media_type=file.content_type, headers=headers)
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    try:
        begin = int(first) if first else max(0, size - int(last))
        end = min(int(last), size - 1) if first and last else size - 1
    except ValueError:
        return Response(file.content, media_type=file.content_type, headers=headers)
    if begin > end or begin >= size:
        headers["Content-Range"] = f"bytes */{size}"
        return Response(b"", status_code=416, headers=headers)
    headers["Content-Range"] = f"bytes {begin}-{end}/{size}"
    part = file.content[begin : end + 1]
    return Response(part, status_code=206, media_type=file.content_type, headers=headers)
