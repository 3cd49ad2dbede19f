"""All texts that a client of the RESTORE family can read, by group, in the order of the server's checks."""

from __future__ import annotations

from sandbox.texts_of_analysis import ANALYZER
from sandbox.texts_of_backups import BACKUP_JOB
from sandbox.texts_of_compatibility import COMPATIBILITY
from sandbox.texts_of_jobs import RESTORE_JOB, TASKS
from sandbox.texts_of_outage import UNDER_RESTORE
from sandbox.texts_of_parsing import BUILDER, PARSER
from sandbox.texts_of_repositories import CANCEL, REPOSITORIES
from sandbox.texts_of_rights import PRIVILEGES
from sandbox.texts_of_submit import HANDLER

__all__ = ["GROUPS"]

GROUPS = {
    "The parser": PARSER,
    "The AST builder": BUILDER,
    "The analyzer": ANALYZER,
    "The authorizer": PRIVILEGES,
    "The backup handler": HANDLER,
    "Cancelling": CANCEL,
    "Repositories and what is shown of them": REPOSITORIES,
    "A table under restore": UNDER_RESTORE,
    "A restore job": RESTORE_JOB,
    "A restore over a table that is there": COMPATIBILITY,
    "A backup job": BACKUP_JOB,
    "Tasks": TASKS,
}
"""All rows, under the headings of docs/sandbox_texts.md."""
