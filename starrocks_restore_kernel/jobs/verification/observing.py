"""Looking at what came back: few round trips, none in a loop over objects.

==================  ==================================================================  =============
what                how                                                                 round trips
==================  ==================================================================  =============
who asks, machines  `planning.picture`                                                  2
the target          its tables, states, views, materialized views together              1
partitions          as a stream                                                         1
reading             one text of ``SELECT 1 FROM … LIMIT 1``, at each frontend at once   2 a frontend
counters            SHOW CREATE TABLE, then ``max``; only where one may be behind       0 or 2
columns of views    only where they may read another database                           0 or 1
counts, the query   ``UNION ALL``, some tables a statement, only if asked for           0 or more
==================  ==================================================================  =============
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...cluster import Answer, Frontend, FrontendNode, Question, TableKind
from ...cluster.address import Address
from ...errors import RestoreError, ServerError, TranslationError, UsageProblem
from ...language.quoting import quote_name, quote_partition, quote_string
from ...planning import Action, TargetFacts, Unknown
from ...planning.effect import Kind
from ...planning.gathering import gather_target
from .counting import behind, counted, queried
from .expectations import Expectations, Expected

__all__ = ["Observed", "Reading", "observe"]

_MOST_NAMES = 1_000
"""Beyond, a list of names is longer than what it spares; as for a plan (planning/gathering.py)."""
_SAMPLE = 20
_LANES = 8
_CONNECT_TIMEOUT = 3
_READ_TIMEOUT = 60


@dataclass(frozen=True, slots=True)
class Reading:
    """What one frontend said when it was read through.

    Attributes
    ----------
    place
        ``host:port``.
    trouble
        Why it was not reached; None where it answered.
    refused
        What could not be read there, and the server's reason.
    """

    place: str
    trouble: str | None = None
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observed:
    """What is there, as plain values.

    Attributes
    ----------
    unknown
        What could not be read, with the server's reason.
    readings
        One a frontend; of the connected one alone where the others are not known.
    read
        The names that were read through each.
    counts, left_counts
        Exact numbers of rows: of whole tables, and of the partitions that were not restored; the server's reason where
        it refused. Only if asked for.
    answers
        What the user's query answered of each table, or the reason.
    highest
        The highest value of an AUTO_INCREMENT column that may be past its counter, or the reason.
    """

    target: TargetFacts
    at: datetime
    unknown: tuple[Unknown, ...] = ()
    readings: tuple[Reading, ...] = ()
    read: tuple[str, ...] = ()
    counts: Mapping[str, int | str] = field(default_factory=dict)
    left_counts: Mapping[str, int | str] = field(default_factory=dict)
    query: str | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    highest: Mapping[str, int | str] = field(default_factory=dict)
    view_columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The columns of each view, looked at where views may read another database."""
    listed_all: bool = True
    """Whether functions, or external catalogs, are listed whole to this user."""


Opener = Callable[..., Frontend]


def observe(
    frontend: Frontend, expectations: Expectations, *, counts: bool, query: str | None, open_: Opener
) -> Observed:
    """Look; nothing is changed.

    Raises
    ------
    UsageProblem
        If the query has no place for the table.
    ConnectionFailed
        If the frontend is gone. What it merely refuses to tell ends up in ``unknown``.
    """
    if query is not None and "{table}" not in query:
        raise UsageProblem("the query does not say {table}", hint='such as query="SELECT count(*) > 0 FROM {table}"')
    objects = [each for each in expectations.objects if each.listed]
    names = frozenset(each.name for each in objects if each.kind is not Kind.FUNCTIONS)
    functions = any(each.kind is Kind.FUNCTIONS for each in objects)
    only = names if len(names) <= _MOST_NAMES else None
    standing, target, unknown = gather_target(frontend, expectations.database, only, functions=functions)
    database, grants = expectations.database, standing.user.grants
    listed_all = grants is not None and (
        any(each.kind == "CATALOG" and each.name is None for each in grants.grants)
        if database is None
        else grants.any_on_all("FUNCTION", database)
    )
    if database is None or target.exists is False:
        return Observed(target, frontend.now(), unknown, listed_all=listed_all)
    there = [each for each in objects if each.kind is not Kind.FUNCTIONS and _may_be_there(target, each)]
    tables, unquotable = _quoted(database, there)
    # Views first: a broken one shows only when it is read.
    sample = sorted(tables, key=lambda name: not _is_view(target, name))[:_SAMPLE]
    readings = _readings(frontend, standing.cluster.frontends, {name: tables[name] for name in sample}, open_)
    holding = {each.name: each for each in there if each.name in tables and not _is_view(target, each.name)}
    return Observed(
        target,
        frontend.now(),
        (*unknown, *unquotable),
        readings,
        tuple(sample),
        counted(frontend, {name: tables[name] for name in holding}) if counts else {},
        counted(frontend, _left(holding, tables)) if counts else {},
        query,
        {} if query is None else queried(frontend, query, {name: tables[name] for name in holding}),
        behind(frontend, {name: tables[name] for name, each in holding.items() if _may_be_behind(each)}),
        _view_columns(frontend, expectations, target, tables),
        listed_all,
    )


def _view_columns(
    frontend: Frontend, expectations: Expectations, target: TargetFacts, tables: Mapping[str, str]
) -> Mapping[str, tuple[str, ...]]:
    """What ALTER VIEW must name; nothing where the server refuses to tell."""
    views = [name for name in tables if _is_view(target, name)]
    database, origin = expectations.database, expectations.origin
    if not views or database is None or origin is None or origin == database:
        return {}

    def read(answer: Answer) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name, column in answer.pick("TABLE_NAME, COLUMN_NAME"):
            found[name] = (*found.get(name, ()), column)
        return found

    sql = (
        "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.columns "
        f"WHERE TABLE_SCHEMA = {quote_string(database)} ORDER BY TABLE_NAME, ORDINAL_POSITION"
    )
    try:
        found = frontend.ask(Question("the views' columns", sql, read))
    except ServerError:
        return {}
    return {name: found[name] for name in views if name in found}


def _may_be_there(target: TargetFacts, each: Expected) -> bool:
    return target.tables is None or each.name in target.tables or each.name in target.hidden


def _is_view(target: TargetFacts, name: str) -> bool:
    table = (target.tables or {}).get(name)
    return table is not None and table.kind is TableKind.VIEW


def _may_be_behind(each: Expected) -> bool:
    """Rows of partitions that stay may have numbers past the snapshot's counter, to which it was set."""
    return each.auto_increment is not None and each.action is Action.OVERWRITE and each.left != ()


def _quoted(database: str, objects: Sequence[Expected]) -> tuple[dict[str, str], tuple[Unknown, ...]]:
    """The qualified name of each, as SQL."""
    tables: dict[str, str] = {}
    unknown = []
    place = quote_name(database)
    for each in objects:
        try:
            tables[each.name] = f"{place}.{quote_name(each.name)}"
        except TranslationError as error:
            unknown.append(Unknown("reading", f"whether {each.name} can be read", error.message))
    return tables, tuple(unknown)


def _left(holding: Mapping[str, Expected], tables: Mapping[str, str]) -> dict[str, str]:
    return {
        name: f"{tables[name]} PARTITION ({', '.join(map(quote_partition, each.left))})"
        for name, each in holding.items()
        if each.left and each.left_rows
    }


# -- through every frontend


def _readings(
    frontend: Frontend, nodes: Sequence[FrontendNode] | None, tables: Mapping[str, str], open_: Opener
) -> tuple[Reading, ...]:
    """Each frontend that says it is alive, at once; the others are not asked."""
    if not tables:
        return ()
    here = frontend.address
    alive = [each for each in nodes or () if each.alive and each.query_port]
    dead = [
        Reading(f"{each.host}:{each.query_port or '?'}", "SHOW FRONTENDS says that it is not alive")
        for each in nodes or ()
        if not (each.alive and each.query_port)
    ]
    if not alive:
        # Which there are is not known, and that is said as such.
        return (_read(here.place, frontend, tables), *dead)
    with ThreadPoolExecutor(_LANES, thread_name_prefix="starrocks-restore-reading") as pool:
        places = [here.at(each.host, each.query_port or 0) for each in alive]
        return (*pool.map(lambda address: _through(address, tables, open_), places), *dead)


def _through(address: Address, tables: Mapping[str, str], open_: Opener) -> Reading:
    try:
        frontend = open_(address, connect_timeout=_CONNECT_TIMEOUT, read_timeout=_READ_TIMEOUT)
    except RestoreError as error:
        return Reading(address.place, error.message)
    try:
        return _read(address.place, frontend, tables)
    finally:
        frontend.close()


def _read(place: str, frontend: Frontend, tables: Mapping[str, str]) -> Reading:
    questions: list[Question[Any]] = [
        Question(name, f"SELECT 1 FROM {table} LIMIT 1", _nothing) for name, table in tables.items()
    ]
    try:
        answers = frontend.ask_all(questions)
    except RestoreError as error:
        return Reading(place, error.message)
    refused = {
        name: answer.message for name, answer in zip(tables, answers, strict=True) if isinstance(answer, ServerError)
    }
    return Reading(place, None, refused)


def _nothing(_: Answer) -> None:
    return None
