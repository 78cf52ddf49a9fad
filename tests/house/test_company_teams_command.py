"""`python -m backend company-teams`: a company's teams, as whoever runs the product sets them."""

from typing import Any

from tests.house.command_line import Said, give
from tests.stories.company import Company


async def command(acme: Company, *words: str) -> Said:
    whose = ("--tenant", str(acme.tenant))
    database = acme.product.settings.database_url or ""
    return await give("company-teams", *whose, *words, DATABASE_URL=database)


async def teams_on_the_board(acme: Company) -> dict[str, set[str]]:
    board: Any = await acme.ana.asks("GET", "/api/board")
    names = {agent["id"]: agent["name"] for agent in board["agents"]}
    return {team["name"]: {names[one] for one in team["members"]} for team in board["teams"]}


async def test_a_team_is_made_filled_renamed_emptied_and_removed(acme: Company):
    await acme.ana.signs_in()
    assert (await command(acme)).out == f"{acme.tenant} has no teams.\n"
    made = ("--make", "Sales", "--make", "  After   sales ")
    filled = ("--put-in", "Sales", "Ana", acme.ben.email.upper(), "--put-in", "After sales", "Ben")
    status, shown, _ = await command(acme, *made, *filled)
    assert status == 0
    assert f"Sales                  Ana <{acme.ana.email}>, Ben <{acme.ben.email}>" in shown
    assert await teams_on_the_board(acme) == {"Sales": {"Ana", "Ben"}, "After sales": {"Ben"}}
    assert (await command(acme, "--put-in", "Sales", "Ana")).status == 0
    await command(acme, "--take-out", "Sales", "Ana", "--rename", "After sales", "Support")
    assert await teams_on_the_board(acme) == {"Sales": {"Ben"}, "Support": {"Ben"}}
    await command(acme, "--take-out", "Sales", "Ben", "--remove", "Support")
    assert await teams_on_the_board(acme) == {"Sales": set[str]()}
    assert "Sales                  nobody yet" in (await command(acme)).out


async def test_what_it_refuses_it_says_and_then_nothing_is_changed(acme: Company, globex: Company):
    await acme.ana.signs_in()
    await globex.has_team("Support", "Ben")
    assert (await command(acme, "--make", "Sales", "--put-in", "Sales", "Ben")).status == 0
    before = await command(acme)
    for wrong, said in (
        (("--make", "Sales"), "There is a team called 'Sales' already."),
        (("--make", "Support", "--rename", "Support", "Sales"), "called 'Sales' already"),
        (("--put-in", "Support", "Ana"), "No team is called 'Support'. There are: Sales."),
        (("--remove", "Support"), "No team is called 'Support'"),
        (("--take-out", "Sales", "Nobody"), "Nobody called 'Nobody' takes calls here."),
        (("--put-in", "Sales", "Ada"), "Nobody called 'Ada' takes calls here."),
        (("--put-in", "Sales", "Ana", globex.ben.email), "takes calls here. Those who do: Ana <"),
    ):
        status, _, err = await command(acme, *wrong)
        assert (status, said in err) == (1, True), (wrong, err)
    for wrong in (("--make", " "), ("--make", "x" * 41), ("--put-in", "Sales"), ("--rename", "x")):
        assert (await command(acme, *wrong)).status == 2, wrong
    assert await command(acme) == before


async def test_of_two_with_one_name_the_address_says_which(acme: Company):
    async with acme.product.services.database.work(acme.tenant) as work:
        await work.connection.execute("update agent set name = 'Ben' where name = 'Chloe'")
    status, _, err = await command(acme, "--make", "Sales", "--put-in", "Sales", "Ben")
    assert (status, "Several are called 'Ben'. Say which:" in err) == (1, True)
    status, shown, _ = await command(acme, "--make", "Sales", "--put-in", "Sales", acme.chloe.email)
    assert (status, f"Ben <{acme.chloe.email}>" in shown) == (0, True)
