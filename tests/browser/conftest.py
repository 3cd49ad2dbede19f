"""Fixtures for tests in a real JupyterLab.

Playwright's synchronous interface keeps an asyncio loop running in this thread for as long as it is started, and
whoever else calls ``asyncio.run`` there fails. So it is started for this package alone and stopped behind it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import nbformat
import pytest
from playwright.sync_api import sync_playwright

from .lab import running_lab

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from nbformat import NotebookNode
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request, WebSocket

    from .lab import Lab

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"

ARGUMENTS = [
    "--no-sandbox",  # CI is root in a container
    "--disable-dev-shm-usage",
    "--disable-gpu",
    # The rest keeps the browser from asking the world for anything.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]

RUN_ALL = """async seconds => {
  const notebook = window.jupyterapp.shell.currentWidget;
  let saying = 'the kernel to start (does the notebook name one?)';
  const run = async () => {
    await notebook.sessionContext.ready;
    await notebook.sessionContext.session.kernel.info;
    saying = 'its cells to run';
    await window.jupyterapp.commands.execute('notebook:run-all-cells');
  };
  const late = new Promise((_, refuse) => setTimeout(
    () => refuse(new Error(`${notebook.context.path}: waited ${seconds} s for ${saying}`)), seconds * 1000));
  await Promise.race([run(), late]);
}"""
"""Run every cell and return when the last has run. Asked of the session, since the status on the page says idle
before there is one, and JupyterLab then clears the cells without a word."""

PATIENCE = 120
"""Seconds that a whole notebook may take; Playwright's own deadlines do not reach into a page's promises."""

SET_THEME = """async name => { await window.jupyterapp.commands.execute('apputils:change-theme', {theme: name}); }"""

SAVE = """async () => { await window.jupyterapp.shell.currentWidget.context.save(); }"""


class RunNotebook(Protocol):
    """Open a copy of a notebook in JupyterLab, run all of it, and give the page."""

    def __call__(self, path: Path, *, refuse_errors: bool = True) -> Page: ...


class Saved(Protocol):
    """Save in JupyterLab what ``run_notebook`` opened from this path, and read the file."""

    def __call__(self, path: Path) -> NotebookNode: ...


class SetTheme(Protocol):
    """Switch JupyterLab to its dark or its light theme."""

    def __call__(self, page: Page, *, dark: bool) -> None: ...


class Screenshot(Protocol):
    """Leave a picture of the page in build/screenshots, and say where."""

    def __call__(self, page: Page, name: str) -> Path: ...


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Run one JupyterLab for all tests of this package."""
    with running_lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Run Debian's Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("there is no chromium here: apt-get install chromium, or let `make test` do it", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """List what the page must not do: log an error, throw, or ask another machine for anything."""
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """Open a page of its own, and hold at the end that nothing on it complained."""
    # Tall, so that JupyterLab draws every cell: it leaves out those that are not in view.
    page = browser.new_page(viewport={"width": 1280, "height": 1600})

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"console error: {message.text}")

    def note_request(request: Request | WebSocket) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.hostname != "127.0.0.1":
            complaints.append(f"asked another machine: {request.url}")

    page.on("console", note_console)
    page.on("pageerror", lambda error: complaints.append(f"uncaught: {error}"))
    page.on("request", note_request)
    page.on("websocket", note_request)
    yield page
    page.close()
    assert [] == complaints


@pytest.fixture
def set_theme() -> SetTheme:
    """Hand out :class:`SetTheme`."""

    def set_theme(page: Page, *, dark: bool) -> None:
        page.evaluate(SET_THEME, "JupyterLab Dark" if dark else "JupyterLab Light")
        page.wait_for_selector(f'body[data-jp-theme-light="{str(not dark).lower()}"]', state="attached")
        # JupyterLab veils the page while it loads the theme.
        page.wait_for_selector("#jupyterlab-splash", state="detached")

    return set_theme


@pytest.fixture
def kernels(lab: Lab) -> Iterator[None]:
    """End every kernel that a test started; behind the page, which would complain of losing its kernel."""
    yield
    lab.end_kernels()


@pytest.fixture
def run_notebook(lab: Lab, kernels: None, page: Page, set_theme: SetTheme) -> RunNotebook:
    """Hand out :class:`RunNotebook`."""

    def run_notebook(path: Path, *, refuse_errors: bool = True) -> Page:
        shutil.copy(path, lab.root / path.name)
        page.goto(lab.page(path.name))
        page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget?.context?.isReady")
        set_theme(page, dark=False)  # the test before may have left the other
        page.evaluate(RUN_ALL, PATIENCE)
        if refuse_errors:
            assert [] == _errors(page)
        return page

    return run_notebook


def _errors(page: Page) -> list[Any]:
    """List the error outputs of the notebook that the page shows."""
    found: list[Any] = page.evaluate("""() => window.jupyterapp.shell.currentWidget.content.model.toJSON().cells
        .flatMap(cell => cell.outputs ?? []).filter(output => output.output_type === 'error')""")
    return found


@pytest.fixture
def saved(lab: Lab, page: Page) -> Saved:
    """Hand out :class:`Saved`."""

    def saved(path: Path) -> NotebookNode:
        page.evaluate(SAVE)
        return nbformat.read(lab.root / path.name, as_version=4)

    return saved


@pytest.fixture
def screenshot() -> Screenshot:
    """Hand out :class:`Screenshot`."""

    def screenshot(page: Page, name: str) -> Path:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=path)
        return path

    return screenshot


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Leave a picture of what a failing test was looking at."""
    report = yield
    if report.when == "call" and report.failed and (page := getattr(item, "funcargs", {}).get("page")):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"failed-{item.name}.png")
    return report
