"""Trouble to order: in Python, in words and over the wire."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starrocks_restore_kernel.errors import UsageProblem
from starrocks_restore_kernel.sandbox import FastClock, Fault, FaultKind, Frontend
from starrocks_restore_kernel.sandbox.daemon import DAEMON_PERIOD
from starrocks_restore_kernel.sandbox.faults import Faults
from starrocks_restore_kernel.sandbox.peers import Role, follower, leader, pass_leadership
from starrocks_restore_kernel.sandbox.statements.faults import WORDS
from starrocks_restore_kernel.sandbox.statements.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster


@given(
    st.builds(
        Fault,
        st.sampled_from(FaultKind),
        st.text(),
        st.none() | st.integers(1, 10**6),
        st.text(),
        st.floats(0, 86_400, allow_nan=False),
    )
)
def test_a_fault_in_words_is_the_same_fault(fault: Fault) -> None:
    """What is written is read back, whatever the texts."""
    assert fault == Fault.of(fault.words())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no fault without a kind\n→ write one of upload_fails, download_fails"),
        ("download_failss", "no fault 'download_failss'\n→ write one of upload_fails"),
        ("hang after 3", "a fault has no 'AFTER' here\n→ write KIND"),
        ("hang times", "a fault has no 'TIMES' here"),
        ("hang times 2 times 3", "a fault has no 'TIMES' here"),
        ("hang times 0", "'0' is nothing for TIMES of a fault"),
        ("hang times x", "'x' is nothing for TIMES of a fault"),
        ("hang seconds nan", "'nan' is nothing for SECONDS of a fault"),
        ("hang seconds -1", "'-1' is nothing for SECONDS of a fault"),
        ("hang on 'x", "has no closing quotation\n→ write KIND"),
    ],
)
def test_wrong_words_are_answered_with_the_right_ones(text: str, message: str) -> None:
    """Whoever mistypes learns what there is."""
    with pytest.raises(UsageProblem) as caught:
        Fault.read(text)
    assert message in str(caught.value)


def test_a_fault_strikes_as_often_as_ordered() -> None:
    """By kind and pattern, the first that fits first; then never again."""
    faults = Faults([Fault.read("download_fails on 127.0.0.* times 2"), Fault.read("download_fails on 127.0.0.2")])
    struck = [faults.strike(FaultKind.DOWNLOAD_FAILS, "127.0.0.1") is not None for _ in range(3)]
    assert [True, True, False] == struck
    assert faults.strike(FaultKind.UPLOAD_FAILS, "127.0.0.2") is None
    assert faults.strike(FaultKind.DOWNLOAD_FAILS, "127.0.0.2") is not None
    faults.clear()
    assert faults.strike(FaultKind.DOWNLOAD_FAILS, "127.0.0.2") is None


def test_a_statement_is_known_by_its_beginning() -> None:
    """Of the others a pattern is the whole."""
    faults = Faults([Fault(FaultKind.HANG, "show restore"), Fault(FaultKind.READ_RACE, "db")])
    assert faults.strike(FaultKind.HANG, "\n SHOW RESTORE FROM db1") is not None
    assert faults.strike(FaultKind.HANG, "SELECT 'show restore'") is None
    assert faults.strike(FaultKind.READ_RACE, "db1") is None


def test_what_was_ordered_is_not_counted_down_in_the_hands_of_who_ordered_it() -> None:
    """One fault can be given to two sandboxes."""
    fault = Fault(FaultKind.HANG, times=1)
    for _ in range(2):
        assert Faults([fault]).strike(FaultKind.HANG, "select 1") is not None
    assert 1 == fault.times


def test_statements_order_list_and_clear_faults(cluster: Cluster) -> None:
    """Over the wire as in Python; what has struck often enough is not listed any more."""
    cluster.run("""ADMIN SANDBOX FAULT download_fails ON "127.0.0.1" TIMES 3 TEXT 'no route';""")
    cluster.run("ADMIN SANDBOX FAULT hang SECONDS 1.5")
    listed = [("download_fails", "127.0.0.1", "3", "no route", "0"), ("hang", "*", None, "", "1.5")]
    assert listed == cluster.run("ADMIN SANDBOX FAULTS")
    assert cluster.frontend.faults.strike(FaultKind.DOWNLOAD_FAILS, "127.0.0.1") == Fault(
        FaultKind.DOWNLOAD_FAILS, "127.0.0.1", 2, "no route"
    )
    assert "2" == cluster.named("ADMIN SANDBOX FAULTS")[0]["Times"]
    cluster.run("ADMIN SANDBOX CLEAR")
    assert [] == cluster.run("ADMIN SANDBOX FAULTS")


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("ADMIN SANDBOX", "nothing stands behind ADMIN SANDBOX; write STEP seconds; SPEED factor"),
        ("ADMIN SANDBOX EXPLODE", "there is no ADMIN SANDBOX EXPLODE; write STEP seconds"),
        ("ADMIN SANDBOX STEPP 3", "there is no ADMIN SANDBOX STEPP; write STEP seconds."),
        ("ADMIN SANDBOX STEP", "a number from 1 to 604800 is missing; write STEP seconds"),
        ("ADMIN SANDBOX STEP 0", "'0' is no number from 1 to 604800"),
        ("ADMIN SANDBOX STEP 3 4", "Unexpected input '4'"),
        ("ADMIN SANDBOX SPEED 0", "'0' is no number from 0.001 to 10000"),
        ("ADMIN SANDBOX SPEED 2", "the clock of this sandbox is moved by hand alone"),
        ("ADMIN SANDBOX FAULT storm", "there is no fault 'storm'; write one of upload_fails"),
        ("ADMIN SANDBOX BACKEND '127.0.0.1' TIRED", "a backend cannot be 'TIRED'; write BACKEND 'host' DEAD"),
        ("ADMIN SANDBOX BACKEND '127.0.0.1' SLOW", "a number from 0.001 to 1000 is missing"),
        ("ADMIN SANDBOX BACKEND '10.0.0.1' DEAD", "there is no backend '10.0.0.1'; write one of 127.0.0.1"),
        ("ADMIN SANDBOX LEADER", "Unexpected input '<EOF>', the most similar input is {'CHANGE'}"),
    ],
)
def test_wrong_statements_are_syntax_errors(cluster: Cluster, sql: str, message: str) -> None:
    """With all that there is."""
    code, state, text = cluster.refused(sql)
    assert (1064, "HY000") == (code, state)
    assert text.startswith("Getting syntax error")
    assert message in text


def test_every_statement_is_read(cluster: Cluster) -> None:
    """None of those that the error lists is missing."""
    examples = {
        "STEP": "STEP 3",
        "SPEED": "SPEED 2",
        "FAULT": "FAULT cut TIMES 1",
        "BACKEND": "BACKEND '127.0.0.1' DISK 97",
        "LEADER": "LEADER CHANGE",
    }
    for word in WORDS:
        if word not in ("SPEED", "PAUSE", "RESUME"):  # of a clock that runs
            cluster.run(f"ADMIN SANDBOX {examples.get(word, word)}")


def test_a_backend_dies_slows_and_fills(cluster: Cluster) -> None:
    """As SHOW BACKENDS will tell."""
    (backend,) = cluster.frontend.backends.all
    cluster.run("ADMIN SANDBOX BACKEND '127.0.0.1' DEAD; ADMIN SANDBOX BACKEND '127.0.0.1' SLOW 0.1")
    cluster.run("ADMIN SANDBOX BACKEND '127.0.0.1' DISK 97")
    assert (False, 0.1, 97) == (backend.alive, backend.speed, backend.disks[0].used * 100 // backend.disks[0].total)
    cluster.run("ADMIN SANDBOX BACKEND '127.0.0.1' ALIVE; ADMIN SANDBOX BACKEND '127.0.0.1' SLOW 1")
    assert (True, 1.0) == (backend.alive, backend.speed)


def test_a_job_waits_for_a_dead_backend_and_goes_on_with_it(cluster: Cluster) -> None:
    """However long it is dead."""
    cluster.run("BACKUP SNAPSHOT db1.s1 TO repo; ADMIN SANDBOX STEP 3")
    cluster.run("ADMIN SANDBOX BACKEND '127.0.0.1' DEAD; ADMIN SANDBOX STEP 600")
    assert "SNAPSHOTING" == cluster.job(kind="BACKUP")["State"]
    cluster.run("ADMIN SANDBOX BACKEND '127.0.0.1' ALIVE; ADMIN SANDBOX STEP 60")
    assert "FINISHED" == cluster.job(kind="BACKUP")["State"]


def test_step_moves_the_clock_and_the_jobs(cluster: Cluster) -> None:
    """Each third second is a round of the backup handler, whatever the steps."""
    cluster.run("BACKUP SNAPSHOT db1.s1 TO repo")
    begun = cluster.frontend.clock.now()
    for seconds in (1, 1):
        cluster.run(f"ADMIN SANDBOX STEP {seconds}")
        assert "PENDING" == cluster.job(kind="BACKUP")["State"]
    cluster.run("ADMIN SANDBOX STEP 1")
    assert "SNAPSHOTING" == cluster.job(kind="BACKUP")["State"]
    assert begun + DAEMON_PERIOD == cluster.frontend.clock.now()


def test_a_clock_that_runs_is_paused_stepped_and_run_at_another_speed(tmp_path: Path) -> None:
    """Paused it moves by steps alone, and goes on from there."""
    frontend = Frontend(FastClock(), tmp_path, version="4.1")
    session = Session(frontend)
    session.run("ADMIN SANDBOX PAUSE")
    stood = frontend.clock.now()
    session.run("ADMIN SANDBOX STEP 30; ADMIN SANDBOX SPEED 500")
    assert stood + 30 == frontend.clock.now()
    assert isinstance(frontend.clock, FastClock)
    assert (500.0, True) == (frontend.clock.speed, frontend.clock.paused)
    session.run("ADMIN SANDBOX RESUME")
    while frontend.clock.now() == stood + 30:
        pass
    assert not frontend.clock.paused
    session.close()
    frontend.close()


def test_leader_change_cuts_every_other_connection(cluster: Cluster) -> None:
    """And keeps what was written down."""
    cut: list[tuple[int, bool]] = []
    cluster.session.connection_id = 1
    cluster.frontend.connections.update(
        {number: lambda only_query, number=number: cut.append((number, only_query)) for number in (1, 2, 3)}
    )
    cluster.run("INSERT INTO db1.u VALUES (4, 'four'); ADMIN SANDBOX LEADER CHANGE")
    assert [(2, False), (3, False)] == cut
    assert [(4,)] == cluster.run("SELECT count(*) FROM db1.u")


def test_leadership_goes_to_the_next_that_is_alive(empty: Callable[..., Cluster]) -> None:
    """And round; a session knows whether it is at the leader."""
    cluster = empty()
    peers = cluster.frontend.peers
    peers += [follower(peers, 0.0), follower([*peers, *peers], 0.0)]
    cluster.session.peer = peers[0]
    assert cluster.session.on_leader
    peers[1].alive = False
    cluster.frontend.change_leader()
    assert (peers[2], [Role.FOLLOWER, Role.FOLLOWER, Role.LEADER]) == (leader(peers), [each.role for each in peers])
    assert not cluster.session.on_leader
    cluster.frontend.change_leader()
    assert peers[0] is leader(peers)
    assert len({each.name for each in peers}) == len({each.id for each in peers}) == 3
    alone = peers[:1]
    pass_leadership(alone)
    assert alone[0] is leader(alone)


def test_reset_puts_everything_back(cluster: Cluster) -> None:
    """Databases, backends and faults."""
    cluster.run("ADMIN SANDBOX FAULT hang; ADMIN SANDBOX BACKEND '127.0.0.1' DEAD; ADMIN SANDBOX RESET")
    assert [] == cluster.run("ADMIN SANDBOX FAULTS")
    assert [True] == [each.alive for each in cluster.frontend.backends.all]
    assert [] == list(cluster.frontend.databases)


def test_the_page_names_every_statement_and_fault() -> None:
    """Each in a line of its own."""
    page = (Path(__file__).parents[2] / "docs" / "trouble.md").read_text("utf-8")
    forms = [f"\n| `ADMIN SANDBOX {form}` |".replace(" | ", r" \| ").replace(r"\n\|", "\n|") for form in WORDS.values()]
    assert [] == [each for each in forms if each.strip() not in page]
    assert [] == [each for each in FaultKind if f"\n| `{each.value}` |" not in page]
