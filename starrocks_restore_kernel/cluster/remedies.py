"""What helps against a text of the server's, where it is known."""

from __future__ import annotations

__all__ = ["remedy"]

# A fragment of the message (from BackupHandler.java, the analyzers and ErrorCode.java), and what to do.
_REMEDIES = (
    ("Getting syntax error", "check the statement: it may be written for another version of the server"),
    ("repository with same name already exist", "choose another name, or use the one that is there"),
    ("epository", "SHOW REPOSITORIES lists those there are; names are case-sensitive"),
    ("Maybe specified wrong backup timestamp", "copy label and timestamp from SHOW SNAPSHOT, to the last digit"),
    ("already exist in repository", "choose another label: a snapshot is never overwritten"),
    ("Can only run one backup or restore job", "wait for the running job (SHOW BACKUP, SHOW RESTORE), or cancel it"),
    ("Another backup or restore job is being submitted", "try again in a moment"),
    ("Unknown database", "SHOW DATABASES lists those there are; names are case-sensitive"),
    ("Unknown table", "SHOW TABLES lists those there are; names are case-sensitive"),
    ("Table state is not NORMAL", "the table is being restored: wait for the job to end"),
    ("Access denied", "ask for the privilege, or activate a role that has it: SET ROLE ALL"),
)


def remedy(message: str) -> str | None:
    """What to do about an error text; None where nothing certain can be said.

    Examples
    --------
    >>> remedy("Unknown database 'shop2'")
    'SHOW DATABASES lists those there are; names are case-sensitive'
    """
    return next((help_text for fragment, help_text in _REMEDIES if fragment in message), None)
