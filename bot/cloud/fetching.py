"""What a download tells whoever waits for it: how it goes, how it ended, why it did not. Pure."""

import enum
from dataclasses import dataclass
from typing import Protocol

from bot.errors import MongologError


class Reason(enum.StrEnum):
    """What stood in the way."""

    HOST = "host"  # the link points to a host that is not allowed
    REDIRECT = "redirect"  # the storage sends us to `host`; no edge follows redirects
    UNREACHABLE = "unreachable"  # no connection, or it broke off again and again
    CERTIFICATE = "certificate"  # nobody we trust says that this is that host
    REFUSED = "refused"  # the storage refuses a link that is fresh
    BROKEN = "broken"  # the storage fails, or asks to come back later, again and again
    UNREADABLE = "unreadable"  # an answer that no storage should give, or a link that is none
    GONE = "gone"  # the file, or its export, is no longer there
    FULL = "full"  # of the disk: `needs_bytes` are more than `free_bytes`
    DISK = "disk"  # the directory or the file can't be written
    BUSY = "busy"  # another process is writing the same file


class NotFetched(MongologError):
    """The file is not there; what came of it so far is kept when it can be continued.

    Args:
        reason: what stood in the way.
        host: foreign text, for HOST, REDIRECT and CERTIFICATE.
        status: the HTTP status, when there was one.
        needs_bytes, free_bytes: for FULL; 0 when they are not known.
    """

    def __init__(
        self,
        reason: Reason,
        *,
        host: str = "",
        status: int | None = None,
        needs_bytes: int = 0,
        free_bytes: int = 0,
    ) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.host = host
        self.status = status
        self.needs_bytes = needs_bytes
        self.free_bytes = free_bytes


class Watcher(Protocol):
    """Is told how a download goes, for whoever waits for it."""

    def begun(self, size_bytes: int, total_bytes: int | None) -> None:
        """Bytes begin to come, on top of `size_bytes` from before; the total when it is known."""

    def grown(self, size_bytes: int) -> None:
        """So much is on disk now."""

    def broke_off(self, size_bytes: int) -> None:
        """The connection ended too soon; another attempt follows."""

    def changed(self) -> None:
        """What had come is no part of what is there now: all of it is fetched anew."""

    def renewed(self) -> None:
        """The link had expired, and there is a fresh one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A file that is there.

    Attributes:
        size_bytes: of the whole file.
        was_there: a file of that size was there before, and nothing was fetched.
    """

    size_bytes: int
    was_there: bool
