"""How values draw themselves: as text, and as the same content in static HTML.

Everything from outside is escaped. Colours are JupyterLab's own variables, so that light and dark both read well,
each with a fallback for places that define none; a state is never told by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

__all__ = ["Drawing", "Listing", "Note", "badge", "html_block", "html_table", "text_table"]

_SHORT = 24
SHOWN_ROWS = 200
"""Rows that a table draws; the rest is counted. The value itself holds them all."""

# ruff: noqa: E501
STYLE = """<style>
.srk{font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:var(--jp-ui-font-size1,13px);line-height:1.45;
 color:var(--jp-ui-font-color1,inherit);max-width:72rem}
.srk h4{margin:.2em 0 .5em;font-size:1.1em;font-weight:600}
.srk p{margin:.3em 0}
.srk .srk-wide{overflow-x:auto}
.srk table.srk-t{border-collapse:collapse;margin:.4em 0;font-size:inherit;color:inherit}
.srk table.srk-t th,.srk table.srk-t td{text-align:left!important;padding:.25em .9em .25em .5em;vertical-align:top;white-space:pre-wrap;
 border-bottom:1px solid var(--jp-border-color2,#8884);background:none;max-width:36rem;overflow-wrap:break-word}
.srk table.srk-t td.srk-short{white-space:pre}
.srk table.srk-t th{font-weight:600;border-bottom:2px solid var(--jp-border-color1,#8888);white-space:nowrap}
.srk pre.srk-sql{margin:.6em 0!important;padding:.6em .8em!important;white-space:pre-wrap;background:rgba(128,128,128,.13)!important;
 color:inherit;border-radius:3px;
 font-family:var(--jp-code-font-family,monospace);font-size:var(--jp-code-font-size,13px)}
.srk .srk-b{display:inline-block;padding:0 .5em;border-radius:3px;border:1px solid currentColor;font-weight:600;white-space:nowrap}
.srk .srk-ok{color:var(--jp-success-color0,#1b7a34)}
.srk .srk-warn{color:var(--jp-warn-color0,#a35200)}
.srk .srk-bad{color:var(--jp-error-color1,#c62828)}
.srk .srk-dim{color:var(--jp-ui-font-color2,#777)}
[data-jp-theme-light=false] .srk .srk-ok{color:#7ed492}
[data-jp-theme-light=false] .srk .srk-warn{color:#ffb35c}
[data-jp-theme-light=false] .srk .srk-bad{color:#ff8a80}
</style>"""


class Drawing:
    """A value that draws itself; a subclass says `text` and `html`."""

    __slots__ = ()

    def text(self) -> str:
        """The whole content for a terminal."""
        raise NotImplementedError

    def html(self) -> str:
        """The same content as a fragment of HTML, everything from outside escaped."""
        raise NotImplementedError

    def __repr__(self) -> str:
        # What a person sees at a prompt; a subclass that is a dataclass says repr=False.
        return self.text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002
        # IPython filters by include and exclude itself (core/formatters.py).
        return {"text/plain": self.text(), "text/html": html_block(self.html())}


@dataclass(frozen=True, slots=True, repr=False)
class Note(Drawing):
    """A word in a frame and a sentence: the answer to something that has no rows."""

    word: str
    sentence: str
    tone: str = "ok"

    def text(self) -> str:
        """One line."""
        return f"{self.word}: {self.sentence}"

    def html(self) -> str:
        """The same as HTML."""
        return f"<p>{badge(self.word, self.tone)} {escape(self.sentence)}</p>"


def html_block(*parts: str) -> str:
    """Wrap fragments in one styled block."""
    return f'{STYLE}<div class="srk">{"".join(parts)}</div>'


def badge(word: str, tone: str) -> str:
    """A framed word; ``tone`` is ``ok``, ``warn``, ``bad`` or ``dim``."""
    return f'<span class="srk-b srk-{tone}">{escape(word)}</span>'


def html_table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, total: int | None = None) -> str:
    """A table of escaped cells; ``total`` is how many rows there are when only some are given."""
    head = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
    drawn = ["".join(_html_cell(_cell(cell)) for cell in row) for row in rows]
    body = "".join(f"<tr>{cells}</tr>" for cells in drawn)
    more = "" if total is None or total <= len(drawn) else f'<p class="srk-dim">… and {total - len(drawn):,} more</p>'
    return f'<div class="srk-wide"><table class="srk-t"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}'


def _html_cell(text: str) -> str:
    # A time or a name that is broken over two lines is hard to read; only long texts may be.
    kind = ' class="srk-short"' if len(text) <= _SHORT else ""
    return f"<td{kind}>{escape(text)}</td>"


def text_table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, total: int | None = None) -> str:
    """The same table for a terminal."""
    cells = [[_cell(cell).replace("\n", " ⏎ ") for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [list(headings), ["─" * width for width in widths], *cells]
    ]
    if total is not None and total > len(cells):
        lines.append(f"… and {total - len(cells):,} more")
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


@dataclass(frozen=True, slots=True, repr=False)
class Listing(Drawing, Sequence[Any]):
    """Rows that were read, as values, drawn as a table.

    Attributes
    ----------
    headings
        A heading a column.
    rows
        The cells as they are drawn, a tuple a row.
    values
        What indexing and iterating give: one object a row.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    values: tuple[Any, ...]
    title: str = ""

    def __getitem__(self, index: Any) -> Any:
        return self.values[index]

    def __len__(self) -> int:
        return len(self.values)

    def frame(self) -> Any:
        """The rows as a pandas frame, a column a heading."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=list(self.headings))

    def text(self) -> str:
        """A table, or one line that says there is nothing."""
        if not self.rows:
            return f"{self.title or 'rows'}: none"
        return text_table(self.headings, self.rows[:SHOWN_ROWS], total=len(self.rows))

    def html(self) -> str:
        """The same as HTML."""
        if not self.rows:
            return f'<p class="srk-dim">{escape(self.title or "rows")}: none</p>'
        title = f"<h4>{escape(self.title)}</h4>" if self.title else ""
        return title + html_table(self.headings, self.rows[:SHOWN_ROWS], total=len(self.rows))
