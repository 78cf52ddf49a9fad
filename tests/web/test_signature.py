"""Our signature check, against Twilio's published vectors and Twilio's own validator."""

from hashlib import sha256
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from backend.carrier.signature import is_signed, is_signed_json, sign

TOKEN = "12345"
URL = "https://example.com/myapp.php?foo=1&bar=2"
FORM = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675310"),
    ("Digits", "1234"),
    ("From", "+14158675310"),
    ("To", "+18005551212"),
]
SIGNATURE = "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_the_published_vector_is_signed():
    assert sign(URL, FORM, TOKEN) == SIGNATURE
    assert is_signed(SIGNATURE, URL, FORM, tokens=[TOKEN])


def test_the_order_of_the_fields_does_not_matter():
    assert is_signed(SIGNATURE, URL, list(reversed(FORM)), tokens=[TOKEN])


@pytest.mark.parametrize("port", ["", ":443", ":1234"])
def test_a_port_may_be_in_the_signed_url_or_not(port: str):
    with_port = URL.replace("example.com", f"example.com{port}")
    assert is_signed(SIGNATURE, with_port, FORM, tokens=[TOKEN])


def test_repeated_fields_are_signed_once_each_and_in_order():
    twice = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234")]
    twice.append(("Digits", "1234"))
    signature = RequestValidator(TOKEN).compute_signature(URL, _Multi(twice))
    assert is_signed(signature, URL, twice, tokens=[TOKEN])


def test_a_json_body_is_signed_by_its_hash_in_the_url():
    body = b'{"property": "value", "boolean": true}'
    url = f"{URL}&bodySHA256={sha256(body).hexdigest()}"
    signature = RequestValidator(TOKEN).compute_signature(url, {})
    assert is_signed_json(signature, url, body, tokens=[TOKEN])
    assert not is_signed_json(signature, url, body + b" ", tokens=[TOKEN])
    assert not is_signed_json(signature, URL, body, tokens=[TOKEN])


def test_another_token_an_empty_token_and_no_token_sign_nothing():
    assert not is_signed(SIGNATURE, URL, FORM, tokens=["54321"])
    assert not is_signed(sign(URL, FORM, ""), URL, FORM, tokens=[""])
    assert not is_signed(SIGNATURE, URL, FORM, tokens=[])
    assert is_signed(SIGNATURE, URL, FORM, tokens=["the new one", TOKEN])


def test_any_change_breaks_the_signature():
    assert not is_signed(SIGNATURE, URL + "&x=1", FORM, tokens=[TOKEN])
    assert not is_signed(SIGNATURE, URL, [*FORM, ("Extra", "")], tokens=[TOKEN])
    assert not is_signed("", URL, FORM, tokens=[TOKEN])
    assert not is_signed("L/OH5YylLD5NRKLltdqwSvS0BnÜ=", URL, FORM, tokens=[TOKEN])


text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@given(
    fields=st.lists(st.tuples(text, text), max_size=6),
    port=st.sampled_from(["", ":443", ":8080"]),
    query=st.dictionaries(text, text, max_size=3),
)
def test_whatever_twilio_signs_we_accept_and_its_validator_accepts_what_we_sign(
    fields: list[tuple[str, str]], port: str, query: dict[str, str]
):
    url = f"https://voice.example.com{port}/twilio/x"
    if query:
        url += f"?{urlencode(query)}"
    theirs = RequestValidator(TOKEN)
    multi = _Multi(fields)
    assert is_signed(theirs.compute_signature(url, multi), url, fields, tokens=[TOKEN])
    assert theirs.validate(url, multi, sign(url, fields, TOKEN))


class _Multi(dict[str, str]):
    """What web frameworks hand to Twilio's validator: a mapping that knows repeated names."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    def getlist(self, name: str) -> list[str]:
        return [value for each, value in self._pairs if each == name]
