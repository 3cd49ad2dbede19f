"""One JupyterLab, apart from anything else on this machine."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["Lab", "free_port", "running_lab"]

PATIENCE = 60
"""Seconds that a first start may take; a warm one takes three."""

# What a person would click away on the first screen, and what would write a notebook behind a test's back.
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}


@dataclass(frozen=True, slots=True)
class Lab:
    """A running JupyterLab.

    Attributes
    ----------
    url
        Its address, without the slash.
    token
        What lets a browser in.
    root
        The folder it shows.
    log
        What it wrote.
    """

    url: str
    token: str
    root: Path
    log: Path

    def page(self, notebook: str) -> str:
        """Give the address of a notebook, opened in a workspace that remembers nothing."""
        return f"{self.url}/lab/tree/{notebook}?reset&token={self.token}"

    def end_kernels(self) -> None:
        """End every kernel that runs."""
        for kernel in json.loads(self._ask("GET", "/api/kernels")):
            self._ask("DELETE", f"/api/kernels/{kernel['id']}")

    def _ask(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(f"{self.url}{path}", method=method)  # noqa: S310 (our own http address)
        request.add_header("Authorization", f"token {self.token}")
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            content: bytes = answer.read()
            return content


def free_port() -> int:
    """Ask the system for a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def isolated(folder: Path) -> dict[str, str]:
    """Give an environment in which Jupyter, IPython and this package read and write below ``folder`` alone."""
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
        "STARROCKS_RESTORE_HISTORY": "history.db",
    }
    # The kernels of this environment, not of the person who runs the tests.
    return {
        **os.environ,
        **{name: str(folder / place) for name, place in places.items()},
        "JUPYTER_PREFER_ENV_PATH": "1",
    }


@contextmanager
def running_lab(folder: Path) -> Iterator[Lab]:
    """Start a JupyterLab whose every file is below ``folder``, and stop it at the end."""
    root = folder / "notebooks"
    root.mkdir(parents=True)
    for plugin, values in SETTINGS.items():
        file = folder / "settings" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    port = free_port()
    lab = Lab(f"http://127.0.0.1:{port}", secrets.token_hex(16), root, folder / "lab.log")
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root"),
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={root}",
        # Gives the page `window.jupyterapp`, by which the tests know when a kernel is ready: what the page shows of it
        # is too early.
        "--LabApp.expose_app_in_browser=True",
    ]
    environment = {**isolated(folder), "JUPYTER_TOKEN": lab.token}
    with (
        lab.log.open("wb") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True) as process,  # noqa: S603 (the command above)
    ):
        try:
            _wait(lab, process)
            yield lab
        finally:
            _stop(process)


def _wait(lab: Lab, process: subprocess.Popen[bytes]) -> None:
    """Return when the server answers."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"{lab.url}/api", timeout=5):  # noqa: S310 (our own http address)
                return
        except urllib.error.URLError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"JupyterLab did not start:\n{lab.log.read_text()[-3000:]}") from None
            time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and its kernels, politely first."""
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
