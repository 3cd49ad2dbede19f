"""A plan as a file: JSON that a person reads and a diff shows well, and that runs only where it is true.

The file holds what the plan would do and what it stood on. Loading plans again and compares, so that a plan that was
looked at on Friday is refused on Monday if a table came, went or changed meanwhile. A file is no permission.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import Any

from ..errors import PlanRefused, RestoreError, UsageProblem
from ..language import parse
from ..language.secrets import redact
from ..language.statements import Restore
from .desk import Desk
from .facts import Facts
from .grounds import SavedPlan, differences, digest, stood_on
from .plan import Plan
from .steps import doings

__all__ = ["load_plan", "plan_text", "read_plan", "save_plan"]

_FORMAT = "starrocks-restore plan"
_FORMAT_VERSION = 1
_SHOWN = 6
_ALWAYS = ("source", "target", "action")
"""Of an effect, what is written even where it is empty."""


# -- writing


def save_plan(plan: Plan, path: str | Path, desk: Desk) -> Path:
    """Write a plan to a file.

    The facts are read once more for it, as what is written must be true when it is written.

    Raises
    ------
    PlanRefused
        If the cluster has changed since the plan was made.
    UsageProblem
        If the file cannot be written, or there is one that is no plan.
    """
    place = Path(path)
    now = desk.plan(plan.statement)
    if (doings(now), now.verdict) != (doings(plan), plan.verdict):
        raise PlanRefused(
            f"nothing was saved: {now.consequence}; as the plan was made: {plan.consequence}",
            hint="plan again, and look",
        )
    facts = desk.facts(plan.statement) if isinstance(plan.statement, Restore) else None
    text = plan_text(plan, facts)
    try:
        if place.exists() and f'"format": "{_FORMAT}"' not in place.read_text("utf-8", errors="replace"):
            raise UsageProblem(f"{place} is there already, and is no plan", hint="choose another name")
        # A plan that is cut short by a full disk must not take the place of a whole one.
        half = place.with_name(f".{place.name}.half")
        half.write_text(text, "utf-8")
        half.replace(place)
    except OSError as error:
        raise UsageProblem(f"{place} cannot be written: {error.strerror}") from error
    return place


def plan_text(plan: Plan, facts: Facts | None) -> str:
    """The text of a file, the same for the same plan and facts.

    Parameters
    ----------
    facts
        What the plan stands on; None for a statement that is judged by itself.
    """
    shown = redact(plan.statement)
    content: dict[str, Any] = {
        "format": _FORMAT,
        "format_version": _FORMAT_VERSION,
        "server": plan.version,
        "sql": shown.sql(version=plan.version).split("\n"),
        "redacted": shown != plan.statement,
        "target": plan.target_database,
        "verdict": plan.verdict.value,
        "consequence": plan.consequence,
        "effects": [_plain(each) for each in plan.effects],
        "findings": [{"code": each.code, "severity": each.severity, "message": each.message} for each in plan.findings],
        "stood_on": {} if facts is None or not isinstance(plan.statement, Restore) else stood_on(plan, facts),
    }
    return _written({**content, "digest": digest(content)})


def _plain(value: Any) -> Any:
    """A value as JSON has it; what an effect does not know is left out."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (tuple, list, frozenset)):
        return [_plain(each) for each in value]
    if hasattr(value, "__dataclass_fields__"):
        named = {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
        return {name: each for name, each in named.items() if name in _ALWAYS or each not in (None, "", [], {})}
    return value


def _written(content: Mapping[str, Any]) -> str:
    """Pretty, with a line for each effect, finding and fact, so that a comparison shows one line a change."""
    lines = []
    for key, value in content.items():
        name = json.dumps(key)
        if isinstance(value, list) and value:
            inside = ",\n".join(f"    {_line(each)}" for each in value)
            lines.append(f"  {name}: [\n{inside}\n  ]")
        elif isinstance(value, Mapping) and value:
            inside = ",\n".join(f"    {_line(fact)}: {_line(each)}" for fact, each in value.items())
            lines.append(f"  {name}: {{\n{inside}\n  }}")
        else:
            lines.append(f"  {name}: {_line(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


# -- reading


def read_plan(text: str, where: str = "the text") -> SavedPlan:
    """Read the text of a file.

    Raises
    ------
    UsageProblem
        If it is no plan, is cut short, comes from a newer release, or was changed by hand.
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        ours = _FORMAT in text[:200]
        what = "is cut short or broken" if ours else "is no plan"
        raise UsageProblem(f"{where} {what}: {error}", hint=_SAVE) from None
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise UsageProblem(f"{where} is no plan of starrocks-restore", hint=_SAVE)
    version = content.get("format_version")
    if not isinstance(version, int) or version > _FORMAT_VERSION:
        raise UsageProblem(
            f"{where} has the format {version}, and this release reads up to {_FORMAT_VERSION}",
            hint="pip install --upgrade starrocks-restore-kernel",
        )
    told = content.pop("digest", None)
    if told != digest(content):
        raise UsageProblem(
            f"{where} was changed after it was saved: its digest is not that of what it says", hint=_SAVE
        )
    try:
        return SavedPlan(
            "\n".join(content["sql"]),
            content["server"],
            content["target"],
            content["verdict"],
            content["redacted"],
            tuple((each["source"], each["target"], each["action"]) for each in content["effects"]),
            tuple(each["code"] for each in content["findings"]),
            content["stood_on"],
        )
    except (KeyError, TypeError) as error:
        raise UsageProblem(f"{where} lacks {error}", hint=_SAVE) from None


_SAVE = "plan again, and save it with save_plan(plan, path, cluster) or %restore plan save FILE"


def load_plan(path_or_text: str | Path, desk: Desk) -> Plan:
    """Read a plan and make it again on a cluster.

    Parameters
    ----------
    path_or_text
        A file, or the text of one.

    Returns
    -------
    Plan
        Made now; it needs the same yes as any other.

    Raises
    ------
    PlanRefused
        If the cluster is not what the plan stood on; the message says what has changed.
    UsageProblem
        If it is no plan, as `read_plan` says.
    """
    text, where = _text(path_or_text)
    saved = read_plan(text, where)
    if saved.redacted:
        raise UsageProblem(
            f"{where} hides the secrets of its statement, so it cannot be run", hint="write the statement again"
        )
    try:
        statement = parse(saved.sql, saved.version)
    except RestoreError as error:
        raise UsageProblem(f"{where} holds no statement: {error.lines()[0]}", hint=_SAVE) from error
    plan = desk.plan(statement)
    facts = desk.facts(statement) if isinstance(statement, Restore) else None
    changed = list(differences(saved, plan, facts))
    if changed:
        shown = "; ".join(changed[:_SHOWN]) + (f"; and {len(changed) - _SHOWN:,} more" if changed[_SHOWN:] else "")
        raise PlanRefused(f"the cluster is not what {where} stood on: {shown}", hint="plan again, look, and save it")
    return plan


def _text(path_or_text: str | Path) -> tuple[str, str]:
    if isinstance(path_or_text, str) and path_or_text.lstrip().startswith("{"):
        return path_or_text, "the text"
    try:
        return Path(path_or_text).read_text("utf-8"), str(path_or_text)
    except OSError as error:
        raise UsageProblem(f"{path_or_text} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise UsageProblem(f"{path_or_text} is no text", hint=_SAVE) from None
