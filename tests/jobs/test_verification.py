"""What must be there, its record, and the judgement, over values."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import sample

from starrocks_restore_kernel.cluster import (
    MaterializedView,
    Partition,
    Partitions,
    Table,
    TableConfiguration,
    TableKind,
)
from starrocks_restore_kernel.errors import ServerError, UsageProblem
from starrocks_restore_kernel.jobs.verification import (
    Expectations,
    Expected,
    Observed,
    Reading,
    Status,
    Verdict,
    VerdictCode,
    expect_from_sample,
    judge,
)
from starrocks_restore_kernel.jobs.verification.mending import moved, qualifiers
from starrocks_restore_kernel.language import parse
from starrocks_restore_kernel.planning import Action, TargetFacts, Unknown
from starrocks_restore_kernel.planning.effect import Kind

AT = datetime(2026, 1, 1, tzinfo=UTC)
SQL = 'RESTORE SNAPSHOT s FROM repo DATABASE shop AS db ON (t) PROPERTIES ("backup_timestamp" = "x")'
RANGE = "[types: [DATE]; keys: [2024-01-01]; ..types: [DATE]; keys: [2024-02-01]; )"


def expected(*objects: Expected, **more: object) -> Expectations:
    """Of a restore of ``shop`` into ``db`` with three replicas."""
    made = Expectations("db", objects, "shop", SQL, "4.1", 3, ("s", "x"))
    return replace(made, **more)  # type: ignore[arg-type]


T = Expected("t", "t", Kind.TABLE_OR_MATERIALIZED_VIEW, Action.OVERWRITE, ("p1", "p2"))


def there(name: str = "t", kind: TableKind = TableKind.TABLE, *, replicas: int | None = 3) -> TargetFacts:
    """A database with one whole object in it."""
    parts = [Partition(each, RANGE, 1, replicas, rows=5) for each in ("p1", "p2")]
    return TargetFacts(
        "db",
        exists=True,
        tables={name: Table(name, kind)},
        configurations={name: TableConfiguration(name, "OLAP", "DUP_KEYS")},
        states={name: "NORMAL"},
        partitions=Partitions.of({name: parts}),
        views={},
        materialized_views={},
        functions=(),
    )


def judged(expectations: Expectations, target: TargetFacts, **more: object) -> Verdict:
    """By what was seen in a database, and maybe in its rows."""
    return judge(expectations, replace(Observed(target, AT), **more))  # type: ignore[arg-type]


def codes(verdict: Verdict) -> list[str]:
    """Of all findings."""
    return [each.code for each in verdict.findings]


def test_what_is_there_as_it_should_be_is_proved() -> None:
    """And its sentence says how much that is."""
    verdict = judged(expected(T), there())

    assert (Status.PROVED, False, []) == (verdict.status, verdict.failed, codes(verdict))
    assert "what was restored is there, and as it should be (1 object)" == verdict.summary


UNSEEN = {
    "tables": "the objects",
    "states": "the tables' states",
    "partitions": "the partitions",
}


@pytest.mark.parametrize("part", UNSEEN)
def test_what_was_not_read_is_never_called_good(part: str) -> None:
    """The server's reason stands in the finding."""
    target = replace(there(), **{part: None})  # type: ignore[arg-type]
    reasons = (Unknown(f"target.{part}", part, "Access denied; you need OPERATE"),)
    verdict = judged(expected(T), target, unknown=reasons)

    assert (Status.UNKNOWN, ["SRR320"]) == (verdict.status, codes(verdict))
    assert f"Could not be looked at: {UNSEEN[part]} (Access denied; you need OPERATE)" == verdict.findings[0].message
    assert ["not known"] == [each.verdict for each in verdict.rows]


def test_a_name_that_may_be_hidden_is_not_called_missing() -> None:
    """information_schema lists only what the user has a right on; SHOW PROC may say that it is there."""
    empty = replace(there("other"), complete=False)
    hidden = replace(there("other"), hidden=frozenset({"t"}))

    assert Status.UNKNOWN is judged(expected(T), empty).status
    assert Status.UNKNOWN is judged(expected(T), hidden).status
    assert ["SRR302"] == codes(judged(expected(T), there("other")))


def test_what_all_tables_may_not_have_taken_is_not_demanded() -> None:
    """The snapshot does not tell a table from a materialized view."""
    verdict = judged(expected(replace(T, kind=Kind.TABLE, action=Action.CREATE)), there("other"))

    assert (Status.UNKNOWN, ["SRR320"]) == (verdict.status, codes(verdict))


def test_what_is_missing_is_one_statement() -> None:
    """A database runs one job at a time, so two misses of a kind are one RESTORE; each has its row."""
    objects = (T, replace(T, name="b", source="a"), replace(T, name="c c", source="c c"))
    verdict = judged(expected(*objects), there())

    assert ["SRR302"] == codes(verdict)
    hint = verdict.findings[0].hint
    assert hint is not None
    assert "ON (a AS b, `c c`)" in hint
    assert hint == parse(hint).sql(pretty=False)
    assert ["good", "wrong", "wrong"] == [each.verdict for each in verdict.rows]


def test_a_partition_that_no_restore_can_add() -> None:
    """A table that is partitioned by list takes none: it comes back beside."""
    target = replace(there(), partitions=Partitions.of({"t": [Partition("p1", "(('a'))", 1, 3)]}))
    (found,) = judged(expected(T), target).findings

    assert "SRR305" == found.code
    assert "ON (t AS t_restored)" in str(found.hint)


def test_what_dynamic_partitioning_drops_is_restored_in_vain() -> None:
    """So the switch comes before the statement."""
    on = TableConfiguration("t", "OLAP", "DUP_KEYS", properties={"dynamic_partition.enable": "true"})
    parts = Partitions.of({"t": [Partition("p1", RANGE, 1, 3)]})
    lost, dropping = judged(expected(T), replace(there(), partitions=parts, configurations={"t": on})).findings

    assert ("SRR305", "SRR323") == (lost.code, dropping.code)
    assert 'before restoring again: ALTER TABLE db.t SET ("dynamic_partition.enable" = "false")' == dropping.hint


def test_replica_numbers_that_are_not_known() -> None:
    """Neither where the cluster does not tell, nor where nobody knows what was asked for."""
    assert Status.UNKNOWN is judged(expected(T), there(replicas=None)).status
    assert Status.UNKNOWN is judged(expected(T, replication=None), there()).status
    assert ["SRR306"] == codes(judged(expected(T), there(replicas=1)))


def test_only_what_was_restored_must_have_the_number() -> None:
    """Partitions that stay keep theirs."""
    parts = [Partition("p1", RANGE, 1, 3), Partition("p2", RANGE, 1, 1)]
    target = replace(there(), partitions=Partitions.of({"t": parts}))
    one = replace(T, partitions=("p1",), left=("p2",))

    assert [] == codes(judged(expected(one), target))


def test_a_materialized_view_that_is_not_listed_is_not_known() -> None:
    """It is in the tables, and whether it is active could not be read."""
    target = there(kind=TableKind.MATERIALIZED_VIEW)
    inactive = replace(target, materialized_views={"t": MaterializedView("t", active=False, inactive_reason="gone")})

    assert Status.UNKNOWN is judged(expected(T), target).status
    assert ["SRR307"] == codes(judged(expected(T), inactive))


def test_a_name_that_cannot_be_written_gets_no_statement() -> None:
    """StarRocks has no way to write a back-quote in a name, and nothing is pasted."""
    odd = replace(T, name="a`b", source="a`b")
    (found,) = judged(expected(odd), there("a`b", replicas=1)).findings

    assert "SRR306" == found.code
    assert "a name that StarRocks cannot write: look at it by hand" == found.hint


def test_frontends_that_cannot_read_it() -> None:
    """One that was not reached is a remark; one that knows less is wrong there alone; a denial is not known."""
    good = Reading("a:9030")
    away = judged(expected(T), there(), readings=(good, Reading("b:9030", "no answer")), read=("t",))
    behind = judged(expected(T), there(), readings=(good, Reading("b:9030", None, {"t": "Unknown table"})), read=("t",))
    denied = judged(expected(T), there(), readings=(Reading("a:9030", None, {"t": "Access denied"}),), read=("t",))
    nobody = judged(expected(T), there(), readings=(Reading("a:9030", "no answer"),), read=("t",))

    assert (Status.REMARKS, ["SRR316"]) == (away.status, codes(away))
    assert "t cannot be read through b:9030: Unknown table" == behind.findings[0].message
    assert (Status.FAILED, ["SRR315"]) == (behind.status, codes(behind))
    assert (Status.UNKNOWN, Status.UNKNOWN) == (denied.status, nobody.status)


def test_what_the_counts_say() -> None:
    """A count that was refused is not known; fewer than before is told; none at all is a remark."""
    had = replace(T, rows=10)

    assert ["SRR320"] == codes(judged(expected(had), there(), counts={"t": "timeout"}))
    assert (["SRR322"], Status.PROVED) == (
        codes(found := judged(expected(had), there(), counts={"t": 4})),
        found.status,
    )
    assert ["SRR314"] == codes(judged(expected(had), there(), counts={"t": 0}))
    assert [] == codes(judged(expected(T), there(), counts={"t": 0}))


@pytest.mark.parametrize(
    ("answer", "code"),
    [(1, []), ("x", []), (0, ["SRR317"]), (None, ["SRR317"]), ("false", ["SRR317"]), (False, ["SRR317"])],
)
def test_what_a_query_says(answer: object, code: list[str]) -> None:
    """Nothing, 0 and false are remarks."""
    assert code == codes(judged(expected(T), there(), answers={"t": answer}))


def test_a_query_that_is_refused() -> None:
    """Wrong on that table, unless the user may not ask."""
    bad, denied = (ServerError(text, code=1064, sqlstate="HY000") for text in ("no column", "Access denied"))

    assert Status.FAILED is judged(expected(T), there(), answers={"t": bad}).status
    assert Status.UNKNOWN is judged(expected(T), there(), answers={"t": denied}).status


def test_a_counter_that_has_to_be_set() -> None:
    """Equal is behind already: it is the next number that would be given."""
    counts = replace(T, auto_increment=10)

    assert [] == codes(judged(expected(counts), there(), highest={"t": 9}))
    (found,) = judged(expected(counts), there(), highest={"t": 10}).findings
    assert ("SRR312", "ALTER TABLE db.t AUTO_INCREMENT = 11") == (found.code, found.hint)


def test_nothing_known_of_the_snapshot_proves_nothing() -> None:
    """A plan without objects is not a restore of nothing."""
    assert Status.UNKNOWN is judged(expected(unknown=("the snapshot's contents",)), there()).status


def test_a_sample_without_a_database_is_of_catalogs() -> None:
    """SHOW RESTORE prints no catalog, so nothing is proved."""
    expectations = expect_from_sample(replace(sample("FINISHED"), database="", objects=""))

    assert expectations.database is None
    assert Status.UNKNOWN is judged(expectations, TargetFacts()).status


MOVED = {
    "SELECT `shop`.`t`.`k` FROM `shop`.`t`": "SELECT db.`t`.`k` FROM db.`t`",
    "SELECT shop.t.shop FROM shop.t": "SELECT db.t.shop FROM db.t",
    "SELECT 'shop.t', `x`.`shop`.`a` FROM x.t": "SELECT 'shop.t', `x`.`shop`.`a` FROM x.t",
    "SELECT shop FROM shops.t": "SELECT shop FROM shops.t",
}


@pytest.mark.parametrize(("text", "then"), MOVED.items())
def test_a_view_is_moved_by_its_tokens(text: str, then: str) -> None:
    """Texts, columns and longer names that look like the database are left alone."""
    assert then == moved(text, "shop", "db")
    assert (text != then) is bool(qualifiers(text, "shop"))


def test_names_are_escaped_and_made_visible() -> None:
    """They come from outside."""
    name = "<b>\x1b[31m"
    verdict = judged(expected(replace(T, name=name, source=name)), there())

    assert "<b>" not in verdict.html()
    assert "\x1b" not in verdict.text()


def test_many_objects_are_folded() -> None:
    """The worst stand first; a statement with thousands of names is drawn in part, and held whole."""
    many = tuple(replace(T, name=f"table_{at}", source=f"table_{at}") for at in range(3_000))
    verdict = judged(expected(T, *many), there())

    assert len(verdict.text()) < 20_000
    assert "more rows</summary>" in verdict.html()
    assert "table_2999" in str(verdict.findings[0].hint)
    assert (3_001, "wrong") == (len(verdict.frame()), verdict.text().splitlines()[8].split()[-1])
    assert 1_000 == len(json.loads(json.dumps(verdict.record()))["rows"])


def test_every_status_is_a_text_and_every_code_has_a_meaning() -> None:
    """The history keeps the one, the pages print the other."""
    assert all(isinstance(each.value, str) for each in Status)
    assert len({each.value for each in VerdictCode}) == len(VerdictCode)


_NAMES = st.text(min_size=1, max_size=4)
_PARTS = st.lists(_NAMES, max_size=3).map(tuple)
_OBJECTS = st.builds(
    Expected,
    _NAMES,
    _NAMES,
    st.sampled_from(Kind),
    st.sampled_from(Action),
    st.none() | _PARTS,
    st.none() | _PARTS,
    st.lists(st.integers(-1, 9), max_size=2).map(tuple),
    st.none() | st.integers(0),
    st.none() | _NAMES,
    st.dictionaries(_NAMES, _NAMES, max_size=2),
    st.none() | st.integers(0),
)


@given(st.lists(_OBJECTS, max_size=6).map(tuple))
def test_a_record_is_read_back(objects: tuple[Expected, ...]) -> None:
    """Through JSON, whatever the names."""
    made = expected(*objects)

    assert made == Expectations.from_record(json.loads(json.dumps(made.record())))


def test_equal_partitions_are_written_once() -> None:
    """A thousand tables with the same ones take little more than their names."""
    many = expected(*(replace(T, name=f"t{at}", source=f"t{at}") for at in range(1_000)))

    assert 1 == json.dumps(many.record()).count('"p1"')


def test_a_record_of_a_newer_version_is_refused() -> None:
    """Rather than misread."""
    with pytest.raises(UsageProblem, match="another version"):
        Expectations.from_record({**expected().record(), "version": 99})
