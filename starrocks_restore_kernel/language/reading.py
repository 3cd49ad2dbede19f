"""Whole texts: one statement, a script, or as much of a broken one as can be read."""

from __future__ import annotations

from dataclasses import replace

from ..errors import RestoreSyntaxError
from .diagnostics import Diagnostic, Fix
from .lexer import Lexed, lex
from .other_statements import SECOND_WORDS
from .parser import Parser
from .repairs import apply, repair
from .statements import Statement
from .tokens import Unexpected
from .versions import NEWEST, Release, release

__all__ = ["begins_statement", "parse", "parse_script", "read"]

_FIRST_WORDS = ("RESTORE", "BACKUP", "SHOW", "CANCEL", "CREATE", "DROP")
_SHOWN = 60
_TRIED = 1_000_000
"""Characters parsed in search of repairs; a text with more errors than that mends is mended in several goes."""
_READ = 1000
"""Syntax errors after which the rest of a text is not read: it is no script."""


def parse(text: str, version: str = NEWEST) -> Statement:
    """Read one statement of the RESTORE family.

    Parameters
    ----------
    text
        The statement; one ``;`` may end it.
    version
        The server it is for, ``"3.3"`` to ``"4.1"`` or what ``current_version()`` says.

    Returns
    -------
    Statement
        As the server's grammar takes it; what its AST builder or analyzer refuses is found by `check`.

    Raises
    ------
    RestoreSyntaxError
        If the grammar refuses the text, or it is not exactly one statement.

    Examples
    --------
    >>> parse('RESTORE SNAPSHOT shop.s1 FROM repo PROPERTIES ("backup_timestamp" = "2024-12-09-10-25-58-842")').label
    's1'
    """
    parser = Parser(text, release(version))
    try:
        statement = parser.single()
    except Unexpected:
        # Read again, with a care for what was meant; a right statement need not pay for that.
        parser = Parser(text, release(version))
        _, found = _read(parser, only_ours=True)
        raise RestoreSyntaxError(text, found[:1] or [_second(parser)]) from None
    return statement


def parse_script(text: str, version: str = NEWEST) -> list[Statement]:
    """Read a script: statements with ``;`` between them, empty ones left out.

    A statement of another kind becomes an `Other`, which holds its text.

    Raises
    ------
    RestoreSyntaxError
        If a statement of this family does not parse; like the server, one error refuses the whole text.

    Examples
    --------
    >>> [type(each).__name__ for each in parse_script("SHOW RESTORE FROM shop; SELECT 1")]
    ['ShowRestore', 'Other']
    """
    statements, found, _ = read(text, release(version))
    if found:
        raise RestoreSyntaxError(text, found)
    return statements


def begins_statement(text: str) -> bool:
    """Whether a text begins as a statement of this family does, by its first two words.

    Examples
    --------
    >>> begins_statement("/* undo */ RESTORE SNAPSHOT s"), begins_statement("restore = 5")
    (True, False)
    """
    words = [token.word for token in lex(text).tokens[:2]]
    return len(words) == 2 and words[1] in SECOND_WORDS.get(words[0], ())


def _second(parser: Parser) -> Diagnostic:
    message = "One statement is wanted here, and a second one begins"
    return Diagnostic("SRR001", "error", message, parser.second_statement(), "parse_script reads several")


def read(text: str, grammar: Release) -> tuple[list[Statement], list[Diagnostic], Lexed]:
    """The statements that can be read, the syntax errors of the others (first the server's), and the tokens.

    After an error it goes on with the statement's next clause, and then with the next statement.
    """
    parser = Parser(text, grammar)
    return (*_read(parser, only_ours=False), parser.lexed)


def _read(parser: Parser, *, only_ours: bool) -> tuple[list[Statement], list[Diagnostic]]:
    statements: list[Statement] = []
    found: list[Diagnostic] = []
    budget = [_TRIED]
    # ``;`` alone is a statement, but nothing at all is none; and where only one of ours will do, ``;`` is not it.
    wanting = only_ours or not parser.begins_empty()
    while wanting or parser.more():
        try:
            statements.append(parser.statement() if wanting and only_ours else parser.next_statement())
            parser.end_of_statement()
        except Unexpected as error:
            errors = [error, *parser.errors_behind(error)]
            repairs = _repairs(parser, errors, budget)
            found += [_diagnostic(parser, each, fixes) for each, fixes in zip(errors, repairs, strict=True)]
        wanting = False
        if len(found) >= _READ and parser.more():
            found.append(replace(found[-1], message=f"More than {_READ} errors: the rest was not read", fixes=()))
            break
    return statements, found


def _repairs(parser: Parser, errors: list[Unexpected], budget: list[int]) -> list[tuple[Fix, ...]]:
    """For each error of one statement what mends it, those before it being mended.

    ``budget`` holds how many characters may still be parsed, and is drawn on.
    """
    begin, text = parser.statement_text()
    grown = 0
    found: list[tuple[Fix, ...]] = [()] * len(errors)

    def first_stop(text: str) -> int | None:
        budget[0] -= len(text)
        return _first_stop(text, parser.release)

    for number, error in enumerate(errors):
        if budget[0] <= 0:
            break
        budget[0] -= len(text)
        lexed = lex(text, dollar_blocks=parser.release.dollar_blocks)
        offset = begin - grown
        fixes = repair(lexed, error.token.start - offset, error.wanted, first_stop)
        text, growth = apply(text, fixes)
        found[number] = tuple(replace(fix, start=fix.start + offset, end=fix.end + offset) for fix in fixes)
        grown += growth
    return found


def _diagnostic(parser: Parser, error: Unexpected, fixes: tuple[Fix, ...]) -> Diagnostic:
    """The error as a person gets it; at the very start, it says what family this is."""
    wanted = list(dict.fromkeys(error.wanted))
    hint: str | None
    if set(_FIRST_WORDS) <= set(wanted):
        hint = f"a statement of the RESTORE family begins with {_listed(list(_FIRST_WORDS))}"
    else:
        hint = f"expected {_listed(wanted)}" if wanted else None
    shown = error.token.text if len(error.token.text) <= _SHOWN else f"{error.token.text[:_SHOWN]}…"
    message = error.message or f"Unexpected input '{shown}'"
    span = parser.lexed.span(error.token.start, max(error.token.end, error.token.start + 1))
    if fixes:
        hint = f"{fixes[0].title} ({hint})" if hint else fixes[0].title
    return Diagnostic("SRR001", "error", message, span, hint, fixes)


def _first_stop(text: str, grammar: Release) -> int | None:
    """Where a statement's syntax error is; None without one."""
    parser = Parser(text, grammar)
    try:
        parser.statement()
        parser.end_of_statement()
    except Unexpected as error:
        return error.token.start
    return None


def _listed(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} or {words[-1]}"
