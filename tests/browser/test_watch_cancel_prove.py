"""The second tutorial in a real JupyterLab: joined, verified, explained, queued, and read in light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .test_first_restore import GO_TO

if TYPE_CHECKING:
    from .conftest import RunNotebook, Saved, Screenshot, SetTheme

pytestmark = pytest.mark.browser

TUTORIAL = Path(__file__).parents[2] / "notebooks" / "02-watch-cancel-prove.ipynb"
PARTS = {"cancel": 9, "verdict": 12, "explain": 19, "queue": 24, "events": 26, "replay": 28}
"""What is photographed, and the number of the cell that shows it."""


def test_the_tutorial_runs_and_reads_well(
    run_notebook: RunNotebook, screenshot: Screenshot, set_theme: SetTheme, saved: Saved
) -> None:
    """Top to bottom, in light and in dark; what it proves is on the page and in the saved notebook."""
    page = run_notebook(TUTORIAL)
    for dark in (False, True):
        set_theme(page, dark=dark)
        for part, place in PARTS.items():
            page.evaluate(GO_TO, place)
            page.locator(".srk, .js-plotly-plot").first.wait_for(state="visible")
            screenshot(page, f"watch-cancel-prove-{'dark' if dark else 'light'}-{part}")

    cells = [cell for cell in saved(TUTORIAL).cells if cell.cell_type == "code"]
    html = {
        cell.execution_count: "".join(str(each.get("data", {}).get("text/html")) for each in cell.outputs)
        for cell in cells
    }
    assert "leaves the rows of existing tables as they are" in html[9]
    assert "SRR305" in html[12]
    assert "what helps" in html[19]
    assert "2 done, 100% of the whole" in html[24]
    assert "taken by the server" in html[26]
    assert "FINISHED" in html[28]
