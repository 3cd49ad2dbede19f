"""A repository: the layout on the storage, with checksums in the file names (Repository.java)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

import msgspec

from ..clock import time_text
from .blob_storage import BlobStorage, md5
from .java_json import decoded
from .snapshot_info import SnapshotInfo
from .snapshot_loader import TabletFolder, download_files, upload_file
from .snapshot_meta import BackupMeta
from .storage import Storage, StorageError, is_real

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..faults import Faults
    from .snapshot_info import SavedPartition

__all__ = ["Repository", "RepositoryEntry", "StorageError", "download_files", "upload_file"]

_MD5_LENGTH = 32
_PREFIX = "__starrocks_repository_"
_LEGACY_PREFIX = "__palo_repository_"
_INFO = "__info_"


class _RepoInfo(msgspec.Struct):
    # In the order of the server's map.
    create_time: str
    name: str


_REPO_INFO = msgspec.json.Decoder(_RepoInfo)


class _Absent(Exception):
    """No repository of the old prefix is there."""


@dataclass(frozen=True, slots=True)
class RepositoryEntry:
    """A repository as it is written down."""

    id: int
    name: str
    location: str
    read_only: bool
    create_time: float
    prefix: str = _PREFIX
    properties: dict[str, str] = field(default_factory=dict, repr=False)
    """Those that the storage needs, secrets among them, as a server writes them down too; else none."""


@dataclass(slots=True)
class Repository:
    """One repository as the frontend knows it."""

    id: int
    name: str
    location: str
    read_only: bool
    create_time: float
    storage: Storage = field(repr=False)
    prefix: str = _PREFIX
    error: str | None = None
    """What the last ping found, behind its time; None if nothing is wrong."""

    @classmethod
    def initialized(
        cls,
        id_: int,
        name: str,
        location: str,
        *,
        read_only: bool,
        create_time: float,
        folder: Path,
        faults: Faults,
        properties: Mapping[str, str] | None = None,
        zone: tzinfo = UTC,
    ) -> Repository:
        """Read the ``__repo_info`` that is there, or write one, even where the repository is read only.

        The name on the storage wins over the statement's. A directory with the prefix of old is looked for first
        (Repository.java, initRepository).

        Raises
        ------
        StorageError
            If the file is damaged, or the storage does not answer.
        ValueError
            If the file is no JSON, or lacks something: an exception that the server does not turn into a status.
        """
        # Where the location is a folder of the sandbox, nobody needs the secrets.
        kept = dict(properties or {}) if is_real(properties or {}) else {}
        storage = Storage(name, location, folder, faults, kept)
        made = cls(id_, name, location, read_only, create_time, storage)
        try:
            made._initialize(_LEGACY_PREFIX, zone)
        except (StorageError, _Absent):
            made._initialize(_PREFIX, zone)
        return made

    @classmethod
    def known(cls, entry: RepositoryEntry, folder: Path, faults: Faults) -> Repository:
        """Make one again that was written down; the storage is not asked."""
        storage = Storage(entry.name, entry.location, folder, faults, entry.properties)
        return cls(
            entry.id, entry.name, entry.location, entry.read_only, entry.create_time, storage, prefix=entry.prefix
        )

    @property
    def entry(self) -> RepositoryEntry:
        """What is written down of it."""
        return RepositoryEntry(
            self.id,
            self.name,
            self.location,
            self.read_only,
            self.create_time,
            self.prefix,
            self.storage.properties,
        )

    def _initialize(self, prefix: str, zone: tzinfo) -> None:
        self.prefix = prefix
        path = f"{self._directory}/__repo_info"
        found = self._blobs.find(path)
        if len(found) > 1:
            shown = ", ".join(str(each) for each in found)
            raise StorageError(f"Invalid repository dir. expected one repo info file. get more: [{shown}]")
        if not found:
            if prefix == _LEGACY_PREFIX:
                raise _Absent
            content = _RepoInfo(time_text(self.create_time, zone) or "", self.name)
            self._blobs.direct_upload(path, msgspec.json.encode(content))
            return
        if not found[0].is_file:
            raise StorageError("the existing repo info is not a file")
        info = decoded(self._blobs.read(path, found[0].size), _REPO_INFO)
        self.name = self.storage.repository = info.name
        self.create_time = _seconds(info.create_time, zone)

    # -- paths -----------------------------------------------------------------------------------------------------

    @property
    def _blobs(self) -> BlobStorage:
        return BlobStorage(self.storage)

    @property
    def _directory(self) -> str:
        return f"{self.prefix}{self.name}"

    def _path(self, label: str, file: str) -> str:
        return f"{self._directory}/__ss_{label}/{file}"

    def remote(self, label: str, file: str) -> str:
        """Write a file's path as messages do."""
        return self.storage.url(self._path(label, file))

    def tablet(
        self, label: str, database_id: int, table_id: int, partition: SavedPartition, tablet: int
    ) -> TabletFolder:
        """Find a tablet's directory."""
        content = (
            f"__ss_content/__db_{database_id}/__tbl_{table_id}/__part_{partition.stored_under}/"
            f"__idx_{partition.index_id}/__{tablet}"
        )
        return TabletFolder(self.storage, self._path(label, content))

    # -- reading ---------------------------------------------------------------------------------------------------

    def ping(self, now: float, zone: tzinfo = UTC) -> None:
        """Look whether the storage is there, and keep what is wrong with it (Repository.java, ping)."""
        try:
            self._blobs.check_path_exist(self._directory)
        except StorageError as error:
            self.error = f"{time_text(now, zone)}: {error}"
        else:
            self.error = None

    def snapshots(self) -> list[str]:
        """List the labels; every label that has a directory counts, complete or not.

        Raises
        ------
        StorageError
            If the storage does not answer.
        """
        found = self._blobs.find(f"{self._directory}/__ss_*")
        return [each.name.removeprefix("__ss_") for each in found if not each.is_file]

    def timestamps(self, label: str) -> list[str]:
        """List a label's timestamps; a file without a checksum is shown as invalid.

        The label is a pattern, as is everything in a path that Hadoop lists.

        Raises
        ------
        StorageError
            If the storage does not answer.
        """
        names = [each.name for each in self._blobs.find(self._path(label, f"{_INFO}*"))]
        return [
            f"Invalid: {name}" if (split := _checksum(name)) is None else split[0].removeprefix(_INFO) for name in names
        ]

    def download(self, label: str, file: str) -> bytes:
        """Fetch one of the frontend's own files and verify its checksum (Repository.java, download).

        Raises
        ------
        StorageError
            In the server's words.
        """
        remote = self.remote(label, file)
        found = self._blobs.find(self._path(label, f"{file}*"))
        if len(found) != 1:
            raise StorageError(f"Expected one file with path: {remote}. get: {len(found)}")
        if not found[0].is_file:
            raise StorageError(f"Expected file with path: {remote}. but get dir")
        name = found[0].name
        split = _checksum(name)
        if split is None:
            raise StorageError(f"file name should contains checksum: {self.remote(label, name)}")
        if not remote.endswith(split[0]):
            raise StorageError(f"File does not exist: {remote}")
        # The label is no pattern here, so that one with a wildcard was found and cannot be opened.
        content = self._blobs.read(self._path(label, name), found[0].size)
        local = md5(content)
        if local != split[1]:
            raise StorageError(f"md5sum does not equal. local: {local}, remote: {split[1]}")
        return content

    def info(self, label: str, timestamp: str) -> SnapshotInfo:
        """Read the ``__info`` of one backup."""
        return SnapshotInfo.read(self.download(label, f"{_INFO}{timestamp}"))

    def details(self, label: str, timestamp: str) -> tuple[str, str]:
        """Read the database and what SHOW SNAPSHOT tells of one backup."""
        return SnapshotInfo.read_details(self.download(label, f"{_INFO}{timestamp}"))

    def meta(self, label: str) -> BackupMeta:
        """Read the ``__meta`` of a label."""
        return BackupMeta.read(self.download(label, "__meta"))

    # -- writing ---------------------------------------------------------------------------------------------------

    def upload(self, label: str, file: str, content: bytes) -> None:
        """Write one of the frontend's own files: first as ``.part``, then under its checksum.

        Raises
        ------
        StorageError
            In the server's words.
        """
        part, whole = self._path(label, f"{file}.part"), self._path(label, f"{file}.{md5(content)}")
        # This may be a second try.
        self._blobs.delete(part)
        self._blobs.delete(whole)
        self._blobs.write(part, content)
        self._blobs.rename(part, whole)


def _checksum(name: str) -> tuple[str, str] | None:
    """Split a file's name from its checksum (Repository.java, decodeFileNameWithChecksum)."""
    bare, dot, digest = name.rpartition(".")
    return (bare, digest) if dot and len(digest) == _MD5_LENGTH else None


def _seconds(text: str, zone: tzinfo) -> float:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone).timestamp()
    except ValueError:
        raise StorageError(f"failed to parse create time of repository: {text}") from None
