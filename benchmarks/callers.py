"""Callers as the carrier announces them: signed form posts with the parameters Twilio sends."""

import secrets
from collections.abc import Mapping
from random import randrange
from urllib.parse import urlencode

from backend.carrier.signature import sign
from benchmarks.posting import post
from benchmarks.product import Company, Product

PLACE = {"City": "SPRINGFIELD", "Country": "US", "State": "IL", "Zip": "62701"}


def call_comes_in(product: Product, company: Company) -> tuple[str, bytes]:
    """A new caller dials the company: the leg's name, and the request that says so."""
    leg = f"CA{secrets.token_hex(16)}"
    caller = f"+1555{randrange(10**6, 10**7)}"
    form = {
        "AccountSid": company.account_sid,
        "ApiVersion": "2010-04-01",
        "CallSid": leg,
        "CallStatus": "ringing",
        "CallToken": secrets.token_urlsafe(150),
        "Direction": "inbound",
        "StirVerstat": "TN-Validation-Passed-A",
        "Caller": caller,
        "From": caller,
        "Called": company.number,
        "To": company.number,
    }
    for end in ("Caller", "From", "Called", "To"):
        form |= {f"{end}{name}": value for name, value in PLACE.items()}
    return leg, _signed(product, company, "voice", form)


def caller_hangs_up(product: Product, company: Company, leg: str) -> bytes:
    """The status callback for the end of that leg."""
    form = {
        "AccountSid": company.account_sid,
        "CallSid": leg,
        "CallStatus": "completed",
        "CallDuration": "0",
    }
    return _signed(product, company, "caller-status", form)


def _signed(product: Product, company: Company, path: str, form: Mapping[str, str]) -> bytes:
    url = f"{product.settings.public_url}/twilio/{company.tenant}/{path}"
    headers = {
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
        "I-Twilio-Idempotency-Token": secrets.token_hex(16),
        "X-Twilio-Signature": sign(url, form.items(), company.auth_token),
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
    }
    return post(url, urlencode(form).encode(), headers)
