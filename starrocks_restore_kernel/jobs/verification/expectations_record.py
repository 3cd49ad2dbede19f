"""What must be there, as plain values: a column an attribute, and lists of partitions that tables share once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import UsageProblem
from ...planning import Action
from ...planning.effect import Kind
from .expectations import Expectations, Expected

__all__ = ["from_record", "record_of"]

_VERSION = 1
_NOTHING: Mapping[str, str] = {}


class _Pool:
    """Numbers lists of names; -1 is one that is not known."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, ...], int] = {}

    def number(self, names: tuple[str, ...] | None) -> int:
        return -1 if names is None else self._numbers.setdefault(names, len(self._numbers))

    def lists(self) -> list[list[str]]:
        return [list(each) for each in self._numbers]


def record_of(expectations: Expectations) -> dict[str, Any]:
    """As JSON takes it. What few objects have stands by their place."""
    objects, pool = expectations.objects, _Pool()
    return {
        "version": _VERSION,
        "database": expectations.database,
        "origin": expectations.origin,
        "statement": expectations.statement,
        "release": expectations.version,
        "replication": expectations.replication,
        "snapshot": list(expectations.snapshot),
        "unknown": list(expectations.unknown),
        "names": [each.name for each in objects],
        "sources": _sparse((at, each.source) for at, each in enumerate(objects) if each.source != each.name),
        "kinds": _runs(each.kind.value for each in objects),
        "actions": _runs(each.action.value for each in objects),
        "partitions": _runs(pool.number(each.partitions) for each in objects),
        "left": _runs(pool.number(each.left) for each in objects),
        "lists": pool.lists(),
        "left_rows": _sparse((at, list(each.left_rows)) for at, each in enumerate(objects) if each.left_rows),
        "rows": _sparse((at, each.rows) for at, each in enumerate(objects) if each.rows is not None),
        "colocation": _sparse((at, each.colocation) for at, each in enumerate(objects) if each.colocation),
        "dynamic": _sparse((at, dict(each.dynamic)) for at, each in enumerate(objects) if each.dynamic),
        "auto_increment": _sparse(
            (at, each.auto_increment) for at, each in enumerate(objects) if each.auto_increment is not None
        ),
    }


def from_record(record: Mapping[str, Any]) -> Expectations:
    """Read what `record_of` wrote."""
    if record.get("version") != _VERSION:
        raise UsageProblem(
            f"what must be there was written down by another version ({record.get('version')})",
            hint="verify with the version that sent it, or a newer one",
        )
    lists = [tuple(each) for each in record["lists"]]

    def listed(column: str) -> list[tuple[str, ...] | None]:
        return [None if number == -1 else lists[number] for number in _unrolled(record[column])]

    more = {column: _by_place(record[column]) for column in _SPARSE}
    kinds = {each.value: each for each in Kind}
    actions = {each.value: each for each in Action}
    columns = zip(
        record["names"],
        _unrolled(record["kinds"]),
        _unrolled(record["actions"]),
        listed("partitions"),
        listed("left"),
        strict=True,
    )
    objects = tuple(
        Expected(
            name,
            more["sources"].get(at, name),
            kinds[kind],
            actions[action],
            partitions,
            left,
            tuple(more["left_rows"].get(at, ())),
            more["rows"].get(at),
            more["colocation"].get(at),
            more["dynamic"].get(at, _NOTHING),
            more["auto_increment"].get(at),
        )
        for at, (name, kind, action, partitions, left) in enumerate(columns)
    )
    label, timestamp = record["snapshot"]
    return Expectations(
        record["database"],
        objects,
        record["origin"],
        record["statement"],
        record["release"],
        record["replication"],
        (label, timestamp),
        tuple(record["unknown"]),
    )


_SPARSE = ("sources", "left_rows", "rows", "colocation", "dynamic", "auto_increment")


def _sparse(pairs: Iterable[tuple[int, Any]]) -> list[list[Any]]:
    return [list(pair) for pair in pairs]


def _by_place(pairs: list[list[Any]]) -> dict[int, Any]:
    return {at: value for at, value in pairs}  # noqa: C416 (pairs are lists, which dict would take too; mypy not)


def _runs(values: Iterable[Any]) -> list[list[Any]]:
    """Values and how often each comes in a row."""
    runs: list[list[Any]] = []
    for value in values:
        if runs and runs[-1][0] == value:
            runs[-1][1] += 1
        else:
            runs.append([value, 1])
    return runs


def _unrolled(runs: list[list[Any]]) -> list[Any]:
    return [value for value, times in runs for _ in range(times)]
