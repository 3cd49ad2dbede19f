"""What a frontend does with a storage, and how it says that it failed (BlobStorage.java, HdfsFsManager.java)."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .storage import LocationError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .storage import RemoteFile, Storage

__all__ = ["BlobStorage", "md5"]


def md5(content: bytes) -> str:
    """Take the checksum that stands in the names of files."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class BlobStorage:
    """The frontend's view of a storage; each method raises StorageError in the server's words."""

    storage: Storage

    def find(self, path: str) -> list[RemoteFile]:
        """List what matches a path (BlobStorage.java, listWithoutBroker)."""
        url = self.storage.url(path)
        with self._failing(f"failed to list remote path: {url}. msg: ", None):
            return self.storage.find(path)

    def check_path_exist(self, path: str) -> None:
        """Raise unless something is there (BlobStorage.java, checkPathExistWithoutBroker)."""
        url = self.storage.url(path)
        with self._failing(
            f"failed to check remote path exist: {url}. msg: ", f"errors while check if path {url} exist"
        ):
            found = self.storage.exists(path)
        if not found:
            raise StorageError(f"remote path does not exist: {url}")

    def read(self, path: str, size: int) -> bytes:
        """Fetch a file (BlobStorage.java, downloadWithFileSizeWithoutBroker)."""
        url = self.storage.url(path)
        # Why a file cannot be opened is only in the server's log.
        with self._failing(f"fail to open reader for {url}", ""), self.storage.reading(path) as stream:
            where = f"current read offset: 0, read length: {size}, file size: {size}, file: {url}. msg: "
            with self._failing(f"failed to read. {where}", "errors while read data from stream"):
                return stream.read()

    def write(self, path: str, content: bytes) -> None:
        """Write a file of the frontend's own (BlobStorage.java, uploadWithoutBroker)."""
        url, size = self.storage.url(path), len(content)
        with self._failing(f"fail to open writer for {url}", ""), self.storage.writing(path) as stream:
            where = f"current write offset: 0, write length: {size}, file length: {size}, file: {url}. "
            text = "encounter TException: errors while write data to output stream"
            with self._failing(f"failed to write. {where}", text):
                stream.write(content)

    def direct_upload(self, path: str, content: bytes) -> None:
        """Write a file without a checksum in its name (BlobStorage.java, directUploadWithoutBroker)."""
        url = self.storage.url(path)
        with (
            self._failing("write exception: ", f"could not open file {url}"),
            self.storage.writing(path) as stream,
            self._failing("write exception: ", "errors while write data to output stream"),
        ):
            stream.write(content)

    def delete(self, path: str) -> None:
        """Remove a file (BlobStorage.java, deleteWithoutBroker)."""
        url = self.storage.url(path)
        with self._failing(f"failed to delete remote path: {url}. msg: ", f"delete path {url}error"):
            self.storage.delete(path)

    def rename(self, old: str, new: str) -> None:
        """Rename a file (BlobStorage.java, renameWithoutBroker)."""
        one, other = self.storage.url(old), self.storage.url(new)
        with self._failing(f"failed to rename {one} to {other}, msg: ", f"errors while rename {one}to {other}"):
            self.storage.rename(old, new)

    @contextmanager
    def _failing(self, frame: str, text: str | None) -> Iterator[None]:
        """Frame whatever a filesystem raises; a text of None stands for its own behind the server's words."""
        try:
            yield
        except StorageError:
            raise
        except LocationError as error:
            raise StorageError(frame + ("" if text == "" else str(error))) from error
        except Exception as error:
            # The server catches every exception of a client's here, too.
            shown = f"Fail to get file status: {self.storage.plain(error)}" if text is None else text
            raise StorageError(frame + shown) from error
