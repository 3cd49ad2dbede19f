"""Queues of statements; on each kind of database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from samples import START

from starrocks_restore_kernel.errors import UsageProblem
from starrocks_restore_kernel.history import History, ItemState, QueueItem

FIRST = QueueItem("night", 0, "one", "shop", "RESTORE SNAPSHOT shop.a FROM vault")
SECOND = QueueItem("night", 1, "two", "shop", "RESTORE SNAPSHOT shop.b FROM vault 🍏", after=("one",))


def test_a_queue_comes_back_in_its_order(history: History) -> None:
    """However it was written; names that are none have no items."""
    history.put_queue("night", [SECOND, FIRST])
    history.put_queue("day", [replace(FIRST, name="day")])

    assert (FIRST, SECOND) == history.queue_items("night")
    assert ("day", "night") == history.queues()
    assert () == history.queue_items("noon")


def test_of_many_that_claim_an_item_one_has_it(url: str) -> None:
    """Each through a connection of its own, at once."""
    hands = [History(url, now=lambda: START) for _ in range(4)]
    hands[0].put_queue("night", [FIRST])
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda n: hands[n].claim("night", "one", f"p{n}"), range(4)))

    assert [True] == [each for each in told if each]
    (item,) = hands[0].queue_items("night")
    assert (ItemState.CLAIMED, f"p{told.index(True)}", START) == (item.state, item.claimed_by, item.claimed_at)
    for each in hands:
        each.close()


def test_an_item_goes_its_way(history: History) -> None:
    """Claimed, sent, done; what is in other hands is not touched."""
    history.put_queue("night", [FIRST, SECOND])
    assert history.claim("night", "one", "p1")
    assert history.settle_item("night", "one", ItemState.SENT, by="p1", submission="s1")
    assert not history.settle_item("night", "one", ItemState.FAILED, by="p2")
    assert history.settle_item("night", "one", ItemState.DONE, by="p1", note="all is back")
    assert not history.settle_item("night", "three", ItemState.DONE)
    assert not history.claim("night", "three", "p1")

    first, second = history.queue_items("night")
    assert (ItemState.DONE, "s1", "p1", "all is back") == (first.state, first.submission, first.claimed_by, first.note)
    assert SECOND == second


def test_an_item_can_be_given_back(history: History) -> None:
    """As after the death of who had it; then another may have it."""
    history.put_queue("night", [FIRST])
    history.claim("night", "one", "dead")
    assert history.settle_item("night", "one", ItemState.WAITING, by="dead")

    assert (FIRST,) == history.queue_items("night")
    assert history.claim("night", "one", "p2")


def test_a_queue_that_is_worked_off_is_not_replaced(history: History) -> None:
    """Before and after it may be; an empty one is none."""
    history.put_queue("night", [FIRST])
    history.claim("night", "one", "p1")
    with pytest.raises(UsageProblem, match="the queue night is being worked off: one runs"):
        history.put_queue("night", [])

    history.settle_item("night", "one", ItemState.FAILED)
    history.put_queue("night", [FIRST, SECOND])
    assert (FIRST, SECOND) == history.queue_items("night")
    history.put_queue("night", [])
    assert () == history.queues()


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([FIRST, replace(SECOND, id="one")], "two items of the queue night have one id"),
        ([SECOND], "the item two comes after one, which is not in the queue night"),
        ([replace(FIRST, name="day")], "the item one is of the queue day, not night"),
        ([replace(FIRST, statement='X ("password" = "hush")')], "the statement of the item one holds a secret"),
    ],
)
def test_what_no_queue_can_be_is_refused(history: History, items: list[QueueItem], message: str) -> None:
    """And nothing of it is written."""
    with pytest.raises(UsageProblem, match=message):
        history.put_queue("night", items)

    assert () == history.queues()
