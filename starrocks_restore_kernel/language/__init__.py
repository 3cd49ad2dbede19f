"""Text to statement and back. Standard library only."""

from .check import check
from .completion import Completion, Names, complete
from .diagnostics import Diagnostic, Fix, apply_fixes, render
from .formatting import format_script
from .quoting import quote_name, quote_string
from .reading import begins_statement, parse, parse_script
from .versions import NEWEST, RELEASES

__all__ = [
    "NEWEST",
    "RELEASES",
    "Completion",
    "Diagnostic",
    "Fix",
    "Names",
    "apply_fixes",
    "begins_statement",
    "check",
    "complete",
    "format_script",
    "parse",
    "parse_script",
    "quote_name",
    "quote_string",
    "render",
]
