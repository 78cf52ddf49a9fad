"""`python -m backend company-rules`: a company's own words and time limits."""

import pytest

from tests.house.command_line import Said, give
from tests.stories.company import Company, Refused


async def command(acme: Company, *words: str) -> Said:
    whose = ("--tenant", str(acme.tenant))
    database = acme.product.settings.database_url or ""
    return await give("company-rules", *whose, *words, DATABASE_URL=database)


async def test_a_companys_own_words_are_offered_and_others_refused(acme: Company):
    status, shown, _ = await command(
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


async def test_what_figures_are_counted_by_is_the_companys_own(acme: Company):
    wishes = ("--time-zone", "Asia/Kathmandu", "--answer-within-seconds", "30")
    status, shown, _ = await command(acme, *wishes, "--short-abandon-seconds", "0")
    assert status == 0
    assert "time-zone              Asia/Kathmandu" in shown
    assert "answer-within-seconds  30" in shown
    assert "short-abandon-seconds  0" in shown


async def test_what_it_does_not_understand_it_refuses_and_changes_nothing(acme: Company):
    before = await command(acme)
    for wrong in (
        ("--slots", "0"),
        ("--conference-size", "2"),
        ("--missed-rings", "-1"),
        ("--away-reasons", "x" * 41),
        ("--ring-seconds", "soon"),
        ("--time-zone", "Middle-earth/Shire"),
    ):
        assert (await command(acme, *wrong)).status == 2, wrong
    assert await command(acme) == before
