"""Every operation of the backend, read out of its own OpenAPI document."""

from pathlib import Path
from typing import Any
from uuid import UUID

from litestar import Litestar
from msgspec import Struct

from backend.app import create_app
from tests.stories.product import settings_for

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


class Operation(Struct, frozen=True):
    """One method of one path; its parameters by name; which fields of its body are ids."""

    name: str
    method: str
    path: str
    in_path: tuple[str, ...]
    in_query: tuple[str, ...]
    in_header: tuple[str, ...]
    has_body: bool
    in_body: tuple[str, ...]
    ids_in_body: tuple[str, ...]

    @property
    def is_signed(self) -> bool:
        """Whether the carrier asks this, and not a browser."""
        return self.path.startswith("/twilio/{tenant}/")

    def at(self, **values: UUID | str) -> str:
        """The path with its parameters filled in; a missing one is an error of the test."""
        return self.path.format(**values)

    @property
    def below_tenant(self) -> str:
        return self.path.removeprefix("/twilio/{tenant}")


def the_application() -> Litestar:
    """The application, to be looked at and not to be run."""
    folder = Path("nothing is written here")
    nowhere = "postgresql://nobody:nothing@localhost:1/nothing"
    return create_app(settings_for(nowhere, "http://localhost:1", folder, 8080))


def operations_in(document: dict[str, Any]) -> list[Operation]:
    return [
        _operation(document, path, method, item[method])
        for path, item in sorted(document["paths"].items())
        for method in METHODS
        if method in item
    ]


def _operation(document: dict[str, Any], path: str, method: str, told: Any) -> Operation:
    def named(place: str) -> tuple[str, ...]:
        return tuple(each["name"] for each in told.get("parameters", ()) if each["in"] == place)

    return Operation(
        name=f"{method.upper()} {path}",
        method=method.upper(),
        path=path,
        in_path=named("path"),
        in_query=named("query"),
        in_header=(*named("header"), *named("cookie")),
        has_body="requestBody" in told,
        in_body=tuple(_fields(document, told.get("requestBody", {}))),
        ids_in_body=tuple(_ids(document, told.get("requestBody", {}))),
    )


def _ids(document: dict[str, Any], body: dict[str, Any]) -> list[str]:
    """The fields of the body that hold an id of something."""
    return [
        field
        for field, told in _fields(document, body).items()
        if any(
            kind.get("format") == "uuid"
            for kind in (told, *told.get("oneOf", ()), *told.get("anyOf", ()))
        )
    ]


def _fields(document: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """The fields of the body, with what the document tells of each."""
    found: dict[str, Any] = {}
    for content in body.get("content", {}).values():
        schema = content["schema"]
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        found |= schema.get("properties", {})
    return found
