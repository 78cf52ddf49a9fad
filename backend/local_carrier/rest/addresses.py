"""Whom REST calls, and under which number: checked before anything is made of it."""

from urllib.parse import parse_qsl

from backend.local_carrier.handsets import REFUSED
from backend.local_carrier.numbering import e164
from backend.local_carrier.rest.asking import Asked, Refused

NO_TO, NO_FROM = 21201, 21213
BAD_TO, BAD_FROM, NOT_YOURS = 21211, 21212, 21210
UNKNOWN_ADDRESS = 21211


def called_address(asked: Asked, field: str) -> str:
    """A number in E.164, or `client:identity`. Raises `Refused` for all else."""
    given = asked.form.text(field).strip()
    if not given:
        raise Refused(400, NO_TO, f"No '{field}' number is specified")
    client = given.partition("?")[0]
    if given.startswith("client:") and client != "client:":
        return client
    number = e164(given)
    if number is None:
        raise Refused(
            400, BAD_TO, f"The phone number you are attempting to call, {given}, is not valid."
        )
    if number in REFUSED:
        code, why = REFUSED[number]
        raise Refused(400, code, why)
    return number


def client_parameters(asked: Asked, field: str) -> dict[str, str]:
    """Of `client:identity?name=value`: what the browser is given as its custom parameters."""
    given = asked.form.text(field).strip()
    query = given.partition("?")[2] if given.startswith("client:") else ""
    return dict(parse_qsl(query, keep_blank_values=True))


def caller_address(asked: Asked) -> str:
    """One of the account's own or verified numbers, or `client:…`."""
    given = (asked.form.text("CallerId") or asked.form.text("From")).strip()
    if not given:
        raise Refused(400, NO_FROM, "No 'From' number is specified")
    if given.startswith("client:"):
        return given
    number = e164(given)
    if number is None:
        raise Refused(400, BAD_FROM, f"The source phone number provided, {given}, is not valid.")
    if not asked.account.may_show(number):
        why = f"The source phone number provided, {number}, is not yet verified for your account."
        raise Refused(400, NOT_YOURS, why)
    return number
