"""The kernel, as a front end talks to it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import start_new_kernel

from starrocks_restore_kernel.sandbox import Sandbox


@pytest.fixture
def client(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BlockingKernelClient]:
    """A kernel of the project's kernelspec, with directories of its own."""
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    with (tmp_path / "kernel.log").open("w") as log:
        manager, client = start_new_kernel(kernel_name="starrocks-restore", stderr=log)
        yield client
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
        manager.context.destroy()


def run(client: BlockingKernelClient, code: str) -> dict[str, Any]:
    """The last thing that a cell shows, or its error."""
    seen: list[dict[str, Any]] = []
    client.execute_interactive(code, output_hook=lambda message: seen.append(message["content"]), timeout=60)
    return [each for each in seen if "data" in each or "ename" in each or each.get("name") == "stdout"][-1]


def test_a_statement_needs_no_magic_and_python_stays_python(client: BlockingKernelClient) -> None:
    """Bare RESTORE cells are planned; everything else is IPython."""
    run(client, "%restore connect sandbox --fresh")
    refused = run(client, "SHOW SNAPSHOT ON nowhere")
    rows = run(client, "-- which are there?\nSHOW REPOSITORIES")
    python = run(client, "restore = 5; restore + 1")

    assert "ServerError" == refused["ename"]
    assert "text/html" in rows["data"]
    assert "6" == python["data"]["text/plain"]


def test_a_console_knows_when_a_statement_is_complete(client: BlockingKernelClient) -> None:
    """An open parenthesis waits for more."""

    def status(code: str) -> str:
        client.is_complete(code)
        reply = client.get_shell_msg(timeout=60)
        while reply["msg_type"] != "is_complete_reply":
            reply = client.get_shell_msg(timeout=60)
        return str(reply["content"]["status"])

    assert "incomplete" == status("RESTORE SNAPSHOT s FROM r PROPERTIES (")
    assert "complete" == status("RESTORE SNAPSHOT s FROM r;")
    assert "invalid" == status("RESTORE SNAPSHOT s FORM r")
    assert "complete" == status("1 + 1")


def test_the_kernelspec_comes_with_the_package() -> None:
    """Installing the package installs the kernel, for this interpreter."""
    spec = KernelSpecManager().get_kernel_spec("starrocks-restore")

    assert "StarRocks RESTORE" == spec.display_name
    assert Path(sys.prefix) in Path(spec.resource_dir).parents
    assert json.loads((Path(spec.resource_dir) / "kernel.json").read_text())["argv"][1:3] == [
        "-m",
        "starrocks_restore_kernel.kernel",
    ]
