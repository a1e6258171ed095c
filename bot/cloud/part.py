"""A file on its way to disk: grows as `NAME.part`, becomes `NAME` in one step when it is whole.

NAME.part        what has come so far; locked by the process that writes it
NAME.part.json   which export it is, its ETag and its size: what a later run needs to go on
NAME             only ever whole
"""

import errno
import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from bot.cloud.fetching import NotFetched, Reason

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
OWNER_ONLY = 0o600  # production logs
STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e]*"')  # a weak one promises no equal bytes (RFC 9110)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the bytes of a part belong to.

    Attributes:
        export: the export's id.
        etag: the storage's strong ETag of the whole file.
        total_bytes: the size of the whole file.
    """

    export: str
    etag: str
    total_bytes: int


class Part:
    """One file that is being fetched; enter it with `with`, which locks it.

    Leaving keeps what has come when a later run can go on from it, else removes it.

    Args:
        target: the file in the end.
        export: the id of the export that it is to hold.

    Raises:
        NotFetched: from every method: DISK, FULL, or BUSY when another process writes it.

    Attributes:
        size_bytes: how much has come that belongs to the file.
        origin: what it belongs to; None when it can't be continued.
    """

    def __init__(self, target: Path, export: str) -> None:
        self.target = target
        self.path = target.with_name(f"{target.name}.part")
        self.size_bytes = 0
        self.origin: Origin | None = None
        self._export = export
        self._notes = target.with_name(f"{target.name}.part.json")
        self._file = -1
        self._is_finished = False

    def __enter__(self) -> Self:
        with _on_disk():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = _open_alone(self.path)
            size_bytes = os.lseek(self._file, 0, os.SEEK_END)
        origin = self._read_origin()
        if origin is not None and size_bytes <= origin.total_bytes:
            self.origin, self.size_bytes = origin, size_bytes
        return self

    def __exit__(self, *_: object) -> None:
        # Under the lock still: whoever waits for it must not find a name that we take away later.
        if not self._is_finished and not self.can_be_continued:
            self._remove()
        os.close(self._file)

    @property
    def can_be_continued(self) -> bool:
        """Whether there is a beginning that the rest can be added to."""
        return self.origin is not None and self.size_bytes > 0

    @property
    def finished_bytes(self) -> int | None:
        """The size of the finished file of an earlier run; None when there is none."""
        try:
            return self.target.stat().st_size
        except OSError:
            return None

    def restart(self, *, etag: str | None, total_bytes: int | None) -> None:
        """Drop what has come. Without a strong ETag and a size the new part can't be continued."""
        self.origin, self.size_bytes = None, 0
        with _on_disk():
            self._notes.unlink(missing_ok=True)
            os.ftruncate(self._file, 0)
            os.lseek(self._file, 0, os.SEEK_SET)
            if etag and total_bytes and STRONG_ETAG.fullmatch(etag):
                self._keep(Origin(export=self._export, etag=etag, total_bytes=total_bytes))

    def check_room(self, more_bytes: int) -> None:
        """Refuse what the disk has no room for."""
        with _on_disk():
            free_bytes = shutil.disk_usage(self.target.parent).free
        if more_bytes > free_bytes:
            raise NotFetched(Reason.FULL, needs_bytes=more_bytes, free_bytes=free_bytes)

    def write(self, chunk: bytes) -> None:
        """Add to the end."""
        rest = memoryview(chunk)
        with _on_disk():
            while rest:
                written = os.write(self._file, rest)
                self.size_bytes += written
                rest = rest[written:]

    def finish(self) -> None:
        """Give the whole file its name; a file of that name is replaced."""
        with _on_disk():
            os.fsync(self._file)
            self._notes.unlink(missing_ok=True)
            self.path.replace(self.target)
        self._is_finished = True  # a new part of that name would be somebody else's

    def _keep(self, origin: Origin) -> None:
        self._notes.write_text(json.dumps(asdict(origin)), encoding="utf-8")
        self.origin = origin

    def _read_origin(self) -> Origin | None:
        try:
            origin = _origin(json.loads(self._notes.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return origin if origin.export == self._export else None

    def _remove(self) -> None:
        with suppress(OSError):
            self._notes.unlink(missing_ok=True)
            self.path.unlink(missing_ok=True)


def _origin(notes: Any) -> Origin:
    origin = Origin(**notes)
    if not STRONG_ETAG.fullmatch(origin.etag) or not isinstance(origin.total_bytes, int):
        raise ValueError("not written by us")
    return origin


def _open_alone(path: Path) -> int:
    while True:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        file = os.open(path, flags, OWNER_ONLY)
        if _is_locked(file, path):
            return file
        os.close(file)  # whoever had the lock has just given the file its name, or removed it


def _is_locked(file: int, path: Path) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return path.stat().st_ino == os.fstat(file).st_ino
    except BlockingIOError:
        os.close(file)
        raise NotFetched(Reason.BUSY) from None
    except FileNotFoundError:
        return False
    except OSError:  # a file system without locks
        return True


@contextmanager
def _on_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = Reason.FULL if error.errno in NO_ROOM else Reason.DISK
        raise NotFetched(reason) from None
