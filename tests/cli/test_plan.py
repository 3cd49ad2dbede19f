"""A saved plan in a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from road import backed_up, restore

from starrocks_restore_kernel.cli import main
from starrocks_restore_kernel.facade import Cluster
from starrocks_restore_kernel.sandbox import Sandbox


@pytest.fixture
def words(cluster: Cluster, sandbox: Sandbox, tmp_path: Path) -> list[str]:
    """The command over a plan that was saved."""
    path = cluster.save_plan(cluster.plan(restore(backed_up(cluster))), tmp_path / "friday.json")
    return ["plan", str(path), f"starrocks://root@127.0.0.1:{sandbox.port}"]


def test_a_plan_that_is_still_true_is_printed(words: list[str], cluster: Cluster) -> None:
    """And not run."""
    result = CliRunner().invoke(main, words)

    assert 0 == result.exit_code, result.output
    assert result.stdout.startswith("Plan: DESTRUCTIVE · in shop: overwrite orders")
    assert 0 == len(cluster.jobs())


def test_what_has_changed_is_an_error(words: list[str], cluster: Cluster) -> None:
    """On stderr, with exit status 1."""
    cluster.query("DROP TABLE shop.orders FORCE")
    result = CliRunner().invoke(main, words)

    assert 1 == result.exit_code
    assert "" == result.stdout
    assert "object orders is gone" in result.stderr
    assert "→ plan again, look, and save it" in result.stderr


def test_a_file_that_is_none_is_an_error(words: list[str]) -> None:
    """Without a traceback."""
    result = CliRunner().invoke(main, [words[0], "nowhere.json", words[2]])

    assert 1 == result.exit_code
    assert "nowhere.json cannot be read: No such file or directory\n" == result.stderr
