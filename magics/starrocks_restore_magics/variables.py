"""``{{name}}`` in a statement: the notebook's variables, put into the syntax tree and never into the text.

A value can only ever become a part of one string or one back-quoted name; the printer quotes it like any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from starrocks_restore_kernel.errors import UsageProblem

__all__ = ["bind"]

Node = TypeVar("Node")

_PLACE = re.compile(r"\{\{\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*\}\}")


def bind(node: Node, names: Mapping[str, Any]) -> Node:
    """The same tree with each ``{{name}}`` or ``{{name.attribute}}`` replaced by the variable's value.

    Raises
    ------
    UsageProblem
        If there is no such variable, or its value is neither text nor a whole number.
    """
    return _bound(node, names)  # type: ignore[no-any-return]


def _bound(node: Any, names: Mapping[str, Any]) -> Any:
    if isinstance(node, str):
        return _PLACE.sub(lambda place: _value(place[1], names), node) if "{{" in node else node
    if isinstance(node, tuple):
        parts = [_bound(part, names) for part in node]
        return type(node)(*parts) if hasattr(node, "_fields") else tuple(parts)
    if is_dataclass(node) and not isinstance(node, type):
        changes = {each.name: _bound(getattr(node, each.name), names) for each in fields(node)}
        return replace(node, **changes)
    return node


def _value(path: str, names: Mapping[str, Any]) -> str:
    first, *rest = path.split(".")
    if first not in names:
        raise UsageProblem(f"{{{{{path}}}}}: there is no variable {first}", hint="run the cell that makes it first")
    value = names[first]
    for attribute in rest:
        if not hasattr(value, attribute):
            raise UsageProblem(f"{{{{{path}}}}}: {type(value).__name__} has no {attribute}")
        value = getattr(value, attribute)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UsageProblem(f"{{{{{path}}}}} is {type(value).__name__}, neither text nor a whole number")
    return str(value)
