from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from samples import sample

from starrocks_restore_kernel.cluster import JobSample, JobState
from starrocks_restore_kernel.errors import ConnectionFailed, JobFailed, JobUnknown, RestoreError
from starrocks_restore_kernel.jobs import Job, JobIdentity, Poller

IDENTITY = JobIdentity("shop", "snap", "2026-01-01-00-00-00-000")


class Script:
    """What SHOW RESTORE answers, look by look; the last answer stays."""

    def __init__(self, *answers: Sequence[JobSample] | RestoreError) -> None:
        self._answers = list(answers)

    def __call__(self) -> Sequence[JobSample]:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, RestoreError):
            raise answer
        return answer


def following(
    *answers: Sequence[JobSample] | RestoreError, identity: JobIdentity = IDENTITY
) -> tuple[Job, list[JobSample], list[float]]:
    """A job followed by a poller that never really waits; what was kept; how long it would have waited."""
    kept: list[JobSample] = []
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return False

    poller = Poller(Script(*answers), kept.append, wait=wait)
    return Job(identity, poller, lambda _: None), kept, waits


def test_a_job_is_followed_to_its_end_and_every_new_sample_kept() -> None:
    """Equal rows are one sample."""
    job, kept, _ = following(
        [sample("PENDING", JobId="-1")],
        [sample("DOWNLOADING", 2)],
        [sample("DOWNLOADING", 2, after=1)],
        [sample("FINISHED")],
    )

    job.wait(10)

    assert [JobState.PENDING, JobState.DOWNLOADING, JobState.FINISHED] == [each.state for each in job.samples]
    assert list(job.samples) == kept
    assert job.succeeded


def test_the_job_of_before_is_not_taken_for_ours() -> None:
    """The same restore, run again: the old row stands there until the new job takes the slot."""
    old = sample("FINISHED", JobId="1", CreateTime="2026-01-02 09:00:00")
    identity = JobIdentity("shop", "snap", IDENTITY.timestamp, (old.job_id, old.created))
    job, _, _ = following([old], [old], [sample("FINISHED", JobId="2")], identity=identity)

    job.wait(10)

    assert [2] == [each.job_id for each in job.samples]


def test_a_cancelled_job_raises_with_the_server_s_reason() -> None:
    """The text behind ``msg:`` is what a person needs."""
    job, _, _ = following([sample("CANCELLED", Status="[COMMON_ERROR, msg: failed to find 3 different hosts]")])

    with pytest.raises(JobFailed, match="was CANCELLED: failed to find 3 different hosts\n"):
        job.wait(10)


def test_a_job_that_vanishes_is_said_to_be_unknown() -> None:
    """After three looks without its row, and not before."""
    job, _, waits = following([sample("DOWNLOADING", 1)], [])

    with pytest.raises(JobUnknown, match="last seen: DOWNLOADING"):
        job.wait(10)
    assert [1.0, 1.0, 1.0] == waits[:3]


def test_a_server_that_is_away_is_asked_again_more_slowly() -> None:
    """Its absence is told on the job, and forgotten when it is back."""
    gone = ConnectionFailed("away")
    troubles: list[str | None] = []
    job, _, waits = following(gone, gone, [sample("FINISHED")])
    job.subscribe(lambda each: troubles.append(each.trouble))

    job.wait(10)

    assert [2.0, 4.0] == waits[:2]
    assert [None] == troubles


def test_a_full_disk_under_the_history_stops_nothing() -> None:
    """The job is followed on, and the trouble told."""

    def full(_: JobSample) -> None:
        raise RestoreError("disk full")

    poller = Poller(Script([sample("DOWNLOADING", 1)]), full)
    job = Job(IDENTITY, poller, lambda _: None)
    poller._jobs[job] = 0

    assert poller.look()
    assert job.trouble == "the sample could not be kept: disk full"
    assert job.state is JobState.DOWNLOADING


def test_waiting_has_an_end() -> None:
    """The job runs on; only the wait is over."""
    release = threading.Event()
    poller = Poller(Script([sample("DOWNLOADING", 1)]), lambda _: None, wait=release.wait)
    job = Job(IDENTITY, poller, lambda _: None)

    with pytest.raises(TimeoutError, match=r"has not ended in 0\.01 s"):
        job.wait(0.01)
    poller._stop.set()
    release.set()
    poller.stop()
    assert not job.ended


@pytest.mark.parametrize("state", ["COMMIT", "COMMITTING"])
def test_cancel_refuses_past_the_point_of_no_return(state: str) -> None:
    """Unless forced: then it is passed on."""
    cancelled: list[str] = []
    job = Job(IDENTITY, Poller(Script([]), lambda _: None), lambda each: cancelled.append(each.label))
    job.record(sample(state))

    with pytest.raises(JobFailed, match="half-overwritten"):
        job.cancel()
    assert [] == cancelled
    job.cancel(force=True)
    assert ["snap"] == cancelled


def test_a_job_draws_itself_with_the_server_s_words_escaped() -> None:
    """Text and HTML hold the same."""
    job = Job(IDENTITY, Poller(Script([]), lambda _: None), lambda _: None)
    job.record(sample("CANCELLED", Status="[COMMON_ERROR, msg: <b>bad</b>]"))

    assert "<b>bad</b>" in job.text()
    assert "&lt;b&gt;bad&lt;/b&gt;" in job.html()
