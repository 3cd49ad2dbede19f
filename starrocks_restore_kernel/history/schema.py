"""The tables, as they are in the newest layout, and what is written into their columns.

Imports SQLAlchemy, so that nothing may import this at its own import.
"""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from ..cluster import JobState
from ..errors import RestoreError
from .queue_records import ItemState
from .records import EventKind, Outcome

__all__ = ["detail", "event", "job", "metadata", "queue_item", "sample", "submission"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_WORTH_IT = 256
"""Bytes from which compressing pays."""
_NAME = 300
"""The most characters of a name: StarRocks takes 256, a cluster is host:port, and two fit into an index of InnoDB."""
_DIGEST = 32
"""Hexadecimal digits."""


class Moment(sa.types.TypeDecorator[datetime]):
    """A time as microseconds since 1970 in UTC: small, exact, and the same in each database and time zone."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:  # noqa: ARG002
        """To the database."""
        return None if value is None else (value.astimezone(UTC) - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """From the database."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class Words(sa.types.TypeDecorator[str]):
    """A text; a NUL in it, which PostgreSQL takes nowhere, becomes the character for what cannot be shown.

    Parameters
    ----------
    length
        The most characters, where it is to be indexed; 0 for as long as it comes.
    """

    impl = sa.Text
    cache_ok = True

    def __init__(self, length: int = 0) -> None:
        super().__init__()
        self.length = length

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002
        """To the database."""
        return value if value is None or "\0" not in value else value.replace("\0", "\ufffd")

    def load_dialect_impl(self, dialect: Any) -> Any:
        """What MySQL calls TEXT ends at 64 KB."""
        if self.length:
            return dialect.type_descriptor(sa.String(self.length))
        return dialect.type_descriptor(mysql.LONGTEXT() if dialect.name in {"mysql", "mariadb"} else sa.Text())


class Packed(sa.types.TypeDecorator[Any]):
    """What JSON can hold, compressed where it is long; no JSON begins with the x that zlib begins with."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:  # noqa: ARG002
        """To the database."""
        if value is None:
            return None
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return plain if len(plain) < _WORTH_IT else zlib.compress(plain)

    def process_result_value(self, value: bytes | None, dialect: Any) -> Any:  # noqa: ARG002
        """From the database."""
        if value is None:
            return None
        return json.loads(zlib.decompress(value) if value[:1] == b"x" else value)

    def load_dialect_impl(self, dialect: Any) -> Any:
        """What MySQL calls BLOB ends at 64 KB."""
        return dialect.type_descriptor(mysql.LONGBLOB() if dialect.name in {"mysql", "mariadb"} else sa.LargeBinary())


class Word(sa.types.TypeDecorator[Any]):
    """A member of an enumeration, by its value; plain text in the database, where members may be added."""

    impl = sa.String(16)
    cache_ok = True

    def __init__(self, kind: type[Enum]) -> None:
        super().__init__(16)
        self.kind = kind

    def process_bind_param(self, value: Enum | None, dialect: Any) -> Any:  # noqa: ARG002
        """To the database."""
        return None if value is None else value.value

    def process_result_value(self, value: Any, dialect: Any) -> Any:  # noqa: ARG002
        """From the database."""
        try:
            return None if value is None else self.kind(value)
        except ValueError:
            raise RestoreError(
                f"the history speaks of {value!r}, which this release does not know",
                hint="pip install --upgrade starrocks-restore-kernel",
            ) from None


metadata = sa.MetaData()


def _table(name: str, *parts: sa.schema.SchemaItem, rowid: bool = True) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        *parts,
        sqlite_with_rowid=rowid,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        # Names differ by case and accents.
        mysql_collate="utf8mb4_bin",
    )


def _column(name: str, kind: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, **{"nullable": False} | options)


_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite numbers rows by itself in an INTEGER alone."""

job = _table(
    "job",
    _column("id", _ID, primary_key=True),
    # A digest of cluster, database, label, timestamp and created: in no database equal by a collation, nor too long.
    _column("identity", sa.String(_DIGEST), unique=True),
    _column("cluster", Words(_NAME)),
    _column("database", Words(_NAME)),
    _column("label", Words()),
    _column("timestamp", Words()),
    _column("created", Words(), nullable=True),
    _column("job_id", sa.BigInteger),
    _column("state", sa.String(16)),
    _column("status", Words()),
    _column("finished", Words(), nullable=True),
    _column("first_seen", Moment),
    _column("last_seen", Moment),
    # When its timeout has passed for certain, though nobody saw its end.
    _column("over", Moment),
    _column("samples", sa.Integer),
    _column("peak_tasks", sa.Integer),
    # How many rows of `sample` and of `detail` it has: the next ones' numbers.
    _column("rows", sa.Integer),
    _column("details", sa.Integer),
    # The newest sample: its number, and a digest of what is kept of it.
    _column("newest", sa.Integer),
    _column("newest_digest", sa.String(_DIGEST)),
    sa.Index("job_of_cluster", "cluster", "last_seen"),
    sa.Index("job_of_database", "cluster", "database"),
)
"""A row a job, with all that a list of jobs shows."""


def _job() -> sa.Column[Any]:
    return sa.Column("job", _ID, sa.ForeignKey("job.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)


detail = _table(
    "detail",
    _job(),
    _column("number", sa.Integer, primary_key=True, autoincrement=False),
    _column("digest", sa.String(_DIGEST)),
    _column("body", Packed),
)
"""The texts of samples, once for all samples of a job that share them."""

sample = _table(
    "sample",
    _job(),
    _column("number", sa.Integer, primary_key=True, autoincrement=False),
    _column("read_at", Moment),
    _column("until", Moment),
    _column("looks", sa.Integer),
    _column("job_id", sa.BigInteger),
    _column("state", Word(JobState)),
    _column("pending_tasks", sa.Integer),
    _column("detail", sa.Integer),
    _column("lists", Packed, nullable=True),
    # A job's samples lie side by side, and the key is the table.
    rowid=False,
)
"""What differs from look to look; equal looks in a row are one, from `read_at` to `until`."""

event = _table(
    "event",
    _column("id", _ID, primary_key=True),
    _column("at", Moment),
    _column("kind", Word(EventKind)),
    _column("cluster", Words(_NAME)),
    _column("database", Words(_NAME)),
    _column("label", Words()),
    _column("timestamp", Words()),
    _column("text", Words()),
    _column("submission", Words(_NAME), nullable=True),
    _column("who", Words()),
    _column("where", Words()),
    _column("data", Packed),
    sa.Index("event_of_cluster", "cluster", "at"),
    sa.Index("event_of_submission", "submission"),
)

submission = _table(
    "submission",
    _column("id", Words(_NAME), primary_key=True),
    _column("at", Moment),
    _column("cluster", Words(_NAME)),
    _column("database", Words(_NAME)),
    _column("repository", Words()),
    _column("label", Words()),
    _column("timestamp", Words()),
    _column("statement", Words()),
    _column("fingerprint", Words(_NAME)),
    _column("who", Words()),
    _column("where", Words()),
    _column("before", Packed, nullable=True),
    _column("outcome", Word(Outcome)),
    _column("job_id", sa.BigInteger),
    _column("created", Words(), nullable=True),
    # That of the job, once it was seen.
    _column("identity", sa.String(_DIGEST), nullable=True, index=True),
    _column("verdict", Packed, nullable=True),
    _column("expected", Packed, nullable=True),
    sa.Index("submission_of_cluster", "cluster", "at"),
    sa.Index("submission_of_fingerprint", "fingerprint"),
)

queue_item = _table(
    "queue_item",
    _column("name", Words(_NAME), primary_key=True),
    _column("id", Words(_NAME), primary_key=True),
    _column("position", sa.Integer),
    _column("database", Words(_NAME)),
    _column("statement", Words()),
    _column("yes", Words(_DIGEST)),
    _column("after", Packed),
    _column("state", Word(ItemState)),
    _column("submission", Words(_NAME), nullable=True),
    _column("claimed_by", Words()),
    _column("claimed_at", Moment, nullable=True),
    _column("note", Words()),
)
