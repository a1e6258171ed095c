"""One serving process to a file of SQLite: a lock beside it, which ends with the process."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import StoreError

CODES = {
    errno.EACCES: "read_only",
    errno.EPERM: "read_only",
    errno.EROFS: "read_only",
    errno.ENOENT: "no_folder",
    errno.ENOTDIR: "no_folder",
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
}


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Hold the lock of the file at `path`.

    Raises:
        StoreError: `taken` when another process has it; `read_only`, `no_folder`, `full` or
            `unreachable` when there can be none.
    """
    number = _open(f"{path}.lock")
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(number)
        raise StoreError("taken" if isinstance(error, BlockingIOError) else "unreachable") from None
    try:
        yield
    finally:
        os.close(number)


def create_private(path: str) -> None:
    """Create the file at `path`, unless it is there, so that nobody else may read it.

    Raises:
        StoreError: when that can't be done.
    """
    os.close(_open(path))


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(CODES.get(error.errno or 0, "unreachable")) from None
