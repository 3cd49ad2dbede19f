"""The statement as it stands, with a button that copies it, and what is wrong with it below."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from .choices import Finding

__all__ = ["StatementPane"]

_HERE = Path(__file__).parent
_SHOWN_LINES = 200


class StatementPane(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget ships no types
    """Live SQL and findings.

    A statement of a hundred thousand lines is shown by its first ones; the copy button gets all of it from the kernel.
    """

    _esm = _HERE / "statement_pane.js"
    _css = _HERE / "builder.css"

    sql = traitlets.Unicode().tag(sync=True)
    """The lines that are shown."""
    more = traitlets.Int().tag(sync=True)
    """How many lines are not."""
    missing = traitlets.Unicode().tag(sync=True)
    findings: Any = traitlets.List().tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self._whole = ""
        self.on_msg(self._copy)

    def show(self, sql: str, missing: str, findings: Sequence[Finding]) -> None:
        """Draw these."""
        self._whole = sql
        lines = sql.split("\n")
        with self.hold_sync():
            self.sql = "\n".join(lines[:_SHOWN_LINES])
            self.more = max(0, len(lines) - _SHOWN_LINES)
            self.missing = missing
            self.findings = [
                {"severity": each.severity, "code": each.code or "", "message": each.message, "hint": each.hint or ""}
                for each in findings
            ]

    def _copy(self, _: Any, content: object, __: object) -> None:
        if content == "copy":
            self.send({"sql": self._whole})
