"""What a backend does with a repository: a tablet's files up and down again (snapshot_loader.cpp)."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from .storage import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .storage import Storage

__all__ = ["TabletFolder", "download_files", "upload_file"]

# config.h, download_buffer_size
_BUFFER = 4 << 20


@dataclass(frozen=True, slots=True)
class TabletFolder:
    """A tablet's directory in a repository."""

    storage: Storage
    path: str

    def __str__(self) -> str:
        return self.storage.url(self.path)


def upload_file(source: Path, folder: TabletFolder, name: str) -> None:
    """Move a backend's file into a tablet's directory, its checksum in its name (snapshot_loader.cpp, upload).

    It is written as ``<name>.part`` and renamed, so that a file with a checksum is whole. (A backend that writes to S3
    leaves the first step out.)

    Raises
    ------
    StorageError
        In the words of the storage's client.
    """
    part = f"{folder.path}/{name}.part"
    with _failing(folder.storage), source.open("rb") as stream, folder.storage.writing(part) as copy:
        digest = _copy(stream, copy)
    whole = f"{folder.path}/{name}.{digest}"
    renaming = f"Fail to rename file: {folder.storage.url(part)} to: {folder.storage.url(whole)} msg:"
    with _failing(folder.storage, renaming):
        folder.storage.rename(part, whole)
    source.unlink()


def download_files(folder: TabletFolder, target: Path) -> Path:
    """Copy a tablet's one data file out of the repository and verify it (snapshot_loader.cpp, download).

    Raises
    ------
    StorageError
        If it is missing or damaged, or the storage does not answer.
    """
    with _failing(folder.storage):
        names = [each.name for each in folder.storage.entries(folder.path) if each.is_file]
    # A file without a checksum in its name is not seen; of equal names the first counts.
    found = [(name, digest) for name, _, digest in (each.rpartition(".") for each in names) if name and digest]
    if not found:
        raise StorageError(f"get nothing from remote path: {folder}")
    name, expected = found[0]
    target.mkdir(parents=True, exist_ok=True)
    path = target / name
    with (
        _failing(folder.storage),
        folder.storage.reading(f"{folder.path}/{name}.{expected}") as stream,
        path.open("wb") as copy,
    ):
        digest = _copy(stream, copy)
    if digest != expected:
        raise StorageError(f"invalid md5 of downloaded file: {path}, expected: {expected}, get: {digest}")
    return path


def _copy(source: IO[bytes], target: IO[bytes]) -> str:
    """Copy piece by piece, since a tablet may be larger than the memory; the checksum."""
    digest = hashlib.md5(usedforsecurity=False)
    while piece := source.read(_BUFFER):
        digest.update(piece)
        target.write(piece)
    return digest.hexdigest()


@contextmanager
def _failing(storage: Storage, frame: str = "") -> Iterator[None]:
    try:
        yield
    except StorageError:
        raise
    except Exception as error:
        # A backend hands on the text of its filesystem, whichever that is.
        raise StorageError(frame + storage.plain(error)) from error
