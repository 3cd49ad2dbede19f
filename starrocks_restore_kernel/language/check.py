"""Everything that can be said about a text before it is sent: the syntax, then each rule on each statement."""

from __future__ import annotations

from .advice import ADVICE
from .characters import characters
from .diagnostics import Diagnostic
from .reading import read
from .rules import Context, Tables
from .rules_analyzer import ANALYZER_RULES
from .rules_builder import BUILDER_RULES
from .statements import Statement
from .versions import NEWEST, release

__all__ = ["check", "check_statement"]


def check(
    sql: str, version: str = NEWEST, database: str | None = None, *, tables: Tables | None = None
) -> list[Diagnostic]:
    """What the server would refuse in a script, and what a person would regret.

    Parameters
    ----------
    sql
        One statement or several with ``;`` between them.
    version
        The server it is for.
    database
        The session's database (``USE``), where one is known.
    tables
        Partitions by table by database, where they are known: BACKUP is checked against them, as the server does.

    Returns
    -------
    list of Diagnostic
        The first error is the one that the server would report. Empty for a text without findings; wrong SQL never
        raises.

    Examples
    --------
    >>> [each.message for each in check("CANCEL RESTORE")]
    ['No selected database for cancel BACKUP/RESTORE']
    """
    context = Context(release(version), database, tables)
    statements, found, lexed = read(sql, context.release)
    # The server builds every statement of a text before it analyses the first.
    for rules in (BUILDER_RULES, ANALYZER_RULES, ADVICE):
        found += [each for statement in statements for rule in rules for each in rule(statement, context)]
    return [*found, *characters(lexed)]


def check_statement(statement: Statement, context: Context) -> list[Diagnostic]:
    """The findings on one statement: AST builder, then analyzer, then our advice (the order of StmtExecutor)."""
    builder = [each for rule in BUILDER_RULES for each in rule(statement, context)]
    analyzer = [each for rule in ANALYZER_RULES for each in rule(statement, context)]
    advice = [each for rule in ADVICE for each in rule(statement, context)]
    return [*builder, *analyzer, *advice]
