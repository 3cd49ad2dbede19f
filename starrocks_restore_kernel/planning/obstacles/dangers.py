"""What the server does in silence, and what cannot be taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...cluster import SnapshotContents
from ...language.diagnostics import Diagnostic
from ...language.statements import AllObjects, ObjectKind
from ..codes import ObstacleCode
from ..effect import Action, Kind
from ..selection import named_objects, requested_replication
from .case import Case, Obstacle, found, names, quoted

__all__ = ["DANGERS"]

_NEVER = "-2147483648"
"""dynamic_partition.start where nothing is ever dropped (DynamicPartitionProperty.java)."""
_NAME = re.compile(r"`([^`]+)`|(\w+)")


def missing_database(case: Case) -> Iterator[Diagnostic]:
    if any(each.kind is Kind.DATABASE for each in case.of(Action.CREATE)):
        message = f"Database {case.facts.target.database} will be created, and stays behind if the restore fails"
        yield found(ObstacleCode.SRR213, "info", message)


def outage(case: Case) -> Iterator[Diagnostic]:
    tables = [each.target for each in case.with_data(Action.OVERWRITE)]
    if tables:
        message = f"From the job's first step to its end nobody can read, load or alter {names(tables)}"
        hint = (
            "to keep them in use meanwhile, restore beside them and swap; "
            "once the job is in COMMIT, do not cancel it: what it overwrites may be left broken"
        )
        yield found(ObstacleCode.SRR231, "warning", message, None, hint)


def replaced_views(case: Case) -> Iterator[Diagnostic]:
    views = [each.target for each in case.of(Action.REPLACE) if each.kind is Kind.VIEW]
    if views:
        message = f"The view {views[0]}" if len(views) == 1 else f"The views {names(views)}"
        message += " will be dropped and made anew without a check; if the job fails, the old text is lost"
        hint = f"keep it first: SHOW CREATE VIEW {quoted(case.database)}.{quoted(views[0])}"
        yield found(ObstacleCode.SRR232, "warning", message, None, hint)


def views_of_another_database(case: Case) -> Iterator[Diagnostic]:
    """Only the text of materialized views is rewritten (RestoreJob.java, checkAndPrepareMeta)."""
    inside, target = case.facts.repository.contents, case.facts.target.database
    if inside is None or not inside.database or target is None or inside.database == target:
        return
    views = [each.target for each in case.effects if each.kind is Kind.VIEW and each.action is not Action.BLOCKED]
    if views:
        message = f"Restored into {target}, {names(views)} will still read from {inside.database}"
        hint = f"ALTER VIEW … AS … afterwards, with {target} in place of {inside.database}"
        yield found(ObstacleCode.SRR233, "warning", message, None, hint)


def skipped(case: Case) -> Iterator[Diagnostic]:
    """Marked like what is restored, and not set back by the clean-up (RestoreJob.java, cancelInternal); inferred."""
    views = [each.target for each in case.of(Action.SKIP)]
    if views:
        message = f"{names(views)} will not be restored: active materialized views are left as they are, in silence"
        what = "it" if len(views) == 1 else "they"
        message += f"; if the job fails in its first step, {what} may stay in state RESTORE"
        hint = f"to have it restored: ALTER MATERIALIZED VIEW {quoted(views[0])} INACTIVE first"
        yield found(ObstacleCode.SRR228, "warning", message, None, hint)


def materialized_views(case: Case) -> Iterator[Diagnostic]:
    """Those that are known to be ones; they are bound to their base tables when the job has ended."""
    meant = {each.name.last for each in named_objects(case.statement) if each.kind is ObjectKind.MATERIALIZED_VIEW}
    here = case.facts.target.materialized_views or {}
    views = [
        each.target
        for each in case.with_data(Action.CREATE, Action.RENAME, Action.OVERWRITE)
        if each.kind is Kind.MATERIALIZED_VIEW or each.source in meant or each.target in here
    ]
    if views:
        message = f"{names(views)} is bound to its base tables after the job, or is left inactive and without rows"
        hint = "look at information_schema.materialized_views afterwards: IS_ACTIVE, INACTIVE_REASON"
        yield found(ObstacleCode.SRR246, "info", message, None, hint)


def functions(case: Case) -> Iterator[Diagnostic]:
    statement = case.statement
    if statement.objects is None and case.chosen:
        message = "Without ON all functions of the snapshot are restored too; no statement lists them"
        yield found(ObstacleCode.SRR216, "info", message)
    rows = [each for each in case.of(Action.REPLACE, Action.UNKNOWN) if each.kind is Kind.FUNCTIONS]
    if rows:
        message = "Functions of the same signatures will be replaced; a job that fails or is cancelled drops them all"
        hint = f"{rows[0].note}. Keep their definitions: SHOW FULL FUNCTIONS FROM {quoted(case.database)}"
        yield found(ObstacleCode.SRR234, "warning", message, None, hint)


def catalogs(case: Case) -> Iterator[Diagnostic]:
    rows = [each for each in case.of(Action.REPLACE, Action.UNKNOWN) if each.kind is Kind.CATALOG]
    if rows:
        message = (
            f"{names([each.target for each in rows])}: a catalog of the same name is dropped before it is made anew"
        )
        hint = "keep SHOW CREATE CATALOG first: if the job fails it is gone"
        yield found(ObstacleCode.SRR235, "warning", message, None, hint)


def counters(case: Case) -> Iterator[Diagnostic]:
    """Set before anything is compared, so also where the restore then fails (checkAndRecoverAutoIncrementId)."""
    counted = [
        f"{effect.target} to {each.item.auto_increment}"
        for each, effect in case.pairs()
        if each.item.auto_increment is not None and effect.action in {Action.OVERWRITE, Action.BLOCKED}
    ]
    if counted:
        message = f"AUTO_INCREMENT counters will be set to the snapshot's, which may be behind: {names(counted)}"
        hint = "new rows may then get numbers that partitions which stay hold already"
        yield found(ObstacleCode.SRR236, "warning", message, None, hint)


def dynamic_partitions(case: Case) -> Iterator[Diagnostic]:
    configurations = case.facts.target.configurations or {}
    tables = []
    for each in case.with_data(Action.OVERWRITE):
        known = configurations.get(each.target)
        if known is not None and known.dynamic_partitions:
            start = known.properties.get("dynamic_partition.start", _NEVER)
            if start != _NEVER:
                unit = known.properties.get("dynamic_partition.time_unit", "")
                tables.append(f"{each.target} (start {start}{f' {unit}' if unit else ''})")
    if tables:
        message = (
            f"Dynamic partitioning drops what is older than its window, minutes after the restore: {names(tables)}"
        )
        hint = 'ALTER TABLE … SET ("dynamic_partition.enable" = "false") first'
        yield found(ObstacleCode.SRR237, "warning", message, None, hint)


def leftovers(case: Case) -> Iterator[Diagnostic]:
    """A restore merges, and mirrors nothing."""
    parts = [f"{len(each.left):,} of {each.target}" for each in case.with_data(Action.OVERWRITE) if each.left]
    told = [f"partitions: {names(parts)}"] if parts else []
    target = case.facts.target
    kinds = {each.kind for each in case.statement.objects or () if isinstance(each, AllObjects)}
    whole = case.statement.objects is None or {ObjectKind.TABLE, ObjectKind.VIEW} <= kinds
    if whole and target.only is None and target.tables and case.chosen:
        taken = {each.target for each in case.effects}
        others = [name for name in target.tables if name not in taken]
        if others:
            told.append(f"objects: {names(others)}")
    if told:
        message = f"What only the cluster has stays, as a restore merges: {'; '.join(told)}"
        yield found(ObstacleCode.SRR238, "info", message)


def readers(case: Case) -> Iterator[Diagnostic]:
    """Materialized views over what is overwritten; their text is looked through once each."""
    target = case.facts.target
    overwritten = {each.target for each in case.with_data(Action.OVERWRITE)}
    if not overwritten or target.database is None:
        return
    taken = {each.target for each in case.effects if each.action is not Action.SKIP}
    over = [
        each.name
        for each in (target.materialized_views or {}).values()
        if each.name not in taken and overwritten.intersection(a or b for a, b in _NAME.findall(each.definition))
    ]
    if over:
        message = f"Over what is overwritten, and with the rows of before until the next refresh: {names(over)}"
        hint = f"REFRESH MATERIALIZED VIEW {quoted(over[0])} FORCE afterwards"
        yield found(ObstacleCode.SRR239, "warning", message, None, hint)
    elif target.materialized_views is None or not target.complete:
        message = "There may be materialized views over what is overwritten: not all of them could be seen"
        yield found(ObstacleCode.SRR239, "info", message, None, "refresh them afterwards")


def default_replication(case: Case) -> Iterator[Diagnostic]:
    """The trap: the number is the cluster's default, and not what the snapshot's tables had."""
    statement = case.statement
    if statement.catalogs is not None or any(
        each.key.strip() == "replication_num" for each in statement.properties or ()
    ):
        return
    number = requested_replication(statement, case.facts)
    new = case.with_data(Action.CREATE, Action.RENAME)
    if number is not None and new:
        message = f"replication_num is left to the default: {names([each.target for each in new])} will have {number}"
        hint = "whatever the snapshot's tables had; say it to be sure"
        yield found(ObstacleCode.SRR240, "warning", message, case.place, hint)


def kind_words(case: Case) -> Iterator[Diagnostic]:
    """Kind words in front of a name decide nothing (AstBuilder.java merges the lists)."""
    inside = case.facts.repository.contents
    named = [each for each in named_objects(case.statement) if each.kind is not None]
    if inside is None or not named:
        return
    views = {each.name: not each.partitions for each in inside.objects}
    for each in named:
        is_view = views.get(each.name.last)
        if is_view is None or each.kind is None or (each.kind is ObjectKind.VIEW) is is_view:
            continue
        message = f"The server ignores the word {each.kind.singular}: {each.name.last} is {_what(is_view=is_view)}"
        yield found(ObstacleCode.SRR241, "warning", f"{message}, and is restored", each.span)


def _what(*, is_view: bool) -> str:
    return "a view in the snapshot" if is_view else "a table or materialized view in the snapshot"


def lost_behind_an_alias(case: Case) -> Iterator[Diagnostic]:
    """A new table has its old name until late, and the clean-up goes by the name (RestoreJob.java, cancelInternal)."""
    tables = case.facts.target.tables or {}
    at_stake = [each.source for each in case.with_data(Action.RENAME) if each.source in tables]
    if at_stake:
        message = f"If the job fails in its first step, the {case.database} of now may lose {names(at_stake)} too"
        hint = "the clean-up drops the new tables by the name they have in the snapshot; a new database is safer"
        yield found(ObstacleCode.SRR245, "warning", message, None, hint)


def not_shown(case: Case) -> Iterator[Diagnostic]:
    inside: SnapshotContents | None = case.facts.repository.contents
    if inside is None or not any(each.kind.holds_data for each in case.effects):
        return
    message = "SQL shows of a snapshot neither the release that wrote it nor its columns, sizes and replica numbers"
    if case.with_data(Action.CREATE, Action.RENAME):
        setting = case.facts.cluster.setting("enable_colocate_restore")
        group = "come back with" if setting == "true" else "come back without"
        sure = "" if setting is not None else " unless enable_colocate_restore is true"
        message += f"; new tables {group} their colocation group{sure}, and on HDD"
    yield found(ObstacleCode.SRR244, "info", message)


DANGERS: tuple[Obstacle, ...] = (
    missing_database,
    outage,
    replaced_views,
    views_of_another_database,
    skipped,
    materialized_views,
    functions,
    catalogs,
    counters,
    dynamic_partitions,
    readers,
    default_replication,
    kind_words,
    lost_behind_an_alias,
    leftovers,
    not_shown,
)
