"""Text to statement and back."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import statements

from starrocks_restore_kernel.errors import RestoreSyntaxError, TranslationError
from starrocks_restore_kernel.language import RELEASES, check, parse, parse_script
from starrocks_restore_kernel.language.statements import Statement

FIXTURES = Path(__file__).parent / "fixtures"
IDENTITY = (FIXTURES / "identity.sql").read_text("utf-8").splitlines()
REFUSED = [line.split("\t") for line in (FIXTURES / "refused.tsv").read_text("utf-8").splitlines()]
PAGE = parse_script((FIXTURES / "page_examples.sql").read_text("utf-8"))


@pytest.mark.parametrize("sql", IDENTITY)
def test_canonical_sql_prints_back_unchanged(sql: str) -> None:
    """The one-line form is a fixed point."""
    assert sql == parse(sql).sql(pretty=False)


@pytest.mark.parametrize("sql", IDENTITY)
def test_pretty_sql_parses_to_an_equal_statement(sql: str) -> None:
    """Laying out changes nothing."""
    assert parse(sql) == parse(parse(sql).sql())


@pytest.mark.parametrize(("sql", "line", "column"), REFUSED)
def test_a_refusal_points_where_the_server_does(sql: str, line: str, column: str) -> None:
    """Line from 1 and column from 0, as the server's error says them."""
    with pytest.raises(RestoreSyntaxError) as caught:
        parse(sql)

    (found,) = caught.value.diagnostics
    assert found.span is not None
    assert (int(line), int(column)) == (found.span.line, found.span.column)


def test_the_page_has_all_its_examples() -> None:
    """Nothing of the manual page's examples is lost on the way into the fixture."""
    assert 23 == len(PAGE)


@pytest.mark.parametrize("statement", PAGE, ids=lambda each: each.label)
def test_each_example_of_the_page_round_trips(statement: Statement) -> None:
    """Each example of the public RESTORE page parses, prints and parses back to an equal statement."""
    assert statement == parse(statement.sql()) == parse(statement.sql(pretty=False))


def test_the_page_s_example_without_properties_lacks_its_timestamp() -> None:
    """One example of the page is refused by the analyzer, and only that one."""
    refused = {
        statement.sql(pretty=False): [each.message for each in check(statement.sql()) if each.severity == "error"]
        for statement in PAGE
    }

    assert {
        "RESTORE SNAPSHOT sr_all_backup FROM test_repo DATABASE sr_hub ON (ALL TABLES)": [
            "Missing backup_timestamp property"
        ]
    } == {sql: messages for sql, messages in refused.items() if messages}


@settings(deadline=None)
@given(statements)
def test_every_statement_that_can_be_built_round_trips(statement: Statement) -> None:
    """``parse(print(s)) == s``, pretty or not."""
    assert statement == parse(statement.sql(pretty=False))
    assert statement == parse(statement.sql())


@settings(deadline=None)
@given(statements, st.sampled_from(list(RELEASES)))
def test_what_a_version_can_say_it_reads(statement: Statement, version: str) -> None:
    """Printed for any version, a statement is refused as untranslatable or read there, to one that prints the same."""
    try:
        sql = statement.sql(version=version)
    except TranslationError:
        return
    assert sql == parse(sql, version).sql(version=version)
