"""What the grammar of each version makes of the same text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from starrocks_restore_kernel.errors import RestoreError, RestoreSyntaxError, TranslationError, UsageProblem
from starrocks_restore_kernel.language import check, parse, parse_script
from starrocks_restore_kernel.language.statements import (
    DropSnapshot,
    NamedObject,
    Other,
    Partitions,
    QualifiedName,
    Restore,
    ShowRestore,
)


def restored(sql: str, version: str = "4.1") -> list[tuple[str, tuple[str, ...]]]:
    """The objects of a RESTORE as (name, partitions)."""
    statement = parse(f"RESTORE SNAPSHOT db.s FROM r ON ({sql})", version)
    assert isinstance(statement, Restore)
    return [
        (each.name.last, each.partitions.names if each.partitions else ())
        for each in statement.objects or ()
        if isinstance(each, NamedObject)
    ]


def test_a_bare_partition_list_means_two_things() -> None:
    """3.5 reads partition and table where 4.1 reads two partitions."""
    assert [("t", ("p1",)), ("p2", ())] == restored("t PARTITION p1, p2", "3.5")
    assert [("t", ("p1", "p2"))] == restored("t PARTITION p1, p2", "4.1")


def test_a_bare_partition_list_ends_where_an_item_must_begin() -> None:
    """A name that is followed by PARTITION is the next table."""
    assert [("t1", ("p1",)), ("t2", ("p2",))] == restored("t1 PARTITION p1, t2 PARTITION p2")


@pytest.mark.parametrize("clause", ["DATABASE a", "EXTERNAL CATALOG (c)", "ON (TABLE t)", "ON (ALL TABLES)"])
def test_clauses_of_3_4_are_refused_by_3_3(clause: str) -> None:
    """The older grammar has none of the new clauses."""
    with pytest.raises(RestoreSyntaxError):
        parse(f"RESTORE SNAPSHOT db.s FROM r {clause}", "3.3")


def test_names_keep_their_case_and_lose_their_back_quotes() -> None:
    """Every back-quote goes, a doubled one too."""
    statement = parse("restore snapshot Db.`a``b` from `R x`")

    assert Restore(QualifiedName(("Db", "ab")), "R x") == statement


def test_comments_and_hints_are_nothing() -> None:
    """Also ``/*! */``, which other servers run."""
    text = "-- a\nSHOW /*! b */ RESTORE /*+ SET_VAR(x=1) */ FROM db --tail"

    assert ShowRestore("db") == parse(text)


def test_an_open_quote_swallows_the_rest_and_is_told() -> None:
    """The server accepts the statement before it; we do, with a warning."""
    assert ShowRestore("db1") == parse("SHOW RESTORE FROM db1 'x")
    assert ["SRR002"] == [each.code for each in check("SHOW RESTORE FROM db1 'x")]


def test_a_script_keeps_statements_of_other_kinds() -> None:
    """They are held as text."""
    assert [ShowRestore(), Other("SELECT ';' FROM t")] == parse_script("SHOW RESTORE;; SELECT ';' FROM t;")


def test_the_error_shows_the_line_the_caret_and_what_was_expected() -> None:
    """A person sees where, and what would have been right."""
    with pytest.raises(RestoreSyntaxError) as caught:
        parse("RESTORE SNAPSHOT shop.s\nFORM repo")

    assert [
        "error SRR001: Unexpected input 'FORM'",
        "  2 │ FORM repo",
        "    │ ^^^^",
        "  → did you mean FROM? (expected FROM)",
    ] == str(caught.value).split("\n")


def test_a_reserved_word_as_a_name_says_how_to_write_it() -> None:
    """Back-quotes are the way out."""
    with pytest.raises(RestoreSyntaxError, match="`table`"):
        parse("SHOW RESTORE FROM table")


def test_strings_are_unescaped_as_the_server_does() -> None:
    r"""Doubled delimiters first, then backslashes; ``\%`` keeps its own."""
    statement = parse(r"""RESTORE SNAPSHOT s FROM r PROPERTIES ('a''b' = "c\n\%\q""d")""")

    assert isinstance(statement, Restore)
    assert [("a'b", 'c\n\\%q"d')] == [(each.key, each.value) for each in statement.properties or ()]


def test_the_older_form_is_written_where_it_can_be() -> None:
    """DATABASE becomes the label's prefix, kind words go."""
    statement = parse("RESTORE SNAPSHOT s FROM r DATABASE a AS b ON (TABLE t PARTITION (p) AS x)")

    assert "RESTORE SNAPSHOT b.s FROM r ON (t PARTITION (p) AS x)" == statement.sql(pretty=False, version="3.3")


@pytest.mark.parametrize("objects", ["ALL TABLES", "FUNCTION f"])
def test_what_3_3_cannot_say_is_an_error(objects: str) -> None:
    """Nothing is dropped in silence."""
    with pytest.raises(TranslationError, match=r"3\.3 has no"):
        parse(f"RESTORE SNAPSHOT db.s FROM r ON ({objects})").sql(version="3.3")


def test_a_name_with_a_back_quote_cannot_be_written() -> None:
    """StarRocks' lexer has no way to say it."""
    with pytest.raises(TranslationError):
        Restore(QualifiedName(("a`b",)), "r").sql()


def test_key_value_partitions_are_kept_apart() -> None:
    """They parse, and are no partition list."""
    (item,) = parse("RESTORE SNAPSHOT db.s FROM r ON (t PARTITION (dt = '2024'))").objects or ()

    assert isinstance(item.partitions, Partitions)
    assert ((), "dt") == (item.partitions.names, item.partitions.keys[0].column)


@pytest.mark.parametrize("version", ["3.3", "3.4.2-abc1234", "9.9", "2.5 x"])
def test_full_versions_are_understood(version: str) -> None:
    """What current_version() says can be passed on."""
    assert ShowRestore() == parse("SHOW RESTORE", version)


def test_an_unknown_version_is_said() -> None:
    """No guess is made."""
    with pytest.raises(UsageProblem, match="no StarRocks version"):
        parse("SHOW RESTORE", "newest")


@pytest.mark.parametrize(
    "sql", ["RESTOR SNAPSHOT s FROM r", "SHOW SNAPSHOTS ON r", "EXPLAIN RESTORE SNAPSHOT s FROM r"]
)
def test_a_slip_in_a_script_is_no_other_statement(sql: str) -> None:
    """What is nearly ours is refused, and not passed over as something else."""
    assert ["SRR001"] == [each.code for each in check(f"SELECT 1; {sql}")]


@settings(deadline=None)
@given(st.text(max_size=60) | st.text("RESTOR SNAPHFM()'\"`;,.=-/*\n#", max_size=60))
def test_any_text_ends_in_a_statement_or_in_diagnostics(text: str) -> None:
    """No other exception ever leaves the language."""
    try:
        parse_script(text)
    except RestoreError as error:
        assert error.lines()
    for found in check(text):
        assert found.message


MANY = 50_000
GARBAGE = {
    "open comments": "/*" * MANY,
    "parentheses": "(" * MANY,
    "negations": "SHOW RESTORE WHERE " + "NOT " * MANY + "a",
    "signs": "SHOW RESTORE WHERE " + "- " * MANY + "a",
    "nested": "SHOW RESTORE WHERE " + "(" * MANY + "a" + ")" * MANY,
    "back-quotes": "`" * (MANY + 1),
    "wrong statements": "RESTORE;" * MANY,
    "wrong clauses": "RESTORE SNAPSHOT s FROM r " + "ON ( " * MANY,
    "hashes": "# " * MANY,
    "separators": ";" * MANY + "x",
    "dollars": "$$ " * MANY + "$$$",
    "quotes": "SHOW RESTORE " + "'a' " * MANY,
    "operators": "SHOW RESTORE WHERE a" + " + a" * MANY,
    "surrogates": "\ud800" * MANY + " RESTORE",
    "zero bytes": "\0" * MANY,
    "dots": "RESTORE SNAPSHOT a" + ".b" * MANY + " FROM r",
}


@pytest.mark.parametrize("text", GARBAGE.values(), ids=GARBAGE)
def test_long_garbage_ends_quickly_and_plainly(text: str) -> None:
    """No recursion error, no quadratic time (the suite's own time limit would show it)."""
    assert check(text)


def test_drop_snapshot_is_a_statement_since_4_2() -> None:
    """Before, the word is a slip; the printer says so too."""
    statement = parse("DROP SNAPSHOT monday ON vault FORCE", "4.2")

    assert DropSnapshot("monday", "vault", force=True) == statement
    assert "DROP SNAPSHOT monday ON vault FORCE" == statement.sql(version="4.2")
    with pytest.raises(RestoreSyntaxError):
        parse("DROP SNAPSHOT monday ON vault FORCE", "4.1")
    with pytest.raises(TranslationError, match="has no DROP SNAPSHOT"):
        statement.sql()


def test_properties_and_words_of_4_2() -> None:
    """``ttl`` is BACKUP's, and two reserved words are free again."""
    sql = 'BACKUP SNAPSHOT both.s TO r PROPERTIES ("ttl" = "7 DAY")'

    assert [] == check(sql, "4.2")
    assert ["SRR001"] == [each.code for each in check(sql, "4.1")]
