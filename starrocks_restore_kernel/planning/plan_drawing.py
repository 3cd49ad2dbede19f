"""How a plan is told: as a sentence, a table, a frame, and a record of plain values.

What is most urgent stands first. Notes that many rows share stand once below the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import chain, islice
from typing import Any

from ..drawing import SHOWN_ROWS, badge, html_table, text_table
from ..language.diagnostics import Diagnostic, render
from .effect import Action, Effect, Kind
from .sizes import counted, size

__all__ = [
    "effects_html",
    "effects_text",
    "findings_html",
    "findings_text",
    "frame",
    "harm",
    "record_of",
    "sentence",
    "visible",
]

_HEADINGS = ("object", "kind", "action", "becomes", "partitions", "rows now", "size now", "note")
_COUNTED = ("action", "objects", "rows now", "size now")
_NAMES_SHOWN = 6
_PARTITIONS_SHOWN = 3
_FIRST_ROWS = 30
_FINDINGS_SHOWN = 12
_TONES = {"error": "bad", "warning": "warn", "info": "dim"}
_ACTION_TONES = {Action.BLOCKED: "bad", Action.UNKNOWN: "warn", Action.OVERWRITE: "warn", Action.REPLACE: "warn"}
_KINDS = {Kind.TABLE_OR_MATERIALIZED_VIEW: "table or MV", Kind.MATERIALIZED_VIEW: "MV"}
_VERBS = {Action.UNKNOWN: "not known", Action.RENAME: "create"}

Grouped = Mapping[Action, Sequence[Effect]]


def visible(text: str) -> str:
    """The text with what a terminal would act upon made visible: names come from outside."""
    return "".join(char if char.isprintable() or char in "\n\t" else "·" for char in text)


# -- sentences


def sentence(database: str | None, grouped: Grouped) -> str:
    """What would happen where, in one line."""
    made = any(each.kind is Kind.DATABASE for each in grouped.get(Action.CREATE, ()))
    parts = []
    for action, of in grouped.items():
        names = [_called(each) for each in of if each.kind is not Kind.DATABASE or action is Action.BLOCKED]
        if names:
            parts.append(f"{_VERBS.get(action, action.value)} {_names(names, _NAMES_SHOWN)}")
    where = f"in {'the new database ' if made else ''}{database}: " if database is not None else ""
    return where + "; ".join(parts) if parts else "nothing is known of its effects"


def _called(each: Effect) -> str:
    return f"{each.source} as {each.target}" if each.action is Action.RENAME else each.target


def harm(grouped: Grouped) -> str:
    """What is destroyed, counted; what is made, where nothing is."""
    told = []
    for action, verb in ((Action.OVERWRITE, "overwrites"), (Action.REPLACE, "replaces")):
        kinds: dict[str, list[Effect]] = {}
        for each in grouped.get(action, ()):
            kinds.setdefault("table" if each.kind.holds_data else each.kind.value.removesuffix("s"), []).append(each)
        told += [f"{verb} {counted(len(of), noun)}{_held(of)}" for noun, of in kinds.items()]
    if told:
        return "it " + " and ".join(told)
    made = list(chain(grouped.get(Action.CREATE, ()), grouped.get(Action.RENAME, ())))
    new = sum(1 for each in made if each.kind is not Kind.DATABASE)
    told = ["creates the database"] if len(made) > new else []
    skipped = len(grouped.get(Action.SKIP, ()))
    told += [f"creates {counted(new, 'object')}"] if new else []
    told += [f"skips {counted(skipped, 'materialized view')}"] if skipped else []
    return f"it {' and '.join(told) or 'does nothing'}, and changes nothing that is there"


def _held(of: Sequence[Effect]) -> str:
    rows, bytes_ = _total(each.rows for each in of), _total(each.bytes for each in of)
    parts = [counted(rows, "row")] if rows is not None else []
    parts += [size(bytes_)] if bytes_ is not None else []
    return f" ({', '.join(parts)})" if parts else ""


def _total(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _names(names: Sequence[str], most: int) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"


# -- the table


class _Notes:
    """Numbers notes, the same one once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, note: str) -> str:
        return f"({self._numbers.setdefault(note, len(self._numbers) + 1)})" if note else ""

    def lines(self) -> Iterator[str]:
        for note, number in self._numbers.items():
            yield f"({number}) {note}"


def _row(each: Effect, database: str | None, notes: _Notes) -> tuple[object, ...]:
    difference = each.block.difference if each.block is not None else ""
    place = f"{database}.{each.target}" if database is not None and each.kind not in _UNPLACED else each.target
    return (
        each.source,
        _KINDS.get(each.kind, each.kind.value),
        "create" if each.action is Action.RENAME else each.action.value,
        place,
        _partitions(each),
        None if each.rows is None else f"{each.rows:,}",
        size(each.bytes),
        " ".join(part for part in (difference, notes.number(each.note)) if part),
    )


_UNPLACED = frozenset({Kind.DATABASE, Kind.CATALOG})


def _partitions(each: Effect) -> str:
    if each.replaced is None:
        return (
            ("all" if each.partitions is None else _names(each.partitions, _PARTITIONS_SHOWN))
            if each.kind.holds_data
            else ""
        )
    told = [f"replaces {_names(each.replaced, _PARTITIONS_SHOWN)}"] if each.replaced else []
    told += [f"adds {_names(each.added, _PARTITIONS_SHOWN)}"] if each.added else []
    told += [f"{len(each.left):,} {'stays' if len(each.left) == 1 else 'stay'}"] if each.left else []
    return "; ".join(told)


def _counts(grouped: Grouped) -> list[tuple[object, ...]]:
    return [
        (
            action.value,
            f"{len(of):,}",
            _figure(_total(each.rows for each in of)),
            size(_total(each.bytes for each in of)),
        )
        for action, of in grouped.items()
    ]


def _figure(number: int | None) -> str | None:
    return None if number is None else f"{number:,}"


def effects_text(grouped: Grouped, database: str | None, total: int) -> list[str]:
    """The effects for a terminal: counted first where they are many."""
    notes = _Notes()
    shown = islice(chain.from_iterable(grouped.values()), SHOWN_ROWS if total <= SHOWN_ROWS else _FIRST_ROWS)
    rows = [_row(each, database, notes) for each in shown]
    lines = [text_table(_COUNTED, _counts(grouped)), ""] if total > len(rows) else []
    lines.append(_without_empty(_HEADINGS, rows, total))
    if total > len(rows):
        lines.append("plan.frame() holds them all")
    return [*lines, *notes.lines()]


def _without_empty(headings: Sequence[str], rows: list[tuple[object, ...]], total: int) -> str:
    """A terminal is narrow: a column that says nothing is left out."""
    kept = [index for index in range(len(headings)) if any(row[index] not in {None, ""} for row in rows)]
    return text_table([headings[at] for at in kept], [[row[at] for at in kept] for row in rows], total=total)


def effects_html(grouped: Grouped, database: str | None, total: int) -> str:
    """The same as HTML: counts, the first rows, and some more that unfold."""
    notes = _Notes()
    effects = chain.from_iterable(grouped.values())
    many = total > _FIRST_ROWS
    parts = [html_table(_COUNTED, _counts(grouped))] if many else []
    parts.append(html_table(_HEADINGS, [_row(each, database, notes) for each in islice(effects, _FIRST_ROWS)]))
    more = [_row(each, database, notes) for each in islice(effects, SHOWN_ROWS - _FIRST_ROWS)]
    if more:
        parts.append(f"<details><summary>{len(more)} more rows</summary>{html_table(_HEADINGS, more)}</details>")
    left = total - _FIRST_ROWS - len(more)
    if left > 0:
        parts.append(f'<p class="srk-dim">… and {left:,} more: plan.frame() holds them all</p>')
    parts += [f'<p class="srk-dim">{escape(line)}</p>' for line in notes.lines()]
    return "".join(parts)


# -- findings


def findings_text(source: str, findings: Sequence[Diagnostic]) -> list[str]:
    """Errors and warnings with their places, and below what is good to know."""
    grave = [each for each in findings if each.severity != "info"]
    light = [each for each in findings if each.severity == "info"]
    lines = [render(source, [each]) for each in _pointed(source, grave[:_FINDINGS_SHOWN])]
    lines += [f"… and {len(grave) - _FINDINGS_SHOWN:,} more: plan.findings"] if len(grave) > _FINDINGS_SHOWN else []
    if light and lines:
        lines.append("")
    lines += [render("", [each]) for each in _pointed("", light[:_FINDINGS_SHOWN])]
    return lines


def _pointed(source: str, findings: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    for each in findings:
        yield each if source else Diagnostic(each.code, each.severity, each.message, None, each.hint, each.fixes)


def findings_html(findings: Sequence[Diagnostic]) -> str:
    """Each with its hint and its code; many unfold."""
    drawn = [_finding(each) for each in findings]
    more = drawn[_FINDINGS_SHOWN:SHOWN_ROWS]
    rest = f"<details><summary>{len(drawn) - _FINDINGS_SHOWN:,} more</summary>{''.join(more)}</details>" if more else ""
    return "".join(drawn[:_FINDINGS_SHOWN]) + rest


def _finding(each: Diagnostic) -> str:
    hint = f" → {escape(each.hint)}" if each.hint else ""
    word = badge(each.severity, _TONES[each.severity])
    return f"<p>{word} {escape(each.message)}{hint} <span class='srk-dim'>{each.code}</span></p>"


# -- plain values


def record_of(each: Effect) -> dict[str, Any]:
    """An effect as plain values, as JSON takes them."""
    block = each.block
    return {
        "source": each.source,
        "target": each.target,
        "kind": each.kind.value,
        "action": each.action.value,
        "partitions": _list(each.partitions),
        "replaced": _list(each.replaced),
        "added": _list(each.added),
        "left": _list(each.left),
        "rows": each.rows,
        "bytes": each.bytes,
        "blocked_by": None if block is None else block.code.name,
        "text": None if block is None else block.text,
        "difference": None if block is None else block.difference,
        "note": each.note,
    }


def _list(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)


def frame(effects: Iterable[Effect]) -> Any:
    """The effects as a pandas frame, a row an object."""
    import pandas as pd

    rows = [record_of(each) for each in effects]
    columns = list(record_of(Effect("", "", Action.UNKNOWN)))
    made = pd.DataFrame(rows, columns=columns)
    # Whole numbers that may be missing.
    return made.astype({"rows": "Int64", "bytes": "Int64"})
