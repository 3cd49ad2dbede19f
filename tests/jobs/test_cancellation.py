from __future__ import annotations

import pytest
from planning.stage import Stage, planned
from samples import sample

from starrocks_restore_kernel.errors import JobFailed, UsageProblem
from starrocks_restore_kernel.jobs import cancellation
from starrocks_restore_kernel.jobs.sameness import plan_notes

NOTES = {"overwritten": [7, ["a", "b"]], "views": [1, ["w"]], "functions": True, "catalogs": False}


@pytest.mark.parametrize("state", ["PENDING", "SNAPSHOTING", "DOWNLOAD", "DOWNLOADING"])
def test_an_early_cancel_says_what_it_takes_along(state: str) -> None:
    """Rows stay; views and functions that were replaced are gone."""
    made = cancellation("the restore of s into shop", "shop", sample(state), NOTES)

    assert (True, False) == (made.allowed, made.harmless)
    assert "leaves the rows of existing tables as they are" in made.losses[0]
    assert made.losses[-1].startswith("loses the views w and functions of the same signatures of before")
    assert "CANCEL RESTORE FROM `shop`" in made.sql or "CANCEL RESTORE FROM shop" in made.sql
    assert "%restore cancel DB --run, or job.cancel()" in made.text()


@pytest.mark.parametrize("state", ["COMMIT", "COMMITTING"])
def test_a_late_cancel_is_not_allowed(state: str) -> None:
    """And names the tables that it would tear."""
    made = cancellation("the restore of s into shop", "shop", sample(state), NOTES)

    assert (False, False) == (made.allowed, made.harmless)
    assert made.losses[0].startswith("leaves a, b and 5 more torn")
    assert "--force" in made.text()


def test_a_job_whose_plan_is_not_known_is_never_called_harmless() -> None:
    """Another process sent it."""
    made = cancellation("the restore of s into shop", "shop", sample("DOWNLOADING"))

    assert not made.harmless
    assert "its plan is not known" in made.losses[-1]


def test_a_cancel_of_what_has_ended_says_so() -> None:
    """There is nothing to do."""
    made = cancellation("the restore of s into shop", "shop", sample("FINISHED"), NOTES)

    assert "the restore of s into shop has ended already: FINISHED" == made.text()
    assert not made.allowed


def test_names_are_escaped() -> None:
    """A table may be called anything."""
    notes = NOTES | {"views": [1, ["<b>"]]}
    assert "&lt;b&gt;" in cancellation("x", "shop", sample("PENDING"), notes).html()


def test_a_cancel_looks_before_it_acts(stage: Stage) -> None:
    """At the state of now, and not at that of the last sample; forced, it does what it says."""
    stamp = stage.backup()
    made = planned(stage, stamp, "ON (t, w)")
    job = made.submit(overwrite=True)
    assert ("views", [1, ["w"]]) in plan_notes(made).items()
    while stage.job("db1").state.value != "COMMITTING":
        stage.step()

    with pytest.raises(
        JobFailed, match="nothing was cancelled: the restore of s into db1 is COMMITTING: leaves t torn"
    ):
        job.cancel()
    assert "COMMITTING" == stage.job("db1").state.value
    job.cancel(force=True)
    assert "user cancelled, current state: COMMITTING" == stage.job("db1").reason
    assert "cancel" in [each.kind.value for each in stage.cluster.events()]
    with pytest.raises(JobFailed, match="has ended already: CANCELLED"):
        job.cancel()


def test_an_early_cancel_is_done_at_once(stage: Stage) -> None:
    """And what was lost is what was said."""
    stamp = stage.backup()
    job = planned(stage, stamp, "ON (w)").submit(overwrite=True)
    stage.step()

    assert job.cancellation().losses[-1] == "loses the views w of before: they were dropped in the first step"
    job.cancel()
    assert "CANCELLED" == stage.job("db1").state.value
    assert "w" not in stage.sandbox.frontend.databases["db1"].tables


def test_there_must_be_something_to_cancel(stage: Stage) -> None:
    """A later job has taken the slot."""
    stamp = stage.backup()
    job = planned(stage, stamp, "ON (u)").submit(overwrite=True)
    stage.step(120)
    stage.do("BACKUP SNAPSHOT db1.s2 TO repo")

    with pytest.raises(UsageProblem, match="SHOW RESTORE does not show the restore of s into db1"):
        job.cancel()
