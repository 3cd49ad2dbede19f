"""Keeping credentials out of what is shown: CREATE REPOSITORY carries them in its properties."""

from __future__ import annotations

import re
from dataclasses import replace

from .statements import CreateRepository, Statement

__all__ = ["redact"]

# Keys of the storage clients (aws.s3.secret_key, fs.oss.accessKeySecret, kerberos_keytab_content, password, …).
_SECRET = re.compile(
    r"secret|password|token|access_?key|account_?key|shared_?key|sas|credential|keytab|private", re.IGNORECASE
)
_HIDDEN = "******"


def redact(statement: Statement) -> Statement:
    """The statement with the values of secret properties hidden; for showing, never for sending.

    Examples
    --------
    >>> from starrocks_restore_kernel.language import parse
    >>> sql = 'CREATE REPOSITORY r WITH BROKER ON LOCATION "s3://b" PROPERTIES ("aws.s3.secret_key" = "x")'
    >>> print(redact(parse(sql)).sql(pretty=False))
    CREATE REPOSITORY r WITH BROKER ON LOCATION "s3://b" PROPERTIES ("aws.s3.secret_key" = "******")
    """
    if not isinstance(statement, CreateRepository) or statement.properties is None:
        return statement
    hidden = tuple(replace(each, value=_HIDDEN) if _SECRET.search(each.key) else each for each in statement.properties)
    return replace(statement, properties=hidden)
