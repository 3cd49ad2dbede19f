"""CREATE and DROP REPOSITORY (BackupHandler.java; RepositoryMgr.java)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.journal import Entry
from ..server_errors import common, framed
from .repository import Repository, StorageError, storage_path

if TYPE_CHECKING:
    from ...language.statements import CreateRepository
    from ..frontend import Frontend

__all__ = ["create_repository", "drop_repository"]


def create_repository(frontend: Frontend, statement: CreateRepository) -> None:
    """Do CREATE REPOSITORY (BackupHandler.java, createRepository; RepositoryMgr.java, addAndInitRepoIfNotExist)."""
    if statement.broker:
        raise framed(common(f"failed to get address of broker {statement.broker}"))
    if statement.name in frontend.repositories:
        raise common(f"Failed to create repository: repository with same name already exist: {statement.name}")
    try:
        repository = Repository.initialized(
            frontend.next_id(),
            statement.name,
            statement.location,
            read_only=statement.read_only,
            create_time=frontend.clock.now(),
            root=storage_path(frontend.folder, statement.location),
        )
    except StorageError as error:
        raise common(f"Failed to create repository: {error}") from error
    frontend.repositories[repository.name] = repository
    frontend.journal.save(Entry.REPOSITORY, repository.name, repository.entry)


def drop_repository(frontend: Frontend, name: str) -> None:
    """Do DROP REPOSITORY: the storage is left as it is."""
    repository = frontend.repositories.get(name)
    if repository is None:
        # RepositoryAnalyzer.java, visitDropRepositoryStatement
        raise framed(common("Repository does not exist"))
    if any(not job.done and job.head.repository_id == repository.id for job in frontend.jobs.values()):
        raise common("Backup or restore job is running on this repository. Can not drop it")
    del frontend.repositories[name]
    frontend.journal.forget(Entry.REPOSITORY, name)
