"""``starrocks-restore`` over notebooks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import Result

Run = Callable[..., Result]
WriteNotebook = Callable[..., Path]

GOOD = (
    'RESTORE SNAPSHOT shop.s FROM r PROPERTIES ("backup_timestamp" = "2024-12-09-10-25-58-842", '
    '"replication_num" = "1")'
)
MISSPELT = GOOD.replace("FROM", "FORM")


def findings(said: Result) -> list[tuple[str, int, int, str]]:
    """Path, cell, line and code of each finding of a JSON report."""
    return [(each["path"], each["cell"], each["line"], each["code"]) for each in json.loads(said.stdout)]


def sources(path: Path) -> list[str]:
    """The cells' sources."""
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


# -- what is read


def test_a_person_is_told_the_cell_and_its_line(run: Run, notebook: WriteNotebook) -> None:
    """The magic is the first line, as the editor counts; the excerpt shows the same number."""
    notebook("a.ipynb", "x = 1", "y = 2", f"%%restore --run\n-- undo\n{MISSPELT}")

    assert (
        "a.ipynb, cell 3, line 3: error SRR001: Unexpected input 'FORM'",
        "  3 │ RESTORE SNAPSHOT shop.s FORM r PROPERTIES",
    ) == tuple(line.partition(" (")[0] for line in run("check", "a.ipynb").stdout.splitlines()[:2])


def test_a_program_is_told_offsets_in_the_cell(run: Run, notebook: WriteNotebook) -> None:
    """They count from the cell's first character, its magic included."""
    cell = f"%%restore\n{MISSPELT}"
    notebook("a.ipynb", cell)
    finding = json.loads(run("check", "--format=json", "a.ipynb").stdout)[0]

    assert (1, 2, 25) == (finding["cell"], finding["line"], finding["column"])
    assert "FORM" == cell[finding["start"] : finding["end"]]


def test_github_is_pointed_to_the_first_line(run: Run, notebook: WriteNotebook) -> None:
    """The cell and the line in it are in the message."""
    notebook("a.ipynb", f"%%restore\n{MISSPELT}")

    assert (
        "::error file=a.ipynb,line=1,title=SRR001::cell 1, line 2: Unexpected input 'FORM'"
        "%0A→ did you mean FROM? (expected FROM)\n"
    ) == run("check", "--format", "github", "a.ipynb").stdout


@pytest.mark.parametrize(
    "cell",
    [
        f"%%restore\n{MISSPELT}",
        f"%%restore --run --into job\n{MISSPELT}",
        f"\n  \n%%restore\n{MISSPELT}",
        f"  %%restore\n  {MISSPELT}",
        "%%restore",
    ],
)
def test_restore_cells_are_read(run: Run, notebook: WriteNotebook, cell: str) -> None:
    """Where IPython would find the magic; one without a statement is an error."""
    notebook("a.ipynb", cell)

    assert 1 == run("check", "a.ipynb").exit_code


@pytest.mark.parametrize(
    "cell",
    [f"# {MISSPELT}", f"%restore help\n{MISSPELT}", f"%%sql\n{MISSPELT}", "%%restore?", f"%%restores\n{MISSPELT}", ""],
)
def test_other_cells_are_not(run: Run, notebook: WriteNotebook, cell: str) -> None:
    """Python, line magics, and others' cells."""
    notebook("a.ipynb", cell)

    assert (0, "1 file: 0 errors, 0 warnings\n") == ((said := run("check", "a.ipynb")).exit_code, said.stdout)


def test_text_cells_and_outputs_are_not(run: Run, folder: Path) -> None:
    """A statement in the prose is no statement."""
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": f"%%restore\n{MISSPELT}"},
        {"cell_type": "code", "metadata": {}, "source": "1", "outputs": [{"text": f"%%restore\n{MISSPELT}"}]},
    ]
    (folder / "a.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}}))

    assert 0 == run("check", "a.ipynb").exit_code


def test_a_bare_statement_is_read_where_the_kernel_runs_it(run: Run, notebook: WriteNotebook) -> None:
    """In the kernel of ours, from the first line on; elsewhere it would be Python."""
    notebook("ours.ipynb", MISSPELT, "x = 1", kernel="starrocks-restore")
    notebook("python.ipynb", MISSPELT)

    assert [("ours.ipynb", 1, 1, "SRR001")] == findings(run("check", "--format=json", "."))


def test_a_cell_holds_one_statement_of_the_family(run: Run, notebook: WriteNotebook) -> None:
    """What %%restore would refuse is found here, though a script may hold it."""
    notebook("a.ipynb", f"%%restore\n{GOOD};\nSHOW RESTORE", "%%restore\nSELECT 1")

    assert [("a.ipynb", 1, 3, "SRR001"), ("a.ipynb", 2, 2, "SRR001")] == findings(
        run("check", "--format=json", "a.ipynb")
    )


def test_cells_of_one_string_are_read(run: Run, folder: Path) -> None:
    """The format allows a source to be a string or its lines."""
    cells = [{"cell_type": "code", "source": f"%%restore\n{MISSPELT}"}]
    (folder / "a.ipynb").write_text(json.dumps({"cells": cells}))

    assert 1 == run("check", "a.ipynb").exit_code


# -- variables


def test_nothing_is_said_of_a_variables_value(run: Run, notebook: WriteNotebook) -> None:
    """Timestamp, numbers, keys and names that are known only when it runs."""
    notebook(
        "a.ipynb",
        "%%restore\nRESTORE SNAPSHOT `{{db}}`.`{{label}}` FROM `{{repository}}` ON (`{{t}}`, `{{T}}`)\n"
        'PROPERTIES ("backup_timestamp" = "{{stamp}}", "replication_num" = "{{n}}", "{{key}}" = "{{value}}")',
        "%%restore\nCREATE REPOSITORY `{{r}}` WITH BROKER ON LOCATION 's3://{{bucket}}'",
    )

    assert [] == findings(run("check", "--format=json", "a.ipynb"))


def test_values_that_are_written_out_are_judged(run: Run, notebook: WriteNotebook) -> None:
    """A variable beside them changes nothing."""
    notebook(
        "a.ipynb",
        "%%restore\nRESTORE SNAPSHOT `{{label}}` FROM r\n"
        'PROPERTIES ("backup_timestamp" = "yesterday", "replication_num" = "{{n}}", "timeout" = "1")',
    )

    assert {("a.ipynb", 1, 3, "SRR102"), ("a.ipynb", 1, 3, "SRR024")} == set(
        findings(run("check", "--format=json", "a.ipynb"))
    )


def test_in_an_sql_file_there_are_no_variables(run: Run, folder: Path) -> None:
    """There the braces are sent as they are."""
    (folder / "a.sql").write_text(GOOD.replace("2024-12-09-10-25-58-842", "{{stamp}}"))

    assert ["SRR102"] == [each["code"] for each in json.loads(run("check", "--format=json", "a.sql").stdout)]


def test_a_variable_outside_quotes_is_explained(run: Run, notebook: WriteNotebook) -> None:
    """It is a syntax error that says how it is written, and nothing takes the variable out."""
    cell = "%%restore\nSHOW RESTORE FROM shop {{filter}}"
    path = notebook("a.ipynb", cell)
    said = run("check", "--fix", "a.ipynb")

    assert 1 == said.exit_code
    assert "  → {{name}} stands inside a string or a back-quoted name\n" in said.stdout
    assert [cell] == sources(path)


# -- writing back


def test_fix_changes_the_statement_and_nothing_else(run: Run, notebook: WriteNotebook) -> None:
    """The file is as nbformat writes it, byte for byte, but for one word; other cells keep their text."""
    path = notebook("a.ipynb", "# é ü \\u00e9", f"%%restore --run\n-- again\n{MISSPELT}", "x = '…'")
    before = path.read_text("utf-8")
    said = run("check", "--fix", "a.ipynb")

    assert 0 == said.exit_code
    assert "a.ipynb, cell 2, line 3: fixed SRR001: did you mean FROM?\n" == said.stderr
    assert before.replace("FORM", "FROM") == path.read_text("utf-8")
    nbformat.validate(nbformat.read(path, as_version=4))


@pytest.mark.parametrize("indent", [None, 0, 1, 2, 4, "\t"])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_notebook_keeps_its_layout(run: Run, folder: Path, indent: Any, ascii_only: bool, end: str) -> None:
    """Whatever program wrote it: indent, escapes, order of keys and the last line end."""
    cell = {"source": [f"%%restore\n{MISSPELT}"], "metadata": {"é": 1.5}, "cell_type": "code"}
    before = json.dumps({"nbformat": 4, "metadata": {}, "cells": [cell]}, indent=indent, ensure_ascii=ascii_only) + end
    # A source of lines is written as lines.
    cell["source"] = ["%%restore\n", GOOD]
    after = json.dumps({"nbformat": 4, "metadata": {}, "cells": [cell]}, indent=indent, ensure_ascii=ascii_only) + end
    (folder / "a.ipynb").write_text(before, "utf-8")
    run("check", "--fix", "a.ipynb")

    assert after == (folder / "a.ipynb").read_text("utf-8")


def test_a_notebook_laid_out_by_hand_becomes_one_of_jupyters(run: Run, folder: Path) -> None:
    """It says the same as before, mended, with a lone surrogate in it too."""
    cells = f'[ {{"cell_type":"code","source":{json.dumps("%%restore" + chr(10) + MISSPELT)}}}, "\\ud800" ]'
    (folder / "a.ipynb").write_text(f'{{ "cells":{cells},\n\n "metadata":{{}} }}\n')
    run("check", "--fix", "a.ipynb")
    text = (folder / "a.ipynb").read_text()

    assert text.startswith('{\n "cells": [\n  {\n   "cell_type": "code",\n')
    assert json.loads(cells.replace("FORM", "FROM")) == json.loads(text)["cells"]


def test_format_lays_out_the_statement_below_its_magic(run: Run, notebook: WriteNotebook) -> None:
    """The magic's line stays as it is, variables too; other cells are left alone."""
    path = notebook(
        "a.ipynb",
        "restore  =  1",
        '%%restore  --run\n\nrestore snapshot `{{s}}` from r -- which?\nproperties("backup_timestamp"="{{t}}");',
    )

    assert (1, "would format a.ipynb\n") == ((said := run("format", "--check", "a.ipynb")).exit_code, said.stdout)
    assert 0 == run("format", "a.ipynb").exit_code
    assert [
        "restore  =  1",
        "%%restore  --run\n"
        "RESTORE SNAPSHOT `{{s}}`\n"
        "FROM r -- which?\n"
        'PROPERTIES (\n    "backup_timestamp" = "{{t}}"\n);',
    ] == sources(path)
    assert 0 == run("format", "--check", "a.ipynb").exit_code


def test_format_names_the_cell_that_does_not_parse(run: Run, notebook: WriteNotebook) -> None:
    """And leaves the whole notebook as it is."""
    path = notebook("a.ipynb", "%%restore\nshow restore", f"%%restore\n{MISSPELT}")
    before = path.read_text("utf-8")
    said = run("format", "a.ipynb")

    assert 2 == said.exit_code
    assert said.stderr.startswith("a.ipynb, cell 2, line 2: error SRR001: Unexpected input 'FORM'\n  2 │ RESTORE")
    assert before == path.read_text("utf-8")


# -- what is no notebook


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        '"cells"',
        "{}",
        '{"cells": {}}',
        '{"cells": [], "metadata": []}',
        '{"worksheets": [{"cells": []}], "nbformat": 3}',
        "[" * 100_000,
        "9" * 5000,
        '\ufeff{"cells": [], "metadata": {}}',
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_no_notebook_is_told(run: Run, folder: Path, text: str) -> None:
    """In a line, with status 2, whatever it is instead."""
    (folder / "a.ipynb").write_text(text, "utf-8")
    said = run("check", "a.ipynb")

    assert 2 == said.exit_code
    assert said.stderr.startswith("a.ipynb: no notebook: ")
    assert "0 files: 0 errors, 0 warnings\n" == said.stdout


@pytest.mark.parametrize("cell", ['"text"', "null", "{}", '{"cell_type": "code", "source": 5}'])
def test_a_cell_that_is_none_is_passed_over(run: Run, folder: Path, cell: str) -> None:
    """The others are checked, and counted as they stand."""
    ours = json.dumps({"cell_type": "code", "source": ["%%restore\n", MISSPELT]})
    (folder / "a.ipynb").write_text(f'{{"cells": [{cell}, {ours}], "metadata": {{"kernelspec": 1}}}}')

    assert [("a.ipynb", 2, 2, "SRR001")] == findings(run("check", "--format=json", "a.ipynb"))


def test_lone_surrogates_are_shown(run: Run, folder: Path) -> None:
    """JSON can hold what UTF-8 cannot, and every report can be printed all the same."""
    cell = {"cell_type": "code", "source": "%%restore\nSHOW \ud800 RESTORE"}
    (folder / "a.ipynb").write_text(json.dumps({"cells": [cell]}))

    assert {1} == {run("check", f"--format={form}", "a.ipynb").exit_code for form in ("human", "json", "github")}
