"""Laying out a script as a person would, without losing a comment.

Unlike the printer this works on the text: names, strings and the choice of words stay as they were written; only
blanks, line ends and the case of keywords change.
"""

from __future__ import annotations

from collections.abc import Callable

from ..errors import RestoreCheckError, RestoreSyntaxError
from .characters import characters
from .lexer import Stretch, Token, TokenKind
from .parser import Parser
from .reading import read
from .versions import NEWEST, release

__all__ = ["format_script"]

_INDENT = "    "
_CLAUSES = {
    "RESTORE": {"FROM", "ALL", "EXTERNAL", "DATABASE", "ON", "PROPERTIES"},
    "BACKUP": {"TO", "ON", "PROPERTIES"},
    "CREATE": {"WITH", "ON", "PROPERTIES"},
}
"""Words that begin a line, by the statement's first word."""
_LISTS = {"ON", "PROPERTIES"}
_TIGHT_BEFORE = {",", ")", "]", ".", ";"}
_TIGHT_AFTER = {"(", "[", "."}


def format_script(text: str, version: str = NEWEST) -> str:
    """Lay out every statement of the family in a script; other statements and all comments stay as they are.

    Parameters
    ----------
    text
        A script, with ``;`` between its statements.
    version
        The server it is for.

    Returns
    -------
    str
        A text that parses to equal statements, and that formatting again does not change.

    Raises
    ------
    RestoreSyntaxError
        If a statement of the family does not parse.
    RestoreCheckError
        If the text has parts that the server drops in silence: they would be lost.

    Examples
    --------
    >>> print(format_script("show restore from shop -- which?"))
    SHOW RESTORE FROM shop -- which?
    """
    grammar = release(version)
    _, errors, lexed = read(text, grammar)
    if len(lexed.tokens) == 1 and not lexed.dropped:
        return text  # comments alone
    if errors:
        raise RestoreSyntaxError(text, errors)
    lost = [each for each in characters(lexed) if each.code == "SRR002"]
    if lost:
        raise RestoreCheckError(text, lost)
    parser = _NotingParser(text, grammar)
    layout = _Layout(text, parser.lexed.comments)
    while parser.more():
        first, statement, last = parser.noted()
        layout.statement(parser.lexed.tokens[first : last + 1], first, parser.names, ours=statement)
        layout.separator(parser.lexed.tokens[last + 1])
    return layout.finished()


class _NotingParser(Parser):
    """A parser that notes which tokens it read as names: ``view`` may be a word of the grammar, or a table."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.names: set[int] = set()

    def identifier(self, what: str = "a name") -> str:
        """Note where."""
        self.names.add(self._index)
        return super().identifier(what)

    def _succeeds(self, rule: Callable[[], bool]) -> bool:
        names = set(self.names)
        try:
            return super()._succeeds(rule)
        finally:
            self.names = names

    def noted(self) -> tuple[int, bool, int]:
        """The place of the statement's first token, whether it is of the family, and the place of its last token."""
        first = self._index
        ours = not self._begins_other()
        self.next_statement()
        return first, ours, self._index - 1


class _Layout:
    """The text so far: finished lines, the line that is being written, and how deep it is indented."""

    def __init__(self, text: str, comments: list[Stretch]) -> None:
        self._text = text
        self._comments = list(reversed(comments))
        self._lines: list[str] = []
        self._line = ""
        self._indent = ""
        self._end = 0
        self._after_comment = False

    # -- statements

    def statement(self, tokens: list[Token], first: int, names: set[int], *, ours: bool) -> None:
        """Write a statement; ``names`` are the places of the tokens that are names, ``first`` that of its first."""
        self._comments_before(tokens[0].start, top=True)
        self._blank_line(tokens[0].start)
        if not ours:
            self._line += self._text[tokens[0].start : tokens[-1].end]
            while self._comments and self._comments[-1].start < tokens[-1].end:
                self._comments.pop()
            self._end = tokens[-1].end
            return
        clauses = _CLAUSES.get(tokens[0].word, set())
        depth = listed = 0
        before: Token | None = None
        for place, token in enumerate(tokens, first):
            named = place in names
            keyword = token.kind is TokenKind.WORD and not named
            # Closing a list ends its last line before the comments that stand behind it.
            if token.word == ")" and depth == listed > 0:
                self._comments_before(token.start)
                self._indent = ""
                self._break()
                listed = 0
            else:
                self._comments_before(token.start)
                pair = before is not None and before.word == "ALL"
                if keyword and depth == 0 and before is not None and token.word in clauses and not pair:
                    self._break()
            if self._spaced(before, token, called=(place - 1) in names):
                self._line += " "
            # An ideographic space is a letter only where no blank stands before it.
            text = f"`{token.text}`" if token.text.startswith("\u3000") else token.text
            self._line += token.word if keyword else text
            self._after_comment = False
            self._end = token.end
            depth += (token.word in {"(", "["}) - (token.word in {")", "]"})
            if token.word == "(" and depth == 1 and before is not None and before.word in _LISTS and clauses:
                listed, self._indent = depth, _INDENT
                self._comments_behind()
                self._break()
            elif token.word == "," and depth == listed > 0:
                self._comments_behind()
                self._break()
            before = token
        self._indent = ""

    def separator(self, token: Token) -> None:
        """The ``;`` behind a statement, if there is one."""
        if token.word == ";":
            self._comments_before(token.start)
            self._line += ";"
            self._after_comment = False
            self._end = token.end
        self._comments_behind()
        self._break()

    def finished(self) -> str:
        """The whole text, with what comments are left."""
        self._comments_before(len(self._text) + 1, top=True)
        self._break()
        return "\n".join(self._lines) + ("\n" if self._text.endswith("\n") and self._lines else "")

    def _spaced(self, before: Token | None, token: Token, *, called: bool) -> bool:
        if not self._line.strip() or (before is None and not self._after_comment):
            return False
        if self._after_comment or before is None:
            return token.word not in _TIGHT_BEFORE
        if token.word in _TIGHT_BEFORE or token.kind is TokenKind.DOT_NAME or before.word in _TIGHT_AFTER:
            return False
        return not (token.word == "(" and called)

    # -- comments and lines

    def _comments_before(self, start: int, *, top: bool = False) -> None:
        """Write the comments before a place: on lines of their own if they stood so, else behind the last word."""
        while self._comments and self._comments[-1].start < start:
            comment = self._comments.pop()
            text = self._text[comment.start : comment.end].rstrip()
            alone = "\n" in self._text[self._end : comment.start] or (top and not self._line)
            if alone:
                self._break()
                if top:
                    self._blank_line(comment.start)
            self._comment(text)
            self._end = comment.end
            if text.startswith("--") or (alone and "\n" in self._text[comment.end : start]):
                self._break()

    def _comments_behind(self) -> None:
        """Write the comments that follow on the same line, so that they stay with what they speak of."""
        while self._comments and "\n" not in self._text[self._end : self._comments[-1].start]:
            if self._text[self._end : self._comments[-1].start].strip():
                return
            comment = self._comments.pop()
            text = self._text[comment.start : comment.end]
            self._comment(text.rstrip())
            # A line comment's own line end belongs to it, so it is given back to the text behind.
            self._end = comment.start + len(text.rstrip("\r\n"))
            if text.startswith("--"):
                return

    def _comment(self, text: str) -> None:
        self._line += f" {text}" if self._line.strip() else text
        self._after_comment = True

    def _blank_line(self, start: int) -> None:
        """Keep one empty line where there were some."""
        if self._lines and not self._line and self._text[self._end : start].count("\n") > 1 and self._lines[-1]:
            self._lines.append("")

    def _break(self) -> None:
        """End the line; an indented empty one is no line yet."""
        if self._line.strip():
            self._lines.append(self._line.rstrip())
        self._line = self._indent
        self._after_comment = False
