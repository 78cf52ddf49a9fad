"""`python -m backend company-rules`: a company's own words and time limits."""

import asyncio
import os
import subprocess
import sys

import pytest

from tests.stories.company import Company, Refused


async def command(acme: Company, *argv: str) -> tuple[int, str]:
    environment = os.environ | {"DATABASE_URL": acme.product.settings.database_url or ""}
    whose = ("--tenant", str(acme.tenant))
    done = await asyncio.to_thread(  # the product answers in this very loop
        subprocess.run,
        [sys.executable, "-m", "backend", "company-rules", *whose, *argv],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


async def test_a_companys_own_words_are_offered_and_others_refused(acme: Company):
    status, shown = await command(
        acme, "--away-reasons", "Siesta, Siesta, Coffee", "--wrap-up-seconds", "90"
    )
    assert status == 0
    assert "away-reasons           Siesta, Coffee" in shown
    assert "wrap-up-seconds        90" in shown
    await acme.on_duty("Ana")
    board = await acme.ana.asks("GET", "/api/board")
    assert board["rules"]["away_reasons"] == ["Siesta", "Coffee"]
    await acme.ana.asks("PUT", "/api/presence", {"status": "away", "reason": "Siesta"})
    with pytest.raises(Refused) as refusal:
        await acme.ana.asks("PUT", "/api/presence", {"status": "away", "reason": "Lunch"})
    assert refusal.value.code == "no-such-reason"


async def test_what_it_does_not_understand_it_refuses_and_changes_nothing(acme: Company):
    before = await command(acme)
    for wrong in (
        ("--slots", "0"),
        ("--missed-rings", "-1"),
        ("--away-reasons", "x" * 41),
        ("--ring-seconds", "soon"),
    ):
        assert (await command(acme, *wrong))[0] == 2, wrong
    assert await command(acme) == before
