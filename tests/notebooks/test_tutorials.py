"""Every tutorial runs top to bottom in a fresh kernel, and is kept without outputs."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "notebooks"
TUTORIALS = sorted(FOLDER.glob("*.ipynb"))


@pytest.fixture
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep Jupyter, IPython and the history of jobs below a folder of the test's own."""
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("STARROCKS_RESTORE_HISTORY", str(tmp_path / "history.db"))
    # The kernel of this environment, not one that a person has installed for themselves.
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    # A tutorial starts its own sandbox: one that somebody runs is not its to touch.
    monkeypatch.delenv("STARROCKS_RESTORE_SANDBOX", raising=False)
    return tmp_path


def test_the_first_tutorial_is_there() -> None:
    """The tests below have something to run."""
    assert "01-first-restore.ipynb" in [path.name for path in TUTORIALS]


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_runs(path: Path, isolated: Path) -> None:
    """Every cell runs, and none writes an error."""
    notebook = nbformat.read(path, as_version=4)
    # Raises CellExecutionError, with the cell and its traceback, at the first cell that raises.
    NotebookClient(
        notebook, kernel_name="python3", timeout=120, resources={"metadata": {"path": str(isolated)}}
    ).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    assert [] == [cell.source for cell in code if cell.execution_count is None]
    # A magic that fails draws its error and raises nothing.
    assert [] == [output for cell in code for output in cell.outputs if output.output_type == "error"]


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_is_kept_clean(path: Path) -> None:
    """What is committed holds no output, no count and no widget state: they are made anew, and secrets leak there."""
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [] == [cell.source for cell in code if cell.outputs or cell.execution_count is not None]
    assert "widgets" not in notebook.metadata
