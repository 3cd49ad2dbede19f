"""A plan as a file: saved, read, made again, or refused with what has changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from road import CREATE, backed_up, restore

import starrocks_restore_kernel as srk
from starrocks_restore_kernel.errors import PlanRefused, UsageProblem
from starrocks_restore_kernel.facade import Cluster
from starrocks_restore_kernel.planning import Verdict

COPY = "CREATE TABLE shop.{} (a INT) DISTRIBUTED BY HASH (a) PROPERTIES ('replication_num' = '1')"


@pytest.fixture
def saved(cluster: Cluster, tmp_path: Path) -> Path:
    """The plan of a restore in place of orders, and under a new name of customers."""
    stamp = backed_up(cluster)
    return cluster.save_plan(cluster.plan(restore(stamp, "ON (orders, customers AS old)")), tmp_path / "friday.json")


def test_a_saved_plan_is_loaded_and_runs(cluster: Cluster, saved: Path) -> None:
    """With the same yes as any other; rows that came and went meanwhile are no change."""
    cluster.query("DELETE FROM shop.orders WHERE order_date < '2024-02-01'")
    plan = srk.load_plan(saved, cluster)

    assert Verdict.DESTRUCTIVE is plan.verdict
    with pytest.raises(PlanRefused):
        plan.submit()
    plan.submit(overwrite=True).wait(60)
    assert 12_000 == cluster.query("SELECT COUNT(*) AS n FROM shop.orders")[0]["n"]
    assert 500 == cluster.query("SELECT COUNT(*) AS n FROM shop.old")[0]["n"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ([COPY.format("old")], "object old has appeared"),
        (["DROP TABLE shop.orders FORCE"], "object orders is gone"),
        (["DROP TABLE shop.orders FORCE", COPY.format("orders")], "object orders: was made anew"),
        (["ALTER TABLE shop.orders DROP PARTITION p202401"], "object orders: partition p202401 is gone"),
        (
            ["ALTER TABLE shop.orders ADD PARTITION p202407 VALUES LESS THAN ('2024-08-01')"],
            "object orders: partition p202407 has appeared",
        ),
        (["ADMIN SET FRONTEND CONFIG ('default_replication_num' = '1')"], "default_replication_num: 1, it was 3"),
    ],
)
def test_what_has_changed_is_said_and_nothing_is_made(
    cluster: Cluster, saved: Path, change: list[str], told: str
) -> None:
    """Each by the object and the partition."""
    for sql in change:
        cluster.query(sql)
    cluster.refresh()
    with pytest.raises(PlanRefused, match="the cluster is not what") as caught:
        cluster.load_plan(saved)

    assert told in caught.value.message
    if "default_replication_num" in told:
        cluster.query("ADMIN SET FRONTEND CONFIG ('default_replication_num' = '3')")


def test_the_file_reads_well_and_is_the_same_each_time(cluster: Cluster, saved: Path, tmp_path: Path) -> None:
    """One effect a line and a stable order, so that two of them can be compared."""
    text = saved.read_text("utf-8")
    plan = cluster.load_plan(text)
    lines = text.split("\n")

    assert text == cluster.save_plan(plan, tmp_path / "again.json").read_text("utf-8")
    assert '  "verdict": "destructive",' in lines
    assert ["customers", "orders"] == [
        json.loads(line.rstrip(","))["source"] for line in lines if line.startswith('    {"source"')
    ]
    assert '    "FROM vault",' in lines


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda text: text.replace('"destructive"', '"safe"'), "was changed after it was saved"),
        (lambda text: text.replace("(TABLE", "(VIEW").replace("orders", "order_s"), "was changed after it was saved"),
        (lambda text: text[:300], "is cut short or broken"),
        (lambda text: text.replace('"format_version": 1', '"format_version": 2'), "has the format 2"),
        (lambda text: text.replace("starrocks-restore plan", "something else"), "is no plan of starrocks-restore"),
        (lambda _: "[]", "is no plan of starrocks-restore"),
        (lambda _: "SELECT 1", "is no plan"),
        (lambda _: "", "is no plan"),
    ],
)
def test_a_file_that_is_not_as_it_was_saved_is_refused(
    cluster: Cluster, saved: Path, broken: object, message: str
) -> None:
    """Edited, cut short, from tomorrow, or somebody else's."""
    saved.write_text(broken(saved.read_text("utf-8")), "utf-8")  # type: ignore[operator]
    with pytest.raises(UsageProblem, match=message) as caught:
        cluster.load_plan(saved)
    assert caught.value.hint


def test_files_that_cannot_be_read_or_written(cluster: Cluster, saved: Path, tmp_path: Path) -> None:
    """What is there already is not lost."""
    plan = cluster.load_plan(saved)
    notes = tmp_path / "notes.txt"
    notes.write_text("mine", "utf-8")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")

    for path, message in ((tmp_path / "none", "cannot be read"), (tmp_path / "bytes", "is no text")):
        with pytest.raises(UsageProblem, match=message):
            cluster.load_plan(path)
    for path, message in ((notes, "is no plan"), (tmp_path / "no" / "where", "cannot be written")):
        with pytest.raises(UsageProblem, match=message):
            srk.save_plan(plan, path, cluster)
    assert "mine" == notes.read_text("utf-8")


def test_a_plan_that_is_not_true_any_more_is_not_saved(cluster: Cluster, tmp_path: Path) -> None:
    """What is written must be true when it is written."""
    plan = cluster.plan(restore(backed_up(cluster)))
    cluster.query("DROP TABLE shop.orders FORCE")

    with pytest.raises(PlanRefused, match="nothing was saved"):
        cluster.save_plan(plan, tmp_path / "plan.json")
    assert [] == [each for each in tmp_path.iterdir() if "plan" in each.name]


def test_no_secret_is_in_a_file(cluster: Cluster, tmp_path: Path) -> None:
    """A plan of a repository can be kept and read, and not run."""
    plan = cluster.plan(CREATE + ' PROPERTIES ("aws.s3.secret_key" = "s3cret")')
    path = cluster.save_plan(plan, tmp_path / "repository.json")

    assert "s3cret" not in path.read_text("utf-8")
    with pytest.raises(UsageProblem, match="hides the secrets"):
        cluster.load_plan(path)
