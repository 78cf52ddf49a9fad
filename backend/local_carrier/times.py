"""How Twilio writes the time: RFC 2822 in UTC, in REST answers as in callbacks."""

from datetime import datetime
from email.utils import format_datetime


def rfc2822(moment: datetime) -> str:
    return format_datetime(moment)
