"""`python -m backend calling-out`: the command as whoever runs the product types it."""

from tests.house.command_line import Said, give
from tests.stories.company import Company


async def command(acme: Company, *words: str) -> Said:
    database = acme.product.settings.database_url or ""
    return await give("calling-out", *words, DATABASE_URL=database)


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
    status, shown, _ = await command(acme, *whose, "--price-of", "de=0.02", "--price-of", "GB=1")
    assert (status, "prices           DE=0.02, GB=1" in shown) == (0, True)
    assert (
        "prices           DE=0.03, GB=1"
        in (await command(acme, *whose, "--price-of", "DE=0.03")).out
    )
    read = await acme.ana.asks("GET", "/api/dialling/reading?text=%2B4930901820")
    assert read["refusal"] is None
    assert (await command(acme, *whose, "--off")).status == 0
    assert not (await acme.ana.asks("GET", "/api/dialling"))["enabled"]


async def test_what_it_does_not_understand_it_refuses_and_changes_nothing(acme: Company):
    whose = ("--tenant", str(acme.tenant))
    before = await command(acme, *whose)
    for wrong in (
        ("--countries", "US,XX"),
        ("--spend-a-day", "much"),
        ("--price-of", "DE"),
        ("--price-of", "XX=0.02"),
        ("--spend-a-day", "nan"),
        ("--concurrent", "0"),
        ("--longest-minutes", "241"),
        ("--on", "--off"),
    ):
        status, _, said = await command(acme, *whose, *wrong)
        assert (status, bool(said)) == (2, True), wrong
    assert (await command(acme, "--everybody", "--countries", "DE")).status == 2
    assert (await command(acme, "--tenant", "Nobody & Sons")).status == 1
    assert await command(acme, *whose) == before
