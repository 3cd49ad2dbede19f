"""The error packets of a StarRocks frontend: code, SQLSTATE and text (ErrorCode.java)."""

from __future__ import annotations

__all__ = [
    "SqlError",
    "access_denied",
    "analysis",
    "bad_table_state",
    "common",
    "framed",
    "internal",
    "no_database",
    "syntax",
    "unknown_database",
    "unknown_table",
    "unsupported_here",
]


class SqlError(Exception):
    """One error packet.

    Parameters
    ----------
    message
        The text on the wire.
    code, sqlstate
        As in ErrorCode.java; an error reported without an ErrorCode is 1064 / HY000 (MysqlErrPacket.java).
    """

    def __init__(self, message: str, code: int = 1064, sqlstate: str = "HY000") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.sqlstate = sqlstate


def framed(error: SqlError) -> SqlError:
    """Put an analyzer's frame around the text (SemanticException.java, getMessage)."""
    return SqlError(f"Getting analyzing error. Detail message: {error.message}.", error.code, error.sqlstate)


def analysis(text: str, where: str = "") -> SqlError:
    """Build a SemanticException that carries no ErrorCode; ``where`` is its place, a blank in front."""
    return SqlError(f"Getting analyzing error{where}. Detail message: {text}.")


def common(text: str) -> SqlError:
    """Build ERR_COMMON_ERROR, bare, as the backup handler throws it."""
    return SqlError(text, 5064, "42000")


def syntax(text: str, line: int | None = None, column: int | None = None) -> SqlError:
    """Build a parser's error; an AST builder's rule has no position (ErrorHandler.java)."""
    # The numbers pass through MessageFormat, so thousands are grouped.
    where = "" if line is None or column is None else f" at line {line:,}, column {column:,}"
    return SqlError(f"Getting syntax error{where}. Detail message: {text}.")


def internal(text: str) -> SqlError:
    """Build an error without an ErrorCode: a bare DdlException, or an exception of the JVM."""
    return SqlError(text)


def unsupported_here(what: str) -> SqlError:
    """Say that a StarRocks server would do it and the sandbox does not; the text is ours."""
    return SqlError(f"The sandbox does not do this: {what}")


def unknown_database(name: str) -> SqlError:
    """Build ERR_BAD_DB_ERROR."""
    return SqlError(f"Unknown database '{name}'", 5501, "3F000")


def unknown_table(name: str) -> SqlError:
    """Build ERR_BAD_TABLE_ERROR."""
    return SqlError(f"Unknown table '{name}'", 5502, "42602")


def no_database() -> SqlError:
    """Build ERR_NO_DB_ERROR."""
    return SqlError("No database selected", 1046, "3D000")


def access_denied(user: str, *, with_password: bool) -> SqlError:
    """Build ERR_AUTHENTICATION_FAIL (AuthenticationHandler.java, authenticate)."""
    used = "YES" if with_password else "NO"
    return SqlError(f"Access denied for user '{user}' (using password: {used})", 1045, "28000")


def bad_table_state() -> SqlError:
    """Build ERR_BAD_TABLE_STATE of a query on a table under restore (QueryAnalyzer.java, resolveTable)."""
    return framed(SqlError("Table state is not NORMAL: 'RESTORING'", 5014, "HY000"))
