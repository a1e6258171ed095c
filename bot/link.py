"""A download link: a bearer secret to production logs, so a type that can't be printed. Pure."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

# Hosts of the vendor's object storage; MONGOLOG_LINK_HOSTS adds more.
STORAGE_HOSTS = (".myqcloud.com", ".tencentcos.cn", ".tencentcos.com", ".tencentcos.com.cn")
DEFAULT_PORTS = (None, 443)
# A browser reads a backslash as a slash: `evil.example\.myqcloud.com` leads to evil.example.
PRINTABLE = re.compile(r"[\x21-\x7e]+")
HOST = re.compile(r"[a-z0-9.-]+", re.ASCII)


class Link:
    """One signed URL. `str` and `repr` are `<link>`; only `reveal` gives the URL away."""

    __slots__ = ("_url",)

    def __init__(self, url: str) -> None:
        self._url = url

    def __repr__(self) -> str:
        return "<link>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Link) and self._url == other._url

    def __hash__(self) -> int:
        return hash(self._url)

    def reveal(self) -> str:
        """The URL itself. Call this only where the link is handed to the one who may have it."""
        return self._url

    @property
    def host(self) -> str:
        """The host it points to, lower case; "" when it can't be read."""
        try:
            return (urlsplit(self._url).hostname or "").lower()
        except ValueError:
            return ""

    def is_allowed(self, more_hosts: tuple[str, ...] = ()) -> bool:
        """Whether it points to the vendor's storage or one of `more_hosts`.

        Only https, the default port, no user info. A host of `more_hosts` is an exact name, or a
        suffix when it begins with a dot.
        """
        try:
            parts = urlsplit(self._url)
            port = parts.port
        except ValueError:
            return False
        if parts.scheme != "https" or "@" in parts.netloc or port not in DEFAULT_PORTS:
            return False
        # Clients drop control characters, each in its own way; Slack refuses them.
        if not HOST.fullmatch(self.host) or not PRINTABLE.fullmatch(self._url):
            return False
        return any(_fits(self.host, pattern) for pattern in (*STORAGE_HOSTS, *more_hosts))

    @property
    def works_until(self) -> datetime | None:
        """When it stops working, as the link itself says; None when it does not say.

        Reads `q-sign-time=start;end` (COS), `X-Amz-Date` with `X-Amz-Expires`, and `Expires`.
        """
        try:
            query = {
                name: values[0] for name, values in parse_qs(urlsplit(self._url).query).items()
            }
            return _cos_end(query) or _amz_end(query) or _plain_end(query)
        except (ValueError, OverflowError, OSError):
            return None


def _fits(host: str, pattern: str) -> bool:
    if pattern.startswith("."):
        return host.endswith(pattern) and len(host) > len(pattern)
    return host == pattern


def _cos_end(query: dict[str, str]) -> datetime | None:
    _, found, end = query.get("q-sign-time", "").partition(";")
    return datetime.fromtimestamp(int(end), UTC) if found else None


def _amz_end(query: dict[str, str]) -> datetime | None:
    if "X-Amz-Date" not in query or "X-Amz-Expires" not in query:
        return None
    signed_at = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return signed_at + timedelta(seconds=int(query["X-Amz-Expires"]))


def _plain_end(query: dict[str, str]) -> datetime | None:
    return datetime.fromtimestamp(int(query["Expires"]), UTC) if "Expires" in query else None
