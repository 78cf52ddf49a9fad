"""Calls from before Patchbay: a company's owners and admins bring files of them in, and take them
back. The files go from the browser to the backend, and never through this process."""

from pathlib import Path

import panel as pn
import param
from panel.custom import JSComponent

from backend.history.columns import COLUMNS, EXAMPLE, FORM
from dashboards.statistics.look import drawn
from dashboards.statistics.shell import SHEET, Office, fill_later, html, open_page, version


class Import(JSComponent):
    """The field for a file, what became of it, and the files that there are."""

    _esm = Path(__file__).parent / "import.js"

    sheet = param.String(doc="Where our style sheet is.")


def page(office: Office) -> pn.viewable.Viewable:
    """One visitor's page; whoever may not bring anything in is told why not."""
    opened = open_page(office, "import", "Calls from before Patchbay")
    body = html()
    parts = pn.Column(
        body, html(columns_html()), sizing_mode="stretch_width", margin=0, styles={"gap": "14px"}
    )

    async def fill() -> None:
        await office.backend.said(opened.known.cookie, "/api/history-files")
        sheet = f"{SHEET}?v={version()}"
        parts[0] = Import(sheet=sheet, sizing_mode="stretch_width", margin=0)

    fill_later(opened, body, fill)
    return parts


def columns_html() -> str:
    """What a file may hold, in the words of `import-history --columns`."""
    return drawn("import_columns.html", form=FORM, example=EXAMPLE, columns=COLUMNS)
