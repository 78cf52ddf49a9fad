"""Sends webhooks: one request with its retries and redirects, or callbacks one after another.

The log keeps every attempt, with what was sent and what came back.
"""

import asyncio
import secrets
import time
import uuid
from collections import deque
from collections.abc import Hashable
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

import msgspec

from backend.local_carrier.accounts import Account
from backend.local_carrier.background import Background
from backend.local_carrier.clock import Clock
from backend.local_carrier.faults import CALLBACKS, Faults
from backend.local_carrier.webhooks.overrides import Overrides, overrides_in
from backend.local_carrier.webhooks.signature import signature, with_body_hash
from backend.local_carrier.webhooks.wire import UNUSABLE, Incoming, NoAnswer, Outgoing, Wire

Parameters = dict[str, str]

MOST_REDIRECTS = 10
KEPT_DELIVERIES = 5000
KEPT_BODY_CHARACTERS = 4000
FORM, JSON = "application/x-www-form-urlencoded; charset=UTF-8", "application/json"


class Delivery(msgspec.Struct):
    """One attempt, as /lab/deliveries tells it. `status` is null while nothing came back."""

    id: int
    at: datetime
    account_sid: str
    method: str
    url: str
    parameters: Parameters
    signature: str
    attempt: int
    fallback: bool
    json: str | None = None
    """The body of a webhook that is no form."""
    fault: str | None = None
    """The fault that struck it, if one did."""
    status: int | None = None
    body: str | None = None
    error: str | None = None
    duration_ms: float | None = None


class JsonBody(msgspec.Struct, frozen=True):
    """A webhook that is no form. `hashed` is what bodySHA256 is made of: the body itself, unless
    a check is to be tested with something else, or with none."""

    body: bytes
    hashed: bytes | None

    @classmethod
    def of(cls, value: object) -> "JsonBody":
        body = msgspec.json.encode(value)
        return cls(body, body)


class Answer(msgspec.Struct, frozen=True):
    url: str
    content_type: str
    body: bytes


class WebhookFailed(Exception):
    """A webhook gave no usable answer."""

    def __init__(self, code: int, url: str, why: str) -> None:
        super().__init__(f"{code}: {url}: {why}")
        self.code, self.url, self.why = code, url, why


class Webhooks:
    def __init__(self, background: Background, clock: Clock, faults: Faults, wire: Wire) -> None:
        self._background, self._clock, self._wire = background, clock, wire
        self._faults = faults
        self.log: deque[Delivery] = deque(maxlen=KEPT_DELIVERIES)
        self._last_in_line: dict[Hashable, asyncio.Task[None]] = {}
        self._count = 0

    async def open(self) -> None:
        await self._wire.open()

    async def close(self) -> None:
        await self._wire.close()

    async def request(
        self,
        account: Account,
        url: str,
        parameters: Parameters,
        *,
        method: str = "POST",
        fallback: bool = False,
        cookies: dict[str, str] | None = None,
        json: JsonBody | None = None,
        fault: str | None = None,
    ) -> Answer:
        """Asks a customer what to do next. Follows redirects; raises `WebhookFailed`.

        `cookies` are sent, and changed as the answers say. A POST may be JSON instead of a form.
        """
        kept = {} if cookies is None else cookies
        for _ in range(MOST_REDIRECTS + 1):
            _check_address(url)
            with self._clock.work():
                answer, moved_to, status = await self._with_retries(
                    account,
                    url,
                    parameters,
                    kept,
                    json,
                    method=method,
                    fallback=fallback,
                    fault=fault,
                )
            if moved_to is None:
                return msgspec.structs.replace(answer, url=url)
            try:
                url = urljoin(url, moved_to)
            except ValueError as error:
                raise WebhookFailed(11100, url, f"moved to no address: {moved_to}") from error
            if status in (301, 302, 303):
                method, json = "GET", None
        raise WebhookFailed(11215, url, "too many redirects")

    def notify(
        self,
        line: Hashable,
        account: Account,
        url: str,
        parameters: Parameters,
        *,
        method: str = "POST",
        json: JsonBody | None = None,
    ) -> None:
        """Tells a customer what happened, after whatever the same line was told before."""
        fault = self._faults.strike(CALLBACKS, account.sid, _in_words(url, parameters))
        overtakes = fault is not None and fault.kind == "callback-reordered"
        previous = None if overtakes else self._last_in_line.get(line)
        struck = fault.kind if fault is not None else None

        async def send() -> None:
            with suppress(WebhookFailed):  # lost, as with Twilio; the log has every attempt
                await self.request(account, url, parameters, method=method, json=json, fault=struck)

        async def deliver() -> None:
            if previous is not None:
                await asyncio.wait([previous])
            if struck == "callback-dropped":
                sent, _ = _as_sent(url, parameters, method, json)
                dropped = self._written_down(account, sent, parameters, json, method, 1, False)
                dropped.fault, dropped.error, dropped.duration_ms = struck, "not sent", 0.0
            try:
                await self._faults.suffer(fault, send)
            finally:
                if self._last_in_line.get(line) is asyncio.current_task():
                    del self._last_in_line[line]

        task = self._background.start(deliver())
        if not overtakes:
            self._last_in_line[line] = task

    async def _with_retries(
        self,
        account: Account,
        url: str,
        parameters: Parameters,
        cookies: dict[str, str],
        json: JsonBody | None,
        *,
        method: str,
        fallback: bool,
        fault: str | None,
    ) -> tuple[Answer, str | None, int]:
        overrides = overrides_in(url)
        deadline = time.monotonic() + overrides.total_seconds
        token = str(uuid.uuid4())
        attempt = 0
        while True:
            attempt += 1
            sent, body = _as_sent(url, parameters, method, json)
            delivery = self._written_down(
                account, sent, parameters, json, method, attempt, fallback
            )
            delivery.fault = delivery.fault or fault
            try:
                return await self._attempt(delivery, body, cookies, overrides, deadline, token)
            except NoAnswer as failure:
                tried_enough = attempt > overrides.retries or time.monotonic() >= deadline
                if tried_enough or failure.kind not in overrides.retry_on:
                    raise WebhookFailed(failure.code, url, failure.why) from failure

    async def _attempt(
        self,
        delivery: Delivery,
        body: bytes | None,
        cookies: dict[str, str],
        overrides: Overrides,
        deadline: float,
        token: str,
    ) -> tuple[Answer, str | None, int]:
        headers = {
            "X-Twilio-Signature": delivery.signature,
            "I-Twilio-Idempotency-Token": token,
            "Accept": "*/*",
        }
        if body is not None:
            headers["Content-Type"] = FORM if delivery.json is None else JSON
        outgoing = Outgoing(
            method=delivery.method, url=delivery.url, body=body, headers=headers, cookies=cookies
        )
        began = time.monotonic()
        try:
            incoming = await self._wire.send(outgoing, overrides, deadline)
            delivery.status, delivery.body = incoming.status, _for_the_log(incoming)
        finally:
            delivery.duration_ms = round((time.monotonic() - began) * 1000, 1)
            delivery.error = None if delivery.status else "no answer"
        what = _in_words(delivery.url, delivery.parameters)
        lost = self._faults.strike(("answer-lost",), delivery.account_sid, what)
        if lost is not None:
            delivery.fault = lost.kind
            raise NoAnswer("rt", UNUSABLE, "timed out")
        _keep_cookies(cookies, incoming)
        if incoming.status >= 400:
            kind = "4xx" if incoming.status < 500 else "5xx"
            raise NoAnswer(kind, UNUSABLE, f"HTTP status {incoming.status}")
        moved = incoming.location if 300 <= incoming.status < 400 else None
        answer = Answer(delivery.url, incoming.content_type, incoming.body)
        return answer, moved, incoming.status

    def _written_down(
        self,
        account: Account,
        url: str,
        parameters: Parameters,
        json: JsonBody | None,
        method: str,
        attempt: int,
        fallback: bool,
    ) -> Delivery:
        signed_fields = parameters.items() if method == "POST" and json is None else ()
        keeps_port = "MessageSid" in parameters
        what = _in_words(url, parameters)
        forged = self._faults.strike(("wrong-signature",), account.sid, what)
        token = account.auth_token if forged is None else secrets.token_hex(16)
        self._count += 1
        delivery = Delivery(
            id=self._count,
            at=self._clock.now(),
            account_sid=account.sid,
            method=method,
            url=url,
            parameters=parameters,
            signature=signature(token, url, signed_fields, keeps_port=keeps_port),
            attempt=attempt,
            fallback=fallback,
            json=json.body.decode() if json is not None else None,
            fault=forged.kind if forged is not None else None,
        )
        self.log.append(delivery)
        return delivery


def _in_words(url: str, parameters: Parameters) -> str:
    """What a fault may be asked to match: the address, and the event that is told."""
    event = parameters.get("StatusCallbackEvent") or parameters.get("CallStatus", "")
    return f"{url.partition('#')[0]} {event}"


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise WebhookFailed(11100, url, "not an http address")


def _as_sent(
    url: str, parameters: Parameters, method: str, json: JsonBody | None
) -> tuple[str, bytes | None]:
    """The URL that goes over the wire, without its fragment, and the body. A GET carries its
    fields in the URL, and a JSON body its hash."""
    parts = urlsplit(url)._replace(fragment="")
    if json is not None:
        whole = urlunsplit(parts)
        return with_body_hash(whole, json.hashed) if json.hashed is not None else whole, json.body
    if method == "POST":
        return urlunsplit(parts), urlencode(parameters).encode()
    query = "&".join(filter(None, [parts.query, urlencode(parameters)]))
    return urlunsplit(parts._replace(query=query)), None


def _for_the_log(incoming: Incoming) -> str:
    if incoming.content_type.startswith(("text/", "application/")):
        return incoming.body.decode(errors="replace")[:KEPT_BODY_CHARACTERS]
    return f"<{len(incoming.body)} bytes of {incoming.content_type}>"


def _keep_cookies(kept: dict[str, str], incoming: Incoming) -> None:
    for name, value in incoming.cookies.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value
