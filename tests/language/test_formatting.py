"""Laying out a script."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import statements

from starrocks_restore_kernel.errors import RestoreCheckError, RestoreSyntaxError
from starrocks_restore_kernel.language import format_script, parse_script
from starrocks_restore_kernel.language.lexer import lex
from starrocks_restore_kernel.language.statements import Statement

CONFORMANCE = Path(__file__).parent / "conformance" / "syntax_4_1.jsonl"
ACCEPTED = [row["sql"] for line in CONFORMANCE.read_text("utf-8").splitlines() if (row := json.loads(line))["accept"]]

ROUGH = """-- undo the mess
restore snapshot shop.s -- the label
from vault /* main */ on(table t partition(p1,p2) as x, -- first
 -- a view
 view v /*in*/, all tables) properties("backup_timestamp"="x", -- ts
"replication_num"="1" /* one */ -- two
) -- end
;


select 1  from t; show restore   from shop where a=1 and f(x , y) in (1,2);
-- tail"""

SMOOTH = """-- undo the mess
RESTORE SNAPSHOT shop.s -- the label
FROM vault /* main */
ON (
    TABLE t PARTITION (p1, p2) AS x, -- first
    -- a view
    VIEW v /*in*/,
    ALL TABLES
)
PROPERTIES (
    "backup_timestamp" = "x", -- ts
    "replication_num" = "1" /* one */ -- two
) -- end
;

select 1  from t;
SHOW RESTORE FROM shop WHERE a = 1 AND f(x, y) IN (1, 2);
-- tail"""


def comments(text: str) -> list[str]:
    """The comments, in their order."""
    return [text[each.start : each.end].rstrip() for each in lex(text).comments]


def test_a_script_is_laid_out_and_keeps_its_comments() -> None:
    """As a person would write it; other statements stay as they are."""
    assert SMOOTH == format_script(ROUGH)


def test_names_that_are_words_of_the_grammar_keep_their_case() -> None:
    """Only what the grammar reads as a keyword is written in capitals."""
    rough = "restore snapshot snapshot from restore database view on (tables, view view, table partitions)"
    smooth = """RESTORE SNAPSHOT snapshot
FROM restore
DATABASE view
ON (
    tables,
    VIEW view,
    TABLE partitions
)"""

    assert smooth == format_script(rough)


@pytest.mark.parametrize("sql", ACCEPTED)
def test_meaning_and_comments_stay_and_a_second_time_changes_nothing(sql: str) -> None:
    """On every accepted row of the conformance data that loses nothing to the lexer."""
    if lex(sql).dropped:
        with pytest.raises(RestoreCheckError):
            format_script(sql)
        return
    formatted = format_script(sql)

    assert parse_script(sql) == parse_script(formatted)
    assert comments(sql) == comments(formatted)
    assert formatted == format_script(formatted)


@settings(deadline=None)
@given(statements, st.booleans())
def test_what_the_printer_writes_is_laid_out_already(statement: Statement, end: bool) -> None:
    """The two agree on what is pretty."""
    text = statement.sql() + (";\n" if end else "")

    assert text == format_script(text)


def test_a_text_that_does_not_parse_is_not_touched() -> None:
    """The error is the parser's."""
    with pytest.raises(RestoreSyntaxError):
        format_script("RESTORE SNAPSHOT s FORM r")


@pytest.mark.parametrize("text", ["", "\n", "-- nothing yet\n"])
def test_comments_alone_stay(text: str) -> None:
    """The server calls them no statement; they are no reason to refuse a file."""
    assert text == format_script(text)
