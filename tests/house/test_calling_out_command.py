"""`python -m backend calling-out`: the command as whoever runs the product types it."""

import asyncio
import os
import subprocess
import sys

from tests.stories.company import Company


async def command(acme: Company, *argv: str) -> tuple[int, str, str]:
    settings = acme.product.settings
    environment = os.environ | {"DATABASE_URL": settings.database_url or ""}
    done = await asyncio.to_thread(  # the product answers in this very loop
        subprocess.run,
        [sys.executable, "-m", "backend", "calling-out", *argv],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


async def test_it_shows_and_changes_what_a_company_may_call(acme: Company):
    await acme.on_duty("Ana")
    whose = ("--tenant", str(acme.tenant))
    status, shown, _ = await command(acme, *whose)
    assert status == 0
    assert "countries        US" in shown
    status, shown, _ = await command(acme, *whose, "--countries", "us,de", "--spend-a-day", "5.50")
    assert status == 0
    assert "countries        DE, US" in shown
    assert "spend-a-day      5.50" in shown
    read = await acme.ana.asks("GET", "/api/dialling/reading?text=%2B4930901820")
    assert read["refusal"] is None
    assert (await command(acme, *whose, "--off"))[0] == 0
    assert not (await acme.ana.asks("GET", "/api/dialling"))["enabled"]


async def test_what_it_does_not_understand_it_refuses_and_changes_nothing(acme: Company):
    whose = ("--tenant", str(acme.tenant))
    before = await command(acme, *whose)
    for wrong in (
        ("--countries", "US,XX"),
        ("--spend-a-day", "much"),
        ("--spend-a-day", "nan"),
        ("--concurrent", "0"),
        ("--longest-minutes", "241"),
        ("--on", "--off"),
    ):
        status, _, said = await command(acme, *whose, *wrong)
        assert (status, bool(said)) == (2, True), wrong
    assert (await command(acme, "--everybody", "--countries", "DE"))[0] == 2
    assert (await command(acme, "--tenant", "Nobody & Sons"))[0] == 1
    assert await command(acme, *whose) == before
