"""An owner brings a file of past calls in by the page, and takes it back."""

from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from backend.store.people import Role
from tests.browser.page import Browsers
from tests.browser.test_a_call_in_the_browser import faults_on
from tests.stories.product import Product

pytestmark = pytest.mark.usefixtures("statistics")

HEAD = "queue_entered_at,answered_at,abandoned_at,agent,talk_seconds\n"
GOOD = (
    HEAD + "2026-01-31 10:00,2026-01-31 10:00:09,,Ana,60\n2026-01-31 11:00,,2026-01-31 11:00:30,,\n"
)
NAMED = "old <img src=x onerror=alert(1)>.csv"
DROPPED = """([content, name]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([content], name, { type: "text/csv" }));
  return carried;
}"""


async def drops(page: Page, content: str, name: str) -> None:
    """A file is dropped onto the page's field, and the button pressed."""
    carried = await page.evaluate_handle(DROPPED, [content, name])
    await page.locator(".drop").dispatch_event("drop", {"dataTransfer": carried})
    await page.get_by_role("button", name="Bring it in").click()


async def test_a_file_is_dropped_mended_looked_at_and_taken_back(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    page = await browsers.reads(await office.takes_on(acme, "Olivia", Role.OWNER), "import")
    files = page.get_by_role("region", name="Files that were brought in")
    await expect(files).to_contain_text("None yet.")
    await drops(page, GOOD + "yesterday,,,,\n", NAMED)
    await expect(page.get_by_role("alert")).to_contain_text("One row is wrong, so nothing was")
    row = page.get_by_role("region", name="What is wrong").get_by_role("row").nth(1)
    await expect(row).to_have_text(
        "3queue_entered_at'yesterday' is no time like 2026-01-31 14:48:31."
    )
    await expect(files).to_contain_text("None yet.")
    await expect(page.get_by_role("button", name="Bring it in")).to_be_disabled()
    assert await faults_on(page) == []

    await drops(page, GOOD, NAMED)
    await expect(page.get_by_text("2 calls, 2026-01-31 to 2026-01-31")).to_contain_text(NAMED)
    await expect(files.get_by_role("row").nth(1)).to_contain_text(NAMED)
    assert await page.locator("img").count() == 0
    await files.get_by_role("button", name="Take back").click()
    await files.get_by_role("button", name="Keep").click()
    await files.get_by_role("button", name="Take back").click()
    await files.get_by_role("button", name="Yes, take 2 calls back").click()
    await expect(files).to_contain_text("None yet.")


async def test_a_file_that_was_mended_may_be_chosen_again(
    office: Product, browsers: Browsers, tmp_path: Path
):
    acme = await office.company("Acme")
    page = await browsers.reads(await office.takes_on(acme, "Olivia", Role.OWNER), "import")
    field, start = page.locator("input[type=file]"), page.get_by_role("button", name="Bring it in")
    file = tmp_path / "old.csv"
    for content, told in ((GOOD + "yesterday,,,,\n", "One row is wrong"), (GOOD, "2 calls, 2026")):
        file.write_text(content)
        await field.set_input_files(file)
        await expect(field).to_have_value("")  # else the browser tells of no change
        await start.click()
        await expect(page.get_by_text(told)).to_be_visible()
        await expect(start).to_be_disabled()


async def test_where_the_answer_is_lost_the_list_tells_what_became_of_the_file(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    page = await browsers.reads(await office.takes_on(acme, "Olivia", Role.OWNER), "import")
    files = page.get_by_role("region", name="Files that were brought in")

    async def gives_up(route: Route) -> None:
        if route.request.method == "POST":
            await route.fulfill(status=504, body="<h1>Gateway timeout</h1>")
        else:
            await route.continue_()

    await page.route("**/api/history-files*", gives_up)
    await drops(page, GOOD, "old.csv")
    await expect(page.get_by_role("alert")).to_contain_text("it is not known yet")
    await expect(files).to_contain_text("None yet.")
    olivia = acme.people["Olivia"]
    await olivia.signs_in()
    async with olivia.http.post(
        "/api/history-files", params={"name": "old.csv"}, data=GOOD.encode()
    ) as answer:
        assert answer.status == 200
    await expect(page.get_by_text("it was brought in")).to_be_visible(timeout=15_000)
    await expect(files.get_by_role("row").nth(1)).to_contain_text("old.csv")


async def test_whoever_may_not_is_told_why(office: Product, browsers: Browsers):
    acme = await office.company("Acme")
    page = await browsers.reads(acme.sam, "import")
    await expect(page.get_by_role("alert").first).to_contain_text("owners and admins")
    await expect(page.get_by_role("button", name="Bring it in")).to_have_count(0)
    await expect(page.get_by_text("What a file may hold")).to_be_visible()
