"""Where a repository's files lie: a folder of this machine, or whatever fsspec reaches.

``s3://``, ``hdfs://`` and the like are folders of the sandbox, ``<folder>/objects/<scheme>/<bucket>/…``: a tutorial
says ``s3://`` and needs no account. A repository whose PROPERTIES say ``"sandbox.storage" = "fsspec"`` means the real
thing, through the filesystem that fsspec has for the scheme and that the user has installed; every other property that
begins with ``sandbox.storage.`` is an option of that filesystem, as JSON or as plain text.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import fsspec
from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from ..faults import FaultKind
from .globs import has_wildcard, pattern, unescaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..faults import Faults

__all__ = ["LocationError", "RemoteFile", "Storage", "StorageError", "is_real", "storage_path"]

_SWITCH = "sandbox.storage"
_OPTION = "sandbox.storage."

# What CREATE REPOSITORY calls the options of s3fs, so that a real cluster's statement needs the switch alone.
_TRANSLATED = {
    "aws.s3.access_key": "key",
    "aws.s3.secret_key": "secret",
    "aws.s3.session_token": "token",
    "aws.s3.endpoint": "endpoint_url",
}

_NEEDS_AUTHORITY = ("hdfs", "viewfs")

_LOCATION = re.compile(r"(?:(?P<scheme>[A-Za-z][\w+.\-]*):(?://(?P<authority>[^/]*))?)?(?P<path>.*)", re.DOTALL)

# Worded here: what a client of an object store says differs from client to client.
_UNREACHABLE = "Unable to execute HTTP request: Connection refused"


class StorageError(OSError):
    """What a storage could not do, in the words of Repository.java, BlobStorage.java or snapshot_loader.cpp."""


class LocationError(Exception):
    """A location that no filesystem is found for (HdfsFsManager.java, getFileSystem)."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One entry of a listing: its name without the path (RemoteFile.java)."""

    name: str
    is_file: bool
    size: int = 0

    def __str__(self) -> str:
        return f"[name: {self.name}, is file: {'true' if self.is_file else 'false'}]"


def is_real(properties: Mapping[str, str]) -> bool:
    """Tell whether a repository's location is what it says, and no folder of the sandbox."""
    return properties.get(_SWITCH) == "fsspec"


def storage_path(folder: Path, location: str) -> Path:
    """Find the directory that stands for a location.

    ``file:///path`` and plain paths, which a server refuses, are themselves; any other scheme is a folder of the
    sandbox.

    Examples
    --------
    >>> storage_path(Path("/tmp/box"), "s3://bucket/backups").as_posix()
    '/tmp/box/objects/s3/bucket/backups'
    """
    base, path = _local(folder, location)
    return Path(base + path.rstrip("/"))


def _local(folder: Path, location: str) -> tuple[str, str]:
    """Split a location into what no path leaves, and the path there."""
    scheme, authority, path = _split(location)
    if scheme in ("", "file"):
        return "", _normal(path if path.startswith("/") else str(Path(path).absolute()))
    inside = [scheme, *(part for part in authority.split("/") if part not in ("", ".", ".."))]
    return folder.joinpath("objects", *inside).as_posix(), _normal(path)


def _normal(path: str) -> str:
    """Resolve a path, which cannot climb above its beginning."""
    return posixpath.normpath("/" + path.strip("/"))


def _split(location: str) -> tuple[str, str, str]:
    found = _LOCATION.fullmatch(location)
    if found is None:
        return "", "", location
    return (found["scheme"] or "").lower(), found["authority"] or "", found["path"]


@dataclass(slots=True)
class Storage:
    """One location, and the one way to its files: each access finds the place and asks for trouble here.

    Paths are relative to the location. A path never leaves the location's bucket, whatever a label is called.

    Parameters
    ----------
    repository
        What faults aim at.
    folder
        The sandbox's own.
    properties
        Those of CREATE REPOSITORY. They hold secrets, and are printed nowhere.
    """

    repository: str
    location: str
    folder: Path
    faults: Faults
    properties: dict[str, str] = field(default_factory=dict, repr=False)
    _opened: tuple[AbstractFileSystem, str, str] | None = field(default=None, init=False, repr=False)

    def url(self, path: str) -> str:
        """Write a path as messages do."""
        return f"{self.location}/{path}"

    def plain(self, error: Exception) -> str:
        """Say what went wrong without the secrets that a client's text may hold."""
        text = str(error) or type(error).__name__
        for each in sorted(self.properties.values(), key=len, reverse=True):
            if len(each) > 5 and each != "fsspec":
                text = text.replace(each, "***")
        return text

    def find(self, path: str) -> list[RemoteFile]:
        """List what a path names, each component of which may be a pattern (FileSystem.java, globStatus)."""
        fs, base, inside = self._parts(path)
        *parents, last = inside.strip("/").split("/")
        found = [base]
        for component in parents:
            found = list(_below(fs, found, component))
        return sorted(_entries(fs, found, last), key=lambda each: each.name)

    def entries(self, path: str) -> list[RemoteFile]:
        """List a directory without reading its path as a pattern; empty where it is missing."""
        fs, full = self._place(path)
        return sorted(_children(fs, full), key=lambda each: each.name)

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or a directory."""
        fs, full = self._place(path)
        try:
            # Not fs.exists, to which a storage that does not answer is an empty one.
            fs.info(full)
        except FileNotFoundError:
            return False
        return True

    @contextmanager
    def reading(self, path: str) -> Iterator[IO[bytes]]:
        """Open a file."""
        fs, full = self._place(path)
        with fs.open(full, "rb") as stream:
            yield stream

    @contextmanager
    def writing(self, path: str) -> Iterator[IO[bytes]]:
        """Open a file that is made or replaced, with the directories that it needs."""
        fs, full = self._place(path)
        fs.makedirs(posixpath.dirname(full), exist_ok=True)
        with fs.open(full, "wb") as stream:
            yield stream

    def delete(self, path: str) -> None:
        """Remove a file; one that is missing is no error."""
        fs, full = self._place(path)
        with suppress(FileNotFoundError):
            fs.rm_file(full)

    def rename(self, old: str, new: str) -> None:
        """Give a file another name in its directory; on an object store it is copied."""
        fs, full = self._place(old)
        target = posixpath.join(posixpath.dirname(full), posixpath.basename(new))
        if type(fs).mv is not AbstractFileSystem.mv:
            fs.mv(full, target)
        else:
            # What is inherited reads a name as a pattern.
            fs.cp_file(full, target)
            fs.rm_file(full)

    def _place(self, path: str) -> tuple[AbstractFileSystem, str]:
        fs, base, inside = self._parts(path)
        return fs, base + inside

    def _parts(self, path: str) -> tuple[AbstractFileSystem, str, str]:
        """Find a file's place, in what no path leaves, and its filesystem, which forgets what it has listed before."""
        if self._opened is None:
            self._opened = self._open()
        fs, base, root = self._opened
        struck = self.faults.strike(FaultKind.REPOSITORY_UNREACHABLE, self.repository)
        if struck is not None:
            raise ConnectionError(struck.text or _UNREACHABLE)
        fs.invalidate_cache()
        return fs, base, _normal(f"{root}/{path}")

    def _open(self) -> tuple[AbstractFileSystem, str, str]:
        scheme, authority, _ = _split(self.location)
        if scheme in _NEEDS_AUTHORITY and not authority:
            raise LocationError("invalid hdfs path. authority is null")
        if is_real(self.properties) or scheme == "memory":
            return self._open_real()
        return LocalFileSystem(), *_local(self.folder, self.location)

    def _open_real(self) -> tuple[AbstractFileSystem, str, str]:
        options: dict[str, Any] = {
            **{_TRANSLATED[key]: value for key, value in self.properties.items() if key in _TRANSLATED},
            **{
                key.removeprefix(_OPTION): _option(value)
                for key, value in self.properties.items()
                if key.startswith(_OPTION)
            },
        }
        try:
            fs, root = fsspec.url_to_fs(self.location, skip_instance_cache=True, **options)
        except Exception as error:
            # What a filesystem of the user's own choice raises is not known here.
            raise LocationError(self.plain(error)) from error
        if root.startswith("/"):
            return fs, "", root
        bucket, _, path = root.partition("/")
        return fs, bucket, path


def _option(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _below(fs: AbstractFileSystem, parents: list[str], component: str) -> Iterator[str]:
    """Go one component down; a name that is no pattern is not asked for before the end."""
    for parent in parents:
        if has_wildcard(component):
            matcher = pattern(component)
            found = (each for each in _children(fs, parent) if not each.is_file)
            yield from (f"{parent}/{each.name}" for each in found if matcher.fullmatch(each.name))
        else:
            yield f"{parent}/{unescaped(component)}"


def _entries(fs: AbstractFileSystem, parents: list[str], component: str) -> Iterator[RemoteFile]:
    for parent in parents:
        if has_wildcard(component):
            matcher = pattern(component)
            yield from (each for each in _children(fs, parent) if matcher.fullmatch(each.name))
            continue
        name = unescaped(component)
        try:
            yield _entry(fs.info(f"{parent}/{name}"), name)
        except FileNotFoundError:
            continue


def _children(fs: AbstractFileSystem, parent: str) -> Iterator[RemoteFile]:
    try:
        if type(fs) is LocalFileSystem:
            yield from _local_children(parent or "/")
            return
        found = fs.ls(parent or "/", detail=True)
    except (FileNotFoundError, NotADirectoryError):
        return
    for each in found:
        path = str(each["name"]).rstrip("/")
        # Some list a file as itself, and an object store a directory as an entry of its own.
        if path.strip("/") != parent.strip("/"):
            yield _entry(each, posixpath.basename(path))


def _local_children(parent: str) -> list[RemoteFile]:
    """List a directory of this machine: a repository's may hold thousands, and fsspec takes ten times as long."""
    with os.scandir(parent) as found:
        return [RemoteFile(each.name, not each.is_dir(), _size(each)) for each in found]


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_size
    except FileNotFoundError:
        # A link that leads nowhere, or a file that is gone by now.
        return 0


def _entry(found: Mapping[str, Any], name: str) -> RemoteFile:
    return RemoteFile(name, found["type"] != "directory", int(found.get("size") or 0))
