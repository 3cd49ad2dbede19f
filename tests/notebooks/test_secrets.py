"""A password is in nothing that a notebook saves."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from starrocks_restore_kernel.sandbox import Sandbox

CREATE = (
    "%%restore --run\n"
    'CREATE REPOSITORY vault WITH BROKER ON LOCATION "s3://b" PROPERTIES ("aws.s3.secret_key" = "{{key}}")'
)
CELLS = (
    "%load_ext starrocks_restore_kernel",
    "%restore connect starrocks://ann@127.0.0.1:{port}",
    "cluster = %restore connect starrocks://ann@127.0.0.1:{port}\ncluster.query('ADMIN RESET SANDBOX')\ncluster",
    "cluster.frontend, cluster.frontend.address, vars(cluster)",
    CREATE,
    "%%restore --run --into backup\nBACKUP SNAPSHOT shop.monday TO vault",
    "builder = %restore build vault monday\nbuilder.choose(timestamp=backup.timestamp).tick('orders')",
    "builder",
    "cluster.query('SELECT nothing FROM shop.nowhere')",
    CREATE,
    "%restore connect starrocks://nobody@127.0.0.1:{port}",
    "%restore history",
)


def test_no_password_is_saved(running_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in outputs, errors, widget state, nor in the history; refused and successful statements alike."""
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    history = tmp_path / "history.sqlite"
    monkeypatch.setenv("STARROCKS_RESTORE_HISTORY", str(history))
    monkeypatch.setenv("STARROCKS_PASSWORD", "s3cret")
    monkeypatch.setenv("STORAGE_KEY", "k3y-of-the-store")
    sources = ["import os; key = os.environ['STORAGE_KEY']", *CELLS]
    cells = [new_code_cell(source.replace("{port}", str(running_sandbox.port))) for source in sources]
    notebook = new_notebook(cells=cells)

    NotebookClient(notebook, kernel_name="python3", timeout=60, allow_errors=True, store_widget_state=True).execute()
    saved = nbformat.writes(notebook)
    errors = [output.ename for cell in cells for output in cell.outputs if output.output_type == "error"]

    assert ["ServerError", "ServerError", "LoginRefused"] == errors
    assert "application/vnd.jupyter.widget-state+json" in saved
    assert "Backup of shop FINISHED" in saved
    assert "s3cret" not in saved
    assert "k3y-of-the-store" not in saved
    assert not history.exists() or b"s3cret" not in history.read_bytes()
