"""The log of the webhooks: every attempt, with what was sent and what came back."""

from datetime import datetime

import msgspec

from backend.local_carrier.webhooks.webhook import Parameters
from backend.local_carrier.webhooks.wire import Incoming

KEPT_BODY_CHARACTERS = 4000


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
    """The faults that struck it, if any did, one after the other."""
    status: int | None = None
    body: str | None = None
    error: str | None = None
    """Why there is no answer that can be used."""
    duration_ms: float | None = None

    def suffers(self, fault: str | None) -> None:
        if fault is not None:
            self.fault = fault if self.fault is None else f"{self.fault}, {fault}"

    def came_back(self, incoming: Incoming) -> None:
        self.status = incoming.status
        if incoming.content_type.startswith(("text/", "application/")):
            self.body = incoming.body.decode(errors="replace")[:KEPT_BODY_CHARACTERS]
        else:
            self.body = f"<{len(incoming.body)} bytes of {incoming.content_type}>"
