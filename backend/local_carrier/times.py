"""How Twilio writes the time: RFC 2822 in UTC, in REST answers as in callbacks."""

from datetime import UTC, datetime
from email.utils import format_datetime


def now() -> datetime:
    return datetime.now(UTC)


def rfc2822(moment: datetime) -> str:
    return format_datetime(moment)
