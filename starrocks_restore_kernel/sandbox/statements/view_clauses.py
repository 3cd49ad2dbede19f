"""The clauses of CREATE MATERIALIZED VIEW and of REFRESH (StarRocks.g4, createMaterializedViewStatement)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from ..server_errors import syntax
from .query import parse_tree
from .show_create_view import refresh_clause
from .views import read_columns

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from .reader import Reader

__all__ = ["CreateMaterializedView", "RefreshScheme", "read_create_materialized_view", "read_refresh_scheme"]

_SECONDS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400}
"""AstBuilder.java, MATERIALIZEDVIEW_REFRESHSCHEME_SUPPORT_UNIT_IDENTIFIERS."""


@dataclass(frozen=True, slots=True)
class RefreshScheme:
    """When a view is refreshed; ``start`` is None where the statement does not say."""

    kind: str
    deferred: bool = False
    start: float | None = None
    every: int = 0
    unit: str = "SECOND"

    @property
    def seconds(self) -> int:
        """The time between two refreshes."""
        return self.every * _SECONDS[self.unit]

    def text(self) -> str:
        """Write what stands behind REFRESH."""
        return refresh_clause(
            self.kind, deferred=self.deferred, start=self.start or 0.0, every=self.every, unit=self.unit
        )


@dataclass(frozen=True, slots=True)
class CreateMaterializedView:
    """What a statement asks for; without a scheme it is a synchronous view, an index of its table."""

    name: tuple[str, ...]
    query: str
    tree: exp.Query
    if_not_exists: bool = False
    columns: tuple[tuple[str, str], ...] = ()
    comment: str = ""
    scheme: RefreshScheme | None = None
    partitions: tuple[str, ...] = ()
    distribution: tuple[str, ...] = ()
    buckets: int | None = None
    sort: tuple[str, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)


def read_create_materialized_view(reader: Reader, zone: tzinfo) -> CreateMaterializedView:
    """Read what follows ``CREATE MATERIALIZED VIEW`` (AstBuilder.java, visitCreateMaterializedViewStatement)."""
    if_not_exists = reader.accept("IF", "NOT", "EXISTS")
    name = reader.qualified()
    columns = read_columns(reader)
    comment = reader.string() if reader.accept("COMMENT") else ""
    found = CreateMaterializedView(name, "", exp.Select(), if_not_exists, columns, comment)
    seen: set[str] = set()
    while not reader.accept("AS"):
        word = reader.peek().text.upper()
        if word not in _CLAUSES:
            raise reader.unexpected("AS", *_CLAUSES)
        named, clause = _CLAUSES[word]
        if word in seen and named:
            raise syntax(f"Cannot use duplicated {named} clause in building materialized view")
        seen.add(word)
        reader.take()
        found = replace(found, **clause(reader, zone))
    query = reader.rest().rstrip()
    tree = parse_tree(query)
    if not isinstance(tree, exp.Query):
        raise reader.unexpected("SELECT")
    if found.scheme is None and "DISTRIBUTED" in seen:
        found = replace(found, scheme=RefreshScheme("MANUAL"))
    if found.scheme is None and "PARTITION" in seen:
        raise syntax("'SYNC refresh type' cannot support 'PARTITION BY' in materialized view")
    return replace(found, query=query, tree=tree)


def _partitions(reader: Reader, _: tzinfo) -> dict[str, Any]:
    reader.expect("BY")
    if not reader.accept("("):
        return {"partitions": (_expression(reader),)}
    found = [_expression(reader)]
    while reader.accept(","):
        found.append(_expression(reader))
    reader.expect(")")
    return {"partitions": tuple(found)}


def _expression(reader: Reader) -> str:
    name = reader.name()
    return f"{name.lower()}({reader.balanced().strip()})" if reader.at("(") else name


def _distribution(reader: Reader, _: tzinfo) -> dict[str, Any]:
    reader.expect("BY")
    columns: tuple[str, ...] = ()
    if not reader.accept("RANDOM"):
        reader.expect("HASH")
        columns = reader.names()
    return {"distribution": columns, "buckets": reader.number() if reader.accept("BUCKETS") else None}


def _order(reader: Reader, _: tzinfo) -> dict[str, Any]:
    reader.expect("BY")
    return {"sort": reader.names()}


def read_refresh_scheme(reader: Reader, zone: tzinfo) -> RefreshScheme:
    """Read what follows ``REFRESH`` in a definition (AstBuilder.java, visitRefreshSchemeDesc).

    Parameters
    ----------
    zone
        Of the session, in which a start is meant.
    """
    deferred = reader.accept("DEFERRED")
    if not deferred:
        reader.accept("IMMEDIATE")
    for kind in ("MANUAL", "INCREMENTAL"):
        if reader.accept(kind):
            return RefreshScheme(kind, deferred)
    reader.expect("ASYNC")
    start = None
    if reader.accept("START"):
        reader.expect("(")
        start = _moment(reader.string(), zone)
        reader.expect(")")
    elif not reader.at("EVERY"):
        return RefreshScheme("ASYNC", deferred)
    reader.expect("EVERY", "(", "INTERVAL")
    every = reader.number()
    unit = reader.name().upper()
    reader.expect(")")
    if unit not in _SECONDS:
        raise syntax(f"'Refresh interval unit' cannot support '{unit}' in materialized view")
    return RefreshScheme("ASYNC", deferred, start, every, unit)


def _moment(text: str, zone: tzinfo) -> float:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()
    except ValueError:
        # ParserErrorMsg.java, invalidDateFormat
        raise syntax(f"Invalid date literal {text}") from None


_CLAUSES: dict[str, tuple[str, Callable[[Reader, tzinfo], dict[str, Any]]]] = {
    # With the word that the server has for a clause where it stands twice; ORDER BY may.
    "PARTITION": ("PARTITION", _partitions),
    "DISTRIBUTED": ("DISTRIBUTION", _distribution),
    "ORDER": ("", _order),
    "REFRESH": ("REFRESH", lambda reader, zone: {"scheme": read_refresh_scheme(reader, zone)}),
    "PROPERTIES": ("PROPERTY", lambda reader, _: {"properties": reader.properties()}),
}
