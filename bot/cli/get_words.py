"""What `mongolog get` says when there is no file in the end, and the exit code that goes with it.

The codes are those of a look-up: whoever can mend it decides.
"""

from bot.cloud.fetching import Fetched, NotFetched, Reason
from bot.cloud.part import Part
from bot.render.foreign import visible
from bot.render.words import size

USAGE, NOTHING_THERE, NOT_AUTHORISED, STORAGE_FAILED = 2, 3, 4, 5
HOST_LENGTH = 80

CODES = {
    Reason.HOST: USAGE,  # a setting names the hosts
    Reason.REDIRECT: STORAGE_FAILED,
    Reason.UNREACHABLE: STORAGE_FAILED,
    Reason.CERTIFICATE: USAGE,  # a setting names the certificates
    Reason.REFUSED: NOT_AUTHORISED,
    Reason.BROKEN: STORAGE_FAILED,
    Reason.UNREADABLE: STORAGE_FAILED,
    Reason.GONE: NOTHING_THERE,
    Reason.FULL: USAGE,  # another -o helps
    Reason.DISK: USAGE,
    Reason.BUSY: USAGE,
}

SENTENCES = {
    Reason.HOST: "The link points to {host}, which is not allowed. "
    "An admin's turn: if that is right, add it to MONGOLOG_LINK_HOSTS.",
    Reason.REDIRECT: "The storage sends us on to {host}, and redirects are not followed. "
    "Our turn: please report it.",
    Reason.UNREACHABLE: "The storage can't be reached, or the connection broke off too often. "
    "Wait: try again in a minute.",
    Reason.CERTIFICATE: "The certificate of {host} is not one that this machine trusts. "
    "An admin's turn: if a proxy looks into https here, set SSL_CERT_FILE to its certificates.",
    Reason.REFUSED: "The storage refuses even a fresh link{status}. "
    "An admin's turn: it may be open to some networks only; try the console.",
    Reason.BROKEN: "The storage fails just now{status}. Wait: try again in a minute.",
    Reason.UNREADABLE: "The storage's answer makes no sense{status}. Our turn: please report it.",
    Reason.GONE: "The file is no longer there{status}: the cloud seems to keep it about 3 days. "
    "Your turn: export again in the console.",
    Reason.FULL: "The disk has not enough room{room}. "
    "Your turn: make room, or choose another directory with -o.",
    Reason.DISK: "The directory can't be written. Your turn: choose another one with -o.",
    Reason.BUSY: "Another mongolog is fetching this file just now. Wait until it has ended.",
}
NOTHING_TO_FETCH = "Nothing to fetch: no done export with a link."
ONE_INSTANCE = (
    "`mongolog get` takes one instance, and may be told slow or error, a period and a region. "
    "Your turn: try `mongolog get cmgo-k2p5su09 slow`"
)
NO_DIRECTORY = "-o: must be a directory, and can't be made one"


def sentence(error: NotFetched) -> str:
    """Why there is no file, whose turn it is, and the next step; one line."""
    return SENTENCES[error.reason].format(
        host=visible(error.host, HOST_LENGTH) or "another host",
        status=f" (HTTP {error.status})" if error.status else "",
        room=_room(error),
    )


def size_note(found_bytes: int, told_bytes: int | None) -> str:
    """That the API told another size than the file has; "" when they agree or none was told."""
    if told_bytes is None or told_bytes == found_bytes:
        return ""
    return (
        f"The file has {size(found_bytes)} ({found_bytes:,} bytes), where the API tells of "
        f"{size(told_bytes)}: its unit may be another than MONGOLOG_SIZE_UNIT says."
    )


def there_note(fetched: Fetched) -> str:
    """That nothing was fetched, as the file was there; "" when it was."""
    return (
        "The file was here already, of the same size: not fetched again."
        if fetched.was_there
        else ""
    )


def kept_note(part: Part) -> str:
    """How to go on after a run that ended too soon."""
    whole = f" of {size(part.origin.total_bytes)}" if part.origin else ""
    come = f"{size(part.size_bytes)}{whole}"
    return f"{come} are kept in {part.path}: the same command goes on from there."


def _room(error: NotFetched) -> str:
    if not error.needs_bytes:
        return ""
    return f": {size(error.needs_bytes)} more are needed, {size(error.free_bytes)} are free"
