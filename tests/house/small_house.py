"""The supervisor with small programs in place of the product's own; its PostgreSQL is real."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from backend.settings import Settings, read_settings
from backend.supervisor import Part, Plan, run


class Account(msgspec.Struct):
    tenant: str
    name: str
    role: str
    email: str
    password: str


def small_part(name: str, port_of: Callable[[Settings], int]):
    def make(settings: Settings, environ: Mapping[str, str]) -> Part:
        port = port_of(settings)
        script = Path(__file__).with_name("small_part.py")
        return Part(
            name=name,
            command=[sys.executable, str(script), name, str(port), *sys.argv[1:]],
            answers_at=f"http://127.0.0.1:{port}/",
            environment={**environ, "DATABASE_URL": settings.database_url or ""},
            answers_within=10.0,
        )

    return make


async def migrate(owner_url: str, app_login: str) -> Sequence[str]:
    assert "patchbay_owner" in owner_url
    return [f"first_tables_for_{app_login}"]


async def lay_out_demo(settings: Settings) -> Sequence[Account]:
    return [Account("Acme", "Ana", "agent", "ana@acme.example", "open sesame")]


async def make_up_past(settings: Settings) -> str:
    assert settings.database_url is not None
    return "Acme has a past"


plan = Plan(
    web=small_part("web", lambda settings: settings.port),
    carrier=small_part("carrier", lambda settings: settings.carrier_port),
    panel=small_part("panel", lambda settings: settings.panel_port),
    statistics=small_part("statistics", lambda settings: settings.statistics_port),
    migrate=migrate,
    lay_out_demo=lay_out_demo,
    make_up_past=make_up_past,
)
sys.exit(run(read_settings(os.environ), os.environ, plan=plan))
