"""Sends webhooks: one request with its retries and redirects, or callbacks one after another.

The log keeps every attempt.
"""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Hashable
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

import msgspec

from backend.local_carrier.accounts import Account
from backend.local_carrier.background import Background
from backend.local_carrier.clock import Clock
from backend.local_carrier.faults import CALLBACKS, Faults
from backend.local_carrier.webhooks.log import Delivery
from backend.local_carrier.webhooks.overrides import Overrides, overrides_in
from backend.local_carrier.webhooks.webhook import JsonBody, Parameters, Webhook
from backend.local_carrier.webhooks.wire import UNUSABLE, Incoming, NoAnswer, Outgoing, Wire

MOST_REDIRECTS = 10
KEPT_DELIVERIES = 5000
FORM, JSON = "application/x-www-form-urlencoded; charset=UTF-8", "application/json"
GET_AFTER = (301, 302, 303)
"""Redirects after which the new address is asked by GET."""


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
        keeps_port: bool = False,
    ) -> Answer:
        """Asks a customer what to do next. Follows redirects; raises `WebhookFailed`.

        `cookies` are sent, and changed as the answers say. A POST may be JSON instead of a form.
        """
        webhook = Webhook(
            account=account,
            url=url,
            parameters=parameters,
            method=method,
            json=json,
            keeps_port=keeps_port,
            fallback=fallback,
        )
        return await self._send(webhook, {} if cookies is None else cookies)

    def notify(
        self,
        line: Hashable,
        account: Account,
        url: str,
        parameters: Parameters,
        *,
        method: str = "POST",
        json: JsonBody | None = None,
        keeps_port: bool = False,
    ) -> None:
        """Tells a customer what happened, after whatever the same line was told before."""
        webhook = Webhook(
            account=account,
            url=url,
            parameters=parameters,
            method=method,
            json=json,
            keeps_port=keeps_port,
        )
        fault = self._faults.strike(CALLBACKS, account.sid, webhook.in_words)
        if fault is not None:
            webhook = msgspec.structs.replace(webhook, fault=fault.kind)
        overtakes = webhook.fault == "callback-reordered"
        previous = None if overtakes else self._last_in_line.get(line)

        async def send() -> None:
            with suppress(WebhookFailed):  # lost, as with Twilio; the log has every attempt
                await self._send(webhook, {})

        async def deliver() -> None:
            if previous is not None:
                await asyncio.wait([previous])
            try:
                if webhook.fault == "callback-dropped":
                    with suppress(WebhookFailed):
                        self._write_down_as_dropped(webhook)
                await self._faults.suffer(fault, send)
            finally:
                if self._last_in_line.get(line) is asyncio.current_task():
                    del self._last_in_line[line]

        task = self._background.start(deliver())
        if not overtakes:
            self._last_in_line[line] = task

    async def _send(self, webhook: Webhook, cookies: dict[str, str]) -> Answer:
        """Follows redirects; raises `WebhookFailed`."""
        for _ in range(MOST_REDIRECTS + 1):
            _check_address(webhook.url)
            with self._clock.work():
                incoming = await self._with_retries(webhook, cookies)
            if incoming.location is None or not 300 <= incoming.status < 400:
                return Answer(webhook.url, incoming.content_type, incoming.body)
            webhook = _moved(webhook, incoming.location, incoming.status)
        raise WebhookFailed(11215, webhook.url, "too many redirects")

    async def _with_retries(self, webhook: Webhook, cookies: dict[str, str]) -> Incoming:
        overrides = overrides_in(webhook.url)
        deadline = time.monotonic() + overrides.total_seconds
        url, body = webhook.as_sent()
        attempt = 0
        while True:
            attempt += 1
            token, fault = self._signing_token(webhook)
            signed = webhook.signed(token, url)
            delivery = self._written_down(webhook, url, signed, attempt)
            delivery.suffers(fault)
            outgoing = Outgoing(
                method=webhook.method,
                url=url,
                body=body,
                headers=_headers(webhook, delivery.signature, has_body=body is not None),
                cookies=cookies,
            )
            try:
                incoming = await self._attempt(webhook, delivery, outgoing, overrides, deadline)
                _keep_cookies(cookies, incoming)
                _check_status(incoming)
                return incoming
            except NoAnswer as failure:
                delivery.error = failure.why
                tried_enough = attempt > overrides.retries or time.monotonic() >= deadline
                if tried_enough or failure.kind not in overrides.retry_on:
                    raise WebhookFailed(failure.code, webhook.url, failure.why) from failure

    async def _attempt(
        self,
        webhook: Webhook,
        delivery: Delivery,
        outgoing: Outgoing,
        overrides: Overrides,
        deadline: float,
    ) -> Incoming:
        """Raises `NoAnswer`."""
        began = time.monotonic()
        try:
            incoming = await self._wire.send(outgoing, overrides, deadline)
            delivery.came_back(incoming)
        except asyncio.CancelledError:
            delivery.error = "nobody waits for it any more"
            raise
        finally:
            delivery.duration_ms = round((time.monotonic() - began) * 1000, 1)
        lost = self._faults.strike(("answer-lost",), webhook.account.sid, webhook.in_words)
        if lost is not None:
            delivery.suffers(lost.kind)
            raise NoAnswer("rt", UNUSABLE, "timed out")
        return incoming

    def _signing_token(self, webhook: Webhook) -> tuple[str, str | None]:
        """What to sign with, and the fault that makes it another one than the account's."""
        account = webhook.account
        forged = self._faults.strike(("wrong-signature",), account.sid, webhook.in_words)
        if forged is None:
            return account.auth_token, None
        return secrets.token_hex(16), forged.kind

    def _written_down(
        self, webhook: Webhook, sent_url: str, signature: str, attempt: int
    ) -> Delivery:
        self._count += 1
        delivery = Delivery(
            id=self._count,
            at=self._clock.now(),
            account_sid=webhook.account.sid,
            method=webhook.method,
            url=sent_url,
            parameters=webhook.parameters,
            signature=signature,
            attempt=attempt,
            fallback=webhook.fallback,
            json=webhook.json.body.decode() if webhook.json is not None else None,
        )
        delivery.suffers(webhook.fault)
        self.log.append(delivery)
        return delivery

    def _write_down_as_dropped(self, webhook: Webhook) -> None:
        """Raises `WebhookFailed` for an address to which nothing could have been sent."""
        _check_address(webhook.url)
        sent_url, _ = webhook.as_sent()
        signed = webhook.signed(webhook.account.auth_token, sent_url)
        dropped = self._written_down(webhook, sent_url, signed, attempt=1)
        dropped.error, dropped.duration_ms = "not sent", 0.0


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise WebhookFailed(11100, url, "not an http address")


def _moved(webhook: Webhook, location: str, status: int) -> Webhook:
    try:
        url = urljoin(webhook.url, location)
    except ValueError as error:
        raise WebhookFailed(11100, webhook.url, f"moved to no address: {location}") from error
    if status in GET_AFTER:
        return msgspec.structs.replace(webhook, url=url, method="GET", json=None)
    return msgspec.structs.replace(webhook, url=url)


def _headers(webhook: Webhook, signature: str, *, has_body: bool) -> dict[str, str]:
    headers = {
        "X-Twilio-Signature": signature,
        "I-Twilio-Idempotency-Token": webhook.token,
        "Accept": "*/*",
    }
    if has_body:
        headers["Content-Type"] = FORM if webhook.json is None else JSON
    return headers


def _check_status(incoming: Incoming) -> None:
    if incoming.status >= 400:
        kind = "4xx" if incoming.status < 500 else "5xx"
        raise NoAnswer(kind, UNUSABLE, f"HTTP status {incoming.status}")


def _keep_cookies(kept: dict[str, str], incoming: Incoming) -> None:
    for name, value in incoming.cookies.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value
