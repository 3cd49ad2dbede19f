import struct
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from starrocks_restore_kernel.errors import RestoreError, ServerError, UsageProblem
from starrocks_restore_kernel.language import parse
from starrocks_restore_kernel.widgets import Choice, Scope, builder
from starrocks_restore_kernel.widgets.builder_view import Builder

SQL = """RESTORE SNAPSHOT weekly
FROM repo
DATABASE shop
ON (
    orders
)
PROPERTIES (
    "backup_timestamp" = "2026-11-20-02-00-00-118"
)"""


def pick(built: Any, *ranges: Any, aliases: Any = None, stamp: Any = None, turn: int = 1) -> None:
    """What the page sends when boxes are ticked."""
    picker = built.controls.picker
    ticks = struct.pack(f"<{2 * len(ranges)}I", *(number for pair in ranges for number in pair))
    stamp = picker.shown["stamp"] if stamp is None else stamp
    picker.picked = {"stamp": stamp, "turn": turn, "ticks": memoryview(ticks), "aliases": aliases or {}}


class Queue:
    """A worker that works when it is told to."""

    def __init__(self) -> None:
        self.waiting = []

    def __call__(self, work: Callable[[], None]) -> None:
        self.waiting.append(work)

    def run(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()


def test_by_hand(open_builder: Callable[..., Builder]) -> None:
    """A statement is built from code as it is by clicking, and read on the way."""
    built = open_builder().choose(repository="repo", snapshot="weekly").tick("orders")
    assert built.sql == SQL
    assert parse(SQL) == built.statement
    assert built.everything().statement.objects is None


def test_by_clicking(open_builder: Callable[..., Builder]) -> None:
    """The controls move the model, and the SQL follows."""
    built = open_builder()
    controls = built.controls
    controls.repository.value = "repo"
    controls.snapshot.value = "weekly"
    pick(built, (1, 2))
    assert controls.pane.sql == SQL
    assert controls.scope.value is Scope.TICKED
    controls.target.value = "copy"
    controls.replicas.value = "1"
    pick(built, (4, 6), aliases={"1": "old"}, turn=2)
    assert [Choice("orders", ("p1", "p2"), "old")] == list(built.model.choices.values())
    assert "orders PARTITION (p1, p2) AS old" in controls.pane.sql
    assert "AS copy" in controls.pane.sql
    assert [] == controls.pane.findings
    controls.scope.value = Scope.EVERYTHING
    assert "ON (" not in controls.pane.sql
    assert controls.picker.unused


def test_incomplete_says_what_is_missing(open_builder: Callable[..., Builder]) -> None:
    """Taking the statement too early tells the next step."""
    with pytest.raises(UsageProblem, match="choose a repository"):
        _ = open_builder().statement


def test_a_tick_for_another_list_is_dropped(open_builder: Callable[..., Builder]) -> None:
    """Row numbers of the list before mean other tables now."""
    built = open_builder().choose(repository="repo", snapshot="weekly")
    pick(built, (0, 1), stamp=built.controls.picker.shown["stamp"] - 1)
    assert {} == built.model.choices


def test_the_page_is_answered_with_its_own_turn(open_builder: Callable[..., Builder]) -> None:
    """So that it can pass over an answer to an older click."""
    built = open_builder().choose(repository="repo", snapshot="weekly")
    pick(built, (0, 1), turn=7)
    assert built.controls.picker.shown["turn"] == 7


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"repository": "nowhere"}, "no repository 'nowhere'"),
        ({"repository": "repo", "snapshot": "daily"}, "no snapshot 'daily'"),
        ({"repository": "repo", "snapshot": "weekly", "timestamp": "1"}, "no timestamp '1'"),
    ],
)
def test_choosing_what_is_not_there_is_refused(
    open_builder: Callable[..., Builder], choice: dict[str, str], words: str
) -> None:
    """A misspelt name is told with what there is."""
    with pytest.raises(UsageProblem, match=words):
        open_builder().choose(**choice)


def test_a_failed_listing_is_shown_with_a_way_to_try_again(
    open_builder: Callable[..., Builder], source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error in a callback is a message in the status line."""
    built = open_builder()
    built.controls.repository.value = "gone"
    assert "no route to storage" in built.controls.status.value
    built.controls.repository.value = "repo"
    assert built.controls.status.value == ""
    built.controls.repository.value = "gone"
    assert "no route to storage" in built.controls.status.value
    assert built.controls.retry.layout.display is None
    monkeypatch.setattr(source, "snapshots", lambda _: [])
    built.controls.retry.click()
    assert built.controls.status.value == ""
    assert built.controls.retry.layout.display == "none"


def test_a_failed_listing_is_raised_to_who_asked_by_hand(open_builder: Callable[..., Builder]) -> None:
    """From code the error is an error."""
    with pytest.raises(ServerError, match="no route to storage"):
        open_builder().choose(repository="gone", snapshot="weekly")


def test_an_error_that_is_not_ours_is_shown_like_ours(
    open_builder: Callable[..., Builder], source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A driver's exception does not vanish in the worker, and HTML in it stays text."""
    monkeypatch.setattr(source, "repositories", lambda: {}["<i>"])
    built = open_builder()
    assert "KeyError: &#x27;&lt;i&gt;&#x27;" in built.controls.status.value
    with pytest.raises(RestoreError, match="KeyError"):
        built.choose(repository="repo")


def test_the_worker_reads_one_thing_at_a_time_and_the_wish_of_now(
    open_builder: Callable[..., Builder], source: Any
) -> None:
    """Clicks made during a listing do not queue up questions that nobody asks any more."""
    queue = Queue()
    built = open_builder(run=queue)
    queue.run()
    built.controls.repository.value = "gone"
    built.controls.repository.value = "repo"
    assert len(queue.waiting) == 1
    queue.run()
    assert source.asked == ["repositories", "snapshots repo"]


def test_an_answer_that_comes_late_is_dropped(open_builder: Callable[..., Builder], source: Any) -> None:
    """Another snapshot was chosen while the first one was being read."""
    queue = Queue()
    built = open_builder(run=queue)
    queue.run()
    built.controls.repository.value = "repo"
    queue.run()
    read = source.contents

    def slow(*question: Any) -> Any:
        answer = read(*question)
        if question[1] == "weekly":
            built.controls.snapshot.value = "nightly"
        return answer

    source.contents = slow
    built.controls.snapshot.value = "weekly"
    queue.run()
    assert built.model.label == "nightly"
    assert built.model.contents is None


def test_a_statement_opens_as_a_filled_in_builder(source: Any) -> None:
    """Every field shows what the statement says."""
    statement = parse(SQL.replace("DATABASE shop", "DATABASE shop AS copy"))
    built = builder(source, statement=statement).choose()
    controls = built.controls
    assert ("repo", "weekly", "2026-11-20-02-00-00-118", "copy", "") == (
        controls.repository.value,
        controls.snapshot.value,
        controls.timestamp.value,
        controls.target.value,
        controls.replicas.value,
    )
    assert struct.pack("<II", 1, 2) == controls.picker.shown["ticks"]
    assert statement == built.statement


def test_many_ticks_are_checked_on_the_worker(open_builder: Callable[..., Builder], source: Any) -> None:
    """A key press does not wait for a check that takes seconds; until then that is said."""
    from starrocks_restore_kernel.cluster.values import SnapshotObject

    source.held = tuple(SnapshotObject(f"t{number}", ()) for number in range(2_001))
    queue = Queue()
    built = open_builder(run=queue).choose(repository="repo", snapshot="weekly")
    queue.run()
    pick(built, (0, 2_001))
    assert ["checking …"] == [each["message"] for each in built.controls.pane.findings]
    queue.run()
    assert ["SRR101"] == [each["code"] for each in built.controls.pane.findings]


def test_a_long_statement_is_shown_in_part_and_copied_whole(open_builder: Callable[..., Builder], source: Any) -> None:
    """The page holds 200 lines; the kernel hands out the rest."""
    from starrocks_restore_kernel.cluster.values import SnapshotObject

    source.held = tuple(SnapshotObject(f"t{number}", ()) for number in range(1_000))
    built = open_builder().choose(repository="repo", snapshot="weekly")
    pick(built, (0, 1_000))
    pane = built.controls.pane
    sent = []
    pane.send = sent.append
    pane._handle_custom_msg("copy", [])
    assert len(built.sql.split("\n")) - 200 == pane.more
    assert [{"sql": built.sql}] == sent


# -- the plan


def test_there_is_a_plan_button_only_where_something_plans(open_builder: Callable[..., Builder]) -> None:
    """And no button that runs anything."""
    with_plan = [
        each.description for each in open_builder(plan=lambda _: None).widget.children if hasattr(each, "description")
    ]
    without = [each.description for each in open_builder().widget.children if hasattr(each, "description")]
    assert "Show plan" in with_plan
    assert "Show plan" not in without
    assert not any("run" in words.lower() for words in with_plan)


def test_a_plan_is_shown_for_its_statement_and_gone_with_it(open_builder: Callable[..., Builder]) -> None:
    """A plan of another statement would mislead."""
    planned = []

    def plan(statement: Any) -> Any:
        planned.append(statement)
        return SimpleNamespace(html=lambda: "<p>would restore</p>")

    built = open_builder(plan=plan).choose(repository="repo", snapshot="weekly").tick("orders")
    built.controls.show_plan.click()
    assert [built.statement] == planned
    assert "would restore" in built.controls.plan_area.value
    built.tick("revenue")
    assert built.controls.plan_area.value == ""


def test_a_plan_that_fails_says_why(open_builder: Callable[..., Builder]) -> None:
    """Escaped, and not raised into the callback."""

    def plan(_: Any) -> Any:
        raise RestoreError("<no> rights")

    built = open_builder(plan=plan).choose(repository="repo", snapshot="weekly").everything()
    built.controls.show_plan.click()
    assert "no plan: &lt;no&gt; rights" in built.controls.plan_area.value


# -- where no widget runs


def test_every_front_end_finds_the_same_content(open_builder: Callable[..., Builder]) -> None:
    """The widget's view, and text and HTML with the choices and the SQL."""
    built = open_builder().choose(repository="repo", snapshot="weekly").tick("orders", ["p2"], alias="old")
    bundle = built._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    for words in ("repo", "weekly", "2026-11-20-02-00-00-118", "shop", "orders", "p2", "old", "1 of 3"):
        assert words in bundle["text/plain"]
    for words in ("repo", "weekly", "2026-11-20-02-00-00-118", "shop", "orders PARTITION (p2) AS old", "1 of 3"):
        assert words in bundle["text/html"]


def test_names_are_escaped_in_html(open_builder: Callable[..., Builder], source: Any) -> None:
    """A table may be called anything."""
    from starrocks_restore_kernel.cluster.values import SnapshotObject

    source.held = (SnapshotObject("<script>", ()),)
    built = open_builder().choose(repository="repo", snapshot="weekly").tick("<script>")
    assert "<script>" in built.text()
    assert "<script>" not in built.html()


def test_everything_names_what_the_listing_cannot_show(open_builder: Callable[..., Builder]) -> None:
    """Functions come with the whole snapshot, and no listing tells them."""
    built = open_builder().choose(repository="repo", snapshot="weekly").everything()
    assert "everything in the snapshot (3 tables and views, and its functions)" in built.text()


def test_the_real_worker_is_a_daemon(source: Any) -> None:
    """A listing that takes minutes does not keep the kernel from ending."""
    import threading

    seen = []
    done = threading.Event()

    def repositories() -> list[Any]:
        seen.append(threading.current_thread().daemon)
        done.set()
        return []

    source.repositories = repositories
    from starrocks_restore_kernel.widgets import BuilderModel

    Builder(source, BuilderModel())
    assert done.wait(10)
    assert seen == [True]
