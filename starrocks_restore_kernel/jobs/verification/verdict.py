"""The verdict on a restore, as a value that draws itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from html import escape
from itertools import islice
from typing import Any, NamedTuple

from ...drawing import SHOWN_ROWS, Drawing, badge, html_table, text_table
from ...language.diagnostics import Diagnostic
from ...planning.plan_drawing import findings_html, findings_text, visible
from .codes import VerdictCode

__all__ = ["Row", "Status", "Verdict"]

_HEADINGS = ("object", "expected", "found", "verdict")
_FIRST_ROWS = 30
_RECORDED = 1_000
_RECORD = 1
_LONG = 4_000
_CUT = " … (verdict.findings holds it whole)"


class Status(Enum):
    """The verdict in one word."""

    PROVED = "proved"
    REMARKS = "proved, with remarks"
    UNKNOWN = "not known"
    FAILED = "failed"


_TONE = {Status.PROVED: "ok", Status.REMARKS: "warn", Status.UNKNOWN: "warn", Status.FAILED: "bad"}


class Row(NamedTuple):
    """One object: what was to be there, what is, and whether that will do."""

    object: str
    expected: str
    found: str
    verdict: str
    """``good``, ``remark``, ``not known``, ``wrong`` or ``skipped``."""


_ORDER = {"wrong": 0, "not known": 1, "remark": 2, "skipped": 3, "good": 4}


@dataclass(frozen=True, slots=True, repr=False)
class Verdict(Drawing):
    """What a look at a restored database found.

    Attributes
    ----------
    database
        The target; None for external catalogs.
    rows
        One an object, in the plan's order.
    findings
        Errors are misses, warnings remarks, or what is not known; each with the statement that mends it.
    at
        When it was looked at, UTC.
    """

    database: str | None
    rows: tuple[Row, ...]
    findings: tuple[Diagnostic, ...]
    at: datetime

    @property
    def status(self) -> Status:
        """Failed if anything is wrong; proved only if nothing is unknown."""
        if any(each.severity == "error" for each in self.findings):
            return Status.FAILED
        if any(VerdictCode[each.code].unknown for each in self.findings):
            return Status.UNKNOWN
        return Status.REMARKS if any(each.severity == "warning" for each in self.findings) else Status.PROVED

    @property
    def failed(self) -> bool:
        """Whether something that must be there is not."""
        return self.status is Status.FAILED

    @property
    def summary(self) -> str:
        """The verdict in one sentence."""
        objects = len(self.rows)
        what = f"{objects:,} object{'' if objects == 1 else 's'}"
        grave = [each for each in self.findings if each.severity == "error"]
        match self.status:
            case Status.FAILED:
                return f"what came back is not as it should be: {_first(grave)}"
            case Status.UNKNOWN:
                return f"it is not known whether all came back: {_first(self._unknown)}"
            case Status.REMARKS:
                warnings = [each for each in self.findings if each.severity == "warning"]
                return f"what was restored is there ({what}), with remarks: {_first(warnings)}"
            case _:
                return f"what was restored is there, and as it should be ({what})"

    @property
    def _unknown(self) -> list[Diagnostic]:
        return [each for each in self.findings if VerdictCode[each.code].unknown]

    # -- drawing

    def text(self) -> str:
        """The sentence, the misses with what mends them, and the objects."""
        title = f"{self.status.value}: {self.summary}"
        lines = [visible(title)]
        told = findings_text("", self._drawn)
        if told:
            lines += ["", *told]
        if self.rows:
            most = SHOWN_ROWS if len(self.rows) <= SHOWN_ROWS else _FIRST_ROWS
            shown = [tuple(map(visible, row)) for row in islice(self._sorted(), most)]
            lines += ["", text_table(_HEADINGS, shown, total=len(self.rows))]
            if len(self.rows) > most:
                lines.append("verdict.frame() holds them all")
        return "\n".join(lines)

    def html(self) -> str:
        """The same as HTML; many rows unfold."""
        mark = badge(self.status.value, _TONE[self.status])
        parts = [f"<p>{mark} {escape(self.summary)}</p>", findings_html(self._drawn)]
        if self.rows:
            rows = self._sorted()
            parts.append(html_table(_HEADINGS, islice(rows, _FIRST_ROWS)))
            more = list(islice(rows, SHOWN_ROWS - _FIRST_ROWS))
            if more:
                table = html_table(_HEADINGS, more)
                parts.append(f"<details><summary>{len(more)} more rows</summary>{table}</details>")
            left = len(self.rows) - _FIRST_ROWS - len(more)
            if left > 0:
                parts.append(f'<p class="srk-dim">… and {left:,} more: verdict.frame() holds them all</p>')
        parts.append(f'<p class="srk-dim">looked at {self.at:%Y-%m-%d %H:%M:%S} UTC</p>')
        return "".join(parts)

    @property
    def _drawn(self) -> list[Diagnostic]:
        """The findings with what a person can read of a statement that names very many objects."""
        return [
            each if each.hint is None or len(each.hint) <= _LONG else replace(each, hint=each.hint[:_LONG] + _CUT)
            for each in self.findings[:SHOWN_ROWS]
        ]

    def _sorted(self) -> Any:
        """The rows, the worst first."""
        return iter(sorted(self.rows, key=lambda row: _ORDER[row.verdict]))

    # -- plain values

    def frame(self) -> Any:
        """The rows as a pandas frame."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=list(_HEADINGS))

    def record(self) -> dict[str, Any]:
        """As JSON takes it: the findings, and what is not good of the rows, the worst first."""
        bad = islice((row for row in self._sorted() if row.verdict != "good"), _RECORDED)
        return {
            "version": _RECORD,
            "status": self.status.value,
            "summary": self.summary,
            "database": self.database,
            "at": self.at.isoformat(),
            "objects": len(self.rows),
            "findings": [
                {"code": each.code, "severity": each.severity, "message": each.message, "hint": each.hint}
                for each in self.findings[:_RECORDED]
            ],
            "rows": [list(row) for row in bad],
        }


def _first(findings: list[Diagnostic]) -> str:
    more = f" (and {len(findings) - 1:,} more)" if len(findings) > 1 else ""
    return f"{findings[0].message}{more}"
