"""The first tutorial in a real JupyterLab: it runs, it can be clicked, its chart is there, and it reads well saved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import RunNotebook, Saved, Screenshot, SetTheme

pytestmark = pytest.mark.browser

TUTORIAL = Path(__file__).parents[2] / "notebooks" / "01-first-restore.ipynb"
PARTS = [("builder", 9), ("job", 13), ("plan", 11)]
"""What is photographed, and the number of the cell that shows it."""
SEEN = {"builder": ".srk-builder .srk-row", "job": ".js-plotly-plot .bars path", "plan": ".srk .srk-bad"}
GO_TO = """async count => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  const index = notebook.widgets.findIndex(cell => cell.model.executionCount === count);
  await notebook.scrollToItem(index, 'start');
}"""
PLOTLY = "application/vnd.plotly.v1+json"


def test_the_tutorial_runs_and_can_be_clicked(
    run_notebook: RunNotebook, screenshot: Screenshot, set_theme: SetTheme, saved: Saved
) -> None:
    """Top to bottom; then a click changes the statement, the chart is drawn, and the proof is on the page."""
    page = run_notebook(TUTORIAL)
    statement = page.locator(".srk-builder pre").first
    statement.wait_for()
    assert "orders" in statement.inner_text()

    page.locator(".srk-row").filter(has_text="customers").locator(".srk-tick").click()
    page.wait_for_function("() => document.querySelector('.srk-builder pre').innerText.includes('customers')")
    # Drawn out of view it has no width yet; it is looked at below, where the page is moved to it.
    page.wait_for_selector(".js-plotly-plot .bars path", state="attached")

    for dark, name in [(False, "first-restore-light"), (True, "first-restore-dark")]:
        set_theme(page, dark=dark)
        for part, place in PARTS:
            # JupyterLab takes cells out of the page that are far out of view, and draws them again.
            page.evaluate(GO_TO, place)
            page.locator(SEEN[part]).first.wait_for(state="visible")
            screenshot(page, f"{name}-{part}")
        # A change of the theme once left charts without height.
        assert 300 < page.locator(".js-plotly-plot .main-svg").first.bounding_box()["height"]

    cells = saved(TUTORIAL).cells
    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    (chart,) = [output for output in outputs if PLOTLY in output.get("data", {})]
    assert "FINISHED" in json.dumps(chart["data"][PLOTLY])
    assert "FINISHED" in chart["data"]["text/html"]
    proof = next(output["text"] for output in reversed(outputs) if output.output_type == "stream")
    assert [
        "before the loss:   12,000 orders worth 1,251,420.00",
        "after the loss:    0 orders: there is no such table",
        "after the restore: 12,000 orders worth 1,251,420.00",
    ] == proof.strip().split("\n")
