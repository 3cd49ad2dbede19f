"""What the backends do for a restore job, a tablet at a time (snapshot_loader.cpp; agent_task.cpp)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from ..faults import FaultKind
from .repository import StorageError, download_files
from .tasks import TaskError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..frontend import Frontend
    from .restore_entry import ReplicaFile
    from .restore_job import RestoreJob

__all__ = ["download_step", "full_disk", "local_file", "move_step", "snapshot_step"]


def full_disk(frontend: Frontend, backends: set[int]) -> str | None:
    """Name the first disk that is too full (SystemInfoService.java, checkExceedDiskCapacityLimit)."""
    percent = int(frontend.config["storage_usage_hard_limit_percent"]) / 100
    reserve = int(frontend.config["storage_usage_hard_limit_reserve_bytes"])
    for backend in frontend.backends.all:
        for disk in backend.disks if backend.id in backends else ():
            if disk.total - disk.used < reserve and disk.used / disk.total > percent:
                return f"disk {disk.path_hash} on backend {backend.id} exceed limit usage"
    return None


def snapshot_step(job: RestoreJob, each: ReplicaFile) -> Callable[[], None]:
    """Link the files that the tablet has, of which there is nothing to see here."""
    return lambda: job.strike(FaultKind.SNAPSHOT_FAILS, each.backend, "make snapshot failed")


def local_file(job: RestoreJob, each: ReplicaFile) -> Path:
    """Where the backends keep a downloaded tablet; its replicas share it here."""
    return job.local_folder / f"{each.tablet}.parquet"


def download_step(job: RestoreJob, each: ReplicaFile) -> Callable[[], None]:
    """Fetch a tablet and verify it; a file that is there already is not fetched again."""

    def download() -> None:
        job.strike(FaultKind.DOWNLOAD_FAILS, each.backend, f"failed to download tablet {each.tablet}")
        local = local_file(job, each)
        if local.exists() or job.repository is None:
            return
        info, saved = job.info, job.saved(each)
        try:
            folder = job.repository.tablet(
                job.label, info.database_id, info.tables[each.origin].id, saved, saved.tablets[each.bucket]
            )
            fetched = download_files(folder, local.parent / f"{each.tablet}.part")
        except (OSError, StorageError) as error:
            raise TaskError(str(error)) from error
        text = f"invalid md5 of downloaded file: {fetched}, expected: {'0' * 32}, get: {'f' * 32}"
        job.strike(FaultKind.MD5_MISMATCH, each.backend, text)
        fetched.replace(local)

    return download


def move_step(job: RestoreJob, each: ReplicaFile) -> Callable[[], None]:
    """Put a downloaded tablet in the place of the old one; the table reads them when all have moved."""

    def move() -> None:
        job.strike(FaultKind.MOVE_FAILS, each.backend, f"failed to move tablet {each.tablet}")
        with job.frontend.lock:
            place = job.place(each)
            if place is None or each.tablet in job.moved:
                return
            job.moved.add(each.tablet)
        table, partition = place
        try:
            job.frontend.rows.stage(table.schema, partition, local_file(job, each))
        except duckdb.Error as error:
            job.moved.discard(each.tablet)
            raise TaskError(str(error)) from error

    return move
