"""The notebooks run from the first cell to the last against the product, and are kept without
what they once showed."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from backend.store import report_tokens
from tests.house.command_line import give
from tests.reports.test_reports_api import a_morning
from tests.stories.company import Company

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


@pytest.fixture
async def company(acme: Company, tmp_path: Path) -> Company:
    """A company with a day's history from before, and this morning's calls."""
    dice, lines = Random(1), ["queue_entered_at,outcome,wait_seconds,handle_seconds,agent,caller"]  # noqa: S311
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for _ in range(300):
        entered = today + timedelta(seconds=dice.randrange(86_000))
        wait, caller = dice.randrange(90), f"+1555000{dice.randrange(150):04}"
        if dice.random() < 0.2:
            lines.append(f"{entered.isoformat()},abandoned,{wait},,,{caller}")
        else:
            agent = dice.choice(("Ann", "Bob"))
            lines.append(f"{entered.isoformat()},answered,{wait},{wait + 100},{agent},{caller}")
    file = tmp_path / "before.csv"
    file.write_text("\n".join(lines) + "\n")
    database = acme.product.settings.database_url or ""
    said = await give(
        "import-history", "--tenant", str(acme.tenant), str(file), DATABASE_URL=database
    )
    assert said.status == 0, said
    await a_morning(acme)
    return acme


async def run(notebook: Path, company: Company, tmp_path: Path) -> Any:
    """The notebook with its outputs. Raises if a cell fails."""
    async with company.product.services.database.work(company.tenant) as work:
        key = await report_tokens.make_token(
            work, notebook.stem, datetime.now(UTC), timedelta(hours=1), sees_numbers=True
        )
    document = nbformat.read(notebook, as_version=4)
    client = NotebookClient(document, timeout=60, resources={"metadata": {"path": str(FOLDER)}})
    environment = {
        "PATCHBAY_URL": company.product.address,
        "PATCHBAY_TOKEN": key,
        "IPYTHONDIR": str(tmp_path),
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": f"{FOLDER}:{FOLDER.parent}",
        "HOME": str(tmp_path),
    }
    return await client.async_execute(env=environment)


def texts(document: Any) -> str:
    """Everything that was printed or shown as text."""
    shown = [output for cell in document.cells for output in cell.get("outputs", ())]
    parts = [output.get("text", output.get("data", {}).get("text/plain", "")) for output in shown]
    return "\n".join(parts)


async def test_every_notebook_runs_from_the_first_cell_to_the_last(
    company: Company, tmp_path: Path
):
    shown = {path.stem: texts(await run(path, company, tmp_path)) for path in NOTEBOOKS}
    assert "SL_E" in shown["service_level_explained"]
    assert "At / (A + B - Bs), T = 20 s, S = 5 s" in shown["service_level_explained"]
    assert "Ana" in shown["agent_occupancy"]
    assert "at their desks for 80% within 20 s" in shown["staffing_what_if"]
    assert "answered" in shown["a_callers_journey"]
    assert shown["a_day_as_its_pages_show_it"].count("Column") >= 3, "pictures, and no tables"
    assert len(shown) == 5


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path: Path):
    document = json.loads(path.read_text())
    cells = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
    assert [cell["outputs"] for cell in cells] == [[]] * len(cells)
    assert {cell["execution_count"] for cell in cells} == {None}
