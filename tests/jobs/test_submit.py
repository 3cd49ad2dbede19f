"""A statement is sent once: by Run All, by two at the same time, after a lost answer, and after a process that died."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from memory_history import MemoryHistory
from planning.stage import Stage

from starrocks_restore_kernel.cluster import Leader, open_frontend, resolve
from starrocks_restore_kernel.errors import ConnectionFailed, JobUnknown, PlanRefused, ServerError
from starrocks_restore_kernel.facade import connect
from starrocks_restore_kernel.history import EventKind, Outcome, Submission
from starrocks_restore_kernel.jobs import Job, Restores, Sender
from starrocks_restore_kernel.language.statements import Restore
from starrocks_restore_kernel.planning import Facts, Plan, plan
from starrocks_restore_kernel.sandbox import Fault, FaultKind


class Notebook:
    """A process of its own: its connection, its plans, and a history that may be shared."""

    def __init__(self, stage: Stage, history: MemoryHistory) -> None:
        self.stage = stage
        self.history = history
        self.cluster = connect(stage.sandbox.url)
        self.restores = Restores(self.cluster.frontend, history, interval=0.01)  # type: ignore[arg-type]
        self.waits = 0
        self.sender = Sender(self.restores, self._planner, pause=self._pause)
        self.patience = threading.Event()
        self.longest = 0.0

    def _pause(self, _: float) -> None:
        self.waits += 1
        self.patience.wait(self.longest)

    def _planner(self, statement: Restore) -> tuple[Plan, Facts]:
        facts = self.cluster.facts(statement)
        return plan(statement, facts), facts

    def plan(self, stamp: str, clauses: str = "ON (t)") -> Plan:
        """What its user sees."""
        self.cluster.refresh()
        properties = f'"backup_timestamp" = "{stamp}", "replication_num" = "1"'
        return self.cluster.plan(f"RESTORE SNAPSHOT db1.s FROM repo {clauses} PROPERTIES ({properties})")

    def submit(self, shown: Plan, **how: bool) -> Job:
        """With the yes, unless it is said otherwise."""
        return self.sender.submit(shown, **{"overwrite": True, **how})

    def kinds(self) -> list[str]:
        """The events, without the states."""
        return [each.kind.value for each in self.history.recorded if each.kind is not EventKind.STATE]

    def outcomes(self) -> list[Outcome]:
        """Of what was sent, oldest first."""
        return [each.outcome for each in self.history.sent.values()]

    def close(self) -> None:
        """Hang up."""
        self.restores.close()
        self.cluster.close()


@pytest.fixture
def notebook(stage: Stage) -> Iterator[Notebook]:
    """One notebook."""
    made = Notebook(stage, MemoryHistory())
    yield made
    made.close()


@contextmanager
def another(notebook: Notebook, history: MemoryHistory | None = None) -> Iterator[Notebook]:
    """Another one on the same cluster; with the same history unless it has its own."""
    made = Notebook(notebook.stage, notebook.history if history is None else history)
    yield made
    made.close()


def run_out(notebook: Notebook, job: Job) -> Job:
    """Let time pass until the job has ended."""
    for _ in range(100):
        if job.ended:
            return job.wait(10)
        notebook.stage.step()
        sample = notebook.restores.slot(job.database)
        if sample is not None and job.identity.matches(sample):
            job.take(sample)
    raise AssertionError("the job does not end")


def _vanish(_: str) -> None:
    raise ConnectionFailed("gone")


def test_what_runs_is_joined_and_not_sent_again(notebook: Notebook, stamp: str) -> None:
    """The cell is run once more while its job runs: the plan is blocked by now, and it is followed all the same."""
    first = notebook.submit(notebook.plan(stamp))
    second = notebook.submit(notebook.plan(stamp), overwrite=False)

    assert second is first
    assert second.joined
    assert ["plan", "submit", "join"] == notebook.kinds()
    run_out(notebook, second)
    assert [Outcome.FINISHED] == notebook.outcomes()


def test_it_is_joined_from_another_machine_by_what_is_seen(notebook: Notebook, stamp: str) -> None:
    """Without a history in common; another statement on the same snapshot is not taken for it."""
    notebook.submit(notebook.plan(stamp, "ON (t, w)"))
    with another(notebook, MemoryHistory()) as elsewhere:
        assert elsewhere.submit(elsewhere.plan(stamp, "ON (w, t)")).joined
        for clauses in ("ON (t)", "ON (t PARTITION (p1), w)", "ON (t AS t2, w)", "ON (u)", ""):
            with pytest.raises(PlanRefused, match="Can only run one backup or restore job"):
                elsewhere.submit(elsewhere.plan(stamp, clauses))
        assert ["join"] == elsewhere.kinds()


def test_partitions_and_properties_tell_statements_apart(notebook: Notebook, stamp: str) -> None:
    """What is seen of a job holds the partitions; a number that differs is another statement."""
    notebook.submit(notebook.plan(stamp, "ON (t PARTITION (p1, p3))"))
    with another(notebook, MemoryHistory()) as elsewhere:
        assert elsewhere.submit(elsewhere.plan(stamp, "ON (t PARTITION (p3, p1))")).joined
        with pytest.raises(PlanRefused):
            elsewhere.submit(elsewhere.plan(stamp, "ON (t)"))


def test_an_alias_is_joined_only_where_it_is_known(notebook: Notebook, stamp: str) -> None:
    """SHOW RESTORE does not tell it; the history does."""
    notebook.submit(notebook.plan(stamp, "ON (t AS t2)"))
    with another(notebook) as same_history:
        assert same_history.submit(same_history.plan(stamp, "ON (t AS t2)")).joined
    with another(notebook, MemoryHistory()) as elsewhere, pytest.raises(PlanRefused):
        elsewhere.submit(elsewhere.plan(stamp, "ON (t AS t2)"))


def test_run_all_does_not_overwrite_twice(notebook: Notebook, stamp: str) -> None:
    """What this very statement has overwritten already needs a yes of its own; what only creates does not."""
    shown = notebook.plan(stamp)
    run_out(notebook, notebook.submit(shown))
    with another(notebook) as tomorrow:
        with pytest.raises(PlanRefused, match="this very statement was carried out already, sent at 2") as caught:
            tomorrow.submit(tomorrow.plan(stamp))
        assert "again=True (--again) overwrites once more" == caught.value.hint
        run_out(tomorrow, tomorrow.submit(tomorrow.plan(stamp), again=True))
        notebook.stage.do("DROP TABLE db1.t FORCE")
        run_out(tomorrow, tomorrow.submit(tomorrow.plan(stamp), overwrite=False))
    assert [Outcome.FINISHED] * 3 == notebook.outcomes()


def test_two_at_the_same_time_send_one(notebook: Notebook, stamp: str) -> None:
    """The server takes one; the other is told so, looks, and follows that one."""
    with another(notebook) as other:
        plans = [notebook.plan(stamp), other.plan(stamp)]
        notebook.longest = other.longest = 0.2
        gate = threading.Barrier(2)
        jobs: list[Job] = []

        def send(who: Notebook, shown: Plan) -> None:
            gate.wait()
            jobs.append(who.submit(shown))

        threads = [threading.Thread(target=send, args=pair) for pair in zip([notebook, other], plans, strict=True)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(30)

        assert [False, True] == sorted(each.joined for each in jobs)
        assert 1 == sum(each.outcome is Outcome.SENT for each in notebook.history.sent.values())


def test_what_another_process_is_sending_is_waited_for(notebook: Notebook, stamp: str) -> None:
    """Its intent is written down; then its job is joined."""
    shown = notebook.plan(stamp)
    with another(notebook) as other:
        sent = other.submit(shown)
        assert sent.submission is not None
        intent = replace(notebook.history.sent[sent.submission], outcome=Outcome.SENDING, created=None)
        notebook.history.sent[sent.submission] = intent

        assert notebook.submit(notebook.plan(stamp)).joined


def test_a_lost_answer_is_looked_up_and_nothing_sent_again(notebook: Notebook, stamp: str) -> None:
    """The connection goes in the middle of the answer: the statement was taken, and its job is found."""
    shown = notebook.plan(stamp)
    notebook.stage.sandbox.frontend.faults.order(Fault(FaultKind.CUT, "RESTORE", times=1))
    job = notebook.submit(shown)

    assert ["plan", "lose answer", "submit"] == notebook.kinds()
    run_out(notebook, job)
    assert [Outcome.FINISHED] == notebook.outcomes()


def test_an_answer_that_was_lost_for_good_is_said_to_be_unknown(
    notebook: Notebook, stamp: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is repeated; a later try is refused until somebody says again, or enough time has gone."""
    shown = notebook.plan(stamp)
    monkeypatch.setattr(notebook.cluster.frontend, "send", _vanish)
    with pytest.raises(JobUnknown, match=r"the answer to the restore of s into db1 was lost \(gone\)"):
        notebook.submit(shown)
    monkeypatch.undo()

    assert [Outcome.LOST] == notebook.outcomes()
    with pytest.raises(PlanRefused, match="no answer is known, and no job is seen"):
        notebook.submit(notebook.plan(stamp))
    assert not notebook.submit(notebook.plan(stamp), again=True).joined


def test_what_was_lost_and_appears_late_is_joined(
    notebook: Notebook, stamp: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server went on with the statement after its client had gone."""
    shown = notebook.plan(stamp)
    send = notebook.cluster.frontend.send
    texts: list[str] = []

    def vanish(text: str) -> None:
        texts.append(text)
        raise ConnectionFailed("gone")

    monkeypatch.setattr(notebook.cluster.frontend, "send", vanish)
    with pytest.raises(JobUnknown):
        notebook.submit(shown)
    monkeypatch.undo()
    send(texts[0])

    assert notebook.submit(notebook.plan(stamp)).joined
    assert [Outcome.SENT] == notebook.outcomes()


def test_an_intent_of_long_ago_stands_in_nobody_s_way(
    notebook: Notebook, stamp: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was killed before it sent anything, an hour ago."""
    shown = notebook.plan(stamp)
    monkeypatch.setattr(notebook.cluster.frontend, "send", _vanish)
    with pytest.raises(JobUnknown):
        notebook.submit(shown)
    monkeypatch.undo()
    (sent,) = notebook.history.sent.values()
    notebook.history.sent[sent.id] = replace(sent, outcome=Outcome.SENDING, at=sent.at - timedelta(hours=1))
    notebook.waits = 0

    assert not notebook.submit(shown).joined
    assert 0 == notebook.waits


def test_a_statement_that_is_refused_leaves_nothing_open(
    notebook: Notebook, stamp: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The repository goes away between the plan and the statement: the server's word, and what it was."""
    shown = notebook.plan(stamp)
    begin = notebook.restores.recorder.begin

    def too_late(submission: Submission) -> None:
        begin(submission)
        notebook.stage.sandbox.frontend.faults.order(Fault(FaultKind.REPOSITORY_UNREACHABLE))

    monkeypatch.setattr(notebook.restores.recorder, "begin", too_late)
    with pytest.raises(ServerError, match="Failed to get info of snapshot 's'"):
        notebook.submit(shown)

    assert [Outcome.REFUSED] == notebook.outcomes()
    assert ["plan", "refuse"] == notebook.kinds()


def test_nothing_is_sent_that_cannot_be_written_down(notebook: Notebook, stamp: str) -> None:
    """A full disk under the history: nobody could find out later."""
    shown = notebook.plan(stamp)
    notebook.history.full = True
    with pytest.raises(PlanRefused, match=r"nothing was sent, as it could not be written down first: .*disk is full"):
        notebook.submit(shown)

    assert [] == notebook.stage.rows("SHOW RESTORE FROM db1")
    notebook.history.full = False
    assert not notebook.submit(shown).joined


def test_a_disk_that_fills_up_meanwhile_loses_nothing(notebook: Notebook, stamp: str) -> None:
    """What cannot be written waits, is told on the job, and is written before anything newer."""
    job = notebook.submit(notebook.plan(stamp))
    notebook.history.full = True
    run_out(notebook, job)

    assert "what is seen waits to be written down: the history cannot be used" in job.text()
    assert notebook.restores.recorder.waiting
    notebook.history.full = False
    assert notebook.restores.recorder.flush()
    assert [Outcome.FINISHED] == notebook.outcomes()
    assert "end" in notebook.kinds()
    assert [each.slim() for each in job.samples] == [each.slim() for _, each in notebook.history.kept]


def test_a_kernel_that_died_is_resumed(notebook: Notebook, stamp: str) -> None:
    """Another process finds what is open in the history, and follows it to its end."""
    notebook.submit(notebook.plan(stamp))
    (sent,) = notebook.history.sent.values()
    notebook.history.sent[sent.id] = replace(sent, outcome=Outcome.SENDING, created=None, job_id=-1)
    with another(notebook) as next_kernel:
        (job,) = next_kernel.restores.resume()

        assert sent.id == job.submission
        run_out(next_kernel, job)
        assert [Outcome.FINISHED] == next_kernel.outcomes()
        assert () == next_kernel.restores.resume()


def test_what_a_later_job_has_hidden_is_settled_as_gone(
    notebook: Notebook, stamp: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup took the slot before anybody looked."""
    monkeypatch.setattr(notebook.restores, "follow", lambda _: None)
    notebook.submit(notebook.plan(stamp))
    notebook.stage.step(120)
    notebook.stage.do("BACKUP SNAPSHOT db1.s2 TO repo")
    with another(notebook) as next_kernel:
        assert () == next_kernel.restores.resume()

    assert [Outcome.GONE] == notebook.outcomes()


def test_times_of_sessions_in_other_zones_compare(notebook: Notebook, stamp: str) -> None:
    """The reader puts its session into UTC, whatever zone the server gives."""
    job = notebook.submit(notebook.plan(stamp))
    run_out(notebook, job)
    notebook.stage.do("SET GLOBAL time_zone = 'Asia/Shanghai'")
    with another(notebook) as later:
        found = later.restores.attach("db1")
        ((shown,),) = [[row["CreateTime"] for row in later.cluster.query("SHOW RESTORE FROM db1")]]

    assert job.identity.created == found.identity.created != shown
    assert job.submission == found.submission


def test_jobs_are_read_from_the_leader(notebook: Notebook, stamp: str) -> None:
    """Tasks are seen there, and nowhere else."""
    notebook.submit(notebook.plan(stamp))
    leader = Leader(resolve(notebook.stage.sandbox.url), open_=open_frontend)
    assert ["t"] == [each.objects.partition(" ")[0] for each in leader.restore_jobs({"db1"})]
    assert leader.leads
    assert () == leader.restore_jobs({"nowhere"})
    leader.close()
