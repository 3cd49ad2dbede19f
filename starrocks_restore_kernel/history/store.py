"""Every sample of every job, in a database outside the cluster.

SHOW RESTORE keeps one job a database, and forgets it; this does not. A SQLite file in the user's data folder unless
``STARROCKS_RESTORE_HISTORY`` names another database.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..cluster import JobSample, JobState
from ..errors import RestoreError

if TYPE_CHECKING:
    from sqlalchemy import Engine, Table

__all__ = ["History", "history_url"]

_TEXT = [each.name for each in fields(JobSample) if each.name not in {"read_at", "job_id", "state", "pending_tasks"}]


def history_url(environ: Mapping[str, str] | None = None) -> str:
    """Where samples are kept, as a SQLAlchemy URL; a plain path is a SQLite file."""
    environ = os.environ if environ is None else environ
    named = environ.get("STARROCKS_RESTORE_HISTORY")
    if named:
        return named if "://" in named else f"sqlite:///{Path(named).expanduser()}"
    import platformdirs

    folder = Path(platformdirs.user_data_dir("starrocks-restore", ensure_exists=True))
    return f"sqlite:///{folder / 'history.sqlite'}"


class History:
    """The samples kept so far.

    Parameters
    ----------
    url
        A SQLAlchemy URL; tables are made on first use.
    """

    def __init__(self, url: str) -> None:
        import sqlalchemy as sa

        columns: list[Any] = [
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("cluster", sa.String(255), nullable=False, index=True),
            sa.Column("read_at", sa.DateTime(), nullable=False),
            sa.Column("job_id", sa.BigInteger, nullable=False),
            sa.Column("state", sa.String(16), nullable=False),
            sa.Column("pending_tasks", sa.Integer, nullable=False),
            *(sa.Column(name, sa.Text) for name in _TEXT),
        ]
        self._samples: Table = sa.Table("sample", sa.MetaData(), *columns)
        self._engine: Engine = sa.create_engine(url)
        self._made = False

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def keep(self, cluster: str, sample: JobSample) -> None:
        """Remember a sample of a cluster, named by its address without the password.

        Raises
        ------
        RestoreError
            If it cannot be written.
        """
        values = {each.name: getattr(sample, each.name) for each in fields(sample)}
        values |= {
            "cluster": cluster,
            "state": sample.state.value,
            "read_at": sample.read_at.astimezone(UTC).replace(tzinfo=None),
        }
        with _Storing(), self._begin() as connection:
            connection.execute(self._samples.insert().values(values))

    def samples(self, cluster: str | None = None, *, last: int | None = None) -> tuple[JobSample, ...]:
        """What is remembered, oldest first; of one cluster, or of all; of these the ``last`` ones."""
        import sqlalchemy as sa

        query = sa.select(self._samples).order_by(self._samples.c.id.desc())
        if cluster is not None:
            query = query.where(self._samples.c.cluster == cluster)
        if last is not None:
            query = query.limit(last)
        with _Storing(), self._begin() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(_sample(row) for row in reversed(rows))

    def _begin(self) -> Any:
        if not self._made:
            self._samples.metadata.create_all(self._engine)
            self._made = True
        return self._engine.begin()


class _Storing:
    """Turns what the database says into an error of ours."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from sqlalchemy.exc import SQLAlchemyError

        if isinstance(error, SQLAlchemyError):
            reason = str(getattr(error, "orig", None) or error).split("\n", 1)[0]
            hint = "STARROCKS_RESTORE_HISTORY names another place for it"
            raise RestoreError(f"the history cannot be used: {reason}", hint=hint) from error


def _sample(row: Mapping[Any, Any]) -> JobSample:
    values = {each.name: row[each.name] for each in fields(JobSample)}
    read_at: datetime = values["read_at"]
    values |= {"state": JobState(values["state"]), "read_at": read_at.replace(tzinfo=UTC)}
    return JobSample(**values)
