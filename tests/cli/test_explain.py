"""A message explained in a terminal."""

from __future__ import annotations

import json
from pathlib import Path

from cli.conftest import Run
from samples import row


def test_standard_input_is_explained(run: Run) -> None:
    """As behind a pipe, with and without the dash."""
    message = "ERROR 5064 (42000) at line 1: Another backup or restore job is being submitted. Please wait"
    found = run("explain", stdin=message)

    assert 0 == found.exit_code, found.output
    assert "what helps:\n  • try again in a moment\n" in found.stdout
    assert found.stdout == run("explain", "-", stdin=message).stdout


def test_a_file_is_explained(run: Run, folder: Path) -> None:
    """Which holds rows."""
    (folder / "row.json").write_text(json.dumps(row("PENDING")))

    assert run("explain", "row.json").stdout.startswith("shop ← snap: PENDING\n")


def test_what_is_not_known_is_an_error(run: Run) -> None:
    """On stderr, with the way out and exit status 1."""
    found = run("explain", stdin="hello")

    assert (1, "") == (found.exit_code, found.stdout)
    assert "nothing is known of 'hello'\n→ paste a whole row" in found.stderr
