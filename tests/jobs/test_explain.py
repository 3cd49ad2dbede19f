"""What a row or a message means, from wherever it was taken."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from road import backed_up, restore
from samples import COLUMNS, row, sample
from sandbox.every_text import GROUPS

from starrocks_restore_kernel.cluster import JobState
from starrocks_restore_kernel.cluster.remedies import MEANINGS
from starrocks_restore_kernel.errors import UsageProblem
from starrocks_restore_kernel.facade import Cluster
from starrocks_restore_kernel.jobs import explain

OURS = "disk is gone"
"""What a test lets a backend say; no server's text."""
TABLES = [
    "The backup handler",
    "Cancelling",
    "A table under restore",
    "A restore job",
    "A restore over a table that is there",
    "A backup job",
    "Tasks",
]
TEXTS = [each for group in TABLES for each in GROUPS[group] if not each.why_not and OURS not in each.text]
APPENDIX = {
    "Unknown database 'null'": "db.label",
    "`ON` clause is forbidden if no Database explicitly specified in Restore stmt": "DATABASE",
    "Specifying dbName before snapshot name is forbidden if the DbName is specified": "keep one",
    "Missing backup_timestamp property": "SHOW SNAPSHOT",
    "Invalid meta version format: x": "replication_num first",
    "Unknown restore job properties: [type]": "are all",
    "Failed to get info of snapshot 's' because: File does not exist: s3://x": "SHOW SNAPSHOT",
    "Table state is not NORMAL: 'RESTORING'": "wait",
    "restore job with label: s  timeout.": "timeout",
    "user cancelled, current state: COMMITTING": "restore the same tables again",
    "Table t2 already exist but with different schema, errMsg: Table name is inconsistent": "alias that is free",
    "[COMMON_ERROR, msg: disk 1 on backend 2 exceed limit usage]": "make room",
}
FAILED = row(
    "CANCELLED",
    Status="[COMMON_ERROR, msg: failed to find 3 different hosts to create table: t]",
    TaskErrMsg="[7: get nothing from remote path: s3://a, [b]]",
)


def bordered(rows: list[dict[str, Any]]) -> str:
    """As mysql draws a table."""
    lines = [f"| {' | '.join(COLUMNS)} |"]
    lines += [f"| {' | '.join('NULL' if cell is None else str(cell) for cell in each.values())} |" for each in rows]
    rule = "+" + "-" * 40 + "+"
    return "\n".join(["mysql> SHOW RESTORE;", rule, lines[0], rule, *lines[1:], rule, "1 row in set (0.01 sec)"])


def vertical(rows: list[dict[str, Any]]) -> str:
    r"""As mysql draws it with \G."""
    lines = []
    for number, each in enumerate(rows, 1):
        lines.append(f"*************************** {number}. row ***************************")
        lines += [f"{name:>20}: {'NULL' if cell is None else cell}" for name, cell in each.items()]
    return "\n".join([*lines, "1 row in set (0.00 sec)"])


def tabbed(rows: list[dict[str, Any]]) -> str:
    """As mysql --batch --skip-column-names writes it."""
    return "\n".join("\t".join("NULL" if cell is None else str(cell) for cell in each.values()) for each in rows)


def headed(rows: list[dict[str, Any]]) -> str:
    """As mysql --batch writes it."""
    return "\t".join(COLUMNS) + "\n" + tabbed(rows)


def commas(rows: list[dict[str, Any]]) -> str:
    """As a table is saved from a tool."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


FORMS = [bordered, vertical, tabbed, headed, commas, json.dumps]


@pytest.mark.parametrize("text", [pytest.param(each.text, id=each.id) for each in TEXTS])
def test_every_text_of_a_job_is_explained(text: str) -> None:
    """A text that comes to the sandbox without a meaning fails here."""
    found = explain(text)

    assert found.means
    assert found.helps


@pytest.mark.parametrize(("text", "helps"), APPENDIX.items())
def test_the_right_help_is_given(text: str, helps: str) -> None:
    """Where a special text and a general one both fit, the special one."""
    assert helps in " ".join(explain(text).helps)


def test_no_meaning_hides_another() -> None:
    """Each entry is the answer to its own text."""
    for each in MEANINGS:
        text = each.fragment.replace("…", " 1 ")
        assert each.means in explain(text).means, each.fragment


@pytest.mark.parametrize("form", FORMS)
def test_a_row_is_read_from_any_terminal(form: Any) -> None:
    """The same explanation as of the row itself, and several rows one after another."""
    other = row("DOWNLOADING", 3, DbName="other")
    found = explain(form([FAILED, other]))

    assert explain(FAILED).title == found.title == "shop ← snap: CANCELLED"
    assert explain(FAILED).means == found.means
    assert ("other ← snap: DOWNLOADING",) == tuple(each.title for each in found.more)


@pytest.mark.parametrize(
    "around",
    [
        "ERROR 5064 (42000) at line 1: {}",
        "ERROR 5064 (42000): {}",
        "(5064, '{}')",
        "pymysql.err.OperationalError: (5064, '{}')",
        "[COMMON_ERROR, msg: {}]",
        "  {}\n",
    ],
)
def test_a_message_is_known_in_any_dress(around: str) -> None:
    """What a client writes around it does not matter."""
    text = "Another backup or restore job is being submitted. Please wait and try again"

    assert ("try again in a moment",) == explain(around.format(text)).helps


@pytest.mark.parametrize("state", JobState)
def test_each_state_is_explained(state: JobState) -> None:
    """By its name, by a sample, by a row; and before the end, what a cancel would do."""
    found = explain(sample(state.value))

    assert explain(state.value).means[0] == found.means[0]
    assert found.text() == explain(row(state.value)).text()
    assert state.ended is not ("a cancel now" in found.text())


def test_what_tasks_say_stands_before_what_is_true_in_general() -> None:
    """With the number of those that say the same."""
    errors = ", ".join(f"[{number}: get nothing from remote path: s3://a/{number}]" for number in range(7, 10))
    found = explain([sample("PENDING"), sample("DOWNLOADING", 3, TaskErrMsg=errors)])

    assert "3 tasks report, such as 7: get nothing from remote path" in found.text()
    assert "the snapshot is damaged: cancel, and take another one" == found.helps[0]


def test_samples_tell_whether_tasks_end() -> None:
    """A rate, or that there is none."""
    moving = [sample("DOWNLOADING", 8), sample("DOWNLOADING", 6, after=4)]

    assert "2 of 8 tasks of this phase have ended, 0.5 a second" == explain(moving).means[-1]
    stalled = [*moving, sample("DOWNLOADING", 6, after=300)]
    assert "2 of 8 tasks of this phase have ended, and none of late" == explain(stalled).means[-1]


def test_a_status_that_is_not_known_is_told_as_it_is() -> None:
    """Nothing is made up."""
    found = explain(sample("CANCELLED", Status="[COMMON_ERROR, msg: <b>new</b>]"))

    assert "the server says: [COMMON_ERROR, msg: <b>new</b>]" in found.means
    assert "<b>new" not in found.html()


def test_a_backup_s_row_is_explained_by_its_status() -> None:
    """Its states are others."""
    found = explain({"SnapshotName": "s", "DbName": "shop", "State": "UPLOADING", "Status": "[OK]"})

    assert "backup of shop: UPLOADING" == found.title
    assert ("the backup is in UPLOADING, and nothing is wrong with it",) == found.means


@pytest.mark.parametrize("text", ["", "  \n", "hello", "a,b\nc,d", "{", '{"State": "WALKING"}', "| a |\n| b |", "[]"])
def test_what_cannot_be_read_is_refused_with_a_way_out(text: str) -> None:
    """The hint says what to paste."""
    with pytest.raises(UsageProblem) as caught:
        explain(text)
    assert caught.value.hint


def test_a_job_without_a_sample_is_refused() -> None:
    """There is nothing to explain."""
    with pytest.raises(UsageProblem, match="nothing was seen"):
        explain([])


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    """An explanation or a refusal."""
    try:
        found = explain(text)
    except UsageProblem:
        return
    assert found.text()


@pytest.mark.parametrize("unit", ["|", "|\n", '"', '",\n', "\t", "[1: ", ", [1: a]", "State: \n", "{", "a,", "***\n"])
def test_no_reader_goes_over_a_long_text_again_and_again(unit: str) -> None:
    """Two megabytes of what each of them stumbles over."""
    with pytest.raises(UsageProblem):
        explain("x" + unit * (2_000_000 // len(unit)))


@pytest.mark.parametrize("form", FORMS)
def test_a_row_of_ten_megabytes_is_explained(form: Any) -> None:
    """As a job of half a million tablets has it."""
    tasks = ", ".join(f"{number}=10004" for number in range(10_000_000, 10_650_000))

    assert "shop ← snap: DOWNLOADING" == explain(form([row("DOWNLOADING", UnfinishedTasks=tasks)])).title


def test_a_job_of_ours_is_explained_with_its_plan_and_its_verdict(cluster: Cluster) -> None:
    """What a cancel would take along is known; and what came back says more than FINISHED."""
    stamp = backed_up(cluster)
    told: list[str] = []
    job = cluster.plan(restore(stamp)).submit(overwrite=True)
    job.subscribe(lambda each: told.append(explain(each).text()))
    job.wait(60)

    assert any("a cancel now" in each for each in told)
    assert not any("its plan is not known" in each for each in told)
    assert "what was restored is there" in explain(job).text()
    cluster.query("DROP TABLE shop.orders FORCE")
    job.verify()

    found = explain(job)
    assert "orders is not there" in found.text()
    assert found.helps[0].startswith("RESTORE SNAPSHOT shop.monday FROM vault ON (orders)")
