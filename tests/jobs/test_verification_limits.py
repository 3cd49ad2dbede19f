"""The verdict where something may not be seen, was not planned, or runs through the whole road."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from jobs.verifying import codes, hint_of, look, mend, restored
from planning.stage import SHOP, Make, Stage, planned

from starrocks_restore_kernel.cluster import Frontend, open_frontend
from starrocks_restore_kernel.errors import ConnectionFailed
from starrocks_restore_kernel.jobs.verification import (
    Status,
    expect_from_sample,
    observe,
)


def test_a_user_without_rights_proves_nothing(stage: Stage, stamp: str) -> None:
    """What may not be looked at is not known, with the server's reason; it is neither good nor wrong."""
    expectations = restored(stage, stamp, "ON (t)")
    stage.do("CREATE USER guest")
    guest = stage.another("guest")
    verdict = look(guest, expectations)
    guest.close()

    assert Status.UNKNOWN is verdict.status
    assert {"SRR320"} == set(codes(verdict))
    assert ["not known"] == [each.verdict for each in verdict.rows]


def test_a_reader_without_the_states_proves_nothing_either(stage: Stage, stamp: str) -> None:
    """SELECT shows the tables and reads them; the states and the other frontends need OPERATE."""
    expectations = restored(stage, stamp, "ON (t)")
    stage.do("CREATE USER reader; GRANT SELECT ON ALL TABLES IN DATABASE db1 TO USER reader")
    reader = stage.another("reader")
    verdict = look(reader, expectations)
    reader.close()

    assert (Status.UNKNOWN, {"SRR320"}) == (verdict.status, set(codes(verdict)))
    assert "OPERATE" in verdict.text()


def _gone(*down: int) -> Callable[..., Frontend]:
    def opener(address: Any, **options: Any) -> Frontend:
        if address.port in down:
            raise ConnectionFailed(f"{address} does not answer: refused")
        return open_frontend(address, **options)

    return opener


def test_through_every_frontend(make: Make) -> None:
    """Each is asked; one that is not reached is a remark and no failure."""
    stage = make(followers=1)
    stage.do(SHOP)
    expectations = restored(stage, stage.backup())
    assert 2 == len(
        observe(stage.cluster.frontend, expectations, counts=False, query=None, open_=open_frontend).readings
    )
    assert Status.PROVED is look(stage, expectations).status
    ports = [each.query_port for each in stage.sandbox.frontend.peers if each.query_port != stage.sandbox.port]
    verdict = look(stage, expectations, open_=_gone(*ports))

    assert (Status.REMARKS, ["SRR316"]) == (verdict.status, codes(verdict))
    assert f"127.0.0.1:{ports[0]}" in verdict.summary


def test_a_job_that_nobody_planned(stage: Stage, stamp: str) -> None:
    """By SHOW RESTORE alone: what it prints is looked for, and what it does not print is said."""
    restored(stage, stamp, "ON (t, u, w)")
    expectations = expect_from_sample(stage.job("db1"))
    verdict = look(stage, expectations)

    assert ["t", "u", "w"] == [each.object for each in verdict.rows]
    assert (Status.REMARKS, ["SRR318"]) == (verdict.status, codes(verdict))
    stage.do("ALTER TABLE db1.t DROP PARTITION p1 FORCE; DROP TABLE db1.u FORCE")
    worse = look(stage, expectations)
    assert {"t": "wrong", "u": "not known", "w": "good"} == {each.object: each.verdict for each in worse.rows}


def test_functions_are_looked_for_by_name(stage: Stage) -> None:
    """A catalog and a function have no rows: whether they are listed is all there is to see."""
    stage.do(
        'CREATE FUNCTION db1.f(INT) RETURNS INT PROPERTIES ("symbol" = "F", "type" = "StarrocksJar", '
        '"file" = "http://host/f.jar")'
    )
    expectations = restored(stage, stage.backup(), "ON (FUNCTION f)")
    assert Status.PROVED is look(stage, expectations).status
    stage.do("DROP FUNCTION db1.f(INT)")
    verdict = look(stage, expectations)

    assert ["SRR302"] == codes(verdict)
    mend(stage, hint_of(verdict, "SRR302"))
    assert Status.PROVED is look(stage, expectations).status


def test_the_whole_road(stage: Stage, stamp: str) -> None:
    """Planned, submitted, finished: the job has its verdict, and the history too."""
    stage.cluster.refresh()
    shown = planned(stage, stamp, "ON (t)")
    job = shown.submit(overwrite=True)
    for _ in range(100):
        if job.ended:
            break
        stage.step()
        sample = stage.job("db1")
        if job.identity.matches(sample):
            job.take(sample)
    job.wait(20)

    assert job.verdict is not None
    assert Status.PROVED is job.verdict.status
    assert "proved" in job.text()
    stage.do("DROP TABLE db1.t FORCE")
    assert job.verify().failed


def test_a_table_by_list_comes_back_beside(stage: Stage, stamp: str) -> None:
    """The server adds no partition to it; what the hint restores holds the lost rows."""
    expectations = restored(stage, stamp, "ON (l)")
    stage.do("ALTER TABLE db1.l DROP PARTITION pc FORCE")
    verdict = look(stage, expectations)

    assert ["SRR305"] == codes(verdict)
    mend(stage, hint_of(verdict, "SRR305"))
    assert [("c", 2)] == stage.rows("SELECT c, n FROM db1.l_restored PARTITION (pc)")


def test_an_object_more_is_no_round_trip_more(stage: Stage, stamp: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is asked of all objects at once."""
    one, all_ = restored(stage, stamp, "ON (t)"), restored(stage, stamp, "")
    sent: list[str] = []
    plain = Frontend._cursor

    def counting(frontend: Frontend, **options: Any) -> Any:
        sent.append("")
        return plain(frontend, **options)

    monkeypatch.setattr(Frontend, "_cursor", counting)
    trips = []
    for each in (one, all_):
        sent.clear()
        assert Status.PROVED is look(stage, each).status
        trips.append(len(sent))

    assert trips[0] == trips[1]
    assert trips[1] <= 12
