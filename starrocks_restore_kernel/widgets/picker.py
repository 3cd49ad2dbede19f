"""The list to tick: a hundred thousand tables with their partitions, of which only visible rows exist in the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

__all__ = ["Picker"]

_HERE = Path(__file__).parent


class Picker(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget ships no types
    """A virtual tree of tick boxes.

    Data flows one way on each trait. The kernel writes ``names`` and ``shown``; the page writes ``picked``. Both
    dictionaries carry ``stamp``, the number of the list that row numbers refer to, and ``turn``, the number of the
    page's last change, so that neither side takes an answer to an older question.
    """

    _esm = _HERE / "picker.js"
    _css = _HERE / "picker.css"

    names = traitlets.Bytes(b"[]").tag(sync=True)
    """JSON, as `Rows.names` writes it."""
    shown = traitlets.Dict().tag(sync=True)
    """``stamp``, ``turn``, ``ticks`` (ranges, as `Rows.ticks` packs them) and ``aliases``."""
    picked = traitlets.Dict().tag(sync=True, echo_update=False)
    """The same, from the page."""
    unused = traitlets.Bool(False).tag(sync=True)
    """Whether the ticks do not count, because everything is restored."""

    def __init__(self) -> None:
        super().__init__()
        self._stamp = 0
        self._turn = 0
        self._names = b"[]"
        self.shown = {"stamp": 0, "turn": 0, "ticks": b"", "aliases": {}}

    def show(self, names: bytes, ticks: bytes, aliases: Mapping[str, str]) -> None:
        """Draw these rows, ticked so."""
        with self.hold_sync():
            if names is not self._names:
                self._stamp += 1
                self._names = self.names = names
            self.shown = {"stamp": self._stamp, "turn": self._turn, "ticks": ticks, "aliases": dict(aliases)}

    def on_pick(self, callback: Callable[[bytes, Mapping[str, str]], None]) -> None:
        """Call back with ticks and other names when the page changes them."""

        def picked(change: Mapping[str, Any]) -> None:
            value = change["new"]
            if value.get("stamp") == self._stamp:
                self._turn = int(value["turn"])
                callback(bytes(value["ticks"]), dict(value["aliases"]))

        self.observe(picked, names="picked")
