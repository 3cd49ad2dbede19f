"""What is loaded, and when."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"anywidget", "duckdb", "ipywidgets", "pandas", "plotly", "sqlalchemy", "sqlglot"}

IN_IPYTHON = """
from traitlets.config import Config
from IPython.core.interactiveshell import InteractiveShell
config = Config()
config.HistoryManager.enabled = False
InteractiveShell(config=config).run_line_magic("load_ext", "starrocks_restore_kernel")
"""


def loaded_by(program: str) -> set[str]:
    """Run a program in a fresh interpreter and give the names of every module it loaded."""
    done = subprocess.run(  # noqa: S603 (the programs below)
        [sys.executable, "-c", f"{program}\nimport sys\nprint('', *sys.modules, sep='\\n')"],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(done.stdout.splitlines())


@pytest.mark.parametrize(
    ("program", "proof"),
    [
        pytest.param("import starrocks_restore_kernel", "starrocks_restore_kernel", id="package"),
        pytest.param("import starrocks_restore_kernel.cli", "click", id="command line"),
        pytest.param("import starrocks_restore_kernel.history", "starrocks_restore_kernel.history", id="history"),
        pytest.param(IN_IPYTHON, "starrocks_restore_magics", id="extension"),
    ],
)
def test_the_way_in_is_light(program: str, proof: str) -> None:
    """Each way in loads itself, none of the heavy libraries, and no sandbox."""
    loaded = loaded_by(program)
    assert proof in loaded
    assert set() == loaded & HEAVY
    assert "starrocks_restore_kernel.sandbox" not in loaded


def test_a_heavy_library_would_be_seen() -> None:
    """The test above can fail: what a program does load is told."""
    assert {"sqlalchemy"} == loaded_by("import sqlalchemy") & HEAVY
