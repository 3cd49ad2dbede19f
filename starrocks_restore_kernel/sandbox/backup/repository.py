"""A repository: the layout on the storage, with checksums in the file names (Repository.java)."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..clock import time_text
from .snapshot_info import BackupMeta, SnapshotInfo

if TYPE_CHECKING:
    from .snapshot_info import SavedPartition

__all__ = ["Repository", "RepositoryEntry", "StorageError", "download_files", "storage_path", "upload_file"]

_MD5_LENGTH = 32


class StorageError(Exception):
    """What a storage could not do, in the words of Repository.java."""


def storage_path(folder: Path, location: str) -> Path:
    """Find the directory that stands for a location.

    ``file:///path`` and plain paths are themselves; any other scheme is a folder of the sandbox,
    ``<folder>/objects/<scheme>/<bucket>/<path>``, so that a tutorial can say ``s3://``.

    Examples
    --------
    >>> storage_path(Path("/tmp/box"), "s3://bucket/backups").as_posix()
    '/tmp/box/objects/s3/bucket/backups'
    """
    parts = urlsplit(location)
    if parts.scheme in ("", "file"):
        return Path(parts.path)
    inside = [part for part in (parts.netloc, *parts.path.split("/")) if part not in ("", ".", "..")]
    return folder.joinpath("objects", parts.scheme, *inside)


@dataclass(frozen=True, slots=True)
class RepositoryEntry:
    """A repository as it is written down."""

    id: int
    name: str
    location: str
    read_only: bool
    create_time: float


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository as the frontend knows it; ``root`` is where its location lies on this machine."""

    id: int
    name: str
    location: str
    read_only: bool
    create_time: float
    root: Path

    @classmethod
    def initialized(
        cls, id_: int, name: str, location: str, *, read_only: bool, create_time: float, root: Path
    ) -> Repository:
        """Read the ``__repo_info`` that is there, or write one, even where the repository is read only.

        The name on the storage wins over the statement's (Repository.java, initRepositoryInternal).

        Raises
        ------
        StorageError
            If the file is damaged, or the storage cannot be written.
        """
        path = root / f"__starrocks_repository_{name}" / "__repo_info"
        try:
            if path.is_file():
                found = json.loads(path.read_text(encoding="utf-8"))
                return cls(id_, found["name"], location, read_only, _seconds(found["create_time"]), root)
            if path.exists():
                raise StorageError("the existing repo info is not a file")
            path.parent.mkdir(parents=True, exist_ok=True)
            content = {"name": name, "create_time": time_text(create_time)}
            path.write_text(json.dumps(content), encoding="utf-8")
        except (OSError, ValueError, KeyError) as error:
            raise StorageError(f"failed to read repo info file: {error}") from error
        return cls(id_, name, location, read_only, create_time, root)

    @classmethod
    def known(cls, entry: RepositoryEntry, folder: Path) -> Repository:
        """Make one again that was written down; the storage is not asked."""
        root = storage_path(folder, entry.location)
        return cls(entry.id, entry.name, entry.location, entry.read_only, entry.create_time, root)

    @property
    def entry(self) -> RepositoryEntry:
        """What is written down of it."""
        return RepositoryEntry(self.id, self.name, self.location, self.read_only, self.create_time)

    @property
    def directory(self) -> Path:
        """The repository's own directory."""
        return self.root / f"__starrocks_repository_{self.name}"

    def remote(self, label: str, file: str) -> str:
        """Write a file's path as messages do."""
        return f"{self.location}/__starrocks_repository_{self.name}/__ss_{label}/{file}"

    def ping(self) -> str | None:
        """Tell what is wrong with the storage, or None (Repository.java, ping)."""
        return None if self.directory.is_dir() else f"path does not exist: {self.location}"

    def snapshots(self) -> list[str]:
        """List the labels; every label that has a directory counts, complete or not."""
        try:
            names = sorted(each.name for each in self.directory.iterdir() if each.is_dir())
        except OSError:
            return []
        return [name.removeprefix("__ss_") for name in names if name.startswith("__ss_")]

    def _matching(self, label: str, pattern: str) -> list[Path]:
        # Hadoop's globStatus reads a label and a timestamp as patterns, and so do we.
        found = []
        for name in self.snapshots():
            if fnmatchcase(name, label):
                folder = self.directory / f"__ss_{name}"
                found += sorted(each for each in folder.iterdir() if fnmatchcase(each.name, pattern))
        return found

    def timestamps(self, label: str) -> list[str]:
        """List a label's timestamps; a file without a checksum is shown as invalid."""
        found = []
        for path in self._matching(label, "__info_*"):
            name, dot, digest = path.name.rpartition(".")
            complete = bool(dot) and len(digest) == _MD5_LENGTH
            found.append(name.removeprefix("__info_") if complete else f"Invalid: {path.name}")
        return found

    def download(self, label: str, file: str) -> bytes:
        """Fetch one of the frontend's own files and verify its checksum (Repository.java, download).

        Raises
        ------
        StorageError
            In the server's words.
        """
        remote = self.remote(label, file)
        found = self._matching(label, f"{file}*")
        if len(found) != 1:
            raise StorageError(f"Expected one file with path: {remote}. get: {len(found)}")
        path = found[0]
        if not path.is_file():
            raise StorageError(f"Expected file with path: {remote}. but get dir")
        name, dot, digest = path.name.rpartition(".")
        if not dot or len(digest) != _MD5_LENGTH:
            raise StorageError(f"file name should contains checksum: {self.remote(label, path.name)}")
        if not remote.endswith(name):
            raise StorageError(f"File does not exist: {remote}")
        content = path.read_bytes()
        local = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if local != digest:
            raise StorageError(f"md5sum does not equal. local: {local}, remote: {digest}")
        return content

    def info(self, label: str, timestamp: str) -> SnapshotInfo:
        """Read the ``__info`` of one backup."""
        return SnapshotInfo.read(self.download(label, f"__info_{timestamp}"))

    def meta(self, label: str) -> BackupMeta:
        """Read the ``__meta`` of a label."""
        return BackupMeta.read(self.download(label, "__meta"))

    def upload(self, label: str, file: str, content: bytes) -> None:
        """Write one of the frontend's own files: first as ``.part``, then under its checksum."""
        folder = self.directory / f"__ss_{label}"
        folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        part = folder / f"{file}.part"
        part.write_bytes(content)
        part.replace(folder / f"{file}.{digest}")

    def tablet(self, label: str, database_id: int, table_id: int, partition: SavedPartition, tablet: int) -> Path:
        """Find a tablet's directory."""
        return (
            self.directory
            / f"__ss_{label}"
            / "__ss_content"
            / f"__db_{database_id}"
            / f"__tbl_{table_id}"
            / f"__part_{partition.physical_id}"
            / f"__idx_{partition.index_id}"
            / f"__{tablet}"
        )


def _seconds(text: str) -> float:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise StorageError(f"failed to parse create time of repository: {text}") from None


def upload_file(source: Path, folder: Path, name: str) -> None:
    """Move a backend's file into a tablet's directory, its checksum in its name (snapshot_loader.cpp, upload)."""
    folder.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as stream:
        digest = hashlib.file_digest(stream, "md5").hexdigest()
    shutil.move(source, folder / f"{name}.{digest}")


def download_files(folder: Path, target: Path) -> Path:
    """Copy a tablet's one data file out of the repository and verify it (snapshot_loader.cpp, download).

    Raises
    ------
    StorageError
        If it is missing or damaged.
    """
    names = sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []
    if not names:
        raise StorageError(f"fail to list folder: {folder}")
    name, _, digest = names[0].rpartition(".")
    target.mkdir(parents=True, exist_ok=True)
    path = target / name
    shutil.copyfile(folder / names[0], path)
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "md5").hexdigest()
    if found != digest:
        raise StorageError(f"invalid md5 of downloaded file: {path}, expected: {digest}, get: {found}")
    return path
