"""``starrocks-restore check`` over SQL files."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from starrocks_restore_kernel.cli import main
from starrocks_restore_kernel.language import NEWEST

Run = Callable[..., Result]

TS = '"backup_timestamp" = "2024-12-09-10-25-58-842"'
GOOD = f'RESTORE SNAPSHOT shop.s FROM r PROPERTIES ({TS}, "replication_num" = "1");\n'
ADVISED = f"RESTORE SNAPSHOT shop.s FROM r PROPERTIES ({TS});\n"
MISSPELT = GOOD.replace("FROM", "FORM")


# -- what is said


def test_a_person_reads_the_place_the_reason_and_the_repair(run: Run, folder: Path) -> None:
    """The server's words behind a place that editors jump to, the caret below it, then the sum."""
    (folder / "a.sql").write_text("SHOW RESTORE FROM shop;\nSHOW RESTORE FROM table;\n")

    assert (
        "a.sql:2:19: error SRR001: Unexpected input 'table': a reserved word is a name only in back-quotes, `table`\n"
        "  2 │ SHOW RESTORE FROM table;\n"
        "    │                   ^^^^^\n"
        "  → quote table (expected a database)\n"
        "1 file: 1 error, 0 warnings\n"
    ) == run("check", "a.sql").stdout


def test_a_program_reads_one_list(run: Run, folder: Path) -> None:
    """Each finding with its place, as line and column and as offsets, and with the fixes."""
    (folder / "a.sql").write_text(GOOD + MISSPELT)
    start = len(GOOD) + MISSPELT.index("FORM")

    assert [
        {
            "path": "a.sql",
            "cell": None,
            "line": 2,
            "column": 25,
            "start": start,
            "end": start + 4,
            "code": "SRR001",
            "severity": "error",
            "message": "Unexpected input 'FORM'",
            "hint": "did you mean FROM? (expected FROM)",
            "fixes": [{"start": start, "end": start + 4, "replacement": "FROM", "title": "did you mean FROM?"}],
        }
    ] == json.loads(run("check", "--format", "json", "a.sql").stdout)


def test_a_program_reads_an_empty_list_where_nothing_is_wrong(run: Run, folder: Path) -> None:
    """No findings are a list too."""
    (folder / "a.sql").write_text(GOOD)

    assert [] == json.loads(run("check", "--format=json", "a.sql").stdout)


def test_github_reads_one_command_a_finding(run: Run, folder: Path) -> None:
    """An error, a warning and a notice at their places, the hint behind an escaped line end."""
    (folder / "a.sql").write_text(
        f"RESTORE SNAPSHOT shop.s FROM r ON (VIEW v) PROPERTIES ({TS});\nRESTORE SNAPSHOT s FROM r;\n"
    )

    assert [
        "::error file=a.sql,line=2,col=1,title=SRR022::Missing backup_timestamp property",
        "::notice file=a.sql,line=1,col=36,title=SRR107::VIEW decides nothing",
        "::warning file=a.sql,line=1,col=1,title=SRR101::replication_num is left to the cluster's default",
        "::warning file=a.sql,line=2,col=1,title=SRR101::replication_num is left to the cluster's default",
    ] == sorted(
        line.partition("%0A")[0].partition(":  ")[0].partition(" (3)")[0].partition(": whatever")[0]
        for line in run("check", "--format", "github", "a.sql").stdout.splitlines()
    )


def test_github_gets_what_it_would_misread_escaped(run: Run, folder: Path) -> None:
    """Per cent signs and line ends in a message; commas and colons too in a file's name."""
    name = "50%,a:b.sql"
    (folder / name).write_text("'a%\r\nb' SHOW")
    said = run("check", "--format", "github", name).stdout

    assert said.startswith("::error file=50%25%2Ca%3Ab.sql,line=1,col=1,title=SRR001::Unexpected input ''a%25%0D%0Ab''")
    assert 1 == said.count("\n")


def test_github_is_spoken_in_an_action(run: Run, folder: Path) -> None:
    """By itself there, and not where another form is asked for, nor elsewhere."""
    (folder / "a.sql").write_text(MISSPELT)
    action = {"GITHUB_ACTIONS": "true"}

    assert run("check", "a.sql", env=action).stdout.startswith("::error ")
    assert run("check", "--format=human", "a.sql", env=action).stdout.startswith("a.sql:1:25: ")
    assert run("check", "a.sql", env={"GITHUB_ACTIONS": "false"}).stdout.startswith("a.sql:1:25: ")


def test_a_flood_is_cut_for_a_person_alone(run: Run, folder: Path) -> None:
    """A hundred findings are shown and the others counted; a program gets them all."""
    (folder / "a.sql").write_text("SHOW RESTORE FROM shop " + "# " * 250)
    said = run("check", "a.sql").stdout

    assert 100 == said.count("warning SRR002")
    assert "a.sql: … and 150 more\n1 file: 0 errors, 250 warnings\n" in said
    assert 250 == len(json.loads(run("check", "--format=json", "a.sql").stdout))


def test_no_file_steers_the_terminal(run: Run, folder: Path) -> None:
    """An escape sequence is shown as dots, in the server's words and in the excerpt."""
    (folder / "a.sql").write_text("'\x1b[2J' SHOW RESTORE")
    said = run("check", "a.sql")

    assert 1 == said.exit_code
    assert "Unexpected input ''·[2J''\n  1 │ '·[2J' SHOW" in said.stdout
    assert "\x1b" not in said.stdout


def test_a_poor_terminal_gets_escapes(folder: Path) -> None:
    """Where the encoding lacks the caret's margin, the findings come all the same."""
    (folder / "a.sql").write_text(MISSPELT)
    done = subprocess.run(
        [sys.executable, "-m", "starrocks_restore_kernel.cli", "check", "--format=human", "a.sql"],
        check=False,
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii:strict"},
        timeout=60,
    )

    assert 1 == done.returncode
    assert b"\\u2502 RESTORE SNAPSHOT" in done.stdout


# -- the exit status


@pytest.mark.parametrize(("text", "status"), [(GOOD, 0), (ADVISED, 0), (MISSPELT, 1), ("SELECT 1;", 0)])
def test_errors_decide_the_status(run: Run, folder: Path, text: str, status: int) -> None:
    """Warnings and foreign statements do not."""
    (folder / "a.sql").write_text(text)

    assert status == run("check", "a.sql").exit_code


@pytest.mark.parametrize("form", ["human", "json", "github"])
def test_the_status_is_the_same_in_every_form(run: Run, folder: Path, form: str) -> None:
    """A pipeline may choose what it reads."""
    (folder / "a.sql").write_text(MISSPELT)

    assert 1 == run("check", f"--format={form}", "a.sql").exit_code


def test_an_unreadable_file_keeps_no_other_from_being_checked(run: Run, folder: Path) -> None:
    """Status 2 with one line and a hint for each, and the findings of the rest."""
    (folder / "binary.sql").write_bytes(b"SHOW \xff\xfe")
    (folder / "last.sql").write_text(MISSPELT)
    said = run("check", "none.sql", "binary.sql", "last.sql")

    assert 2 == said.exit_code
    assert (
        "none.sql: No such file or directory\nbinary.sql: byte 0xff at 5 is no UTF-8\n→ save it as UTF-8\n"
    ) == said.stderr
    assert said.stdout.startswith("last.sql:1:25: error SRR001")
    assert said.stdout.endswith("1 file: 1 error, 0 warnings\n")


def test_a_file_may_have_16_mib_and_no_more(run: Run, folder: Path) -> None:
    """At the limit it is checked; a byte beyond it is refused."""
    padding = 16 * 2**20 - len(GOOD)
    (folder / "most.sql").write_text(GOOD + " " * padding)
    (folder / "more.sql").write_text(GOOD + " " * (padding + 1))

    assert 0 == run("check", "most.sql").exit_code
    said = run("check", "more.sql")
    assert (2, "more.sql: larger than 16 MiB\n→ split it\n") == (said.exit_code, said.stderr)


def test_text_that_makes_no_sense_ends_in_findings(run: Run, folder: Path) -> None:
    """Every control character and a null byte, without a traceback."""
    (folder / "a.sql").write_bytes(bytes(range(128)) * 10)
    said = run("check", "a.sql")

    assert 1 == said.exit_code
    assert "error SRR001" in said.stdout
    assert "warning SRR002" in said.stdout


# -- options


def test_the_version_decides(run: Run, folder: Path) -> None:
    """A DATABASE clause is refused before 3.4."""
    (folder / "a.sql").write_text(GOOD.replace("shop.s FROM r", "s FROM r DATABASE shop"))

    assert 0 == run("check", "a.sql").exit_code
    assert 0 == run("check", "--version", "3.4.2-abc", "a.sql").exit_code
    assert 1 == run("check", "--version", "3.3", "a.sql").exit_code


@pytest.mark.parametrize("command", ["check", "format"])
def test_the_newest_version_is_the_default(command: str) -> None:
    """It is written out where options are declared, to keep the language unloaded."""
    defaults = {each.name: each.default for each in main.commands[command].params}

    assert NEWEST == defaults["server"]


@pytest.mark.parametrize("command", ["check", "format"])
def test_an_unknown_version_is_refused(run: Run, folder: Path, command: str) -> None:
    """In our own words and with status 2, which says nothing of a file."""
    (folder / "a.sql").write_text(GOOD)
    said = run(command, "--version", "new", "a.sql")

    assert 2 == said.exit_code
    assert said.stderr.startswith("'new' is no StarRocks version\n→ write one of 3.3, ")


def test_the_session_may_have_a_database(run: Run, folder: Path) -> None:
    """BACKUP without a database is fine in one, and refused where there is none."""
    (folder / "a.sql").write_text("BACKUP SNAPSHOT s TO r;")

    assert 0 == run("check", "--database", "shop", "a.sql").exit_code
    assert 1 == run("check", "--database", "", "a.sql").exit_code


def test_findings_can_be_ignored(run: Run, folder: Path) -> None:
    """Several, errors too, and what is ignored does not count."""
    (folder / "a.sql").write_text("RESTORE SNAPSHOT s FROM r;")

    assert "SRR101" not in run("check", "--ignore", "SRR101", "a.sql").stdout
    said = run("check", "--ignore", "SRR101", "--ignore", "SRR022", "a.sql")
    assert (0, "1 file: 0 errors, 0 warnings\n") == (said.exit_code, said.stdout)


def test_a_finding_that_does_not_exist_cannot_be_ignored(run: Run, folder: Path) -> None:
    """A slip in a configuration file is told."""
    (folder / "a.sql").write_text(GOOD)
    said = run("check", "--ignore", "SRR1O1", "a.sql")

    assert 2 == said.exit_code
    assert "there is no finding 'SRR1O1'\n→ docs/diagnostics.md lists them\n" == said.stderr


@pytest.mark.parametrize("form", ["human", "json", "github"])
def test_quiet_leaves_errors_alone(run: Run, folder: Path, form: str) -> None:
    """No warning, in any form, and no sum."""
    (folder / "a.sql").write_text(ADVISED + MISSPELT)
    said = run("check", "--quiet", f"--format={form}", "a.sql").stdout

    assert "SRR001" in said
    assert "SRR101" not in said
    assert "1 file" not in said


def test_quiet_says_nothing_of_what_is_good(run: Run, folder: Path) -> None:
    """Silence is success."""
    (folder / "a.sql").write_text(ADVISED)

    assert "" == run("check", "--quiet", "a.sql").output


def test_a_command_without_files_is_refused(run: Run) -> None:
    """It would otherwise look like success."""
    assert 2 == run("check").exit_code


# -- which files


def test_a_directory_is_gone_through(run: Run, folder: Path) -> None:
    """SQL files and notebooks at any depth, in order; no others, and not Jupyter's copies."""
    names = ["b.sql", "a/y.sql", *(f"a/{letter}/x.SQL" for letter in "qwertzuiop")]
    for name in (*names, "a/.ipynb_checkpoints/y-checkpoint.sql", ".git/z.sql", "c.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(MISSPELT)
    said = run("check", "--quiet", ".").stdout

    assert [*names[:2], *sorted(names[2:])] == [
        line.partition(":")[0] for line in said.splitlines() if "SRR001" in line
    ]


def test_a_file_is_checked_once(run: Run, folder: Path) -> None:
    """However often and by whatever way it is named."""
    (folder / "a.sql").write_text(MISSPELT)
    (folder / "link.sql").symlink_to("a.sql")

    assert "1 file: 1 error, 0 warnings" in run("check", "a.sql", "./a.sql", ".", "link.sql", "a.sql").stdout


def test_a_named_file_is_sql_whatever_it_is_called(run: Run, folder: Path) -> None:
    """Only directories are gone through by the ends of names."""
    (folder / "statement.txt").write_text(MISSPELT)

    assert 1 == run("check", "statement.txt").exit_code


def test_standard_input_is_a_file(run: Run) -> None:
    """Its name is a dash on the way in, and a word on the way out."""
    assert run("check", "-", stdin=MISSPELT).stdout.startswith("stdin:1:25: error SRR001")
    assert "-" == json.loads(run("check", "--format=json", "-", "-", stdin=MISSPELT).stdout)[0]["path"]
    assert 2 == run("check", "-", stdin=b"\xff").exit_code


def test_a_byte_order_mark_is_part_of_the_text(run: Run, folder: Path) -> None:
    """The server reads it as a letter and refuses the statement; --fix takes it out."""
    (folder / "a.sql").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    said = run("check", "a.sql")

    assert 1 == said.exit_code
    assert "warning SRR003: A name holds ZERO WIDTH NO-BREAK SPACE" in said.stdout
    assert 0 == run("check", "--fix", "a.sql").exit_code
    assert GOOD.encode() == (folder / "a.sql").read_bytes()


# -- weight


def test_nothing_heavy_is_loaded(folder: Path) -> None:
    """Neither what speaks to servers nor what draws nor Jupyter's own."""
    (folder / "a.sql").write_text(MISSPELT)
    (folder / "b.ipynb").write_text('{"cells": [], "metadata": {}}')
    script = (
        "import sys\n"
        "from starrocks_restore_kernel.cli import main\n"
        "main(['check', '--fix', '.'], standalone_mode=False)\n"
        "main(['format', '.'], standalone_mode=False)\n"
        "heavy = {'sqlalchemy', 'pymysql', 'pandas', 'plotly', 'IPython', 'ipywidgets', 'nbformat', 'duckdb'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(  # noqa: S603 (our own command)
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60
    )

    assert "[]" == done.stdout.splitlines()[-1]


def test_help_loads_no_language(folder: Path) -> None:
    """A person who asks what there is waits for nothing else."""
    script = (
        "import sys\n"
        "from starrocks_restore_kernel.cli import main\n"
        "main(['check', '--help'], standalone_mode=False)\n"
        "print([name for name in sys.modules if name.startswith('starrocks_restore_kernel.language')])\n"
    )
    done = subprocess.run(  # noqa: S603 (our own command)
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60
    )

    assert "[]" == done.stdout.splitlines()[-1]


def test_a_thousand_files_are_checked_in_one_run(run: Run, folder: Path) -> None:
    """Every one of them, in a fraction of the time that a person waits for a commit."""
    for number in range(1000):
        (folder / f"{number:04}.sql").write_text(MISSPELT if number % 100 == 0 else GOOD)
    begin = time.perf_counter()
    said = run("check", ".")
    took = time.perf_counter() - begin

    assert "1,000 files: 10 errors, 0 warnings" in said.stdout
    assert took < 10
