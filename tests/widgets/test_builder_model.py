from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starrocks_restore_kernel.cluster.values import Snapshot, SnapshotContents, SnapshotObject
from starrocks_restore_kernel.errors import RestoreError, UsageProblem
from starrocks_restore_kernel.language import parse
from starrocks_restore_kernel.language.statements import Restore
from starrocks_restore_kernel.widgets import BuilderModel, Choice, Scope
from starrocks_restore_kernel.widgets.reading import NeedContents, NeedRepositories, NeedSnapshots

TAIL = 'PROPERTIES ("backup_timestamp" = "2026-11-20-02-00-00-118")'


def reparsed(model: BuilderModel) -> Any:
    """Read the model's SQL."""
    return parse(model.sql(), version=model.version)


# -- what is missing


def test_each_step_says_what_is_missing_next(source: Any) -> None:
    """Nothing is guessed where there is a choice, and the way is told step by step."""
    model = BuilderModel()
    said = [model.missing]
    model.choose_repository("repo")
    said.append(model.missing)
    model.choose_snapshot("nightly")
    said.append(model.missing)
    model.choose_timestamp("2026-11-20-02-00-00-118")
    said.append(model.missing)
    model.read_all(source)
    said.append(model.missing)
    model.scope = Scope.TICKED
    said.append(model.missing)
    assert said == [
        "choose a repository",
        "choose a snapshot",
        "choose when it was taken",
        "what the snapshot holds is not known yet",
        "say what to restore: everything, or only what is ticked",
        "tick what to restore",
    ]
    assert model.statement is None


def test_everything_must_be_said(model: BuilderModel) -> None:
    """Without a word about the scope there is no statement; with it there is one without ON."""
    assert model.statement is None
    model.scope = Scope.EVERYTHING
    assert parse(f"RESTORE SNAPSHOT weekly FROM repo DATABASE shop {TAIL}") == model.statement


def test_only_choices_are_taken_by_themselves(source: Any) -> None:
    """One repository and one timestamp are chosen, a snapshot is not."""
    source.names = ["repo"]
    model = BuilderModel()
    model.read_all(source)
    assert model.repository == "repo"
    assert model.label is None
    model.choose_snapshot("weekly")
    assert model.timestamp == "2026-11-20-02-00-00-118"
    model.choose_snapshot("nightly")
    assert model.timestamp is None


# -- the statement


def test_ticks_become_items_without_kind_words(model: BuilderModel) -> None:
    """Whole tables, some partitions, and other names, in the order of ticking."""
    model.tick("revenue")
    model.tick("orders", ["p1", "p3"], alias="orders_old")
    expected = (
        f"RESTORE SNAPSHOT weekly FROM repo DATABASE shop ON (revenue, orders PARTITION (p1, p3) AS orders_old) {TAIL}"
    )
    assert parse(expected) == model.statement
    model.untick("revenue")
    assert ["orders"] == [each.name.last for each in model.statement.objects]


def test_another_target_is_written_as_an_alias_and_its_own_name_is_not(model: BuilderModel) -> None:
    """DATABASE a AS b only where b is another name."""
    model.scope = Scope.EVERYTHING
    model.target = "copy"
    assert parse(f"RESTORE SNAPSHOT weekly FROM repo DATABASE shop AS copy {TAIL}") == model.statement
    model.target = "shop"
    assert model.statement.source.target is None


@pytest.mark.parametrize(("target", "label"), [("", "shop.weekly"), ("copy", "copy.weekly")])
def test_3_3_names_the_target_before_the_label(source: Any, target: str, label: str) -> None:
    """There is no DATABASE clause in 3.3."""
    model = BuilderModel("3.3")
    model.choose_repository("repo")
    model.choose_snapshot("weekly")
    model.choose_timestamp("2026-11-20-02-00-00-118")
    model.read_all(source)
    model.target = target
    model.tick("orders")
    assert parse(f"RESTORE SNAPSHOT {label} FROM repo ON (orders) {TAIL}", version="3.3") == model.statement
    assert model.statement == reparsed(model)


def test_a_snapshot_of_catalogs_is_said_to_be_beyond_the_builder(source: Any, model: BuilderModel) -> None:
    """It has no database, so there is nothing to tick, and a target does not change that."""
    model.scope = Scope.EVERYTHING
    model.target = "copy"
    need = NeedContents("repo", "broken", "t")
    model.choose_snapshot("broken")
    model.choose_timestamp("t")
    model.scope, model.target = Scope.EVERYTHING, "copy"
    assert model.statement is not None
    model.answer(need, need.read(source))
    assert model.statement is None
    assert "external catalogs" in model.missing


def test_wrong_names_are_refused_with_the_nearest(model: BuilderModel) -> None:
    """A tick by hand cannot name what the snapshot does not hold."""
    with pytest.raises(UsageProblem, match="did you mean orders"):
        model.tick("order")
    with pytest.raises(UsageProblem, match="no partition 'p9'"):
        model.tick("orders", ["p9"])
    with pytest.raises(UsageProblem, match="not ticked"):
        model.untick("orders")
    with pytest.raises(UsageProblem, match="no partition of orders"):
        model.tick("orders", [])
    assert {} == model.choices


# -- findings


def test_an_alias_that_is_taken_is_a_finding(model: BuilderModel) -> None:
    """The check's diagnostics are shown, never raised."""
    model.choose_replication("1")
    model.tick("orders", alias="revenue")
    model.tick("revenue")
    assert [("error", "SRR021")] == [(each.severity, each.code) for each in model.findings()]


def test_a_replication_number_is_judged_as_it_was_typed(model: BuilderModel) -> None:
    """Nonsense is kept and reported, not corrected in silence."""
    model.scope = Scope.EVERYTHING
    model.choose_replication("many")
    assert ["SRR024"] == [each.code for each in model.findings()]
    model.choose_replication("2")
    assert () == model.findings()


def test_a_name_that_cannot_be_written_is_a_finding(model: BuilderModel) -> None:
    """A back-quote has no form in StarRocks' SQL."""
    model.scope = Scope.EVERYTHING
    model.target = "a`b"
    assert model.sql() == ""
    assert ["error"] == [each.severity for each in model.findings()]


def test_ticks_survive_another_timestamp_and_what_it_lacks_is_reported(model: BuilderModel) -> None:
    """Nothing is unticked in silence; what is not there can be dropped at once."""
    model.choose_replication("1")
    model.tick("orders", ["p1", "p3"])
    model.tick("revenue")
    model.choose_timestamp("2026-11-21-02-00-00-374")
    held = (SnapshotObject("orders", ("p3", "p4")),)
    model.answer(model.needs[0], SnapshotContents("weekly", "2026-11-21-02-00-00-374", "shop", held))
    assert model.strangers == ("orders (p1)", "revenue")
    assert any("not in this snapshot: orders (p1), revenue" in each.message for each in model.findings())
    model.drop_strangers()
    assert [Choice("orders", ("p3",))] == list(model.choices.values())
    assert model.strangers == ()


def test_another_snapshot_forgets_ticks_and_target(model: BuilderModel) -> None:
    """They belong to the database of the snapshot before."""
    model.tick("orders")
    model.target = "copy"
    model.choose_snapshot("nightly")
    assert ({}, "", None) == (model.choices, model.target, model.scope)


@pytest.mark.parametrize(
    ("label", "words"), [("absent", "lists no snapshot absent"), ("broken", "cannot be restored from: ERROR")]
)
def test_a_snapshot_that_will_not_do_is_reported(model: BuilderModel, label: str, words: str) -> None:
    """Chosen by hand or by a statement, an unusable snapshot is said to be one."""
    model.choose_snapshot(label)
    assert any(words in each.message for each in model.findings())


# -- reading


def test_a_stale_answer_is_dropped(source: Any, model: BuilderModel) -> None:
    """Who has gone on to another snapshot does not get the contents of the one before."""
    model.choose_snapshot("nightly")
    model.choose_timestamp("2026-11-20-02-00-00-118")
    old = model.needs[0]
    model.choose_timestamp("2026-11-21-02-00-00-374")
    model.answer(old, old.read(source))
    assert model.contents is None
    model.answer(model.needs[0], model.needs[0].read(source))
    assert model.contents.timestamp == "2026-11-21-02-00-00-374"


def test_contents_are_read_before_a_listing_that_may_take_minutes() -> None:
    """A statement names all that is needed to show its snapshot."""
    model = BuilderModel.from_statement(parse(f"RESTORE SNAPSHOT weekly FROM repo DATABASE shop {TAIL}"))
    assert [NeedRepositories, NeedContents, NeedSnapshots] == [type(each) for each in model.needs]


def test_a_failed_question_waits_for_a_retry() -> None:
    """It is not asked in a circle."""
    model = BuilderModel()
    need = NeedRepositories()
    model.fail(need, RestoreError("no route"))
    assert model.needs == ()
    model.retry()
    assert model.needs == (need,)


# -- the inverse


@pytest.mark.parametrize(
    "sql",
    [
        f"RESTORE SNAPSHOT s FROM r DATABASE a {TAIL}",
        f"RESTORE SNAPSHOT s FROM r DATABASE a AS b {TAIL}",
        f"RESTORE SNAPSHOT a.s FROM r {TAIL}",
        f"RESTORE SNAPSHOT a.s FROM r ON (t2, t1 PARTITION (p2, p1) AS t3) {TAIL}",
        f"RESTORE SNAPSHOT s FROM r DATABASE a ON (TABLE t, VIEW v AS w, MATERIALIZED VIEW m) {TAIL}",
        'RESTORE SNAPSHOT a.s FROM r PROPERTIES ("replication_num" = "1", "backup_timestamp" = "t", "timeout" = "9")',
    ],
)
def test_a_statement_opens_and_is_written_again(sql: str) -> None:
    """Order, kind words, and properties without a field are kept."""
    assert parse(sql) == BuilderModel.from_statement(parse(sql)).statement


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SHOW REPOSITORIES", "opens a RESTORE"),
        (f"RESTORE SNAPSHOT s FROM r ALL EXTERNAL CATALOGS {TAIL}", "external catalogs"),
        (f"RESTORE SNAPSHOT s FROM r DATABASE a ON (ALL TABLES) {TAIL}", "ALL"),
        (f"RESTORE SNAPSHOT s FROM r DATABASE a ON (FUNCTION f) {TAIL}", "FUNCTION"),
        (f"RESTORE SNAPSHOT s FROM r DATABASE a ON (t TEMPORARY PARTITION (p)) {TAIL}", "partition list"),
        (f"RESTORE SNAPSHOT s FROM r DATABASE a ON (t PARTITION (k = 1)) {TAIL}", "partition list"),
        (f"RESTORE SNAPSHOT s FROM r DATABASE a ON (t, t AS u) {TAIL}", "named twice"),
        (f"RESTORE SNAPSHOT a.b.s FROM r {TAIL}", "no label"),
    ],
)
def test_what_the_builder_cannot_show_is_refused_and_changes_nothing(model: BuilderModel, sql: str, words: str) -> None:
    """Half a statement is never shown as a whole one."""
    model.tick("orders")
    before = model.statement
    with pytest.raises(UsageProblem, match=words):
        model.load(parse(sql))
    assert model.statement is before


names = st.text(
    st.characters(codec="utf-8", exclude_characters="`\0", exclude_categories=("C", "Z")), min_size=1, max_size=8
)
choices = st.builds(
    Choice, names, st.none() | st.lists(names, min_size=1, max_size=3, unique=True).map(tuple), st.none() | names
)


@given(
    version=st.sampled_from(["3.3", "4.1"]),
    everything=st.booleans(),
    ticked=st.lists(choices, min_size=1, max_size=4, unique_by=lambda each: each.name),
    target=st.just("") | names,
    replicas=st.none() | st.just("3"),
)
def test_build_print_parse_load_is_the_same_statement(
    version: str, everything: bool, ticked: list[Choice], target: str, replicas: str | None
) -> None:
    """Whatever can be clicked survives the text and opens again."""
    model = BuilderModel(version)
    model.choose_repository("repo")
    model.answer(NeedSnapshots("repo"), (Snapshot("s", ("t",), "OK"),))
    model.choose_snapshot("s")
    model.answer(NeedContents("repo", "s", "t"), SnapshotContents("s", "t", "shop", ()))
    model.choose(ticked)
    model.target = target
    model.choose_replication(replicas)
    if everything:
        model.scope = Scope.EVERYTHING
    assert isinstance(model.statement, Restore)
    assert model.statement == reparsed(model)
    assert model.statement == BuilderModel.from_statement(reparsed(model), version).statement
