"""Several questions in one round trip, and what happens when one is refused or the line breaks."""

from __future__ import annotations

from typing import Any

import pytest
from scripted import DENIED, InTurn, Scripted, rows

from starrocks_restore_kernel.cluster import Question, open_frontend, reading_objects, resolve
from starrocks_restore_kernel.errors import ConnectionFailed, ServerError
from starrocks_restore_kernel.facade import Cluster
from starrocks_restore_kernel.sandbox import Sandbox

RACE = ServerError("meta data may has been updated during this period", code=1064, sqlstate="HY000")


def question(name: str) -> Question[Any]:
    """A question whose answer is its one cell."""
    return Question(name, f"ASK {name}", lambda answer: next(iter(answer))["x"])


QUESTIONS = [question(name) for name in ("a", "b", "c")]
SCRIPT = {f"ASK {name}": rows("x", (name,)) for name in ("a", "b", "c")}


def test_several_questions_are_one_round_trip() -> None:
    """And each gets its own answer."""
    frontend = Scripted(SCRIPT)

    assert ["a", "b", "c"] == frontend.ask_all(QUESTIONS)
    assert ["ASK a;\nASK b;\nASK c"] == frontend.sent


def test_behind_a_refusal_the_rest_is_asked_alone() -> None:
    """The server stops there; the refusal itself is not asked for twice."""
    frontend = Scripted({**SCRIPT, "ASK b": DENIED})

    assert ["a", DENIED, "c"] == frontend.ask_all(QUESTIONS)
    assert ["ASK a;\nASK b;\nASK c", "ASK c"] == frontend.sent


def test_where_several_statements_are_not_taken_each_goes_alone() -> None:
    """A proxy may stand between; its refusal says nothing of the first statement."""
    frontend = Scripted(SCRIPT, several=False)

    assert ["a", "b", "c"] == frontend.ask_all(QUESTIONS)
    assert ["ASK a", "ASK b", "ASK c"] == frontend.sent[1:]


def test_after_a_refusal_that_is_enough_nothing_is_sent() -> None:
    """The rest takes it for an answer."""
    frontend = Scripted({**SCRIPT, "ASK a": DENIED})

    assert [DENIED] * 3 == frontend.ask_all(QUESTIONS, enough=lambda error: error is DENIED)
    assert 1 == len(frontend.sent)


def test_an_answer_that_cannot_be_read_harms_no_other() -> None:
    """It is an error in its place."""
    frontend = Scripted({**SCRIPT, "ASK b": rows("y", (1,))})
    first, second, third = frontend.ask_all(QUESTIONS)

    assert ("a", "c") == (first, third)
    assert "the answer has no column 'x'" == second.message


def test_a_job_that_moves_while_it_is_read_is_read_again() -> None:
    """Alone and among others; three times is enough."""
    alone = Scripted({"ASK a": InTurn([RACE, RACE, rows("x", (1,))])})
    among = Scripted({**SCRIPT, "ASK b": InTurn([RACE, rows("x", (1,))])})

    assert 1 == alone.ask(question("a"))
    assert ["a", 1, "c"] == among.ask_all(QUESTIONS)
    with pytest.raises(ServerError, match="meta data"):
        Scripted({"ASK a": InTurn([RACE, RACE, RACE])}).ask(question("a"))


def test_partitions_that_break_off_are_an_error_and_not_fewer_partitions() -> None:
    """What came before the break is dropped."""
    good = rows("t p v b r i n d", ("a", "p1", "", 1, 1, 0, 1, 1))

    assert ["a"] == list(Scripted({"SELECT": good}).partitions("shop"))
    for error in (DENIED, ConnectionFailed("gone")):
        with pytest.raises(type(error)):
            Scripted({"SELECT": [*good, error]}).partitions("shop")


def test_over_the_wire(cluster: Cluster) -> None:
    """A real driver and several results, one of them refused; the connection is good for more."""
    frontend = cluster.frontend
    asked = [
        Question(sql, sql, lambda answer: [tuple(row.values()) for row in answer])
        for sql in ("SELECT 1 AS x", "SELECT 'a;b' AS x", "SELECT * FROM shop.nothing", "SELECT '100%' AS x")
    ]
    for _ in range(2):
        one, text, refused, percent = frontend.ask_all(asked)

        assert ([(1,)], [("a;b",)], [("100%",)]) == (one, text, percent)
        assert "nothing" in refused.message
    assert [{"x": 1}] == frontend.query("SELECT 1 AS x")


def test_partitions_over_the_wire(cluster: Cluster) -> None:
    """As a stream, of all tables or of some."""
    read = cluster.frontend.partitions("shop")

    assert {"customers", "orders", "order_items"} == set(read)
    assert ["p202401", "p202402"] == [each.name for each in read["orders"]][:2]
    assert {"orders"} == set(cluster.frontend.partitions("shop", {"orders"}))
    assert set() == set(cluster.frontend.partitions("nowhere"))
    with pytest.raises(ServerError):
        list(cluster.frontend.stream("SELECT * FROM shop.nothing"))


def test_a_frontend_that_is_gone_is_gone_for_every_way_of_asking() -> None:
    """And never an empty answer."""
    with Sandbox(speed=300.0, users={"root": ""}) as sandbox:
        frontend = open_frontend(resolve(f"starrocks://root@127.0.0.1:{sandbox.port}"))
        assert "shop" in frontend.databases()
    try:
        for ask in (
            frontend.databases,
            lambda: frontend.ask_all([reading_objects.tables("shop"), reading_objects.views("shop")]),
            lambda: frontend.partitions("shop"),
        ):
            with pytest.raises(ConnectionFailed):
                ask()
    finally:
        frontend.close()
