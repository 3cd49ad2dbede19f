"""What a RESTORE would do, object by object."""

from __future__ import annotations

from collections.abc import Iterator

from ..language.statements import ObjectKind, Restore
from .codes import ObstacleCode
from .effect import Action, Block, Effect, Kind
from .facts import Facts
from .selection import Selected, all_kinds, named_functions, selected
from .table_effects import TableJudge

__all__ = ["Action", "Block", "Effect", "Kind", "Selected", "effects", "selected"]

_SHOWN = 3
_UNLISTED = "no statement lists the functions of a snapshot"


def effects(statement: Restore, facts: Facts, chosen: tuple[Selected, ...] | None = None) -> tuple[Effect, ...]:
    """One effect an object: the database where it is made, the objects by name, then functions or catalogs.

    Parameters
    ----------
    chosen
        What `selected` gives, where the caller has it already.
    """
    if of_catalogs(statement, facts):
        return tuple(_catalogs(statement, facts))
    if chosen is None:
        chosen = tuple(selected(statement, facts))
    judge = TableJudge(statement, facts, chosen)
    return (*_database(facts), *map(judge.effect, chosen), *_functions(statement, facts))


def of_catalogs(statement: Restore, facts: Facts) -> bool:
    """Whether external catalogs are restored: because the statement says so, or because nothing else is inside."""
    contents = facts.repository.contents
    if statement.catalogs is not None:
        return True
    return (
        contents is not None
        and contents.status == "OK"
        and not contents.database
        and statement.target_database is None
        and statement.objects is None
    )


def _database(facts: Facts) -> Iterator[Effect]:
    name, exists = facts.target.database, facts.target.exists
    if name is None or exists:
        return
    if exists is None:
        note = "whether it is there could not be read"
        yield Effect("", name, Action.UNKNOWN, (), note=note, kind=Kind.DATABASE)
    elif facts.version.startswith("3.3"):
        block = Block(ObstacleCode.SRR212, f"Unknown database '{name}'", "3.3 makes none", at_submit=True)
        yield Effect("", name, Action.BLOCKED, (), kind=Kind.DATABASE, block=block)
    else:
        note = "made before anything is checked, and left behind if the restore fails"
        yield Effect("", name, Action.CREATE, (), note=note, kind=Kind.DATABASE)


# -- functions


def all_functions_seen(facts: Facts) -> bool:
    """Whether the target's functions are known to be all there are."""
    target, grants = facts.target, facts.user.grants
    if target.exists is False:
        return True
    return (
        target.functions is not None
        and target.database is not None
        and grants is not None
        and grants.any_on_all("FUNCTION", target.database)
    )


def _functions(statement: Restore, facts: Facts) -> Iterator[Effect]:
    """Those that are named, and one row for all of a snapshot.

    Without ON there is none where no function is at stake: most snapshots hold none.
    """
    here = facts.target.functions
    seen = all_functions_seen(facts)
    for each in named_functions(statement):
        source = each.name.last.lower()
        target = each.alias if each.alias is not None else source
        same = [] if here is None else [one.signature for one in here if one.name.lower() == target.lower()]
        if same:
            note = f"here: {_names(same)}; one of the same signature is replaced, and dropped if the job fails"
            yield Effect(source, target, Action.REPLACE, (), note=note, kind=Kind.FUNCTIONS)
        elif not seen:
            note = "there may be functions of that name, unseen by this user"
            yield Effect(source, target, Action.UNKNOWN, (), note=note, kind=Kind.FUNCTIONS)
        else:
            action = Action.CREATE if target == source else Action.RENAME
            yield Effect(source, target, action, (), kind=Kind.FUNCTIONS)
    if ObjectKind.FUNCTION not in all_kinds(statement) or (facts.repository.contents is None):
        return
    source = "all functions"
    if here or not seen:
        there = f"here: {_names([one.signature for one in here])}" if here else "what is here could not be seen"
        note = f"{_UNLISTED}; {there}; those of the same signatures are replaced, and dropped if the job fails"
        yield Effect(source, source, Action.UNKNOWN, (), note=note, kind=Kind.FUNCTIONS)
    elif statement.objects is not None:
        yield Effect(source, source, Action.CREATE, (), note=_UNLISTED, kind=Kind.FUNCTIONS)


# -- external catalogs


def _catalogs(statement: Restore, facts: Facts) -> Iterator[Effect]:
    """External catalogs: one of the same name is dropped first (CatalogMgr.java, createCatalogForRestore)."""
    known = facts.target.catalogs
    here = None if known is None else {each.name for each in known if each.kind != "Internal"}
    complete = here is not None and _all_catalogs_seen(facts)
    items = statement.catalogs.items if statement.catalogs is not None else None
    gone = "dropped first, and gone if the job fails"
    if items is None:
        source = "all external catalogs"
        if here or not complete:
            there = f"here: {_names(sorted(here))}; " if here else ""
            note = f"{there}no statement lists the catalogs of a snapshot; those of the same names are {gone}"
            yield Effect(source, source, Action.UNKNOWN, (), note=note, kind=Kind.CATALOG)
        else:
            yield Effect(source, source, Action.CREATE, (), kind=Kind.CATALOG)
        return
    for each in items:
        target = each.alias if each.alias is not None else each.name
        renamed = each.alias is not None and each.alias != each.name
        if each.alias is not None and each.alias.lower() == "default_catalog":
            text = "Do not support set alias as default catalog for external catalog restore"
            block = Block(ObstacleCode.SRR209, text, "the name of the internal catalog", at_submit=True)
            yield Effect(each.name, target, Action.BLOCKED, (), kind=Kind.CATALOG, block=block)
        elif here is not None and target in here:
            yield Effect(each.name, target, Action.REPLACE, (), note=gone, kind=Kind.CATALOG)
        elif not complete or any(one.lower() == target.lower() for one in here or ()):
            # An item finds a catalog of the snapshot in any case, and that one's spelling counts.
            note = "there may be one of that name" if not complete else "one whose name differs only in case is here"
            yield Effect(each.name, target, Action.UNKNOWN, (), note=note, kind=Kind.CATALOG)
        else:
            action = Action.RENAME if renamed else Action.CREATE
            yield Effect(each.name, target, action, (), kind=Kind.CATALOG)


def _all_catalogs_seen(facts: Facts) -> bool:
    """SHOW CATALOGS leaves out those that the user has no right on."""
    grants = facts.user.grants
    return grants is not None and any(each.kind == "CATALOG" and each.name is None for each in grants.grants)


def _names(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN:,} more"
