"""``starrocks-restore check --fix``: what is written back, and what is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from starrocks_restore_kernel.cli import checking
from starrocks_restore_kernel.language import Diagnostic, Fix, check

Run = Callable[..., Result]

GOOD = (
    'RESTORE SNAPSHOT shop.s FROM r PROPERTIES ("backup_timestamp" = "2024-12-09-10-25-58-842", '
    '"replication_num" = "1");\n'
)
MISSPELT = GOOD.replace("FROM", "FORM")


def test_fix_writes_back_what_can_be_mended(run: Run, folder: Path) -> None:
    """It tells what it did, and the status is of what is left; line ends and the mode stay."""
    path = folder / "a.sql"
    path.write_bytes((MISSPELT + "SHOW RESTORE FROM table;\nCANCEL RESTORE;\n").replace("\n", "\r\n").encode())
    path.chmod(0o640)
    said = run("check", "--fix", "a.sql")

    assert ["a.sql:1:25: fixed SRR001: did you mean FROM?", "a.sql:2:19: fixed SRR001: quote table"] == (
        said.stderr.splitlines()
    )
    assert (GOOD + "SHOW RESTORE FROM `table`;\nCANCEL RESTORE;\n").replace("\n", "\r\n").encode() == path.read_bytes()
    assert 1 == said.exit_code
    assert said.stdout.startswith("a.sql:3:1: error SRR016")
    assert 0o640 == path.stat().st_mode & 0o777
    assert [path] == list(folder.iterdir())


def test_fix_goes_on_as_long_as_it_helps(run: Run, folder: Path) -> None:
    """A finding that another had hidden is mended too."""
    (folder / "a.sql").write_text(MISSPELT.replace('"backup_timestamp"', '"Backup_timestamp"'))

    assert 0 == run("check", "--fix", "a.sql").exit_code
    assert GOOD == (folder / "a.sql").read_text()


def test_fix_leaves_what_nothing_mends(run: Run, folder: Path) -> None:
    """The very file stays, not a copy of it."""
    path = folder / "a.sql"
    path.write_text("CANCEL RESTORE;")
    before = path.stat()
    said = run("check", "--fix", "a.sql")

    assert (1, "") == (said.exit_code, said.stderr)
    assert before == path.stat()


def test_fix_leaves_what_is_ignored(run: Run, folder: Path) -> None:
    """What nobody wants to hear of nobody wants changed."""
    text = GOOD.replace("shop.s FROM r", "shop.s FROM r ON (other.t)")
    (folder / "a.sql").write_text(text)

    run("check", "--fix", "--ignore", "SRR104", "a.sql")
    assert text == (folder / "a.sql").read_text()
    run("check", "--fix", "a.sql")
    assert text.replace("other.t", "t") == (folder / "a.sql").read_text()


def test_a_fix_that_brings_errors_is_not_written(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a rule proposes, a file never gets worse; another rule's fix is applied all the same."""

    def with_a_bad_fix(text: str, version: str, database: str | None) -> list[Diagnostic]:
        bad = Diagnostic("SRR107", "info", "…", fixes=(Fix(0, 7, "UNDO", "say undo"),))
        return [bad, *check(text, version, database)]

    monkeypatch.setattr(checking, "check", with_a_bad_fix)
    text = GOOD.replace("shop.s FROM r", "shop.s FROM r ON (other.t)")
    (folder / "a.sql").write_text(text)

    run("check", "--fix", "a.sql")
    assert text.replace("other.t", "t") == (folder / "a.sql").read_text()


def test_fix_follows_a_link(run: Run, folder: Path) -> None:
    """What is mended is the file behind it, and the link stays one."""
    (folder / "files").mkdir()
    (folder / "files" / "a.sql").write_text(MISSPELT)
    (folder / "link.sql").symlink_to("files/a.sql")
    run("check", "--fix", "link.sql")

    assert (folder / "link.sql").is_symlink()
    assert GOOD == (folder / "files" / "a.sql").read_text()


def test_a_file_that_cannot_be_written_is_told(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Status 2, the findings that stay, the file as it was, and nothing beside it."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    (folder / "a.sql").write_text(MISSPELT)
    said = run("check", "--fix", "a.sql")

    assert (2, "a.sql: Permission denied\n") == (said.exit_code, said.stderr)
    assert said.stdout.startswith("a.sql:1:25: error SRR001")
    assert MISSPELT == (folder / "a.sql").read_text()
    assert [folder / "a.sql"] == list(folder.iterdir())


def test_standard_input_cannot_be_fixed(run: Run) -> None:
    """There is nothing to write back to."""
    said = run("check", "--fix", "-", stdin=MISSPELT)

    assert 2 == said.exit_code
    assert said.stderr.startswith("--fix writes back to files")
