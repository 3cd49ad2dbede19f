"""Creating, dropping and pinging repositories (BackupHandler.java, RepositoryMgr.java)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...language.statements import property_map
from ..model.journal import Entry
from ..server_errors import common, framed, internal
from .repository import Repository
from .storage import StorageError

if TYPE_CHECKING:
    from ...language.statements import CreateRepository
    from ..frontend import Frontend

__all__ = ["PING_PERIOD", "create_repository", "drop_repository", "ping_repositories"]

PING_PERIOD = 600
"""Seconds of the FE clock between two looks at all repositories (RepositoryMgr.java, constructor)."""


def create_repository(frontend: Frontend, statement: CreateRepository) -> None:
    """Do CREATE REPOSITORY (BackupHandler.java, createRepository; RepositoryMgr.java, addAndInitRepoIfNotExist).

    The frontend's lock is held for the memory alone, not while the storage is asked; so the caller must not hold it.
    """
    if statement.broker:
        # RepositoryAnalyzer.java, visitCreateRepositoryStatement: the sandbox has no broker.
        raise framed(common(f"failed to get address of broker {statement.broker}"))
    with frontend.lock:
        id_ = frontend.next_id()
        _require_new(frontend, statement.name)
    try:
        repository = Repository.initialized(
            id_,
            statement.name,
            statement.location,
            read_only=statement.read_only,
            create_time=frontend.clock.now(),
            folder=frontend.folder,
            faults=frontend.faults,
            properties=property_map(statement.properties),
            zone=frontend.zone,
        )
    except StorageError as error:
        raise common(f"Failed to create repository: {error}") from error
    except ValueError as error:
        raise internal(str(error)) from error
    with frontend.lock:
        _require_new(frontend, statement.name)
        frontend.repositories[repository.name] = repository
        frontend.journal.save(Entry.REPOSITORY, repository.name, repository.entry)


def _require_new(frontend: Frontend, name: str) -> None:
    if name in frontend.repositories:
        raise common(f"Failed to create repository: repository with same name already exist: {name}")


def drop_repository(frontend: Frontend, name: str) -> None:
    """Do DROP REPOSITORY: the storage is left as it is."""
    with frontend.lock:
        repository = frontend.repositories.get(name)
        if repository is None:
            # RepositoryAnalyzer.java, visitDropRepositoryStatement
            raise framed(common("Repository does not exist"))
        if any(not job.done and job.head.repository_id == repository.id for job in frontend.jobs.values()):
            raise common("Backup or restore job is running on this repository. Can not drop it")
        del frontend.repositories[name]
        frontend.journal.forget(Entry.REPOSITORY, name)


def ping_repositories(frontend: Frontend) -> None:
    """Look at every repository, if it is time to: a leader does when it begins, and every ten minutes after that.

    SHOW REPOSITORIES shows what the last look found. The caller must not hold the frontend's lock, since a storage may
    take its time (RepositoryMgr.java, runOneCycle).
    """
    now = frontend.clock.now()
    with frontend.lock:
        if now < frontend.next_ping:
            return
        frontend.next_ping = now + PING_PERIOD
        repositories = list(frontend.repositories.values())
    for each in repositories:
        each.ping(now, frontend.zone)
