"""A queue that keeps its picture up to date while it is worked off."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol

from ..drawing import Drawing, html_block
from .live import Later, on_timer

__all__ = ["QueueView", "watch_queue"]

_INTERVAL = 1.0
_LOG = logging.getLogger(__name__)


class Working(Protocol):
    """What is watched; `Queue` is one."""

    @property
    def working(self) -> bool:
        """Whether it is being worked off in this process."""
        ...

    def text(self) -> str:
        """For a terminal."""
        ...

    def html(self) -> str:
        """As HTML."""
        ...


def watch_queue(queue: Working) -> QueueView:
    """Watch a queue: shown as the last line of a cell, its table is drawn anew each second until nothing runs."""
    return QueueView(queue)


class QueueView(Drawing):
    """What `watch_queue` returns.

    Parameters
    ----------
    later
        A way to be called back after some seconds; tests pass their own.
    """

    def __init__(self, queue: Working, *, later: Later = on_timer) -> None:
        self.queue = queue
        self._later = later

    def text(self) -> str:
        """The queue as of now."""
        return self.queue.text()

    def html(self) -> str:
        """The same as HTML."""
        return self.queue.html()

    def _ipython_display_(self) -> None:
        from IPython.core.getipython import get_ipython
        from IPython.display import DisplayHandle

        handle: Any = DisplayHandle()  # type: ignore[no-untyped-call]  # IPython's own
        handle.display(self._bundle(), raw=True)
        # A terminal cannot redraw: each refresh would be printed below the last.
        shell = get_ipython()
        if self.queue.working and (shell is None or hasattr(shell, "kernel")):
            self._again(lambda: handle.update(self._bundle(), raw=True))

    def _again(self, draw: Callable[[], object]) -> None:
        def refresh() -> None:
            # Asked before it is drawn: the last picture is one of a queue at rest.
            working = self.queue.working
            try:
                draw()
            except Exception:  # noqa: BLE001 logged: nobody is there to catch it
                _LOG.exception("the picture of a queue could not be drawn")
            if working:
                self._later(_INTERVAL, refresh)

        self._later(_INTERVAL, refresh)

    def _bundle(self) -> dict[str, str]:
        return {"text/html": html_block(self.html()), "text/plain": self.text()}
