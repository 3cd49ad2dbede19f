"""A job is followed while the world around it breaks: its fate is learned, or said to be unknown."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from road import BACKUP, CREATE, backed_up, restore
from sandbox.child import running

from starrocks_restore_kernel.errors import JobUnknown
from starrocks_restore_kernel.facade import Cluster, connect
from starrocks_restore_kernel.history import EventKind, Outcome
from starrocks_restore_kernel.jobs import Job
from starrocks_restore_kernel.sandbox import Sandbox


@pytest.fixture
def job(cluster: Cluster) -> Job:
    """A restore that has just been sent."""
    stamp = backed_up(cluster)
    cluster.query("DROP TABLE shop.orders FORCE")
    return cluster.plan(restore(stamp)).submit()


def told(cluster: Cluster, kind: EventKind) -> list[str]:
    """The events of a kind, in words."""
    return [each.text for each in cluster.events() if each.kind is kind]


def outcomes(cluster: Cluster) -> list[Outcome]:
    """Of all that was sent."""
    return [each.outcome for each in cluster.restores.history.submissions()]


def test_a_change_of_the_leader_is_gone_through(cluster: Cluster, job: Job) -> None:
    """Connections are cut, the job begins anew, maybe under another id, and the percentage does not fall."""
    fractions: list[float] = []

    def note(each: Job) -> None:
        judged = each.estimate()
        if judged is not None:
            fractions.append(judged.fraction)
        if len(fractions) == 2:
            cluster.frontend.send("ADMIN SANDBOX LEADER CHANGE")

    job.subscribe(note)
    job.wait(60)

    assert fractions == sorted(fractions)
    assert 1.0 == fractions[-1]
    assert [Outcome.FINISHED] == outcomes(cluster)


def test_a_connection_that_is_cut_in_the_middle_is_opened_again(cluster: Cluster, job: Job) -> None:
    """And an answer that changed while it was written is asked for again."""
    for fault in ("cut on 'show restore*' times 3", "read_race on shop times 4"):
        cluster.frontend.send(f"ADMIN SANDBOX FAULT {fault}")
    assert job.wait(60).succeeded
    assert job.trouble is None


def test_a_database_that_is_dropped_takes_its_job_along(cluster: Cluster, job: Job) -> None:
    """SHOW RESTORE shows nothing any more; what is there is looked at all the same, and nothing is called good."""
    cluster.query("DROP DATABASE shop FORCE")
    with pytest.raises(JobUnknown, match="SHOW RESTORE does not show the restore of monday into shop"):
        job.wait(60)

    assert job.verdict is not None
    assert job.verdict.failed
    assert ["SRR301"] == [each.code for each in job.verdict.findings if each.severity == "error"]
    assert [Outcome.GONE] == outcomes(cluster)


def test_a_clock_of_ours_that_jumps_changes_nothing(cluster: Cluster, job: Job) -> None:
    """A laptop that comes back from a nap, and one whose clock is set back."""
    now = cluster.restores.leader._connected().now
    jumps = iter([0, 7200, -86_400, 3600])
    cluster.restores.leader._connected().now = lambda: now() + timedelta(seconds=next(jumps, 0))

    assert job.wait(60).succeeded
    assert 1.0 == job.estimate().fraction  # type: ignore[union-attr]


def test_a_server_that_is_killed_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``kill -9`` of the frontend's process while it restores; started again on its folder, it goes on, so do we."""
    monkeypatch.setenv("STARROCKS_RESTORE_HISTORY", f"sqlite:///{tmp_path / 'history.sqlite'}")
    folder = f"--folder={tmp_path / 'state'}"
    with running(folder, "--speed=60") as child:
        port = child.port
        cluster = connect(f"starrocks://root@127.0.0.1:{port}", poll_interval=0.05)
        cluster.run(CREATE)
        stamp = str(cluster.run(BACKUP).timestamp)
        cluster.query("DROP TABLE shop.orders FORCE")
        job = cluster.plan(restore(stamp)).submit()
        assert -signal.SIGKILL == child.end(signal.SIGKILL)[0]
    with running(folder, "--speed=60", f"--port={port}") as child:
        assert port == child.port
        assert job.wait(60).succeeded
        assert [(12_000,)] == [tuple(row.values()) for row in cluster.query("SELECT COUNT(*) FROM shop.orders")]
        assert [Outcome.FINISHED] == outcomes(cluster)
        cluster.close()


KERNEL = """
import os, signal, sys
from starrocks_restore_kernel.facade import connect
cluster = connect("sandbox", poll_interval=0.02)
job = cluster.plan(sys.argv[1]).submit()
job.subscribe(lambda each: os.kill(os.getpid(), signal.SIGKILL))
job.wait()
"""


def test_a_kernel_that_is_killed_leaves_its_job_to_the_next(cluster: Cluster) -> None:
    """``kill -9`` while it follows; the next kernel finds the job, its samples and who sent it."""
    stamp = backed_up(cluster)
    cluster.query("DROP TABLE shop.orders FORCE")
    killed = subprocess.run(  # noqa: S603 our own interpreter
        [sys.executable, "-c", KERNEL, restore(stamp)], env=os.environ, check=False, timeout=60
    )
    assert -signal.SIGKILL == killed.returncode
    with connect("sandbox", poll_interval=0.02) as next_kernel:
        jobs = next_kernel.resume()
        job = jobs[0] if jobs else next_kernel.attach("shop")
        job.wait(60)

        assert job.succeeded
        assert job.submission is not None
        assert [Outcome.FINISHED] == outcomes(next_kernel)
        assert ["the restore of monday into shop was taken by the server"] == told(next_kernel, EventKind.SUBMIT)
        assert job.samples[0].read_at < job.samples[-1].read_at


def test_a_follower_is_asked_and_the_leader_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks are seen, which a follower does not show."""
    monkeypatch.setenv("STARROCKS_RESTORE_HISTORY", f"sqlite:///{tmp_path / 'history.sqlite'}")
    with Sandbox(speed=60, followers=1) as sandbox:
        follower = next(each.query_port for each in sandbox.frontend.peers if each.query_port != sandbox.port)
        with connect(f"starrocks://root@127.0.0.1:{follower}", poll_interval=0.02) as cluster:
            stamp = backed_up(cluster)
            cluster.query("DROP TABLE shop.orders FORCE")
            job = cluster.plan(restore(stamp)).submit().wait(60)

            assert cluster.restores.leader.leads
            assert sandbox.port == int(cluster.restores.leader.place.rpartition(":")[2])
            assert max(each.pending_tasks for each in job.samples) > 0
