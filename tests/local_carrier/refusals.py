"""How the real client tells that Twilio refused something."""

import json
from collections.abc import Awaitable

from twilio.base.exceptions import TwilioException, TwilioRestException


async def refusal_of(attempt: Awaitable[object]) -> tuple[int, int | None]:
    """The HTTP status and Twilio's code; fails if it was not refused at all."""
    try:
        await attempt
    except TwilioRestException as refusal:
        return refusal.status, refusal.code
    except TwilioException as refusal:  # of a list: the client hands on the whole answer
        response = refusal.args[1]
        return response.status_code, json.loads(response.text)["code"]
    raise AssertionError("it was not refused")
