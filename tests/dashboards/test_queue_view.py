from __future__ import annotations

from collections.abc import Callable

import pytest
from dashboards.test_live import Published, shown

from starrocks_restore_kernel.dashboards import watch_queue
from starrocks_restore_kernel.dashboards.queue_view import QueueView

__all__ = ["shown"]


class Queue:
    """A queue whose state is set."""

    working, words = True, "Queue night: 2 waiting"

    def text(self) -> str:
        return self.words

    def html(self) -> str:
        return f"<p>{self.words}</p>"


def test_it_is_drawn_each_second_until_nothing_runs(shown: list[Published]) -> None:
    """The last picture is of the queue at rest."""
    queue = Queue()
    later: list[tuple[float, Callable[[], None]]] = []
    QueueView(queue, later=lambda *asked: later.append(asked))._ipython_display_()
    queue.words = "Queue night: 1 done, 1 sent"
    later.pop()[1]()
    queue.words, queue.working = "Queue night: 2 done", False
    later.pop()[1]()

    assert [] == later
    assert ["Queue night: 2 waiting", "Queue night: 1 done, 1 sent", "Queue night: 2 done"] == [
        data["text/plain"] for data, *_ in shown
    ]
    assert "<p>Queue night: 2 done</p>" in shown[-1][0]["text/html"]
    assert [False, True, True] == [update for _, update, _ in shown]


def test_a_queue_at_rest_is_drawn_once(shown: list[Published]) -> None:
    """There is nothing to wait for."""
    queue = Queue()
    queue.working = False
    watch_queue(queue)._ipython_display_()

    assert 1 == len(shown)


def test_a_picture_that_fails_is_logged_and_tried_again(
    shown: list[Published], caplog: pytest.LogCaptureFixture
) -> None:
    """The history may be away for a moment."""
    queue = Queue()
    later: list[tuple[float, Callable[[], None]]] = []
    QueueView(queue, later=lambda *asked: later.append(asked))._ipython_display_()
    queue.html = lambda: 1 / 0  # type: ignore[method-assign,assignment,return-value]
    later.pop()[1]()

    assert "could not be drawn" in caplog.text
    assert 1 == len(later)
