"""The verdict, judged from what must be there and what is: a pure function."""

from __future__ import annotations

from collections.abc import Callable

from ...language.diagnostics import Diagnostic
from ...planning import Action
from ...planning.effect import Kind
from .codes import VerdictCode
from .expectations import Expectations, Expected
from .findings import Findings, first
from .judging_objects import ObjectJudge
from .judging_rows import judge_counts, judge_readings
from .observing import Observed
from .verdict import Row, Verdict

__all__ = ["judge"]

_WORDS = {Action.SKIP: "left as it is"}


def judge(expectations: Expectations, observed: Observed) -> Verdict:
    """What is as it should be, what is not, and what is not known."""
    findings = Findings(expectations)
    _of_the_whole(expectations, observed, findings)
    if expectations.database is None:
        look = _catalogs(observed, findings)
    elif observed.target.exists is False:
        look = _no_database(findings)
    else:
        look = _objects(expectations, observed, findings)
    known: dict[object, str] = {}
    rows = []
    for each in expectations.objects:
        found = look(each)
        key = each.kind, each.action, each.partitions
        if key not in known:
            known[key] = _expected(each)
        rows.append(Row(each.name, known[key], found, ""))
    done: tuple[Diagnostic, ...] = findings.done()
    return Verdict(
        expectations.database,
        tuple(row._replace(verdict=findings.word(row.object)) for row in rows),
        done,
        observed.at,
    )


def _of_the_whole(expectations: Expectations, observed: Observed, findings: Findings) -> None:
    for each in expectations.unknown:
        code = VerdictCode.SRR320 if expectations.foretold or not expectations.objects else VerdictCode.SRR318
        message = f"Not known of what must be there: {each}"
        findings.add(code, "warning", message, "compare it with SHOW SNAPSHOT by hand")
    if expectations.database is not None and observed.target.exists is None:
        findings.unknown(f"whether there is a database {expectations.database}", "none of its objects may be seen")


def _expected(each: Expected) -> str:
    what = _WORDS.get(each.action, each.kind.value)
    if each.action is not Action.SKIP and each.partitions:
        what += f", partitions {first(each.partitions)}"
    return what


Look = Callable[[Expected], str]


def _no_database(findings: Findings) -> Look:
    name = findings.expectations.database
    findings.add(VerdictCode.SRR301, "error", f"The database {name} is not there", findings.mending.whole())

    def look(each: Expected) -> str:
        findings.mark(each.name, "wrong")
        return "no database"

    return look


def _catalogs(observed: Observed, findings: Findings) -> Look:
    return _listed(
        "catalogs", "external catalog", "SHOW CATALOGS lists only what the user has a right on", observed, findings
    )


def _objects(expectations: Expectations, observed: Observed, findings: Findings) -> Look:
    judged = ObjectJudge(expectations, observed, findings)
    function = _listed(
        "functions", "function", "SHOW FULL FUNCTIONS lists only what the user may use", observed, findings
    )
    judge_readings(expectations, observed, findings)
    judge_counts(expectations, observed, findings)
    return lambda each: function(each) if each.kind is Kind.FUNCTIONS else judged.found(each)


def _listed(part: str, noun: str, hidden: str, observed: Observed, findings: Findings) -> Look:
    """How to look for what is only known by its name, in a list that may be short of what the user may not see."""
    known = getattr(observed.target, part)
    here = None if known is None else {each.name.lower() for each in known}

    def look(each: Expected) -> str:
        if not each.listed:
            return findings.unknown(each.name, f"no statement lists the {part} of a snapshot", each.name)
        if here is None:
            return findings.unknown(f"the {noun} {each.name}", _reason(observed, part), each.name)
        if each.name.lower() in here:
            return "there"
        if not observed.listed_all:
            return findings.unknown(f"the {noun} {each.name}", hidden, each.name)
        message = f"The {noun} {each.name} is not there"
        findings.add(VerdictCode.SRR302, "error", message, findings.mending.whole(), each.name)
        return "not there"

    return look


def _reason(observed: Observed, part: str) -> str:
    return next((each.reason for each in observed.unknown if each.part == f"target.{part}"), "it was not read")
