"""A tenant's time limits and sizes."""

from datetime import timedelta

from msgspec import Struct


class Rules(Struct, frozen=True):
    """How long each step may take, in seconds, and how large the lot is."""

    ring_seconds: int = 60
    """A caller whom nobody answers is told so after this."""
    join_seconds: int = 15
    """A claim whose browser does not arrive is void after this, and the call rings again."""
    rejoin_seconds: int = 20
    """An agent whose leg is gone (a reload, a lost network) keeps the call this long."""
    park_seconds: int = 90
    """A parked call rings its parker after this."""
    park_return_seconds: int = 20
    """... and everybody after this much more."""
    transfer_seconds: int = 20
    """A call that was handed to a colleague returns to whoever handed it over after this,
    and rings at everybody after as long again."""
    wrap_up_seconds: int = 20
    slots: int = 8
    monitoring_is_shown: bool = True
    """Whether agents see on their card who listens. Where not, no message tells them."""

    @property
    def ring(self) -> timedelta:
        return timedelta(seconds=self.ring_seconds)

    @property
    def join(self) -> timedelta:
        return timedelta(seconds=self.join_seconds)

    @property
    def rejoin(self) -> timedelta:
        return timedelta(seconds=self.rejoin_seconds)

    @property
    def park(self) -> timedelta:
        return timedelta(seconds=self.park_seconds)

    @property
    def park_return(self) -> timedelta:
        return timedelta(seconds=self.park_return_seconds)

    @property
    def transfer(self) -> timedelta:
        return timedelta(seconds=self.transfer_seconds)

    @property
    def wrap_up(self) -> timedelta:
        return timedelta(seconds=self.wrap_up_seconds)
