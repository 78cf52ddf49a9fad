"""Messages that a Voice SDK and its customer's server send each other during a call.

A message of the SDK is told to every subscription of its call; "the order in which the messages
were sent" is counted from 0.
"""

from datetime import datetime

import msgspec

from backend.local_carrier.clock import Clock
from backend.local_carrier.legs import Leg, LegStatus
from backend.local_carrier.sids import new_sid
from backend.local_carrier.times import rfc2822
from backend.local_carrier.webhooks.delivery import Webhooks
from backend.local_carrier.webhooks.webhook import JsonBody

KEPT_CHARACTERS = 200


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    sid: str
    callback: str
    method: str
    key: str
    """The idempotency key that it was asked for with; empty if there was none."""
    created_at: datetime


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the customer's server."""

    sid: str
    created_at: datetime


class _OfACall:
    def __init__(self) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.sent: dict[str, Sent] = {}
        """By idempotency key, those that have one."""
        self.heard = 0


class CallMessages:
    def __init__(self, webhooks: Webhooks, clock: Clock) -> None:
        self._webhooks, self._clock = webhooks, clock
        self._calls: dict[str, _OfACall] = {}

    def subscribe(self, leg: Leg, callback: str, method: str, key: str) -> Subscription:
        """Asked for again with the same key, it is the same subscription."""
        subscriptions = self._call(leg).subscriptions
        same = next((s for s in subscriptions.values() if key and s.key == key), None)
        if same is not None:
            return same
        made = Subscription(
            sid=new_sid("ZY"),
            callback=callback,
            method=method,
            key=key,
            created_at=self._clock.now(),
        )
        subscriptions[made.sid] = made
        return made

    def unsubscribe(self, leg: Leg, sid: str) -> bool:
        """False if the call has no such subscription."""
        call = self._calls.get(leg.sid)
        return call is not None and call.subscriptions.pop(sid, None) is not None

    def heard(self, leg: Leg, sid: str, content: str) -> None:
        """The browser at that leg says something to the customer's server."""
        leg.note(f"sent the message {content[:KEPT_CHARACTERS]}")
        call = self._call(leg)
        told = {
            "AccountSid": leg.account.sid,
            "CallSid": leg.sid,
            "Sid": sid,
            "Content": content,
            "ContentType": "application/json",
            "SequenceNumber": str(call.heard),
            "Timestamp": rfc2822(self._clock.now()),
        }
        call.heard += 1
        for each in call.subscriptions.values():
            self._webhooks.notify(
                each.sid,
                leg.account,
                each.callback,
                told,
                method=each.method,
                json=JsonBody.of(told) if each.method == "POST" else None,
            )

    def send(self, leg: Leg, content: str, key: str) -> tuple[Sent, bool]:
        """A message to the browser at that leg; False with one that was sent before under that
        key, and must not be sent again."""
        call = self._call(leg)
        if key and key in call.sent:
            return call.sent[key], False
        leg.note(f"is sent the message {content[:KEPT_CHARACTERS]}")
        sent = Sent(sid=new_sid("KX"), created_at=self._clock.now())
        if key:
            call.sent[key] = sent
        return sent, True

    def _call(self, leg: Leg) -> _OfACall:
        if leg.sid not in self._calls:
            self._calls[leg.sid] = _OfACall()
            leg.watchers.append(self._forget_ended)
        return self._calls[leg.sid]

    def _forget_ended(self, leg: Leg, status: LegStatus) -> None:
        if not leg.is_live:
            self._calls.pop(leg.sid, None)
