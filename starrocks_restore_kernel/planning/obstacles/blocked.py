"""The objects that a check of the server would not let pass, and what to do about each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from ...language.diagnostics import Diagnostic
from ...language.quoting import quote_partition
from ...language.statements import Span
from ..codes import ObstacleCode
from ..effect import Action, Effect
from ..selection import named_objects
from ..sizes import counted
from .case import Case, found, names, quoted

__all__ = ["blocked", "replica_split", "several_numbers"]

_SINGLY = 5
"""Objects of one obstacle that are told one by one; the rest is counted."""

Hint = Callable[[Case, Effect], str | None]


def blocked(case: Case) -> Iterator[Diagnostic]:
    """The first few objects of each kind of obstacle, and how many more; those refused at submit come first."""
    spans = {each.name.last: each.span for each in named_objects(case.statement)}
    by_code: defaultdict[ObstacleCode, list[Effect]] = defaultdict(list)
    for each in sorted(case.of(Action.BLOCKED), key=lambda each: each.block is None or not each.block.at_submit):
        if each.block is not None:
            by_code[each.block.code].append(each)
    for code, of in by_code.items():
        hint = _HINTS.get(code, _no_hint)
        for each in of[:_SINGLY]:
            if each.block is not None:
                yield found(code, "error", each.block.text, _span(case, spans, each), hint(case, each))
        if len(of) > _SINGLY:
            rest = [each.target for each in of[_SINGLY:]]
            yield found(code, "error", f"{code.value}: so for {names(rest)}", case.place, "plan.frame() lists them all")


def _span(case: Case, spans: dict[str, Span | None], each: Effect) -> Span | None:
    return spans.get(each.source) or case.place


# -- hints


def _no_hint(_: Case, __: Effect) -> None:
    return None


def _other_name(case: Case, _: Effect) -> str:
    return f"choose a name that {case.database} does not have"


def _fewer_replicas(case: Case, _: Effect) -> str:
    hosts = len(case.facts.cluster.hosts or ())
    return (
        f'write "replication_num" = "{max(hosts, 1)}": {counted(hosts, "host")} {"is" if hosts == 1 else "are"} alive'
    )


def _same_number(case: Case, each: Effect) -> str:
    numbers = sorted(_numbers(case, each))
    if len(numbers) == 1:
        return f'write "replication_num" = "{numbers[0]}", the number that the existing partition has'
    shown = " and ".join(map(str, numbers))
    return f"its partitions have {shown}: restore those of each number with a statement of their own"


def _aside(_: Case, each: Effect) -> str:
    return f"restore it beside: {quoted(each.source)} AS a new name; or rename what is here"


def _state(_: Case, each: Effect) -> str:
    state = (each.block.difference if each.block is not None else "").rpartition(" ")[2]
    if state == "RESTORE":
        return "another restore holds it: wait for its end; what a crashed one left goes with a change of the leader"
    return "wait until the change has ended: SHOW ALTER TABLE COLUMN, ROLLUP, OPTIMIZE"


def _temporary(_: Case, each: Effect) -> str:
    return f"ALTER TABLE {quoted(each.target)} DROP TEMPORARY PARTITION …, or REPLACE PARTITION … with them"


def _partitions(_: Case, each: Effect) -> str:
    if not each.replaced:
        return f"restore it beside: {quoted(each.source)} AS a new name"
    return f"name those that are here: PARTITION ({names(each.replaced)}); or restore it under a new name"


_HINTS: dict[ObstacleCode, Hint] = {
    ObstacleCode.SRR209: _other_name,
    ObstacleCode.SRR210: _fewer_replicas,
    ObstacleCode.SRR211: _same_number,
    ObstacleCode.SRR212: lambda case, _: f"CREATE DATABASE {case.database} first",
    ObstacleCode.SRR221: _aside,
    ObstacleCode.SRR222: _aside,
    ObstacleCode.SRR223: _state,
    ObstacleCode.SRR224: _temporary,
    ObstacleCode.SRR225: _aside,
    ObstacleCode.SRR226: _partitions,
    ObstacleCode.SRR227: lambda *_: "choose another alias, or leave one of the two out",
}


# -- replica numbers


def _numbers(case: Case, each: Effect) -> dict[int, list[str]]:
    """The partitions that would be replaced, by the replica number that they have."""
    partitions = case.facts.target.partitions
    found_: dict[int, list[str]] = {}
    if partitions is not None and each.replaced:
        known = partitions.replicas(each.target)
        numbers = set(known.values())
        if len(numbers) == 1 and len(known) >= len(each.replaced):
            # The usual case, and the quick way.
            return {numbers.pop(): [name for name in each.replaced if name in known]}
        for name in each.replaced:
            if name in known:
                found_.setdefault(known[name], []).append(name)
    return found_


def replica_split(case: Case) -> dict[int, tuple[tuple[str, tuple[str, ...] | None], ...]]:
    """The statements that would fit where one does not: by replica number, tables and their partitions.

    None for the partitions is all of them. What is new goes with the greatest number that the hosts can hold. Empty
    where one number fits all.
    """
    if not any(each.block is not None and each.block.code is _DIFFERENT for each in case.of(Action.BLOCKED)):
        return {}
    hosts = None if case.facts.cluster.hosts is None else len(case.facts.cluster.hosts)
    parts: defaultdict[int, list[tuple[str, tuple[str, ...] | None]]] = defaultdict(list)
    new: list[tuple[str, tuple[str, ...] | None]] = []
    for each in case.effects:
        if not each.kind.holds_data or (each.block is not None and each.block.code not in _BY_NUMBER):
            continue
        if each.replaced is None:
            if each.action.creates or each.action is Action.BLOCKED:
                new.append((each.source, each.partitions))
            continue
        numbers = _numbers(case, each)
        whole = len(numbers) == 1 and (not each.added or hosts is None or min(numbers) <= hosts)
        for number, of in numbers.items():
            parts[number].append((each.source, each.partitions if whole else tuple(of)))
        if each.added and not whole:
            new.append((each.source, each.added))
    possible = [number for number in parts if hosts is None or number <= hosts]
    if new:
        parts[max(possible) if possible else max(hosts or 1, 1)] += new
    return {number: tuple(parts[number]) for number in sorted(parts)} if len(parts) > 1 else {}


_DIFFERENT = ObstacleCode.SRR211
_BY_NUMBER = frozenset({ObstacleCode.SRR210, ObstacleCode.SRR211})


def several_numbers(case: Case) -> Iterator[Diagnostic]:
    """No number would do for all: the statement must be split."""
    split = replica_split(case)
    if not split:
        return
    numbers = " and ".join(map(str, split))
    told = "; ".join(f'"replication_num" = "{number}" with ON ({_items(of)})' for number, of in split.items())
    message = f"No single replication_num fits: what is there, and what must be made, asks for {numbers}"
    yield found(ObstacleCode.SRR217, "error", message, case.place, f"write {len(split)} statements: {told}")


def _items(of: tuple[tuple[str, tuple[str, ...] | None], ...], most: int = 4) -> str:
    shown = [
        quoted(name)
        if partitions is None
        else f"{quoted(name)} PARTITION ({', '.join(map(quote_partition, partitions))})"
        for name, partitions in of[:most]
    ]
    return ", ".join(shown) + (f", and {len(of) - most:,} more" if len(of) > most else "")
