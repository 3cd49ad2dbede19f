"""What mybinder.org does with binder/, done here: each step as repo2docker takes it, in an environment of its own.

Not done here: the base image, whose Jupyter is then replaced by ours. Read in repo2docker: buildpacks/base.py
(TEMPLATE, get_post_build_scripts, get_start_script), buildpacks/python/__init__.py (_get_pip_scripts).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
TUTORIAL = "notebooks/01-first-restore.ipynb"

pytestmark = pytest.mark.binder


def run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """Run a step and give what it said; a step that fails shows its last words."""
    done = subprocess.run(  # noqa: S603 (the steps above)
        command, check=False, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, f"{command} failed:\n{done.stdout[-3000:]}"
    return done.stdout


def free_port() -> int:
    """Ask the system for a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Say whether something listens there."""
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what is in the repository, as far as git knows it, to where nothing else is."""
    folder = tmp_path_factory.mktemp("binder") / "clone"
    names = run(["git", "ls-files", "-z"], ROOT, dict(os.environ)).split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def image(clone: Path) -> dict[str, str]:
    """Build what Binder would build, and give the environment that a container starts with."""
    home = clone.parent
    prefix = home / "notebook"
    environment = {
        # Whatever the person who runs the tests has set for Python or Jupyter is not in an image.
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "JUPYTER", "VIRTUAL_"))},
        "HOME": str(home),
        "IPYTHONDIR": str(home / ".ipython"),
        "NB_PYTHON_PREFIX": str(prefix),
        "PATH": f"{prefix / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "SANDBOX_PORT": str(free_port()),
        "STARROCKS_RESTORE_HISTORY": str(home / "history.db"),
        "TMPDIR": str(home),
    }
    run([sys.executable, "-m", "venv", str(prefix)], clone, environment)
    pip = str(prefix / "bin" / "pip")
    run([pip, "install", "--no-cache-dir", "--quiet", "-r", "binder/requirements.txt"], clone, environment)
    run(["chmod", "+x", "binder/postBuild", "binder/start"], clone, environment)
    run(["./binder/postBuild"], clone, environment)
    return environment


def test_the_python_is_one_of_ours(clone: Path) -> None:
    """runtime.txt has the form that repo2docker reads (base.py, runtime), and the version that we develop on."""
    assert (clone / "binder" / "runtime.txt").read_text().strip() == "python-3.11"


def test_the_first_screen_asks_nothing(clone: Path, image: dict[str, str]) -> None:
    """JupyterLab, as installed there, takes up the settings that postBuild laid down."""
    program = """
from jupyterlab_server.config import ConfigManager
settings = ConfigManager(config_dir_name="labconfig").get("default_setting_overrides")
print(settings["@jupyterlab/apputils-extension:notification"]["fetchNews"])
"""
    assert run(["python", "-c", program], clone, image).split() == ["false"]


def test_the_tutorial_runs_beside_a_sandbox_that_ends_with_it(clone: Path, image: dict[str, str]) -> None:
    """The first tutorial runs with the sandbox that start brings up, and nothing is left behind."""
    port = int(image["SANDBOX_PORT"])
    seen = """
import os, socket, sys
socket.create_connection(("127.0.0.1", int(os.environ["SANDBOX_PORT"]))).close()
print(os.environ["STARROCKS_RESTORE_SANDBOX"], flush=True)
os.execvp(sys.argv[1], sys.argv[1:])
"""
    # What stands for Jupyter's own command first finds the sandbox answering, then becomes a run of the notebook.
    said = run(
        ["./binder/start", "python", "-c", seen, "jupyter", "execute", "--output=executed.ipynb", TUTORIAL],
        clone,
        image,
    )
    assert said.splitlines()[0] == f"starrocks://root@127.0.0.1:{port}"
    notebook = nbformat.read((clone / TUTORIAL).with_name("executed.ipynb"), as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    assert [] == [cell.source for cell in code if cell.execution_count is None]
    assert [] == [output for cell in code for output in cell.outputs if output.output_type == "error"]
    deadline = time.monotonic() + 15
    while answers(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not answers(port)
