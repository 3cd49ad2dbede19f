"""What was sent, and what became of it; on each kind of database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from samples import START

from starrocks_restore_kernel.errors import UsageProblem
from starrocks_restore_kernel.history import History, Outcome, Submission

SENT = Submission(
    *("s1", START, "a:1", "shop", "vault", "snap", "t", "RESTORE SNAPSHOT shop.snap FROM vault", "print", "root (kim)"),
    where="desk",
    before=(7, None),
    expected={"objects": [{"name": f"t{n} 🍏"} for n in range(1_000)]},
)


def test_a_submission_comes_back_whole(history: History) -> None:
    """By its id; what is expected is left out of a list unless asked for."""
    history.begin(SENT)

    assert SENT == history.submission("s1")
    assert (SENT,) == history.submissions(with_expected=True)
    assert (replace(SENT, expected=None),) == history.submissions()
    assert history.submission("s2") is None


def test_its_fate_is_written_down_as_it_is_learned(history: History) -> None:
    """What is not said stays as it was; saying the same twice does no harm."""
    history.begin(SENT)
    history.settle("s1", Outcome.SENT)
    history.settle("s1", Outcome.SENT, job_id=9, created="2026-01-02 10:00:00")
    history.settle("s1", Outcome.FINISHED)
    history.settle("s1", Outcome.FINISHED)
    history.keep_verdict("s1", {"found": "all", "password": "hush"})

    ended = replace(SENT, outcome=Outcome.FINISHED, job_id=9, created="2026-01-02 10:00:00")
    assert replace(ended, verdict={"found": "all", "password": "******"}) == history.submission("s1")


def test_submissions_are_listed_newest_first(history: History) -> None:
    """By cluster, database and fingerprint; those that are open, and so many."""
    outcomes = [Outcome.SENDING, Outcome.FINISHED, Outcome.LOST, Outcome.REFUSED]
    for n, outcome in enumerate(outcomes):
        each = replace(SENT, id=f"s{n}", at=START + timedelta(seconds=n), outcome=outcome, expected=None)
        history.begin(replace(each, cluster="b:1", database="x", fingerprint="other") if n == 2 else each)

    def ids(*names: str, **filters: object) -> list[str]:
        return [each.id for each in history.submissions(*names, **filters)]  # type: ignore[arg-type]

    assert ["s3", "s2", "s1", "s0"] == ids()
    assert ["s2"] == ids("b:1") == ids(database="x") == ids(fingerprint="other") == ids(last=1, open_only=True)
    assert ["s2", "s0"] == ids(open_only=True)
    assert ["s3", "s1", "s0"] == ids("a:1", fingerprint="print")


def test_a_second_submission_of_an_id_is_refused(history: History) -> None:
    """The first stays as it is."""
    history.begin(SENT)
    with pytest.raises(UsageProblem, match="there is a submission s1 already"):
        history.begin(replace(SENT, label="other"))

    assert SENT == history.submission("s1")


def test_what_was_never_begun_cannot_end(history: History) -> None:
    """Said plainly, as it is a slip of a program."""
    with pytest.raises(UsageProblem, match="there is no submission s1"):
        history.settle("s1", Outcome.FINISHED, created="c")
    with pytest.raises(UsageProblem, match="there is no submission s1"):
        history.keep_verdict("s1", {})


def test_a_secret_in_a_statement_is_hidden(history: History) -> None:
    """RESTORE holds none; if one slipped in all the same it is not written down."""
    history.begin(replace(SENT, statement='RESTORE … PROPERTIES ("password" = "hush")'))

    found = history.submission("s1")
    assert found is not None
    assert 'RESTORE … PROPERTIES ("password" = "******")' == found.statement
