import json
from dataclasses import replace
from typing import Any

import pytest
from planning.picture import FACTS, STAMP
from samples import sample

from starrocks_restore_kernel.cluster import (
    Partition,
    Partitions,
    SnapshotObject,
    Table,
    TableKind,
)
from starrocks_restore_kernel.errors import PlanRefused
from starrocks_restore_kernel.language import parse
from starrocks_restore_kernel.language.statements import Restore
from starrocks_restore_kernel.planning import (
    Action,
    Facts,
    Plan,
    Unknown,
    Verdict,
    plan,
    plan_without_facts,
)


def holding(*tables: Table, **more: Any) -> Facts:
    """The facts, with these tables in the target, or what else is known of it."""
    known = {"tables": {each.name: each for each in tables}} if tables else {}
    return replace(FACTS, target=replace(FACTS.target, **known, **more))


def planned(
    on: str = "", facts: Facts = FACTS, head: str = "shop.snap FROM repo", stamp: str = STAMP, replicas: str = "1"
) -> Plan:
    """The plan of a RESTORE."""
    sql = f'RESTORE SNAPSHOT {head} {on} PROPERTIES ("backup_timestamp" = "{stamp}", "replication_num" = "{replicas}")'
    statement = parse(sql)
    assert isinstance(statement, Restore)
    return plan(statement, facts, source=sql)


def errors(made: Plan) -> list[tuple[str, str | None]]:
    """Code and hint of what stands in the way."""
    return [(each.code, each.hint) for each in made.findings if each.severity == "error"]


def test_tables_that_are_gone_are_created() -> None:
    """The plan of the tutorial: safe."""
    made = planned("ON (orders)")

    assert Verdict.SAFE is made.verdict
    assert [("orders", "orders", Action.CREATE)] == [(each.source, each.target, each.action) for each in made.effects]


def test_what_exists_is_overwritten_or_replaced_and_counted() -> None:
    """Tables and views differ; rows that would go are shown."""
    facts = holding(Table("orders", TableKind.TABLE, 1200, 9), Table("daily", TableKind.VIEW))
    made = planned(facts=facts)

    assert Verdict.DESTRUCTIVE is made.verdict
    assert [Action.REPLACE, Action.CREATE, Action.OVERWRITE] == [each.action for each in made.effects]
    assert "1,200" in made.text()
    assert "1,200" in made.html()


def test_a_target_that_cannot_be_read_is_never_called_safe() -> None:
    """Unknown is no permission."""
    made = planned(
        "ON (orders)",
        replace(holding(tables=None), unknown=(Unknown("target.tables", "the target's tables", "denied"),)),
    )

    assert Verdict.UNKNOWN is made.verdict
    with pytest.raises(PlanRefused):
        made.allow(overwrite=False)


@pytest.mark.parametrize(
    "more", [{"complete": False}, {"hidden": frozenset({"orders"})}, {"only": frozenset({"items"})}]
)
def test_a_table_that_may_be_there_unseen_is_never_called_new(more: dict[str, Any]) -> None:
    """A listing that the server cut short proves nothing."""
    assert Verdict.UNKNOWN is planned("ON (orders)", holding(**more)).verdict


@pytest.mark.parametrize(
    ("made", "code", "hint"),
    [
        (planned(head="shop.snap FROM Repo"), "SRR201", "did you mean repo?"),
        (planned(head="shop.snapp FROM repo"), "SRR202", "did you mean snap?"),
        (planned(stamp="2026-01-01-00-00-00"), "SRR203", f"write '{STAMP}'"),
        (planned("ON (Orders)"), "SRR207", "did you mean orders?"),
        (planned("ON (orders PARTITION (p3))"), "SRR208", "it has p1, p2"),
        (
            planned(head="snap FROM repo DATABASE x AS shop"),
            "SRR206",
            "the name inside the snapshot comes first: DATABASE shop AS x",
        ),
        (planned("ON (orders)", replicas="3"), "SRR210", 'write "replication_num" = "1": 1 host is alive'),
        (
            planned("ON (orders AS items)", holding(Table("items", TableKind.TABLE, 1, 1))),
            "SRR209",
            "choose a name that shop does not have",
        ),
        (
            planned(
                "ON (orders)",
                holding(
                    Table("orders", TableKind.TABLE, 1, 1),
                    partitions=Partitions.of({"orders": [Partition("p1", replication_num=3)]}),
                ),
            ),
            "SRR211",
            'write "replication_num" = "3", the number that the existing partition has',
        ),
        (
            planned("ON (orders)", holding(restore=sample("DOWNLOADING", 3))),
            "SRR205",
            "snap is DOWNLOADING in shop: wait for it, or cancel it",
        ),
    ],
)
def test_what_stands_in_the_way_is_told_with_a_way_out(made: Plan, code: str, hint: str) -> None:
    """One error each, with its repair; the plan is blocked and not sent."""
    assert (code, hint) in errors(made)
    assert Verdict.BLOCKED is made.verdict
    with pytest.raises(PlanRefused, match="nothing was sent"):
        made.allow(overwrite=True)


def test_a_missing_database_is_made_since_3_4_and_refused_before() -> None:
    """The difference between the versions is told before it is met."""
    facts = holding(exists=False)

    assert ["SRR213", "SRR244"] == [each.code for each in planned("ON (orders)", facts).findings]
    assert ["SRR212"] == [code for code, _ in errors(planned("ON (orders)", replace(facts, version="3.3")))]


def test_overwriting_needs_a_yes() -> None:
    """The message says what would be lost."""
    facts = holding(Table("orders", TableKind.TABLE, 1, 1))
    made = planned("ON (orders)", facts)

    with pytest.raises(PlanRefused, match="in shop: overwrite orders"):
        made.allow(overwrite=False)
    made.allow(overwrite=True)


def test_a_plan_shows_no_secret() -> None:
    """CREATE REPOSITORY carries keys; the plan shows that they are there, and no more."""
    sql = 'CREATE REPOSITORY r WITH BROKER ON LOCATION "s3://b" PROPERTIES ("aws.s3.secret_key" = "s3cret")'
    made = plan_without_facts(parse(sql), "4.1")

    assert Verdict.SAFE is made.verdict
    assert "aws.s3.secret_key" in made.html()
    assert "s3cret" not in made.html() + made.text()


def test_a_plan_escapes_what_comes_from_outside() -> None:
    """Names are shown, never run."""
    repository = FACTS.repository
    contents = replace(repository.contents, objects=(SnapshotObject("<script>", ("p",)),))
    made = planned("ON (`<script>`)", replace(FACTS, repository=replace(repository, contents=contents)))

    assert "<script>" in made.text()
    assert "<script>" not in made.html()


def test_a_plan_does_not_let_a_name_move_the_cursor() -> None:
    """What a terminal would act upon is drawn as a dot."""
    repository = FACTS.repository
    assert repository.contents is not None
    contents = replace(repository.contents, objects=(SnapshotObject("a\x1b[2Jb", ("p",)),))
    made = planned("", replace(FACTS, repository=replace(repository, contents=contents)))

    assert "create a·[2Jb" in made.text()
    assert "\x1b" not in made.text()


@pytest.mark.parametrize("sql", ["DROP SNAPSHOT monday ON vault", "CANCEL RESTORE FROM shop"])
def test_what_cannot_be_taken_back_needs_a_yes(sql: str) -> None:
    """Not only a RESTORE destroys."""
    made = plan_without_facts(parse(sql, "4.2"), "4.2")

    assert Verdict.DESTRUCTIVE is made.verdict
    with pytest.raises(PlanRefused):
        made.allow(overwrite=False)


# -- how it is told


def many(number: int) -> Facts:
    """A snapshot of so many tables, of which the first is here."""
    objects = tuple(SnapshotObject(f"t{at:06}", ("p1", "p2")) for at in range(number))
    facts = holding(Table("t000000", TableKind.TABLE, 1200, 2**20))
    assert facts.repository.contents is not None
    return replace(
        facts, repository=replace(facts.repository, contents=replace(facts.repository.contents, objects=objects))
    )


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (planned("ON (orders)"), "it creates 1 object, and changes nothing that is there"),
        (
            planned("ON (orders)", holding(exists=False)),
            "it creates the database and creates 1 object, and changes nothing that is there",
        ),
        (
            planned("", holding(Table("orders", TableKind.TABLE, 1200, 2**20), Table("daily", TableKind.VIEW))),
            "it overwrites 1 table (1,200 rows, 1 MB) and replaces 1 view",
        ),
        (planned(head="shop.snap FROM Repo"), "the server would refuse it: Repository Repo does not exist"),
        (
            planned("ON (orders, items)", replicas="3"),
            "the job would not get through: failed to find 3 different hosts to create table: items (and 1 more)",
        ),
        (plan_without_facts(parse("DROP SNAPSHOT s ON r", "4.2"), "4.2"), "deletes the snapshot s from r, for good"),
    ],
)
def test_a_verdict_says_why(made: Plan, why: str) -> None:
    """In one sentence, with figures where there are some."""
    assert why == made.why


def test_what_is_urgent_stands_first() -> None:
    """Before what is merely made; rows with the same note share it."""
    lines = planned("", holding(Table("orders", TableKind.TABLE, 1, 1))).text().splitlines()
    heading = next(at for at, line in enumerate(lines) if line.startswith("object"))

    assert ["orders", "daily", "items"] == [line.split()[0] for line in lines[heading + 2 : heading + 5]]
    assert "Plan: DESTRUCTIVE · in shop: overwrite orders; create daily, items" == lines[0]
    assert "Why: it overwrites 1 table (1 row, 1 B)" == lines[1]


def test_a_large_plan_is_counted_and_folds() -> None:
    """A hundred thousand rows are in the value, and not in the page."""
    made = planned("", many(100_000))
    html, text = made.html(), made.text()

    assert 100_000 == len(made.effects)
    assert '<td class="srk-short">99,999</td>' in html
    assert 1 == html.count("<details><summary>170 more rows</summary>")
    assert "… and 99,800 more: plan.frame() holds them all" in html
    assert len(html) < 200_000
    assert "… and 99,970 more" in text
    assert text.count("\n") < 100


def test_a_small_plan_is_whole() -> None:
    """Nothing to unfold, nothing counted."""
    html = planned("").html()

    assert "<details>" not in html
    assert "plan.frame()" not in html + planned("").text()


def test_a_frame_has_a_row_an_object() -> None:
    """Figures are whole numbers that may be missing."""
    made = planned("", holding(Table("orders", TableKind.TABLE, 1200, 9)))
    frame = made.frame()

    assert ["daily", "items", "orders"] == list(frame["target"])
    assert ["create", "create", "overwrite"] == list(frame["action"])
    assert [1200] == list(frame["rows"].dropna())
    assert list(frame.columns) == list(made.record()["effects"][0])


def test_a_record_is_plain_and_whole() -> None:
    """JSON takes it, and gives it back."""
    made = planned("ON (orders AS items)", holding(Table("items", TableKind.TABLE, 1, 1)))
    record = made.record()

    assert record == json.loads(json.dumps(record))
    assert ("blocked", {"blocked": 1}, "shop") == (record["verdict"], record["counts"], record["target_database"])
    (effect,) = record["effects"]
    assert ("SRR209", "orders", "items") == (effect["blocked_by"], effect["source"], effect["target"])
    assert effect["text"] == record["findings"][0]["message"] == record["why"].partition(": ")[2]


def test_equal_plans_are_equal() -> None:
    """Values, whoever made them."""
    assert planned("ON (orders)") == planned("ON (orders)")
    assert planned("ON (orders)") != planned("ON (items)")
