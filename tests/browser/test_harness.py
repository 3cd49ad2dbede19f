"""The harness itself: what it says of a page is so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from .conftest import RunNotebook, Saved, Screenshot, SetTheme

pytestmark = pytest.mark.browser


def written(path: Path, *cells: str) -> Path:
    """Write a notebook with these code cells."""
    # Without the kernel's name JupyterLab asks for one in a dialog, and waits.
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in cells], metadata=metadata), path)
    return path


def test_a_widget_and_a_chart_are_drawn(
    tmp_path: Path, run_notebook: RunNotebook, screenshot: Screenshot, set_theme: SetTheme
) -> None:
    """An ipywidget and a plotly figure are on the page, light and dark, with nothing fetched from elsewhere."""
    notebook = written(
        tmp_path / "harness.ipynb",
        "import ipywidgets; ipywidgets.HTML('<b id=\"harness-widget\">here</b>')",
        "import plotly.graph_objects as go; go.Figure(go.Bar(x=['a', 'b'], y=[1, 3]))",
    )
    page = run_notebook(notebook)
    assert page.locator("#harness-widget").inner_text() == "here"
    page.wait_for_selector(".js-plotly-plot .bars path")
    assert page.locator(".js-plotly-plot .bars path").count() == 2
    grounds = []
    for dark, name in [(False, "harness-light"), (True, "harness-dark")]:
        set_theme(page, dark=dark)
        grounds.append(page.evaluate("() => getComputedStyle(document.querySelector('.jp-Notebook')).backgroundColor"))
        assert screenshot(page, name).stat().st_size > 10_000
    assert grounds == ["rgb(255, 255, 255)", "rgb(17, 17, 17)"]


def test_saving_gives_the_outputs_of_the_copy(tmp_path: Path, run_notebook: RunNotebook, saved: Saved) -> None:
    """What Lab saves is read back with its outputs, and the notebook it was copied from stays clean."""
    notebook = written(tmp_path / "saving.ipynb", "6 * 7")
    run_notebook(notebook)
    assert saved(notebook).cells[0].outputs[0].data["text/plain"] == "42"
    assert nbformat.read(notebook, as_version=4).cells[0].outputs == []


def test_a_failing_cell_fails_the_run(tmp_path: Path, run_notebook: RunNotebook) -> None:
    """A cell that raises does not pass for one that ran."""
    notebook = written(tmp_path / "failing.ipynb", "1 / 0")
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        run_notebook(notebook)


def test_what_a_page_does_wrong_is_heard(page: Page, complaints: list[str]) -> None:
    """A logged error, a thrown one and a request to another host are each noted."""
    page.route("**/*", lambda route: route.fulfill(body="<p>hello</p>", content_type="text/html"))
    page.goto("http://elsewhere.invalid/")
    page.evaluate("() => { console.error('spilt'); setTimeout(() => { throw new Error('dropped') }) }")
    page.wait_for_function("() => true")
    expected = ["asked another machine: http://elsewhere.invalid/", "console error: spilt", "uncaught: dropped"]
    assert expected == complaints[:3]
    complaints.clear()
