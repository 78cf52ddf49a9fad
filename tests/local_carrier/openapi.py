"""Twilio's OpenAPI document as the judge of every REST answer and of every accepted field."""

import json
import re
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

DOCUMENT = json.loads((Path(__file__).parent / "data" / "twilio_api_v2010.min.json").read_text())
ROOT = "/2010-04-01/Accounts/"

formats = FormatChecker(formats=())


@formats.checks("date-time-rfc-2822", raises=ValueError)
def _is_rfc2822(value: object) -> bool:
    return not isinstance(value, str) or parsedate_to_datetime(value) is not None


def check_answer(method: str, path: str, status: int, text: str) -> None:
    """The answer has the documented status, every documented field, and no other."""
    if status >= 400:
        body = json.loads(text)
        assert set(body) == {"code", "message", "more_info", "status"}, body
        assert body["status"] == status
        return
    responses = operation(method, path)["responses"]
    assert str(status) in responses, f"{method} {path} answered {status}"
    content = responses[str(status)].get("content")
    if content is None:
        assert text == ""
        return
    schema = _strict(content["application/json"]["schema"])
    Draft202012Validator(schema, format_checker=formats).validate(json.loads(text))


def fields_of(method: str, path: str) -> set[str]:
    """What the form (of a POST) or the query (of a GET) may hold."""
    found = operation(method, path)
    if method == "POST":
        form = found.get("requestBody", {}).get("content", {})
        return set(form["application/x-www-form-urlencoded"]["schema"].get("properties", {}))
    return {p["name"] for p in found.get("parameters", []) if p["in"] == "query"}


def operation(method: str, path: str) -> dict[str, Any]:
    for template, item in DOCUMENT["paths"].items():
        pattern = re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in item:
            return item[method.lower()]
    raise AssertionError(f"Twilio has no {method} {path}")


def _strict(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0 as JSON Schema; an object has all of its fields and nothing else."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        # An enum by reference cannot say `nullable` in OpenAPI 3.0; Twilio does answer null there.
        referred = _strict(DOCUMENT["components"]["schemas"][name])
        return {"anyOf": [referred, {"type": "null"}]} if "enum" in referred else referred
    strict = {k: v for k, v in schema.items() if k in ("type", "pattern", "format", "enum")}
    if schema.get("nullable") and "type" in strict:
        strict["type"] = [strict["type"], "null"]
        if "enum" in strict:  # Twilio answers an unset method or address with a blank or null
            strict["enum"] = [*strict["enum"], None]
    if "properties" in schema:
        strict["properties"] = {k: _strict(v) for k, v in schema["properties"].items()}
        strict["required"] = list(schema["properties"])
        strict["additionalProperties"] = False
    if "items" in schema:
        strict["items"] = _strict(schema["items"])
    return strict
