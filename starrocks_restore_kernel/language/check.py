"""Everything that can be said about a text before it is sent: the syntax, then each rule on each statement."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import RestoreSyntaxError
from .advice import ADVICE
from .diagnostics import Diagnostic
from .lexer import lex
from .parser import Parser
from .rules import Context
from .rules_analyzer import ANALYZER_RULES
from .rules_builder import BUILDER_RULES
from .statements import Statement
from .tokens import Unexpected
from .versions import NEWEST, release

__all__ = ["check", "check_statement"]


def check(sql: str, version: str = NEWEST, database: str | None = None) -> list[Diagnostic]:
    """What the server would refuse in a script, and what a person would regret.

    Parameters
    ----------
    sql
        One statement or several with ``;`` between them.
    version
        The server it is for.
    database
        The session's database (``USE``), where one is known.

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
    parser = Parser(sql, release(version))
    try:
        statements = parser.statements()
    except Unexpected as unexpected:
        error: RestoreSyntaxError = parser.syntax_error(unexpected)
        return [*error.diagnostics, *_dropped(sql)]
    context = Context(release(version), database)
    found = [each for statement in statements for each in check_statement(statement, context)]
    return [*found, *_dropped(sql)]


def check_statement(statement: Statement, context: Context) -> list[Diagnostic]:
    """The findings on one statement: AST builder, then analyzer, then our advice (the order of StmtExecutor)."""
    builder = [each for rule in BUILDER_RULES for each in rule(statement, context)]
    analyzer = [each for rule in ANALYZER_RULES for each in rule(statement, context)]
    advice = [each for rule in ADVICE for each in rule(statement, context)]
    return [*builder, *analyzer, *advice]


def _dropped(sql: str) -> Iterator[Diagnostic]:
    lexed = lex(sql)
    for start, end in lexed.dropped:
        text = sql[start:end]
        if text[0] in "'\"`":
            message = f"The quote {text[0]} is never closed: the server drops it and all that follows"
        else:
            message = f"The server drops {text!r} without a word"
        hint = "'#' begins no comment here; write -- or /* */" if text == "#" else None
        yield Diagnostic("SRR002", "warning", message, lexed.span(start, end), hint)
