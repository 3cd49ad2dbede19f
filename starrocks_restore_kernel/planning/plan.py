"""A plan: what a statement would do to this cluster, and whether it can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from html import escape
from typing import Any

from ..drawing import Drawing, badge
from ..errors import PlanRefused
from ..language.check import check_statement
from ..language.diagnostics import Diagnostic
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
from . import plan_drawing as drawn
from .effect import Action, Effect, Kind, by_action
from .effects import effects, of_catalogs
from .facts import Facts
from .obstacles import Case, obstacles
from .selection import requested_replication, selected

__all__ = ["Plan", "Submit", "Verdict", "plan", "plan_without_facts"]


class Verdict(Enum):
    """The plan in one word."""

    SAFE = "safe"
    DESTRUCTIVE = "destructive"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"


_TONE = {Verdict.SAFE: "ok", Verdict.DESTRUCTIVE: "warn", Verdict.UNKNOWN: "warn", Verdict.BLOCKED: "bad"}
_GRAVITY = ("error", "warning", "info")


Submit = Callable[["Plan", bool, bool], Any]


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
        One a restored object, and one for a database that is made; empty for statements that touch no object.
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
        if any(action.destroys for action in actions):
            return Verdict.DESTRUCTIVE
        if Action.UNKNOWN in actions or (isinstance(self.statement, Restore) and not self._objects_known):
            return Verdict.UNKNOWN
        return Verdict.SAFE

    @property
    def _objects_known(self) -> bool:
        return any(each.kind is not Kind.DATABASE for each in self.effects)

    @property
    def why(self) -> str:
        """Why the verdict is what it is, in one sentence."""
        match self.verdict:
            case Verdict.BLOCKED:
                return self._blocked()
            case Verdict.UNKNOWN:
                return self._not_known()
            case _ if self.summary:
                return self.summary
            case _:
                grouped = by_action(self.effects)
                also = f"; and {self._not_known()}" if Action.UNKNOWN in grouped else ""
                return f"{drawn.harm(grouped)}{also}"

    def _blocked(self) -> str:
        errors = [each for each in self.findings if each.severity == "error"]
        in_job = {each.block.code.name for each in self.effects if each.block is not None and not each.block.at_submit}
        first = errors[0]
        what = "the job would not get through" if first.code in in_job else "the server would refuse it"
        more = f" (and {len(errors) - 1:,} more)" if len(errors) > 1 else ""
        return f"{what}: {first.message}{more}"

    def _not_known(self) -> str:
        unknown = [each for each in self.effects if each.action is Action.UNKNOWN]
        if not unknown:
            return "what it would restore is not known"
        more = f" (and {len(unknown) - 1:,} more)" if len(unknown) > 1 else ""
        return f"it is not known what becomes of {unknown[0].target}: {unknown[0].note}{more}"

    def submit(self, *, overwrite: bool = False, again: bool = False) -> Any:
        """Do it, once.

        Parameters
        ----------
        overwrite
            The explicit yes to what this plan shows as overwritten or replaced.
        again
            The explicit yes to overwriting once more what this very statement has overwritten already, and to sending
            what may have been sent before without an answer.

        Returns
        -------
        Job
            For a RESTORE, the one that runs it already if there is one; what else came back for another statement.

        Raises
        ------
        PlanRefused
            If the plan is blocked, or destroys without ``overwrite``, or is no longer what the cluster would do, or was
            carried out before and ``again`` is not said.
        """
        if self.submitter is None:
            raise PlanRefused("this plan hangs on no connection", hint="make it with cluster.plan(…)")
        return self.submitter(self, overwrite, again)

    def allow(self, *, overwrite: bool) -> None:
        """Refuse what must not be sent.

        Raises
        ------
        PlanRefused
            If the plan is blocked, or destroys without ``overwrite``.
        """
        verdict = self.verdict
        if verdict is Verdict.BLOCKED:
            errors = [each for each in self.findings if each.severity == "error"]
            hint = errors[0].hint
            raise PlanRefused(f"nothing was sent: {errors[0].message}", hint=hint)
        if verdict is not Verdict.SAFE and not overwrite:
            raise PlanRefused(
                f"nothing was sent: {self.consequence}", hint="say overwrite (--run --overwrite) if you mean it"
            )

    @property
    def consequence(self) -> str:
        """The effects in one sentence."""
        return self.summary or drawn.sentence(self.target_database, by_action(self.effects))

    def frame(self) -> Any:
        """The effects as a pandas frame: a row an object, in the snapshot's order."""
        return drawn.frame(self.effects)

    def record(self) -> dict[str, Any]:
        """The plan as plain values that JSON takes, without secrets."""
        return {
            "verdict": self.verdict.value,
            "why": self.why,
            "sql": redact(self.statement).sql(version=self.version),
            "version": self.version,
            "target_database": self.target_database,
            "counts": {action.value: len(of) for action, of in by_action(self.effects).items()},
            "effects": [drawn.record_of(each) for each in self.effects],
            "findings": [
                {"code": each.code, "severity": each.severity, "message": each.message, "hint": each.hint}
                for each in self.findings
            ],
        }

    def text(self) -> str:
        """The plan for a terminal."""
        lines = [f"Plan: {self.verdict.value.upper()} · {self.consequence}"]
        if not self.summary:
            lines.append(f"Why: {self.why}")
        if self.effects:
            grouped = by_action(self.effects)
            lines += ["", *drawn.effects_text(grouped, self.target_database, len(self.effects))]
        if self.findings:
            lines += ["", *drawn.findings_text(self.source, self.findings)]
        return drawn.visible(
            "\n".join([*lines, "", redact(self.statement).sql(version=self.version), "", self._next_step()])
        )

    def html(self) -> str:
        """The same as HTML."""
        parts = [f"<h4>Plan {badge(self.verdict.value.upper(), _TONE[self.verdict])} {escape(self.consequence)}</h4>"]
        if not self.summary:
            parts.append(f"<p>{escape(self.why)}</p>")
        parts.append(drawn.findings_html(self.findings))
        if self.effects:
            grouped = by_action(self.effects)
            parts.append(drawn.effects_html(grouped, self.target_database, len(self.effects)))
        parts.append(f'<pre class="srk-sql">{escape(redact(self.statement).sql(version=self.version))}</pre>')
        parts.append(f'<p class="srk-dim">{escape(self._next_step())}</p>')
        return "".join(parts)

    def _next_step(self) -> str:
        match self.verdict:
            case Verdict.BLOCKED:
                return "Nothing was changed. Mend what stands in the way, then plan again."
            case Verdict.SAFE:
                return "Nothing was changed. To do it: %%restore --run, or plan.submit()."
            case _:
                return "Nothing was changed. To do it: %%restore --run --overwrite, or plan.submit(overwrite=True)."


def plan(
    statement: Restore, facts: Facts, *, source: str = "", submitter: Submit | None = None, rate: float | None = None
) -> Plan:
    """Judge a RESTORE by the facts; a pure function.

    Parameters
    ----------
    rate
        Bytes a second that earlier restores came to, to compare the timeout with.

    Examples
    --------
    >>> from starrocks_restore_kernel.language import parse
    >>> sql = 'RESTORE SNAPSHOT shop.s FROM nowhere PROPERTIES ("backup_timestamp" = "x")'
    >>> from starrocks_restore_kernel.planning import RepositoryFacts
    >>> blocked = plan(parse(sql), Facts("4.1", repository=RepositoryFacts(repositories=())))
    >>> blocked.verdict.value, blocked.findings[0].message
    ('blocked', 'Repository nowhere does not exist')
    """
    chosen = () if of_catalogs(statement, facts) else tuple(selected(statement, facts))
    found = effects(statement, facts, chosen)
    better = _told_better(statement, facts)
    spoken = [
        each for each in check_statement(statement, Context(release(facts.version), None)) if each.code not in better
    ]
    standing = obstacles(Case(statement, facts, chosen, found, rate))
    findings = sorted([*spoken, *standing], key=lambda each: _GRAVITY.index(each.severity))
    return Plan(
        statement, facts.version, facts.target.database, found, tuple(findings), source=source, submitter=submitter
    )


def _told_better(statement: Restore, facts: Facts) -> frozenset[str]:
    """What the text alone made a guess at, and the facts know."""
    told = set()
    if requested_replication(statement, facts) is not None and facts.cluster.hosts is not None:
        told.add("SRR101")
    if facts.repository.contents is not None:
        told |= {"SRR107", "SRR112"}
    return frozenset(told)


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
