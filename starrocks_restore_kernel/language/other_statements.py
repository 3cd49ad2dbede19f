"""Telling statements of other kinds from ours, and from ours with a slip, by how they begin.

A sample of the server's grammar, for the slips that people make around this family: no more of it is read here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .lexer import Token, TokenKind

__all__ = ["SECOND_WORDS", "begins_other", "read_before_stopping"]

SECOND_WORDS = {
    "RESTORE": ("SNAPSHOT",),
    "BACKUP": ("SNAPSHOT", "DATABASE", "EXTERNAL", "ALL"),
    "SHOW": ("RESTORE", "BACKUP", "SNAPSHOT", "REPOSITORIES"),
    "CREATE": ("REPOSITORY", "READ"),
    "DROP": ("REPOSITORY", "SNAPSHOT"),
    "CANCEL": ("RESTORE", "BACKUP"),
}

_FAMILY = frozenset({"RESTORE", "BACKUP", "SNAPSHOT", "SNAPSHOTS", "REPOSITORY", "REPOSITORIES", "CANCEL"})
_OTHER_VERBS = frozenset(
    "SELECT INSERT UPDATE DELETE TRUNCATE SET UNSET GRANT REVOKE ANALYZE KILL LOAD REFRESH SUBMIT RECOVER EXPORT PAUSE "
    "RESUME STOP EXECUTE PREPARE DEALLOCATE BEGIN START COMMIT ROLLBACK CALL SYNC TRACE".split()
)
# Second words of other statements behind first words that we share with them (the statement rules of StarRocks.g4).
_SHARED = {
    "SHOW": frozenset(
        "ALTER ANALYZE AUTHENTICATION BACKEND BACKENDS BASELINE BROKER BUILTIN CATALOGS CHARACTER CHARSET COLLATION "
        "COLUMNS COMPUTE DATA DATABASES DELETE DICTIONARY DYNAMIC ENGINES ERRORS EVENTS EXPORT FAILPOINTS FIELDS FILE "
        "FRONTENDS FUNCTION FUNCTIONS GRANTS HISTOGRAM INDEX INDEXES KEY KEYS LOAD MATERIALIZED META NODES OPEN "
        "PARTITIONS PIPES PLUGINS PRIVILEGES PROC PROCEDURE PROCESSLIST PROFILELIST PROPERTY RESOURCE RESOURCES ROLES "
        "ROUTINE RUNNING SCHEMAS SECURITY SMALLFILES SQLBLACKLIST STATS STATUS STORAGE STREAM TABLE TABLES TABLET "
        "TABLETS TASKS TEMPORARY TRANSACTION TRIGGERS USER USERS VARIABLES VIEWS WAREHOUSES WARNINGS WHITELIST".split()
    ),
    "CREATE": frozenset(
        "AGGREGATE ANALYZE BASELINE CATALOG DATABASE DICTIONARY FILE FUNCTION GLOBAL INDEX MASKING MATERIALIZED PIPE "
        "RESOURCE ROLE ROUTINE ROW SCHEMA SECURITY STORAGE TABLE TEMPORARY USER VIEW WAREHOUSE".split()
    ),
    "DROP": frozenset(
        "ANALYZE BASELINE CATALOG DATABASE DICTIONARY FILE FUNCTION GLOBAL HISTOGRAM INDEX MATERIALIZED PIPE RESOURCE "
        "ROLE SCHEMA SECURITY STATS STORAGE TABLE TASK TEMPORARY USER VIEW WAREHOUSE".split()
    ),
    "CANCEL": frozenset("ALTER COMPACTION DECOMMISSION EXPORT LOAD REFRESH".split()),
}
_EXPLAINED = frozenset("SELECT WITH INSERT UPDATE DELETE ANALYZE VERBOSE LOGICAL COSTS SCHEDULER (".split())
_QUERY = frozenset({"SELECT", "WITH"})
# How statements of other kinds begin: the server reads these before it stops at the next token.
_NAME = "a name"
_BEGINNINGS = (
    ("CREATE", "OR", "REPLACE"),
    ("CREATE", "EXTERNAL"),
    ("SHOW", "CREATE"),
    ("SHOW", "FULL"),
    ("SHOW", "GLOBAL"),
    ("SHOW", "SESSION"),
    ("DESC", _NAME),
    ("DESCRIBE", _NAME),
    ("USE", _NAME),
    ("WITH", _NAME),
    ("EXPLAIN",),
    ("DESC",),
    ("DESCRIBE",),
    ("USE",),
    ("WITH",),
    ("ALTER",),
    ("ADMIN",),
    ("(",),
)

IsName = Callable[[Token], bool]


def begins_other(tokens: Sequence[Token], is_name: IsName) -> bool:
    """Whether a statement of another kind begins with these tokens (four at most), and not one of ours with a slip."""
    words = [token.word for token in tokens] + [""] * (4 - len(tokens))
    first, second, third, fourth = words
    match first:
        case "SHOW" if second in {"FULL", "CREATE", "GLOBAL", "SESSION"}:
            return bool(third) and third not in _FAMILY
        case "CREATE" if (second, third) == ("OR", "REPLACE"):
            return bool(fourth) and fourth not in _FAMILY
        case "CREATE" if second == "EXTERNAL":
            return third in {"CATALOG", "TABLE", "RESOURCE"}
        case "SHOW" | "CREATE" | "DROP" | "CANCEL":
            return second in _SHARED[first]
        case "EXPLAIN":
            return second in _EXPLAINED
        case "DESC" | "DESCRIBE":
            return second in _EXPLAINED or _name_and_end(tokens, is_name)
        case "USE":
            return _name_and_end(tokens, is_name)
        case "WITH":
            return third in {"AS", "("}
        case "ALTER" | "ADMIN":
            return second not in _FAMILY
        case "(":
            return second in _QUERY
    return first in _OTHER_VERBS


def _name_and_end(tokens: Sequence[Token], is_name: IsName) -> bool:
    """A name, perhaps dotted or a string, and nothing behind it."""
    if len(tokens) < 3 or not (is_name(tokens[1]) or tokens[1].kind is TokenKind.STRING):
        return False
    return tokens[2].word in {";", "."} or tokens[2].kind in {TokenKind.END, TokenKind.DOT_NAME}


def read_before_stopping(tokens: Sequence[Token], is_name: IsName) -> int:
    """How many tokens the server reads as the beginning of another kind of statement before it stops."""
    for beginning in _BEGINNINGS:
        if len(tokens) > len(beginning) and all(
            is_name(token) if word == _NAME else token.word == word
            for word, token in zip(beginning, tokens, strict=False)
        ):
            return len(beginning)
    return 0
