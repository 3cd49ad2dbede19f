from __future__ import annotations

import itertools
import threading
from collections.abc import Collection, Sequence
from typing import Any

import pytest
from jobs.keeping import IDENTITY, Keeping
from samples import sample

from starrocks_restore_kernel.cluster import JobSample, JobState
from starrocks_restore_kernel.errors import ConnectionFailed, JobFailed, JobUnknown, RestoreError
from starrocks_restore_kernel.jobs import Job, JobIdentity, Poller


class Script:
    """What SHOW RESTORE answers, look by look; the last answer stays."""

    def __init__(self, *answers: Sequence[JobSample] | RestoreError) -> None:
        self._answers = list(answers)
        self.asked: list[Collection[str]] = []

    def __call__(self, databases: Collection[str]) -> Sequence[JobSample]:
        self.asked.append(databases)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, RestoreError):
            raise answer
        return answer


def following(
    *answers: Sequence[JobSample] | RestoreError, identity: JobIdentity = IDENTITY
) -> tuple[Job, Keeping, list[float]]:
    """A job followed by a poller that never really waits; who keeps it; how long it would have waited."""
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return False

    ticks = itertools.count(0.0, 4.0)
    keeping = Keeping(Poller(Script(*answers), wait=wait, clock=lambda: next(ticks)))
    return Job(identity, keeping), keeping, waits


def test_a_job_is_followed_to_its_end_and_every_new_sample_kept() -> None:
    """Equal rows are one sample."""
    job, keeping, _ = following(
        [sample("PENDING", JobId="-1")],
        [sample("DOWNLOADING", 2)],
        [sample("DOWNLOADING", 2, after=1)],
        [sample("FINISHED")],
    )

    job.wait(10)

    assert [JobState.PENDING, JobState.DOWNLOADING, JobState.FINISHED] == [each.state for each in job.samples]
    assert [each.slim() for each in job.samples] == [each.slim() for each in keeping.kept]
    assert job.succeeded


def test_only_the_databases_of_the_jobs_are_asked_for() -> None:
    """Of a thousand databases with jobs, one is read."""
    script = Script([sample("FINISHED")])
    Job(IDENTITY, Keeping(Poller(script))).wait(10)

    assert [{"shop"}] == script.asked


def test_the_job_of_before_is_not_taken_for_ours() -> None:
    """The same restore, run again: the old row stands there until the new job takes the slot."""
    old = sample("FINISHED", JobId="1", CreateTime="2026-01-02 09:00:00")
    identity = JobIdentity("shop", "snap", IDENTITY.timestamp, (old.job_id, old.created))
    job, _, _ = following([old], [old], [sample("FINISHED", JobId="2")], identity=identity)

    job.wait(10)

    assert [2] == [each.job_id for each in job.samples]


def test_a_new_leader_s_id_is_the_same_job() -> None:
    """The job is begun anew under another id, and its creation time stays; a later job has another one."""
    job, _, _ = following(
        [sample("PENDING", JobId="7")],
        [sample("PENDING", JobId="9")],
        [sample("FINISHED", JobId="9")],
    )

    job.wait(10)

    assert [7, 9, 9] == [each.job_id for each in job.samples]
    assert not job.identity.matches(sample("FINISHED", JobId="9", CreateTime="2026-01-02 11:00:00"))


def test_a_cancelled_job_raises_with_the_server_s_reason() -> None:
    """The text behind ``msg:`` is what a person needs."""
    job, _, _ = following([sample("CANCELLED", Status="[COMMON_ERROR, msg: failed to find 3 different hosts]")])

    with pytest.raises(JobFailed, match="was CANCELLED: failed to find 3 different hosts\n"):
        job.wait(10)


def test_a_job_that_vanishes_is_said_to_be_unknown() -> None:
    """After three looks without its row and ten intervals, and not before."""
    job, _, waits = following([sample("DOWNLOADING", 1)], [])

    with pytest.raises(JobUnknown, match="last seen: DOWNLOADING"):
        job.wait(10)
    assert 4 == len(waits)


def test_a_row_that_comes_late_is_not_lost() -> None:
    """A new leader answers before it knows its jobs."""
    job, _, _ = following([sample("DOWNLOADING", 1)], [], [], [sample("DOWNLOADING", 1)], [], [], [sample("FINISHED")])

    assert job.wait(10).succeeded


def test_it_looks_often_while_something_moves() -> None:
    """And three times as rarely at most where nothing does."""
    still = [sample("DOWNLOADING", 2)]
    job, _, waits = following(
        [sample("PENDING")], still, still, still, still, [sample("DOWNLOADING", 1)], [sample("FINISHED")]
    )

    job.wait(10)

    assert [1.0, 1.0, 1.5, 2.25, 3.0, 1.0] == waits[:6]


def test_a_server_that_is_away_is_asked_again_more_slowly() -> None:
    """Its absence is told on the job, and forgotten when it is back."""
    gone = ConnectionFailed("away")
    troubles: list[str | None] = []
    job, _, waits = following(gone, gone, [sample("FINISHED")])
    job.subscribe(lambda each: troubles.append(each.trouble))

    job.wait(10)

    assert [2.0, 4.0] == waits[:2]
    assert ["away", None, None, None] == troubles


def test_the_thread_ends_with_the_last_job_and_begins_with_the_next() -> None:
    """Nobody has to end it."""
    job, keeping, _ = following([sample("FINISHED")])
    poller = keeping.poller
    assert poller is not None
    job.wait(10)
    thread = poller._thread
    if thread is not None:
        thread.join(10)

    assert poller._thread is None
    assert Job(IDENTITY, keeping).wait(10).succeeded


def test_waiting_has_an_end() -> None:
    """The job runs on; only the wait is over."""
    release = threading.Event()
    poller = Poller(Script([sample("DOWNLOADING", 1)]), wait=release.wait)
    job = Job(IDENTITY, Keeping(poller))

    with pytest.raises(TimeoutError, match=r"has not ended in 0\.01 s"):
        job.wait(0.01)
    poller._stop.set()
    release.set()
    poller.stop()
    assert not job.ended


def test_a_mistake_of_ours_is_told_and_the_looks_go_on(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody waits for ever because a row could not be read."""
    broken: Any = [None]
    troubles: list[str | None] = []
    job, _, waits = following(broken, [sample("FINISHED")])
    job.subscribe(lambda each: troubles.append(each.trouble))

    assert job.wait(10).succeeded
    assert "AttributeError" in str(troubles[0])
    assert "a look at restore jobs failed" in caplog.text
    assert 2.0 == waits[0]
