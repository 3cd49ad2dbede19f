"""Statements with the verdict of the server's own grammar and analyzer.

``conformance/``: each row of ``syntax_*`` was judged by StarRocks' grammar of that version (3.3 as of December 2024,
the main line as of November 2025), each row of ``semantic`` by its AST rules and analyzer too. Rows that are no
statement by themselves but a script say so (``why`` is ``multi``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from starrocks_restore_kernel.errors import RestoreSyntaxError
from starrocks_restore_kernel.language import apply_fixes, check, parse, parse_script

HERE = Path(__file__).parent / "conformance"

# What the rows' contexts assume of the server.
TABLES = {database: {"t1": (), "t2": (), "t3": (), "orders": ("p1", "p2")} for database in ("db1", "db2")}


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a file."""
    return [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text("utf-8").splitlines()]


def verdict(row: dict[str, Any], version: str) -> tuple[bool, tuple[int, int] | None]:
    """Whether the text is accepted, and where it is refused."""
    try:
        parse(row["sql"], version)
    except RestoreSyntaxError as error:
        place = error.diagnostics[0].span
        assert place is not None
        return False, (place.line, place.column) if row["why"] == "syntax" else None
    return True, None


@pytest.mark.parametrize(("name", "version", "count"), [("syntax_4_1", "4.1", 2000), ("syntax_3_3", "3.3", 700)])
def test_every_verdict_of_the_grammar_and_every_place(name: str, version: str, count: int) -> None:
    """Accepted or refused, and where, for every row."""
    judged = rows(name)
    expected = {
        row["id"]: (row["accept"], (row["line"], row["column"]) if row.get("why") == "syntax" else None)
        for row in judged
    }

    assert count == len(judged)
    assert expected == {row["id"]: verdict(row, version) for row in judged}


@pytest.mark.parametrize(("name", "version"), [("syntax_4_1", "4.1"), ("syntax_3_3", "3.3")])
def test_scripts_are_scripts(name: str, version: str) -> None:
    """What is no single statement but several is read as such."""
    for row in rows(name):
        if row.get("why") == "multi":
            assert parse_script(row["sql"], version), row["id"]


@pytest.mark.parametrize(("name", "version"), [("syntax_4_1", "4.1"), ("syntax_3_3", "3.3")])
def test_what_is_accepted_round_trips(name: str, version: str) -> None:
    """Printed for its version, it parses back to an equal statement."""
    for row in rows(name):
        if row["accept"]:
            statement = parse(row["sql"], version)
            assert statement == parse(statement.sql(version=version), version), row["id"]


def test_every_verdict_of_the_analyzer() -> None:
    """The first error is the server's, in its words; what it takes has none."""
    judged = rows("semantic")
    disagreed = {}
    for row in judged:
        version = "4.1" if row["version"] == "3.4+" else row["version"]
        database = "" if "no current db" in row["context"] else "db1" if "current db" in row["context"] else None
        errors = [
            each.message for each in check(row["sql"], version, database, tables=TABLES) if each.severity == "error"
        ]
        agrees = not errors if row["verdict"] == "ok" else bool(errors) and row["message_contains"] in errors[0]
        if not agrees:
            disagreed[row["id"]] = errors

    assert 110 == len(judged)
    assert {} == disagreed


@pytest.mark.parametrize(("name", "version"), [("syntax_4_1", "4.1"), ("syntax_3_3", "3.3")])
def test_check_finds_an_error_in_all_that_is_refused_and_mends_what_it_says_it_can(name: str, version: str) -> None:
    """No refused statement passes as one of another kind, and a fix takes its error away."""
    silent, unmended, mended = [], [], 0
    for row in rows(name):
        found = check(row["sql"], version)
        if row.get("why") == "syntax":
            first = found[0] if found else None
            if first is None or first.code != "SRR001" or first.span is None:
                silent.append(row["id"])
                continue
            if first.fixes:
                after = [each for each in check(apply_fixes(row["sql"], [first]), version) if each.code == "SRR001"]
                if after and after[0].span is not None and after[0].span.start <= first.span.start:
                    unmended.append(row["id"])
                mended += 1
        elif row["accept"] and any(each.code == "SRR001" for each in found):
            silent.append(row["id"])

    assert [] == silent
    assert [] == unmended
    assert mended > len(rows(name)) / 5
