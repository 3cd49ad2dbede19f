from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest
from jobs.keeping import IDENTITY, Keeping
from jobs.test_poller import Script
from samples import START, sample

from starrocks_restore_kernel.cluster import JobState
from starrocks_restore_kernel.errors import JobFailed, JobUnknown
from starrocks_restore_kernel.jobs import Job, Poller
from starrocks_restore_kernel.jobs.sample_log import SampleLog


@dataclass
class Told:
    """A verdict that says what it was told to."""

    failed: bool
    summary: str = "orders is not there"

    def text(self) -> str:
        return f"Verdict: {self.summary}"

    def html(self) -> str:
        return f"<p>{self.summary}</p>"


def ended(state: str = "FINISHED", **more: object) -> Job:
    """A job of which one row was read."""
    job = Job(IDENTITY, Keeping(**more))  # type: ignore[arg-type]
    job.take(sample(state))
    return job


def test_finished_is_not_done_before_the_verdict() -> None:
    """Nor has it succeeded where the verdict says otherwise."""

    class Slow(Keeping):
        def ended(self, job: Job) -> None:
            """Say nothing yet."""

    job = Job(IDENTITY, Slow())
    job.take(sample("FINISHED"))
    assert (True, False) == (job.ended, job.done)
    job.conclude(Told(failed=True))  # type: ignore[arg-type]

    assert (True, False) == (job.done, job.succeeded)
    with pytest.raises(JobFailed, match="is FINISHED, and yet orders is not there"):
        job.wait()
    assert "Verdict: orders is not there" in job.text()
    assert "<p>orders is not there</p>" in job.html()


def test_a_job_can_be_awaited() -> None:
    """From asyncio, while other tasks go on."""
    rows = [[sample("PENDING")], [sample("DOWNLOADING", 3)], [sample("FINISHED")]]

    async def main() -> tuple[Job, list[str]]:
        job = Job(IDENTITY, Keeping(Poller(Script(*rows), interval=0.01)))
        seen: list[str] = []

        async def watch() -> None:
            seen.extend([each.state.value if each.state is not None else "" async for each in job.news()])

        watching = asyncio.create_task(watch())
        waited = await asyncio.wait_for(job, 10)
        await watching
        return waited, seen

    job, seen = asyncio.run(main())
    assert job.succeeded
    assert "FINISHED" == seen[-1]


def test_awaiting_what_fails_raises_as_waiting_does() -> None:
    """Cancelled is a failure there too."""

    async def main() -> None:
        await ended("CANCELLED")

    with pytest.raises(JobFailed, match="was CANCELLED"):
        asyncio.run(main())


def test_a_lost_job_is_looked_at_all_the_same() -> None:
    """What is there may prove what SHOW RESTORE has forgotten."""
    job = Job(IDENTITY, Keeping(verdict=Told(failed=False, summary="all is there")))
    job.take(sample("COMMITTING", 1))
    job.lose()

    with pytest.raises(JobUnknown, match=r"last seen: COMMITTING"):
        job.wait()
    assert job.verdict is not None
    assert "Verdict: all is there" in job.text()


def test_what_cannot_be_written_down_is_said() -> None:
    """With the job, and while it is so."""
    assert "what is seen waits to be written down: disk full" in ended(trouble="disk full").text()


def test_a_job_draws_itself_with_the_server_s_words_escaped() -> None:
    """Text and HTML hold the same."""
    job = Job(IDENTITY, Keeping())
    job.take(sample("CANCELLED", Status="[COMMON_ERROR, msg: <b>bad</b>]"))

    assert "<b>bad</b>" in job.text()
    assert "&lt;b&gt;bad&lt;/b&gt;" in job.html()


def test_a_cancel_goes_to_who_looks_after_the_job() -> None:
    """With what was said of force."""
    keeping = Keeping()
    Job(IDENTITY, keeping).cancel(force=True)

    assert [("snap", True)] == keeping.cancelled


def test_the_log_of_a_long_job_stays_small() -> None:
    """The first and the last of each state stay, in their order; only the newest holds its lists."""
    log = SampleLog(most=50)
    states = ["PENDING", *["DOWNLOADING"] * 500, *["COMMITTING"] * 30, "FINISHED"]
    for second, state in enumerate(states):
        log.add(sample(state, 600 - second if state != "FINISHED" else 0, after=second))
        assert 50 >= len(log.values())

    kept = log.values()
    moments = [(each.read_at - START) / timedelta(seconds=1) for each in kept]
    assert moments == sorted(moments)
    assert {0.0, 1.0, 500.0, 501.0, 530.0, 531.0} <= set(moments)
    assert [JobState.FINISHED] == [each.state for each in kept if each.finished or each.state.ended]
    assert {""} == {each.unfinished_tasks for each in kept[:-1]}


def test_the_log_keeps_the_lists_of_the_newest() -> None:
    """They tell which tasks hang."""
    log = SampleLog()
    log.add(sample("DOWNLOADING", 2))
    log.add(sample("DOWNLOADING", 1, after=1))

    assert ["", "10000=10004"] == [each.unfinished_tasks for each in log.values()]
    assert [2, 1] == [each.pending_tasks for each in log.values()]
    assert not log.is_news(sample("DOWNLOADING", 1, after=2))


def test_a_callback_that_fails_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged; the job is followed on."""
    job = Job(IDENTITY, Keeping())
    seen: list[Job] = []
    job.subscribe(lambda _: 1 / 0)
    job.subscribe(seen.append)
    job.take(sample("PENDING"))

    assert [job] == seen
    assert "a callback of the restore of snap into shop failed" in caplog.text
