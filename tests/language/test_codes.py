"""Each kind of finding: its example has it, its repair has not, and the docs tell of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from starrocks_restore_kernel.language import apply_fixes, check
from starrocks_restore_kernel.language.codes import Code
from starrocks_restore_kernel.language.codes_of_advice import ADVICE_CODES
from starrocks_restore_kernel.language.codes_of_errors import ERROR_CODES

CODES = [*ERROR_CODES, *ADVICE_CODES]
ROOM = Path(__file__).parents[2] / "starrocks_restore_kernel" / "language"


@pytest.mark.parametrize("code", CODES, ids=lambda each: each.code)
def test_the_example_has_the_finding_and_the_repair_is_clean(code: Code) -> None:
    """With the severity that the table says, and nothing graver beside it."""
    found = {each.code: each.severity for each in check(code.example, code.version, code.database, tables=code.tables)}
    left = [
        each for each in check(code.repair, code.version, code.database, tables=code.tables) if each.code == code.code
    ]

    assert code.severity == found.get(code.code)
    assert code.severity == "error" or "error" not in found.values()
    assert [] == left


def test_every_code_that_a_rule_gives_is_in_the_table_once() -> None:
    """No rule speaks of a code that nobody can look up."""
    given = {
        code
        for file in ROOM.glob("*.py")
        if not file.name.startswith("codes_of_")
        for code in re.findall(r'"(SRR\d{3})"', file.read_text("utf-8"))
    }

    assert given == {each.code for each in CODES}
    assert len(CODES) == len({each.code for each in CODES})


MENDED = [
    "RESTOR SNAPSHOT s FROM r {p}",
    "RESTORE SNAPSHT s FROM r {p}",
    "RESTORE SNAPSHOT s FORM r {p}",
    "RESTORE SNAPSHOT db.order FROM r {p}",
    "RESTORE SNAPSHOT db.20240101 FROM r {p}",
    "RESTORE SNAPSHOT 's' FROM r {p}",
    "RESTORE SNAPSHOT s FROM r EXTERNAL CATALOG c1 {p}",
    "RESTORE SNAPSHOT s FROM r EXTERNAL CATALOG c1, EXTERNAL CATALOG c2 AS a {p}",
    "RESTORE SNAPSHOT s FROM r ALL EXTERNAL CATALOG {p}",
    "RESTORE SNAPSHOT db.s FROM r ON t {p}",
    "RESTORE SNAPSHOT db.s FROM r ON (a b) {p}",
    "RESTORE SNAPSHOT db.s FROM r ON (a, b,) {p}",
    "RESTORE SNAPSHOT db.s FROM r ON (t PARTITION (20240101)) {p}",
    "RESTORE SNAPSHOT db.s FROM r ON (FUNCTION f, TABEL t) {p}",
    "RESTORE SNAPSHOT db.s FROM r PROPERTES {q}",
    'RESTORE SNAPSHOT db.s FROM r PROPERTIES (backup_timestamp = "2024-12-09-10-25-58-842", "replication_num" = "1")',
    'RESTORE SNAPSHOT db.s FROM r PROPERTIES ("backup_timestamp" = 2024-12-09-10-25-58-842, "replication_num" = "1")',
    'RESTORE SNAPSHOT db.s FROM r PROPERTIES ("backup_timestamp" = "2024-12-09-10-25-58-842", "replication_num" = 1)',
    'RESTORE SNAPSHOT db.s FROM r PROPERTIES ("backup_timestamp" = "2024-12-09-10-25-58-842",)',
    'RESTORE SNAPSHOT db.s FROM r PROPERTIES ("Backup_timestamp" = "2024-12-09-10-25-58-842", "replication_num" = "1")',
    "RESTORE\u00a0SNAPSHOT db.s FROM r {p}",
    "\ufeffRESTORE SNAPSHOT db.s FROM r {p}",
    "CREATE REPOSITORY r ON LOCATION 's3://b'",
    "DROP REPOSITORY IF EXISTS r",
    "CANCEL RESTORE db1",
    "SHOW SNAPSHOTS ON r",
    "SHOW RESTORE FROM db1 LIMIT 1",
]


@pytest.mark.parametrize("text", MENDED)
def test_a_common_slip_is_mended(text: str) -> None:
    """After the fixes the statement parses and no error is left."""
    properties = '("backup_timestamp" = "2024-12-09-10-25-58-842", "replication_num" = "1")'
    sql = text.format(p=f"PROPERTIES {properties}", q=properties) if "{" in text else text
    mended = sql
    for _ in range(3):  # a finding may hide another
        mended = apply_fixes(mended, check(mended))

    assert any(each.severity == "error" for each in check(sql))
    assert [] == [each for each in check(mended) if each.severity == "error"]


def test_several_errors_are_found_at_once() -> None:
    """In one statement's clauses and in the statements behind it; the first is the server's."""
    sql = (
        'RESTORE SNAPSHOT a FORM r ON (t PARTITION ()) PROPERTIES ("k" = v);\nSHOW RESTORE FROM table;\nCANCEL RESTORE'
    )
    found = [(each.code, each.span.line, each.span.column) for each in check(sql) if each.span]

    assert [("SRR001", 1, 19), ("SRR001", 1, 43), ("SRR001", 1, 64), ("SRR001", 2, 18), ("SRR016", 3, 0)] == found


def test_fixes_of_several_errors_work_together() -> None:
    """One go mends them all."""
    sql = 'RESTORE SNAPSHOT db.s FORM r ON (t x) PROPERTIES ("backup_timestamp" = 2024-12-09-10-25-58-842)'

    assert ["SRR101"] == [each.code for each in check(apply_fixes(sql, check(sql)))]
