"""A plan: what a statement would do to this cluster, and whether it can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from html import escape
from typing import Any

from ..drawing import SHOWN_ROWS, Drawing, badge, html_table, text_table
from ..errors import PlanRefused
from ..language.check import check_statement
from ..language.diagnostics import Diagnostic, render
from ..language.rules import Context
from ..language.secrets import redact
from ..language.statements import (
    Backup,
    CancelRestore,
    CreateRepository,
    DropRepository,
    DropSnapshot,
    Restore,
    Statement,
)
from ..language.versions import release
from .effects import Action, Effect, effects
from .facts import Facts
from .obstacles import OBSTACLES

__all__ = ["Plan", "Submit", "Verdict", "plan", "plan_without_facts"]


class Verdict(Enum):
    """The plan in one word."""

    SAFE = "safe"
    DESTRUCTIVE = "destructive"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"


_TONE = {Verdict.SAFE: "ok", Verdict.DESTRUCTIVE: "warn", Verdict.UNKNOWN: "warn", Verdict.BLOCKED: "bad"}
_HEADINGS = ("object", "becomes", "action", "partitions", "rows now", "note")
_PARTITIONS_SHOWN = 6


Submit = Callable[["Plan", bool], Any]


@dataclass(frozen=True, slots=True, repr=False)
class Plan(Drawing):
    """What a statement would do. A value: making it changed nothing, and it draws itself.

    Attributes
    ----------
    statement
        What would be sent.
    target_database
        Where it would act; None where that is not known.
    effects
        One a restored object; empty for statements that touch no object.
    findings
        Errors stand in the way, warnings are dangers, infos are good to know.
    source
        The text that was typed, for the places that findings point to; empty for a built statement.
    """

    statement: Statement
    version: str
    target_database: str | None
    effects: tuple[Effect, ...]
    findings: tuple[Diagnostic, ...]
    summary: str = ""
    source: str = ""
    submitter: Submit | None = field(default=None, repr=False, compare=False)

    @property
    def verdict(self) -> Verdict:
        """Blocked if anything stands in the way; safe only if it is known that nothing is destroyed."""
        if any(each.severity == "error" for each in self.findings):
            return Verdict.BLOCKED
        if isinstance(self.statement, DropSnapshot | CancelRestore):
            return Verdict.DESTRUCTIVE
        actions = {each.action for each in self.effects}
        if Action.UNKNOWN in actions or (isinstance(self.statement, Restore) and not self.effects):
            return Verdict.UNKNOWN
        if any(action.destroys for action in actions):
            return Verdict.DESTRUCTIVE
        return Verdict.SAFE

    def submit(self, *, overwrite: bool = False) -> Any:
        """Do it, once.

        Parameters
        ----------
        overwrite
            The explicit yes to what this plan shows as overwritten or replaced.

        Returns
        -------
        Job
            For a RESTORE; what else came back for another statement.

        Raises
        ------
        PlanRefused
            If the plan is blocked, or destroys without ``overwrite``, or is no longer what the cluster would do.
        """
        if self.submitter is None:
            raise PlanRefused("this plan hangs on no connection", hint="make it with cluster.plan(…)")
        return self.submitter(self, overwrite)

    def allow(self, *, overwrite: bool) -> None:
        """Refuse what must not be sent.

        Raises
        ------
        PlanRefused
            If the plan is blocked, or destroys without ``overwrite``.
        """
        if self.verdict is Verdict.BLOCKED:
            errors = [each for each in self.findings if each.severity == "error"]
            hint = errors[0].hint
            raise PlanRefused(f"nothing was sent: {errors[0].message}", hint=hint)
        if self.verdict is not Verdict.SAFE and not overwrite:
            raise PlanRefused(
                f"nothing was sent: {self.consequence}", hint="say overwrite (--run --overwrite) if you mean it"
            )

    @property
    def consequence(self) -> str:
        """The effects in one sentence."""
        if self.summary:
            return self.summary
        names = {action: [each.target for each in self.effects if each.action is action] for action in Action}
        parts = [f"{action.value} {_names(names[action])}" for action in Action if names[action]]
        return f"in {self.target_database}: {'; '.join(parts)}" if parts else "nothing is known of its effects"

    def text(self) -> str:
        """The plan for a terminal."""
        lines = [f"Plan: {self.verdict.value.upper()} · {self.consequence}"]
        if self.effects:
            lines += ["", text_table(_HEADINGS, self._rows(), total=len(self.effects))]
        if self.findings:
            lines += ["", render(self.source, self._pointed())]
        return "\n".join([*lines, "", redact(self.statement).sql(version=self.version), "", self._next_step()])

    def html(self) -> str:
        """The same as HTML."""
        parts = [f"<h4>Plan {badge(self.verdict.value.upper(), _TONE[self.verdict])} {escape(self.consequence)}</h4>"]
        if self.findings:
            parts.append("".join(_finding(each) for each in self.findings))
        if self.effects:
            parts.append(html_table(_HEADINGS, self._rows(), total=len(self.effects)))
        parts.append(f'<pre class="srk-sql">{escape(redact(self.statement).sql(version=self.version))}</pre>')
        parts.append(f'<p class="srk-dim">{escape(self._next_step())}</p>')
        return "".join(parts)

    def _rows(self) -> list[tuple[object, ...]]:
        return [
            (
                each.source,
                f"{self.target_database}.{each.target}",
                each.action.value,
                "all" if each.partitions is None else _names(list(each.partitions)),
                None if each.rows is None else f"{each.rows:,}",
                each.note,
            )
            for each in self.effects[:SHOWN_ROWS]
        ]

    def _pointed(self) -> list[Diagnostic]:
        if self.source:
            return list(self.findings)
        return [Diagnostic(d.code, d.severity, d.message, None, d.hint, d.fixes) for d in self.findings]

    def _next_step(self) -> str:
        match self.verdict:
            case Verdict.BLOCKED:
                return "Nothing was changed. Mend what stands in the way, then plan again."
            case Verdict.SAFE:
                return "Nothing was changed. To do it: %%restore --run, or plan.submit()."
            case _:
                return "Nothing was changed. To do it: %%restore --run --overwrite, or plan.submit(overwrite=True)."


def plan(statement: Restore, facts: Facts, *, source: str = "", submitter: Submit | None = None) -> Plan:
    """Judge a RESTORE by the facts; a pure function.

    Examples
    --------
    >>> from starrocks_restore_kernel.language import parse
    >>> sql = 'RESTORE SNAPSHOT shop.s FROM nowhere PROPERTIES ("backup_timestamp" = "x")'
    >>> from starrocks_restore_kernel.planning import RepositoryFacts
    >>> blocked = plan(parse(sql), Facts("4.1", repository=RepositoryFacts(repositories=())))
    >>> blocked.verdict.value, blocked.findings[0].message
    ('blocked', 'Repository nowhere does not exist')
    """
    spoken = check_statement(statement, Context(release(facts.version), None))
    if facts.cluster.default_replication is not None and facts.cluster.hosts is not None:
        # What the default would lead to here is known, and told by the obstacles if it is bad.
        spoken = [each for each in spoken if each.code != "SRR101"]
    standing = [each for rule in OBSTACLES for each in rule(statement, facts)]
    findings = sorted([*spoken, *standing], key=lambda each: ("error", "warning", "info").index(each.severity))
    return Plan(
        statement,
        facts.version,
        facts.target.database,
        effects(statement, facts),
        tuple(findings),
        source=source,
        submitter=submitter,
    )


def plan_without_facts(
    statement: Statement, version: str, *, source: str = "", submitter: Submit | None = None
) -> Plan:
    """Judge another statement of the family, whose effect is told by the statement alone."""
    findings = tuple(check_statement(statement, Context(release(version), None)))
    match statement:
        case Backup():
            summary = f"writes the snapshot {statement.label} into {statement.repository}; the tables stay as they are"
        case CreateRepository():
            summary = f"registers the repository {statement.name}; writes its marker file if the location has none"
        case CancelRestore():
            where = statement.database or "the external catalogs"
            summary = f"ends the restore of {where}; what it made is dropped, what it overwrites may be left broken"
        case DropSnapshot():
            summary = f"deletes the snapshot {statement.label} from {statement.repository}, for good"
        case DropRepository():
            summary = f"forgets the repository {statement.name}; what is stored in it stays"
        case _:
            summary = "changes the state of a job"
    return Plan(statement, version, None, (), findings, summary, source, submitter)


def _finding(each: Diagnostic) -> str:
    tone = {"error": "bad", "warning": "warn", "info": "dim"}[each.severity]
    hint = f" → {escape(each.hint)}" if each.hint else ""
    return f"<p>{badge(each.severity, tone)} {escape(each.message)}{hint} <span class='srk-dim'>{each.code}</span></p>"


def _names(names: list[str]) -> str:
    shown = ", ".join(names[:_PARTITIONS_SHOWN])
    return shown if len(names) <= _PARTITIONS_SHOWN else f"{shown} and {len(names) - _PARTITIONS_SHOWN:,} more"
