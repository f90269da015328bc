"""Files in the instance folder that belong to rows of the database: written whole or not at all, never changed.

A file stands in ``files/ab/`` by the first two signs of its name, which is
made up and never given twice. It is written beside its place, brought to the
disk, and renamed; who reads meets the whole file or none. A backup takes the
folder along.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FOLDER = "files"
NAME = re.compile(r"[0-9a-f]{32}(?:-\d{1,4}x\d{1,4})?\.[a-z]{3,4}\Z", re.ASCII)
_PART = ".part"


class FileStore:
    """The files of one portal."""

    def __init__(self, instance: Path) -> None:
        """Keep them in *instance*; the folder is made with the first file."""
        self.folder = instance / FOLDER

    def path(self, name: str) -> Path:
        """Where the file of this name stands. Raises ``ValueError`` for a name that was not made here."""
        if not NAME.match(name):
            raise ValueError(f"{name!r} is no name of a stored file.")
        return self.folder / name[:2] / name

    @contextmanager
    def kept(self, data: bytes, ending: str) -> Iterator[str]:
        """Store *data* for the block and give its new name, which ends with *ending*.

        The file stays when the block ends well and goes when it raises: write the row in the block.
        """
        name = secrets.token_hex(16) + ending
        self.write(name, data)
        try:
            yield name
        except BaseException:
            self.remove(name)
            raise

    def write(self, name: str, data: bytes) -> None:
        """Write a whole file; nothing of it stays when that fails."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(f"{name}.{secrets.token_hex(4)}{_PART}")
        try:
            with open(part, "xb", opener=_open_private) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)

    def read(self, name: str) -> bytes:
        """The bytes of a file. Raises ``FileNotFoundError``."""
        return self.path(name).read_bytes()

    def remove(self, name: str) -> None:
        """Remove a file if it is there, and its folder with the last one."""
        path = self.path(name)
        path.unlink(missing_ok=True)
        with suppress(OSError):
            path.parent.rmdir()

    def sizes(self) -> dict[str, int]:
        """The size in bytes of each whole file, by its name."""
        found = (path for path in self.folder.glob("??/*") if NAME.match(path.name))
        return {path.name: path.stat().st_size for path in found}

    def remove_parts(self, *, older_than: float) -> None:
        """Remove what a kill left half written before that moment (seconds since 1970)."""
        for path in self.folder.glob(f"??/*{_PART}"):
            if path.stat().st_mtime < older_than:
                path.unlink(missing_ok=True)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    """Bring the new name to the disk as well."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
