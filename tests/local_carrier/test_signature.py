"""The published vectors of X-Twilio-Signature, and what Twilio's own validator accepts."""

import hashlib

import pytest
from twilio.request_validator import RequestValidator

from backend.local_carrier.webhooks.signature import signature

TOKEN = "12345"
URL = "https://example.com/myapp.php?foo=1&bar=2"
FIELDS = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675310",
    "From": "+14158675310",
    "Digits": "1234",
    "To": "+18005551212",
}
PUBLISHED = "L/OH5YylLD5NRKLltdqwSvS0BnU="


@pytest.mark.parametrize(
    "url",
    [
        URL,
        URL + "#rc=3&rp=all",
        "https://user:secret@example.com/myapp.php?foo=1&bar=2",
        "https://example.com:8443/myapp.php?foo=1&bar=2",
    ],
)
def test_a_form_has_the_published_signature(url: str) -> None:
    assert signature(TOKEN, url, FIELDS.items()) == PUBLISHED


def test_an_http_port_is_part_of_what_is_signed() -> None:
    validator = RequestValidator(TOKEN)
    url = "http://localhost:8080/twilio/voice?x=%C3%A9"
    signed = signature(TOKEN, url, FIELDS.items())
    assert validator.compute_signature(url, FIELDS) == signed
    assert signed != signature(TOKEN, url.replace(":8080", ""), FIELDS.items())


def test_an_https_port_is_part_of_what_is_signed_for_texts_alone() -> None:
    url = "https://example.com:8443/texts"
    fields = {"MessageSid": "SM1", "Body": "Hi"}
    with_port = RequestValidator(TOKEN).compute_signature(url, fields)
    without = RequestValidator(TOKEN).compute_signature("https://example.com/texts", fields)
    assert signature(TOKEN, url, fields.items(), keeps_port=True) == with_port
    assert signature(TOKEN, url, fields.items()) == without


def test_a_repeated_field_is_signed_once_for_each_value_in_order() -> None:
    pairs = [("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234"), ("To", "")]
    by_hand = signature(TOKEN, URL + "Digits1234Digits5678To")
    assert signature(TOKEN, URL, pairs) == by_hand


def test_a_json_body_is_signed_by_its_hash_in_the_address() -> None:
    body = '{"property": "value", "boolean": true}'
    url = f"https://example.com/myapp.php?bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"
    assert RequestValidator(TOKEN).validate(url, body, signature(TOKEN, url))
    assert not RequestValidator(TOKEN).validate(url, body + " ", signature(TOKEN, url))


def test_a_get_signs_its_address_alone() -> None:
    url = "https://example.com/voice?CallSid=CA1&From=%2B1"
    assert RequestValidator(TOKEN).validate(url, {}, signature(TOKEN, url))
