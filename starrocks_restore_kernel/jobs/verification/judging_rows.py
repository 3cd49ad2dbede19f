"""What reading the rows tells: whether each frontend can, and how many there are."""

from __future__ import annotations

from typing import Any

from ...cluster import TableKind
from ...errors import ServerError
from .codes import VerdictCode
from .expectations import Expectations, Expected
from .findings import Findings, first
from .observing import Observed

__all__ = ["judge_counts", "judge_readings"]

_DENIED = "Access denied"


def judge_readings(expectations: Expectations, observed: Observed, findings: Findings) -> None:
    """What can be read through each frontend that was reached."""
    for fact in observed.unknown:
        if fact.part in {"cluster.frontends", "reading"}:
            what = "the other frontends" if fact.part == "cluster.frontends" else fact.what
            findings.unknown(what, fact.reason)
    reached = [each for each in observed.readings if each.trouble is None]
    for each in observed.readings:
        if each.trouble is not None:
            message = f"The frontend {each.place} was not reached: {each.trouble}"
            findings.add(
                VerdictCode.SRR316, "warning", message, "SHOW FRONTENDS tells of it; verify again when it is up"
            )
    if observed.read and not reached:
        findings.unknown("whether the tables can be read", "no frontend was reached")
    wanted = {each.name: each for each in expectations.objects}
    places: dict[tuple[str, str], list[str]] = {}
    for each in reached:
        for name, reason in each.refused.items():
            places.setdefault((name, reason), []).append(each.place)
    for (name, reason), at in places.items():
        if _DENIED in reason:
            findings.unknown(f"whether {name} can be read", reason, name)
        else:
            everywhere = len(at) == len(reached)
            _unreadable(findings, observed, wanted[name], reason, at, everywhere=everywhere)
    readable = sum(1 for each in expectations.objects if each.name in (observed.target.tables or ()))
    if 0 < len(observed.read) < readable:
        message = f"{len(observed.read)} of {readable:,} objects were read, as a sample"
        findings.add(VerdictCode.SRR321, "info", message, "counts=True reads every table")


def _unreadable(
    findings: Findings, observed: Observed, each: Expected, reason: str, at: list[str], *, everywhere: bool
) -> None:
    where = "" if everywhere else f" through {first(at)}"
    table = (observed.target.tables or {}).get(each.name)
    if table is not None and table.kind is TableKind.VIEW:
        hint = findings.mending.show("SHOW CREATE VIEW", each.name)
        message = f"The view {each.name} cannot be read{where}: {reason}"
        findings.add(VerdictCode.SRR309, "error", message, hint, each.name)
        return
    hint = findings.mending.restore([(each, ())])
    if not everywhere:
        hint = "SHOW FRONTENDS: one whose ReplayedJournalId is behind knows less; verify again when it has caught up"
    message = f"{each.name} cannot be read{where}: {reason}"
    findings.add(VerdictCode.SRR315, "error", message, hint, each.name)


def judge_counts(expectations: Expectations, observed: Observed, findings: Findings) -> None:
    """Rows, where they can be compared: what stays with before, counters with what stays, and the user's query."""
    for each in expectations.objects:
        _left(each, observed, findings)
        _whole(each, observed, findings)
        _counter(each, observed, findings)
    for name, answer in observed.answers.items():
        _answered(name, answer, findings)


def _left(each: Expected, observed: Observed, findings: Findings) -> None:
    """The partitions that stay were not touched, so they hold what they held, or what was loaded since."""
    if not each.left or not each.left_rows or -1 in each.left_rows:
        return
    before = sum(each.left_rows)
    exact = observed.left_counts.get(each.name)
    if isinstance(exact, str):
        findings.unknown(f"the rows that stay in {each.name}", exact, each.name)
        return
    now = exact if exact is not None else _known(each, observed)
    if now is not None and now < before:
        how = "counted" if exact is not None else "by the last report of the backends; counts=True counts"
        message = f"The partitions of {each.name} that stay held {before:,} rows, and hold {now:,} ({how})"
        names = first(each.left)
        hint = f"nothing of the restore touched {names}: look for a DELETE, or a partition that was dropped"
        findings.add(VerdictCode.SRR313, "warning", message, hint, each.name)


def _known(each: Expected, observed: Observed) -> int | None:
    if observed.target.partitions is None:
        return None
    held = observed.target.partitions.columns(each.name)
    left = frozenset(each.left or ())
    rows = [rows for name, rows in zip(held.names, held.rows, strict=True) if name in left]
    return None if -1 in rows else sum(rows)


def _whole(each: Expected, observed: Observed, findings: Findings) -> None:
    count = observed.counts.get(each.name)
    if count is None:
        return
    if isinstance(count, str):
        findings.unknown(f"the rows of {each.name}", count, each.name)
        return
    before = None if each.rows is None else each.rows + sum(rows for rows in each.left_rows if rows > 0)
    if count == 0 and before:
        message = f"{each.name} is empty, and held {before:,} rows before"
        hint = f"if the snapshot's was not empty: {findings.mending.restore([(each, each.partitions or ())])}"
        findings.add(VerdictCode.SRR314, "warning", message, hint, each.name)
    elif before is not None and count < before:
        message = f"{each.name} holds {count:,} rows, and held {before:,} before: it is as old as the snapshot"
        findings.add(VerdictCode.SRR322, "info", message)


def _counter(each: Expected, observed: Observed, findings: Findings) -> None:
    """The counter is the snapshot's, whatever stays in the table (RestoreJob.java, checkAndPrepareMeta)."""
    highest = observed.highest.get(each.name)
    if highest is None or each.auto_increment is None:
        return
    if isinstance(highest, str):
        findings.unknown(f"how far {each.name} has counted", highest, each.name)
    elif highest >= each.auto_increment:
        message = (
            f"The AUTO_INCREMENT counter of {each.name} was set to {each.auto_increment:,}, the snapshot's, and a row "
            f"that is there has {highest:,}: numbers will be given twice"
        )
        hint = findings.mending.counter(each.name, highest + 1)
        findings.add(VerdictCode.SRR312, "error", message, hint, each.name)


def _answered(name: str, answer: Any, findings: Findings) -> None:
    if isinstance(answer, ServerError):
        if _DENIED in answer.message:
            findings.unknown(f"the query on {name}", answer.message, name)
            return
        message = f"The query fails on {name}: {answer.message}"
        findings.add(VerdictCode.SRR317, "error", message, "mend the query, or what it reads", name)
    elif not answer or str(answer).strip().lower() in {"0", "false"}:
        message = f"The query answers {answer!r} on {name}"
        findings.add(VerdictCode.SRR317, "warning", message, "look at its rows: the query is yours", name)
