"""Bytes by name, in a folder or in an S3-compatible store. Never called inside a database transaction.

A blob is written once under a name that is never used again, so there is nothing to overwrite and nothing to lock.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, S3Store

from b2b_market.infra.http.problems import Unavailable
from b2b_market.infra.settings import Settings

if TYPE_CHECKING:
    from obstore.store import S3Config

_RETRY_AFTER: Final = "30"
_CHUNK: Final = 1 << 18
_LISTED: Final = 500


class BlobMissing(Exception):
    """No blob of this name: it was never written, or somebody emptied the store behind our back."""


@dataclass(frozen=True)
class BlobStore:
    """One store. Failures of the store itself raise Unavailable; ``folder`` is set where it is a local one."""

    store: "LocalStore | S3Store"
    folder: Path | None = None

    @classmethod
    def open(cls, settings: Settings) -> "BlobStore":
        """Open the store of ``STORAGE_URL``, else ``DATA_DIR/files``; raise ValueError for an address of no known kind.

        ``file:///path`` or ``s3://bucket/prefix?region=…&endpoint=https://…``; credentials come from the usual AWS_
        variables.
        """
        if settings.storage_url is None:
            return cls.in_folder(settings.data_dir / "files")
        address = urlsplit(settings.storage_url)
        if address.scheme == "file":
            return cls.in_folder(Path(unquote(address.path)))
        if address.scheme != "s3" or not address.hostname:
            message = "STORAGE_URL must begin with file:// or s3://bucket"
            raise ValueError(message)
        given = parse_qs(address.query)
        options: S3Config = {}
        if "region" in given:
            options["region"] = given["region"][-1]
        if "endpoint" in given:
            options["endpoint"] = given["endpoint"][-1]
        plain = options.get("endpoint", "").startswith("http://")
        prefix = address.path.strip("/") or None
        return cls(
            S3Store(
                address.hostname,
                prefix=prefix,
                config=options,
                client_options={"allow_http": plain, "timeout": "60s", "connect_timeout": "5s"},
                retry_config={"max_retries": 2},
            )
        )

    @classmethod
    def in_folder(cls, folder: Path) -> "BlobStore":
        """Open a store in ``folder``, which is made where it is missing, readable by its owner only."""
        absolute = folder.absolute()
        absolute.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(LocalStore(prefix=absolute), absolute)

    def put(self, name: str, content: bytes) -> None:
        """Write a blob; when this returns it survives a crash of the machine. A taken name raises ValueError."""
        try:
            obstore.put(self.store, name, content, mode="create")
        except AlreadyExistsError as error:
            message = f"the blob {name} exists already"
            raise ValueError(message) from error
        except (BaseError, OSError) as error:
            raise Unavailable(retry_after=_RETRY_AFTER) from error
        if self.folder is not None:
            _make_durable(self.folder, name)

    def get(self, name: str) -> bytes:
        """Return a blob whole; raise BlobMissing where there is none."""
        return b"".join(self.stream(name))

    def stream(self, name: str) -> Iterator[bytes]:
        """Return a blob in parts; BlobMissing is raised at once, not at the first part."""
        try:
            found = obstore.get(self.store, name)
        except FileNotFoundError as error:
            raise BlobMissing(name) from error
        except (BaseError, OSError) as error:
            raise Unavailable(retry_after=_RETRY_AFTER) from error
        return (bytes(part) for part in found.stream(min_chunk_size=_CHUNK))

    def delete(self, names: Sequence[str]) -> None:
        """Remove blobs; those that are gone already do not matter."""
        for name in names:
            try:
                obstore.delete(self.store, name)
            except FileNotFoundError:
                continue
            except (BaseError, OSError) as error:
                raise Unavailable(retry_after=_RETRY_AFTER) from error

    def older_than(self, moment: datetime) -> Iterator[list[str]]:
        """Return the names of all blobs last written before ``moment``, some hundred at a time."""
        try:
            for part in obstore.list(self.store, chunk_size=_LISTED):
                names = [blob["path"] for blob in part if blob["last_modified"] < moment]
                if names:
                    yield names
        except (BaseError, OSError) as error:
            raise Unavailable(retry_after=_RETRY_AFTER) from error


def _make_durable(folder: Path, name: str) -> None:
    """Flush a new file and every folder entry that leads to it, which the library leaves to the operating system."""
    path = folder / name
    for place in (path, *(parent for parent in path.parents if parent.is_relative_to(folder))):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
