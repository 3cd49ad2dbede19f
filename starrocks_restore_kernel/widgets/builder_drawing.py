"""The builder where no widget runs: on GitHub, in a terminal, in a notebook whose kernel is gone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..drawing import badge, html_table, text_table
from .builder_model import BuilderModel
from .choices import Finding, Scope

__all__ = ["builder_html", "builder_text", "objects_line"]

_SHOWN_OBJECTS = 50
_SHOWN_LINES = 60
_TONES = {"error": "bad", "warning": "warn", "info": "dim"}


def objects_line(model: BuilderModel) -> str:
    """What is going to be restored, in a few words."""
    held = "" if model.contents is None else f"{len(model.contents.objects):,}"
    match model.scope:
        case None:
            return "not said yet: everything, or only what is ticked"
        case Scope.EVERYTHING:
            counted = f" ({held} tables and views, and its functions)" if held else ""
            return f"everything in the snapshot{counted}"
        case Scope.TICKED:
            return f"only what is ticked: {len(model.choices):,}" + (f" of {held}" if held else "")


def builder_text(model: BuilderModel, findings: Sequence[Finding]) -> str:
    """The choices, the statement and the findings."""
    blocks = [text_table(("restore builder", ""), _rows(model))]
    if _objects(model):
        blocks.append(text_table(("object", "partitions", "restored as"), _objects(model), total=len(model.choices)))
    blocks.append(_statement(model))
    blocks += [f"{each.severity} {each.code or ''}".rstrip() + f": {each.message}{_hint(each)}" for each in findings]
    return "\n\n".join(blocks)


def builder_html(model: BuilderModel, findings: Sequence[Finding]) -> str:
    """The same as HTML."""
    parts = [
        "<h4>Restore builder</h4>",
        html_table(("", ""), _rows(model)).replace("<thead><tr><th></th><th></th></tr></thead>", ""),
    ]
    if _objects(model):
        parts.append(html_table(("object", "partitions", "restored as"), _objects(model), total=len(model.choices)))
    parts.append(f"<pre>{escape(_statement(model))}</pre>")
    parts += [
        f"<p>{badge(each.severity, _TONES.get(each.severity, 'dim'))} {escape(each.message)}{escape(_hint(each))}</p>"
        for each in findings
    ]
    return "".join(parts)


def _rows(model: BuilderModel) -> list[tuple[str, str]]:
    origin = model.source_database or ""
    renamed = model.target and model.target != origin
    return [
        ("repository", model.repository or "—"),
        ("snapshot", model.label or "—"),
        ("taken at", model.timestamp or "—"),
        ("database", f"{origin} → {model.target}".removeprefix(" → ") if renamed else origin or "—"),
        ("replicas", model.replication_num or "the cluster's default"),
        ("restores", objects_line(model)),
    ]


def _objects(model: BuilderModel) -> list[tuple[str, str, str]]:
    if model.scope is not Scope.TICKED:
        return []
    return [
        (each.name, "all" if each.partitions is None else ", ".join(each.partitions), each.alias or "")
        for each in list(model.choices.values())[:_SHOWN_OBJECTS]
    ]


def _hint(finding: Finding) -> str:
    return f" → {finding.hint}" if finding.hint else ""


def _statement(model: BuilderModel) -> str:
    lines = model.sql().split("\n")
    if len(lines) > _SHOWN_LINES:
        return "\n".join([*lines[:_SHOWN_LINES], f"-- … and {len(lines) - _SHOWN_LINES:,} more lines"])
    return "\n".join(lines) or f"-- {model.missing or 'no statement'}"
