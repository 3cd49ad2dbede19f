"""Many restores in a row: order, limits, failures, and processes that die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from road import backed_up

from starrocks_restore_kernel.errors import PlanRefused, UsageProblem
from starrocks_restore_kernel.facade import Cluster, connect
from starrocks_restore_kernel.history import EventKind, ItemState, Outcome
from starrocks_restore_kernel.jobs import Queue

Text = Callable[..., str]


@pytest.fixture
def text(cluster: Cluster) -> Text:
    """Statements that restore the shop's orders into another database."""
    stamp = backed_up(cluster)

    def make(target: str, table: str = "orders", replicas: int = 1) -> str:
        head = f"DATABASE shop AS {target}" if target != "shop" else "DATABASE shop"
        properties = f'"backup_timestamp" = "{stamp}", "replication_num" = "{replicas}"'
        return f"RESTORE SNAPSHOT monday FROM vault {head} ON ({table}) PROPERTIES ({properties})"

    return make


def states(queue: Queue) -> dict[str, str]:
    """How far each item is."""
    return {each.id: each.state.value for each in queue.items}


def spans(cluster: Cluster) -> dict[tuple[str, str], tuple[str, str]]:
    """When each job ran, by database and objects: its creation and its end."""
    return {
        (each.database, each.objects.split()[0]): (each.created or "", each.finished or "")
        for each in cluster.restores.history.samples()
        if each.state.ended
    }


def test_databases_run_side_by_side_and_one_job_each(cluster: Cluster, text: Text) -> None:
    """Items of one database keep their order; those of another do not wait for them."""
    queue = cluster.queue("night")
    for target, table in (("a", "orders"), ("a", "customers"), ("b", "orders"), ("c", "orders")):
        queue.add(text(target, table), item=f"{target}.{table}")
    queue.run(limit=3).wait(60)

    assert {"done"} == set(states(queue).values())
    assert 1.0 == queue.fraction
    seen = spans(cluster)
    assert seen["a", "orders"][1] <= seen["a", "customers"][0]
    assert seen["b", "orders"][0] < seen["a", "orders"][1]
    assert ["a", "b", "c"] == sorted({each.database for each in cluster.jobs()})
    assert "Queue night: 4 done, 100% of the whole" in queue.text()


def test_no_more_than_the_limit_run_at_once(cluster: Cluster, text: Text) -> None:
    """However many are ready."""
    queue = cluster.queue("night")
    for target in "abcd":
        queue.add(text(target))
    most = 0

    def count(_: object) -> None:
        nonlocal most
        running = [each for each in cluster.jobs() if not each.state.ended]
        most = max(most, len(running))

    cluster.on(count)
    queue.run(limit=2).wait(60)

    assert {"done"} == set(states(queue).values())
    assert most == 2


def test_what_comes_after_waits(cluster: Cluster, text: Text) -> None:
    """Also in another database."""
    queue = cluster.queue("night").add(text("a"), item="first").add(text("b"), item="second", after=["first"])
    queue.run().wait(60)

    seen = spans(cluster)
    assert seen["a", "orders"][1] <= seen["b", "orders"][0]


@pytest.mark.parametrize(
    ("go_on", "expected"),
    [
        (False, {"bad": "failed", "child": "waiting", "other": "waiting"}),
        (True, {"bad": "failed", "child": "skipped", "other": "done"}),
    ],
)
def test_a_failure_stops_or_is_gone_past(cluster: Cluster, text: Text, go_on: bool, expected: dict[str, str]) -> None:
    """What comes after it is left out; the rest goes on if it is said so. A retry does what was left."""
    queue = cluster.queue("night").add(text("a"), item="bad")
    queue.add(text("b"), item="child", after=["bad"]).add(text("a", "customers"), item="other")
    cluster.query("CREATE DATABASE a")
    cluster.query(
        "CREATE TABLE a.orders (id INT) DUPLICATE KEY (id) DISTRIBUTED BY HASH (id) "
        'PROPERTIES ("replication_num" = "1")'
    )
    queue.run(go_on=go_on).wait(60)

    assert expected == states(queue)
    notes = {each.id: each.note for each in queue.items}
    assert "nothing was sent: " in notes["bad"]
    if go_on:
        assert "it comes after bad, which is not done" == notes["child"]
        queue.retry("child")
    cluster.query("DROP TABLE a.orders FORCE")
    queue.retry("bad").run().wait(60)
    assert {"done"} == set(states(queue).values())


def test_the_yes_is_for_the_plan_that_was_shown(cluster: Cluster, text: Text) -> None:
    """Without it nothing that destroys is queued; and if the plan is another one by then, nothing is sent."""
    queue = cluster.queue("night")
    with pytest.raises(PlanRefused, match="overwrite orders"):
        queue.add(text("shop"))
    queue.add(text("shop"), overwrite=True, item="orders")
    cluster.query("DROP TABLE shop.orders FORCE")
    queue.run().wait(60)

    assert {"orders": "failed"} == states(queue)
    assert "the yes was for another plan; now it would in shop: create orders" in queue.text()
    assert 0 == len(cluster.jobs())


def test_somebody_else_s_job_is_waited_for(cluster: Cluster, text: Text) -> None:
    """The database is busy, and the item's turn comes when it no longer is."""
    other = cluster.plan(text("a", "customers")).submit()
    queue = cluster.queue("night").add(text("a"))
    queue.run().wait(60)

    assert other.wait(60).succeeded
    assert {"1": "done"} == states(queue)
    seen = spans(cluster)
    assert seen["a", "customers"][1] <= seen["a", "orders"][0]


def test_two_processes_work_one_queue_off(cluster: Cluster, text: Text) -> None:
    """Each item is sent by one of them."""
    queue = cluster.queue("night")
    for target in "abcdef":
        queue.add(text(target))
    with connect("sandbox", poll_interval=0.02) as other:
        second = other.queue("night")
        threads = [threading.Thread(target=each.run) for each in (queue, second)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(60)

    assert {"done"} == set(states(queue).values())
    sent = cluster.restores.history.submissions()
    assert 6 == len({each.database for each in sent if each.outcome is Outcome.FINISHED}) == len(sent)


def test_a_stopped_queue_goes_on_in_another_kernel(cluster: Cluster, text: Text) -> None:
    """What was sent is found there, and nothing is sent again."""
    queue = cluster.queue("night").add(text("a")).add(text("b"))
    sent = threading.Event()
    cluster.on(lambda _: sent.set(), {EventKind.SUBMIT})
    queue.start(limit=1)
    assert sent.wait(60)
    queue.stop().wait(60)
    with connect("sandbox", poll_interval=0.02) as other:
        other.queue("night").run().wait(60)

    assert {"1": "done", "2": "done"} == states(queue)
    assert 2 == len(cluster.restores.history.submissions())


KILLED = """
import os, signal
from starrocks_restore_kernel.facade import connect
from starrocks_restore_kernel.history import EventKind
cluster = connect("sandbox", poll_interval=0.02)
where = {where!r}
if where == "before sending":
    cluster.frontend.send = lambda text: os.kill(os.getpid(), signal.SIGKILL)
if where == "after sending":
    send = cluster.frontend.send
    def sent(text):
        send(text)
        os.kill(os.getpid(), signal.SIGKILL)
    cluster.frontend.send = sent
if where == "running":
    cluster.on(lambda event: os.kill(os.getpid(), signal.SIGKILL), {{EventKind.STATE}})
cluster.queue("night").run()
"""


@pytest.mark.parametrize("where", ["before sending", "after sending", "running"])
def test_a_killed_process_leaves_nothing_that_is_sent_twice(cluster: Cluster, text: Text, where: str) -> None:
    """``kill -9`` at the worst moments; another process finds out, and either goes on or says that it cannot know."""
    queue = cluster.queue("night").add(text("a")).add(text("b"), after=["1"])
    done = subprocess.run(  # noqa: S603 our own interpreter
        [sys.executable, "-c", textwrap.dedent(KILLED.format(where=where))], env=os.environ, check=False, timeout=60
    )
    assert -signal.SIGKILL == done.returncode

    history = cluster.restores.history
    before = {each.id for each in history.submissions()}
    if where == "before sending":
        # The intent is there, and no job: nobody can know, so nothing is sent by itself.
        cluster.restores.frontend.now = _later(cluster)
        queue.run().wait(60)
        assert {"1": "failed", "2": "waiting"} == states(queue)
        assert "whether the server took it is not known" in queue.text()
        assert before == {each.id for each in history.submissions()}
        assert 0 == len(cluster.jobs())
        return
    queue.run().wait(60)
    assert {"1": "done", "2": "done"} == states(queue)
    assert {"a": 1, "b": 1} == {each.database: 1 for each in history.submissions()}
    assert 2 == len(history.submissions())


def _later(cluster: Cluster) -> Callable[[], object]:
    now = cluster.restores.frontend.now
    return lambda: now() + timedelta(minutes=5)


def test_a_claim_whose_process_died_is_given_back(cluster: Cluster, text: Text) -> None:
    """After two minutes, as it came to no submission."""
    queue = cluster.queue("night").add(text("a"))
    history = cluster.restores.history
    assert history.claim("night", "1", "a process that is gone")
    cluster.restores.frontend.now = _later(cluster)  # type: ignore[assignment]
    queue.run().wait(60)

    assert {"1": "done"} == states(queue)


def test_what_cannot_be_queued_is_said(cluster: Cluster, text: Text) -> None:
    """No other statement, no name twice, nothing after what is not there, nothing that is not there to be left out."""
    queue = cluster.queue("night").add(text("a"), item="a")
    for wrong in (
        lambda: queue.add("BACKUP SNAPSHOT shop.x TO vault"),
        lambda: queue.add(text("b"), item="a"),
        lambda: queue.add(text("b"), after=["z"]),
        lambda: queue.skip("z"),
        lambda: queue.retry("a"),
        lambda: queue.start(limit=0),
    ):
        with pytest.raises(UsageProblem):
            wrong()
    assert {"a": "waiting"} == states(queue)
    queue.skip("a").run().wait(10)
    assert {"a": "skipped"} == states(queue)
    queue.clear()
    assert () == queue.items
    assert "Queue night: empty, 0% of the whole" in queue.text()


def test_names_in_a_queue_are_escaped(cluster: Cluster, text: Text) -> None:
    """They are somebody's words."""
    queue = cluster.queue("night").add(text("a"), item="<b>x</b>")
    history = cluster.restores.history
    history.settle_item("night", "<b>x</b>", ItemState.FAILED, note="<script>")

    assert "<b>x</b>" not in queue.html()
    assert "&lt;script&gt;" in queue.html()
