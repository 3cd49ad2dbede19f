"""``starrocks-restore format`` over SQL files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

ROUGH = "-- undo\nshow   restore from shop;\nselect  1\n\n"
SMOOTH = "-- undo\nSHOW RESTORE FROM shop;\nselect  1\n"


def test_a_file_is_laid_out(run: Run, folder: Path) -> None:
    """It is named, its comments and foreign statements stay, and a second time there is nothing to do."""
    (folder / "a.sql").write_text(ROUGH)
    said = run("format", "a.sql")

    assert (0, "formatted a.sql\n") == (said.exit_code, said.output)
    assert SMOOTH == (folder / "a.sql").read_text()
    assert "" == run("format", "a.sql").output


def test_check_names_what_would_change_and_writes_nothing(run: Run, folder: Path) -> None:
    """Status 1 with one such file, 0 without."""
    (folder / "rough.sql").write_text(ROUGH)
    (folder / "smooth.sql").write_text(SMOOTH)
    said = run("format", "--check", ".")

    assert (1, "would format rough.sql\n") == (said.exit_code, said.output)
    assert ROUGH == (folder / "rough.sql").read_text()
    assert (0, "") == ((said := run("format", "--check", "smooth.sql")).exit_code, said.output)


def test_standard_input_goes_to_standard_output(run: Run) -> None:
    """Always whole, changed or not; with --check only its name."""
    assert SMOOTH == run("format", "-", stdin=ROUGH).stdout
    assert SMOOTH == run("format", "-", stdin=SMOOTH).stdout
    assert (1, "would format stdin\n") == ((said := run("format", "--check", "-", stdin=ROUGH)).exit_code, said.output)


def test_the_version_decides_what_parses(run: Run) -> None:
    """A DATABASE clause is no statement before 3.4."""
    text = 'restore snapshot s from r database d properties ("backup_timestamp" = "x")'

    assert 0 == run("format", "-", stdin=text).exit_code
    assert 2 == run("format", "--version", "3.3", "-", stdin=text).exit_code


@pytest.mark.parametrize(("text", "code"), [("restore snapshot s form r", "SRR001"), ("show restore #", "SRR002")])
def test_what_cannot_be_laid_out_stays(run: Run, folder: Path, text: str, code: str) -> None:
    """Syntax errors, and what the server would drop; the place is told, and the other files are done."""
    (folder / "a.sql").write_text(text)
    (folder / "b.sql").write_text(ROUGH)
    said = run("format", "none.sql", "a.sql", "b.sql")

    assert 2 == said.exit_code
    assert said.stderr.startswith("none.sql: No such file or directory\na.sql:1:")
    assert code in said.stderr
    assert text == (folder / "a.sql").read_text()
    assert SMOOTH == (folder / "b.sql").read_text()


def test_windows_line_ends_are_kept(run: Run, folder: Path) -> None:
    """In comments and new lines too; and a file that has them only here and there gets the others."""
    (folder / "a.sql").write_bytes(b"/* two\r\nlines */ show   restore;\r\nSHOW RESTORE;\r\n")
    run("format", "a.sql")

    assert b"/* two\r\nlines */ SHOW RESTORE;\r\nSHOW RESTORE;\r\n" == (folder / "a.sql").read_bytes()


def test_a_strings_own_line_end_stays(run: Run, folder: Path) -> None:
    """Where line ends are mixed, one in a string is a part of its value."""
    (folder / "a.sql").write_bytes(b"show   restore\nwhere x = 'a\r\nb';\n")
    run("format", "a.sql")

    assert b"'a\r\nb'" in (folder / "a.sql").read_bytes()
