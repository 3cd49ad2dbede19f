"""What the server would refuse after parsing, and what a person would regret."""

import pytest

from starrocks_restore_kernel.language import apply_fixes, check, render

STAMP = '"backup_timestamp" = "2024-12-09-10-25-58-842"'
GOOD = f'PROPERTIES ({STAMP}, "replication_num" = "1")'


def codes(sql: str, version: str = "4.1") -> list[str]:
    """The codes found."""
    return [each.code for each in check(sql, version)]


def errors(sql: str, version: str = "4.1") -> list[str]:
    """The server's messages."""
    return [each.message for each in check(sql, version) if each.severity == "error"]


def test_a_good_statement_has_no_findings() -> None:
    """Nothing is said where nothing is wrong."""
    assert [] == check(f"RESTORE SNAPSHOT shop.s FROM r {GOOD}")


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (f"RESTORE SNAPSHOT a.b.c FROM r {GOOD}", "Invalid table name format 'a.b.c'"),
        (
            f"RESTORE SNAPSHOT a.s FROM r DATABASE a {GOOD}",
            "Specifying dbName before snapshot name is forbidden "
            "if the DbName is specified explicitly in BACKUP/RESTORE",
        ),
        (
            f"RESTORE SNAPSHOT s FROM r EXTERNAL CATALOG (c) DATABASE a {GOOD}",
            "Can not sepcify database name for external catalog Backup/Restore",
        ),
        (
            f"RESTORE SNAPSHOT s FROM r ON (t) {GOOD}",
            "`ON` clause is forbidden if no Database explicitly specified in Restore stmt",
        ),
        ("BACKUP SNAPSHOT db.s TO r ON (t AS x)", "Specifying alias for backup object is forbidden in BACKUP stmt"),
        ("CANCEL RESTORE", "No selected database for cancel BACKUP/RESTORE"),
        (f"RESTORE SNAPSHOT db.s FROM r ON (TABLE t, VIEW t) {GOOD}", "Duplicated table: t"),
        (f"RESTORE SNAPSHOT db.s FROM r ON (a AS b, b) {GOOD}", "Duplicated alias name: b"),
        (f"RESTORE SNAPSHOT db.s FROM r ON (a AS a) {GOOD}", "Duplicated alias name: a"),
        ("RESTORE SNAPSHOT db.s FROM r", "Missing backup_timestamp property"),
        (f'RESTORE SNAPSHOT s FROM r PROPERTIES ({STAMP}, "timeout" = "599")', "timeout must be at least 10 min"),
        (
            f'RESTORE SNAPSHOT s FROM r PROPERTIES ({STAMP}, "timeout" = "9223372036854775807")',
            "timeout must be at least 10 min",
        ),
        (f'RESTORE SNAPSHOT s FROM r PROPERTIES ({STAMP}, "timeout" = "1h")', "Invalid timeout format: 1h"),
        (f'RESTORE SNAPSHOT s FROM r PROPERTIES ({STAMP}, "allow_load" = "yes")', "Invalid allow load value: yes"),
        (
            f'RESTORE SNAPSHOT s FROM r PROPERTIES ({STAMP}, "replication_num" = "1.5")',
            "Invalid meta version format: 1.5",
        ),
        (f'RESTORE SNAPSHOT s FROM r PROPERTIES ({STAMP}, "type" = "full")', "Unknown restore job properties: [type]"),
        ('BACKUP SNAPSHOT db.s TO r PROPERTIES ("a" = "b")', "Unknown backup job properties: [a]"),
        ("CANCEL RESTORE FROM `a b`", "Incorrect database name 'a b'"),
        ("CREATE REPOSITORY 1r WITH BROKER ON LOCATION 's3://b'", "Incorrect repository name '1r'"),
        ("CREATE REPOSITORY r WITH BROKER ON LOCATION ''", "You must specify a location on the repository"),
        (
            "SHOW SNAPSHOT ON r WHERE TIMESTAMP = 'T'",
            "Where clause should looks like: SNAPSHOT = 'your_snapshot_name' [AND TIMESTAMP = '2018-04-18-19-19-10']",
        ),
    ],
)
def test_the_server_s_own_words(sql: str, message: str) -> None:
    """Each rule speaks as the server does, and alone."""
    assert [message] == errors(sql)


@pytest.mark.parametrize(
    "sql",
    [
        f"RESTORE SNAPSHOT db.s FROM r ON (t, T) {GOOD}",
        f"RESTORE SNAPSHOT db.s FROM r ON (ALL TABLES, ALL TABLES, TABLE t) {GOOD}",
        f"RESTORE SNAPSHOT db.s FROM r ON (t, FUNCTION t) {GOOD}",
        'RESTORE SNAPSHOT s FROM r PROPERTIES ("backup_timestamp" = "", " timeout " = "+600")',
        "SHOW SNAPSHOT ON r WHERE SNAPSHOT LIKE 'a%'",
        "CANCEL RESTORE FOR EXTERNAL CATALOG",
    ],
)
def test_what_the_server_takes_has_no_error(sql: str) -> None:
    """However odd it looks."""
    assert [] == errors(sql)


def test_on_without_a_database_is_no_builder_error_in_3_3() -> None:
    """3.3 notices only when it submits."""
    assert [] == errors(f"RESTORE SNAPSHOT s FROM r ON (t) {GOOD}", "3.3")


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (f"RESTORE SNAPSHOT s FROM r PROPERTIES ({STAMP})", "SRR101"),
        ('RESTORE SNAPSHOT s FROM r PROPERTIES ("backup_timestamp" = "yesterday", "replication_num" = "1")', "SRR102"),
        (f"RESTORE SNAPSHOT db.s FROM r ON (t PARTITION (a = 1)) {GOOD}", "SRR103"),
        (f"RESTORE SNAPSHOT db.s FROM r ON (x.t) {GOOD}", "SRR104"),
        (f"RESTORE SNAPSHOT db.s FROM r # {GOOD}", "SRR002"),
    ],
)
def test_what_a_person_would_regret_is_a_warning(sql: str, code: str) -> None:
    """Taken by the server, and told by us."""
    assert [code] == codes(sql)
    assert [] == errors(sql)


def test_a_misspelt_timestamp_key_can_be_mended() -> None:
    """Did you mean, and the fix that does it."""
    sql = (
        'RESTORE SNAPSHOT s FROM r PROPERTIES ("BACKUP_TIMESTAMP" = "2024-12-09-10-25-58-842", "replication_num" = "1")'
    )

    assert [] == errors(apply_fixes(sql, check(sql)))


def test_findings_of_a_script_come_from_each_statement() -> None:
    """Not only from the first."""
    assert ["SRR016", "SRR016"] == codes("CANCEL RESTORE; SHOW RESTORE; CANCEL BACKUP")


def test_a_place_in_a_huge_line_is_shown_with_what_is_around_it() -> None:
    """Carriage returns and control characters are made harmless."""
    text = "SHOW RESTORE FROM " + "a" * 500 + "\x1b[31m ; CANCEL RESTORE\r\n"
    lines = render(text, check(text)).split("\n")

    assert all(len(line) < 250 and line.isprintable() for line in lines)
    assert any("CANCEL RESTORE" in line and not line.endswith("·") for line in lines)


def test_a_partition_in_quotes_may_hold_a_back_quote() -> None:
    """Found by the fuzzer: the fix writes it as a string again."""
    sql = f"RESTORE SNAPSHOT db.s FROM r ON (t PARTITION 'a`b', p2) {GOOD}"
    (found,) = check(sql)

    assert "SRR106" == found.code
    assert """PARTITION ("a`b", p2)""" in apply_fixes(sql, [found])
