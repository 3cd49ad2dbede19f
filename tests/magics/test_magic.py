"""Cells, as a person types them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from road import BACKUP, CREATE

from starrocks_restore_kernel.facade import Cluster
from starrocks_restore_kernel.jobs import Job
from starrocks_restore_kernel.planning import Plan
from starrocks_restore_kernel.sandbox import Sandbox

RESTORE = """RESTORE SNAPSHOT shop.monday FROM vault ON (orders)
PROPERTIES ("backup_timestamp" = "{{backup.timestamp}}", "replication_num" = "1")"""

INTO_COPY = """RESTORE SNAPSHOT monday FROM vault DATABASE shop AS copy{} ON (orders)
PROPERTIES ("backup_timestamp" = "{{{{backup.timestamp}}}}", "replication_num" = "1")"""


class Notebook:
    """A shell that runs cells and keeps what a person would see."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell

    def run(self, cell: str) -> Any:
        """The cell's value; an error fails the test."""
        result = self.shell.run_cell(cell)
        result.raise_error()
        return result.result

    def error(self, cell: str) -> list[str]:
        """What a failing cell shows, without colours, a line each."""
        with capture_output() as seen:
            result = self.shell.run_cell(cell)
        assert not result.success
        shown = seen.stdout + seen.stderr
        return [line for line in shown.replace("\x1b[31m", "").replace("\x1b[0m", "").split("\n") if line]


@pytest.fixture
def notebook(sandbox: Sandbox) -> Iterator[Notebook]:
    """A fresh shell with the extension loaded."""
    shell = InteractiveShell()
    shell.history_manager.enabled = False
    shell.run_line_magic("load_ext", "starrocks_restore_kernel")
    yield Notebook(shell)
    shell.run_line_magic("unload_ext", "starrocks_restore_kernel")
    shell.history_manager.end_session()


@pytest.fixture
def ready(notebook: Notebook) -> Notebook:
    """Connected to a fresh sandbox, with a backup of the shop."""
    notebook.run("cluster = %restore connect sandbox --fresh")
    notebook.run(f"%%restore --run\n{CREATE}")
    notebook.run(f"%%restore --run --into backup\n{BACKUP}")
    return notebook


def test_a_cell_plans_by_default_and_runs_when_told(ready: Notebook) -> None:
    """The whole road in cells."""
    ready.run('cluster.query("DROP TABLE shop.orders FORCE")')
    plan = ready.run(f"%%restore --into plan\n{RESTORE}")
    gone = ready.run("len(cluster.query(\"SHOW TABLES FROM shop LIKE 'orders'\"))")
    with capture_output():
        ready.run(f"%%restore --run --into job\n{RESTORE}")
        ready.run("job.wait(60)")

    assert isinstance(plan, Plan)
    assert ready.shell.user_ns["plan"] is plan
    assert isinstance(ready.shell.user_ns["job"], Job)
    assert (0, 12_000) == (gone, ready.run('cluster.query("SELECT COUNT(*) AS n FROM shop.orders")[0]["n"]'))


def test_a_run_that_would_overwrite_shows_the_plan_and_sends_nothing(ready: Notebook) -> None:
    """The error is one sentence and the way on."""
    shown = ready.error(f"%%restore --run\n{RESTORE}")

    assert "Plan: DESTRUCTIVE · in shop: overwrite orders" == shown[0]
    assert [
        "PlanRefused: nothing was sent: in shop: overwrite orders",
        "→ say overwrite (--run --overwrite) if you mean it",
    ] == shown[-2:]
    assert 0 == len(ready.run("%restore jobs"))


@pytest.mark.parametrize(
    ("cell", "lines"),
    [
        (
            "%restore conect sandbox",
            [
                "UsageProblem: %restore has no command 'conect'",
                "→ did you mean connect? For a statement write %%restore above it.",
            ],
        ),
        (
            "%restore snapshots",
            ["UsageProblem: the following arguments are required: REPO", "→ %restore snapshots REPO [LABEL]"],
        ),
        (
            "%restore plan",
            ["UsageProblem: the following arguments are required: FILE", "→ %restore plan [--into NAME] [save] FILE"],
        ),
        ("%restore jobs", ["UsageProblem: not connected", "→ %restore connect sandbox, or starrocks://user@host:9030"]),
        (
            "%restore connect starrocks://ann:s3cret@127.0.0.1",
            [
                "UsageProblem: a password in a cell is saved with the notebook",
                "→ take it out of the cell: it is asked for, or comes from STARROCKS_PASSWORD or a profile",
            ],
        ),
        (
            "%%restore --overwrite\nSHOW RESTORE",
            ["UsageProblem: --overwrite is the yes to a run", "→ %%restore --run --overwrite"],
        ),
        (
            "%%restore\nRESTORE SNAPSHOT s\nFORM r",
            [
                "RestoreCheckError: error SRR001: Unexpected input 'FORM'",
                "  2 │ FORM r",
                "    │ ^^^^",
                "  → did you mean FROM? (expected FROM)",
            ],
        ),
        ("%%restore --into 2x\nSHOW RESTORE", ["UsageProblem: '2x' is no variable's name", "→ --into job"]),
    ],
)
def test_a_mistake_ends_in_a_few_lines_and_no_traceback(notebook: Notebook, cell: str, lines: list[str]) -> None:
    """What, where, and what to do; also without a connection."""
    assert lines == notebook.error(cell)


def test_a_server_that_is_not_there(notebook: Notebook) -> None:
    """Two lines; a connection that stood stays."""
    notebook.run("%restore connect sandbox --fresh")
    shown = notebook.error("%restore connect starrocks://root@127.0.0.1:1")

    assert 2 == len(shown)
    assert "does not answer" in shown[0]
    assert isinstance(notebook.run("%restore repositories").title, str)


def test_a_wrong_password_is_shown_nowhere(
    notebook: Notebook, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody can be asked, the refusal is the end."""
    monkeypatch.setenv("STARROCKS_PASSWORD", "hunter2")
    shown = notebook.error(f"%restore connect starrocks://ann@127.0.0.1:{sandbox.port}")

    assert shown[0].startswith(
        f"LoginRefused: starrocks://ann@127.0.0.1:{sandbox.port} refused the login: Access denied"
    )
    assert "hunter2" not in "".join(shown)


def test_a_name_that_the_server_does_not_know_says_where_to_look(ready: Notebook) -> None:
    """SHOW goes to the server; its refusal comes back with a hint."""
    shown = ready.error("%%restore\nSHOW SNAPSHOT ON vautl")

    assert [
        "ServerError: the server refused: Getting analyzing error. Detail message: Repository [vautl] does not exist. "
        "(5064, 42000)",
        "→ SHOW REPOSITORIES lists those there are; names are case-sensitive",
    ] == shown


def test_an_unknown_variable_is_said(ready: Notebook) -> None:
    """Instead of a timestamp that no snapshot has."""
    shown = ready.error("%%restore\n" + RESTORE.replace("backup.timestamp", "bakup.timestamp"))

    assert "UsageProblem: {{bakup.timestamp}}: there is no variable bakup" == shown[0]


def test_loading_twice_and_unloading_leave_nothing_behind(sandbox: Sandbox) -> None:
    """The magics go, and the connection with them."""
    shell = InteractiveShell()
    shell.history_manager.enabled = False
    shell.run_line_magic("load_ext", "starrocks_restore_kernel")
    shell.run_line_magic("load_ext", "starrocks_restore_kernel")
    cluster = shell.run_line_magic("restore", "connect sandbox --fresh")
    shell.run_line_magic("unload_ext", "starrocks_restore_kernel")
    shell.history_manager.end_session()

    assert isinstance(cluster, Cluster)
    assert shell.find_line_magic("restore") is None
    assert shell.find_cell_magic("restore") is None


def test_without_a_connection_what_variables_hold_is_not_judged(notebook: Notebook) -> None:
    """A statement that may be right is not called wrong."""
    shown = notebook.error(
        '%%restore\nRESTORE SNAPSHOT s FROM r PROPERTIES ("backup_timestamp" = "{{t}}", "replication_num" = "{{n}}")'
    )

    assert "UsageProblem: not connected" == shown[0]


def test_a_plan_is_saved_and_loaded(ready: Notebook, tmp_path: Path) -> None:
    """The last one shown; it comes back as a plan that can be submitted."""
    ready.run(f"%%restore\n{RESTORE}")
    with capture_output() as seen:
        ready.run(f"%restore plan save {tmp_path / 'p.json'}")
    plan = ready.run(f"%restore plan {tmp_path / 'p.json'} --into friday")

    assert f"saved destructive plan: {tmp_path / 'p.json'}\n" == seen.stdout
    assert isinstance(plan, Plan)
    assert ready.shell.user_ns["friday"] is plan


def test_without_a_plan_there_is_nothing_to_save(notebook: Notebook, tmp_path: Path) -> None:
    """A new connection begins without one."""
    notebook.run("%restore connect sandbox --fresh")

    assert [
        "UsageProblem: there is no plan to save",
        "→ %%restore over a statement makes one",
    ] == notebook.error(f"%restore plan save {tmp_path / 'p.json'}")
    assert [] == list(tmp_path.glob("p.json"))


def test_a_plan_that_is_true_no_more_is_refused_with_what_has_changed(ready: Notebook, tmp_path: Path) -> None:
    """A few lines, as every refusal."""
    ready.run(f"%%restore\n{RESTORE}")
    with capture_output():
        ready.run(f"%restore plan save {tmp_path / 'p.json'}")
    ready.run('cluster.query("DROP TABLE shop.orders FORCE")')
    shown = ready.error(f"%restore plan {tmp_path / 'p.json'}")

    assert 2 == len(shown)
    assert "object orders is gone" in shown[0]
    assert "→ plan again, look, and save it" == shown[1]


def test_a_yes_is_only_for_a_plan_that_was_shown(ready: Notebook) -> None:
    """A cell that runs what nobody has seen shows it; run once more it does it; and Run All does not do it again."""
    cell = f"%%restore --run --overwrite --into job\n{RESTORE}"
    shown = ready.error(cell)

    assert "Plan: DESTRUCTIVE · in shop: overwrite orders" == shown[0]
    assert [
        "PlanRefused: nothing was sent: this plan had not been shown before",
        "→ look at it above; the same cell, run once more, does it",
    ] == shown[-2:]
    with capture_output():
        ready.run(cell)
        ready.run("job.wait(60)")
        ready.error(cell)
    assert "was carried out already" in ready.error(cell)[-2]
    with capture_output():
        ready.run(cell.replace("--overwrite", "--overwrite --again"))
        ready.run("job.wait(60)")
    assert 2 == sum(each.kind.value == "submit" for each in ready.run("%restore events"))


def test_a_cell_that_runs_already_is_joined(ready: Notebook) -> None:
    """Run All while the job runs: it is followed, and said so."""
    cell = f"%%restore --run --overwrite --into job\n{RESTORE}"
    with capture_output():
        ready.run(f"%%restore\n{RESTORE}")
        ready.run(cell)
        ready.run("first = job")
        ready.run(cell)
        ready.run("job.wait(60)")

    assert ready.run("job.joined and job is first")
    assert 1 == sum(each.kind.value == "verdict" for each in ready.run("%restore events"))


def test_a_cancel_is_shown_before_it_is_sent(ready: Notebook) -> None:
    """What it would take along; only --run sends it."""
    with capture_output():
        ready.run("cluster.query('DROP TABLE shop.orders FORCE')")
        ready.run(f"%%restore --run --into job\n{RESTORE}")
        shown = ready.run("%restore cancel shop")
    assert "leaves the rows of existing tables as they are" in shown.text()
    assert not ready.run("job.ended")
    with capture_output():
        ready.run("%restore cancel shop --run")
    assert "was CANCELLED: user cancelled" in "".join(ready.error("job.wait(60)"))


def test_what_came_back_is_verified(ready: Notebook) -> None:
    """By itself at the job's end, and again when asked."""
    with capture_output():
        ready.run("cluster.query('DROP TABLE shop.orders FORCE')")
        ready.run(f"%%restore --run --into job\n{RESTORE}")
        ready.run("job.wait(60)")
        again = ready.run("%restore verify shop --into verdict")

    assert not again.failed
    assert ready.run("job.verdict.summary") == again.summary
    assert ["plan", "submit", "end", "verdict", "verdict"] == [
        each.kind.value for each in ready.run("%restore events shop") if each.kind.value not in {"state", "join"}
    ]


def test_a_queue_is_filled_and_worked_off(ready: Notebook) -> None:
    """From cells; the same name shows how far it is."""
    with capture_output():
        ready.run(f"%%restore --queue night --as first\n{INTO_COPY.format(1)}")
        ready.run(f"%%restore --queue night --as second --after first\n{INTO_COPY.format(2)}")
        queue = ready.run("%restore queue night run --limit 1").queue
        queue.wait(60)

    assert {"first": "done", "second": "done"} == {each.id: each.state.value for each in queue.items}
    assert "100% of the whole" in ready.run("%restore queue night").text()


def test_the_history_is_handed_on_and_forgotten(ready: Notebook, tmp_path: Path) -> None:
    """As a file, and by age; what is wrong is said."""
    with capture_output():
        ready.run("cluster.query('DROP TABLE shop.orders FORCE')")
        ready.run(f"%%restore --run --into job\n{RESTORE}")
        ready.run("job.wait(60)")
        ready.run(f"%restore history export {tmp_path / 'jobs.csv'}")
        ready.run(f"%restore history export {tmp_path / 'events.parquet'} events")
        ready.run("%restore history prune 1")

    assert "FINISHED" in (tmp_path / "jobs.csv").read_text()
    assert (tmp_path / "events.parquet").read_bytes().startswith(b"PAR1")
    assert 1 == len(ready.run("%restore history"))
    with capture_output() as said:
        ready.run("%restore history prune 0")
    assert "forgot 1 job" in said.stdout
    assert 0 == len(ready.run("%restore history"))
    assert "UsageProblem: 'x' is no number of days" == ready.error("%restore history prune x")[0]
    assert "UsageProblem: history export of what?" == ready.error("%restore history export")[0]


def test_pasted_text_is_explained_without_a_cluster(notebook: Notebook) -> None:
    """An error from another terminal, kept in a variable; nothing is sent."""
    found = notebook.run(
        "%%restore --explain --into why\nERROR 5064 (42000): Can only run one backup or restore job of a"
    )

    assert "a BACKUP or RESTORE of this database is running" in found.text()
    assert found is notebook.shell.user_ns["why"]
    assert ["UsageProblem: --explain is about a text, and sends nothing", "→ %%restore --explain"] == notebook.error(
        "%%restore --explain --run\nx"
    )


def test_a_job_of_the_cluster_is_explained(ready: Notebook) -> None:
    """By the database's name."""
    ready.run(f"%%restore --run\n{INTO_COPY.format(7)}").job.wait(60)

    assert ready.run("%restore explain copy7").text().startswith("copy7 ← monday: FINISHED\n")
