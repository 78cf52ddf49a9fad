"""What time it is: an argument, so that a test can move it by hand."""

from datetime import UTC, datetime
from typing import Protocol, runtime_checkable


@runtime_checkable  # Litestar checks what it hands out
class Clock(Protocol):
    def __call__(self) -> datetime: ...


def real_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)
