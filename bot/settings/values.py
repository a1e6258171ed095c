"""Checks of single settings: text in, the value out, or a sentence that never holds the text. Pure.

Each raises ValueError with words that fit behind the name of a variable: `must be …`.
"""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

MAX_PORT = 65535
CLOUD_DOMAIN = ".tencentcloudapi.com"
SLACK_DOMAINS = ("slack.com", "slack-gov.com")
# No backslash or percent sign, which clients read each in their own way; a colon for version 6.
HOST = re.compile(r"[A-Za-z0-9.:-]+", re.ASCII)
# A closed list of regions would be out of date tomorrow; this is the pattern all of them follow.
REGION = re.compile(r"[a-z]{2}-[a-z]+(-[a-z0-9]+)?")


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine: `localhost`, 127.0.0.0/8 or ::1."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def prefixed(prefix: str) -> BeforeValidator:
    """A token that begins with `prefix`."""

    def check(value: str) -> str:
        text = value.strip()
        if not text.startswith(prefix) or re.search(r"\s", text):
            raise ValueError(f"must begin with {prefix} and hold no spaces")
        return text

    return BeforeValidator(check)


def key(value: str) -> str:
    """A key or secret: one word of printable ASCII, surrounding space removed."""
    text = value.strip()
    if not re.fullmatch(r"[\x21-\x7e]+", text):
        raise ValueError("must be one word of printable ASCII characters")
    return text


def regions(value: Any) -> tuple[str, ...]:
    """Regions in the order given, each once."""
    names = value.split(",") if isinstance(value, str) else value
    found = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    if not found or not all(REGION.fullmatch(region) for region in found):
        raise ValueError("must be regions such as ap-guangzhou, separated by commas")
    return found


def _url(value: str) -> SplitResult:
    try:
        parts = urlsplit(value if "://" in value else f"https://{value}")
        _ = parts.port
    except ValueError:
        raise ValueError("must be a host or a URL") from None
    is_host = HOST.fullmatch(parts.hostname or "")
    if parts.scheme not in ("http", "https") or not is_host or "@" in parts.netloc:
        raise ValueError("must be a host or an http(s) URL without user info")
    return parts


def cloud_endpoint(value: str) -> str:
    """The cloud API's scheme and host; a bare host means https."""
    parts = _url(value.strip())
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("must be a host or a URL without a path")
    host = parts.hostname or ""
    if not is_loopback(host) and (parts.scheme != "https" or not host.endswith(CLOUD_DOMAIN)):
        raise ValueError(f"must be https under {CLOUD_DOMAIN}, or a loopback address")
    return f"{parts.scheme}://{parts.netloc}"


def slack_api_url(value: str) -> str:
    """The base of Slack's Web API, with a slash at its end."""
    parts = _url(value.strip())
    host = parts.hostname or ""
    trusted = any(host == domain or host.endswith(f".{domain}") for domain in SLACK_DOMAINS)
    safe = parts.scheme == "https" and parts.port in (None, 443) and trusted
    if not safe and not is_loopback(host):
        raise ValueError(
            "must be https on slack.com or slack-gov.com (it receives the token);"
            " plain http and other ports only to a loopback address"
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/"


def host_names(value: Any) -> tuple[str, ...]:
    """Host names, or suffixes that begin with a dot, lower case."""
    names = value.split(",") if isinstance(value, str) else value
    hosts = tuple(name.strip().lower() for name in names if name.strip())
    if not all(re.fullmatch(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)+", host) for host in hosts):
        raise ValueError("must be host names, separated by commas; a leading dot means a suffix")
    return hosts


def is_zone(name: str) -> bool:
    """Whether `name` is the IANA name of a time zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True


def zone(value: str) -> str:
    """The IANA name of a time zone."""
    if not is_zone(value.strip()):
        raise ValueError("must be a time zone such as Asia/Shanghai or UTC")
    return value.strip()


def number(low: float, high: float) -> BeforeValidator:
    """A number from `low` to `high`."""

    def check(value: str | float) -> float:
        try:
            found = float(value)
        except ValueError:
            found = float("nan")
        if not low <= found <= high:
            raise ValueError(f"must be a number from {low:g} to {high:g}")
        return found

    return BeforeValidator(check)


def whole_number(low: int, high: int) -> BeforeValidator:
    """A whole number from `low` to `high`."""

    def check(value: str | int) -> int:
        text = str(value).strip()
        if not text.isascii() or not text.isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return BeforeValidator(check)


def profile(value: str) -> str:
    """The name of a tccli profile: part of a file's name, never a path."""
    if not re.fullmatch(r"\w[\w.-]*", value.strip(), re.ASCII):
        raise ValueError("must be the name of a tccli profile")
    return value.strip()


def host_and_port(value: str) -> str | None:
    """An address such as `127.0.0.1:9464`; None for an empty one."""
    if not value.strip():
        return None
    host, _, port = value.strip().rpartition(":")
    is_port = re.fullmatch(r"[0-9]{1,5}", port) and int(port) <= MAX_PORT
    if not HOST.fullmatch(host.strip("[]")) or not is_port:
        raise ValueError("must be a host and a port, such as 127.0.0.1:9464")
    return value.strip()


def one_of(*words: str) -> BeforeValidator:
    """One of a few words, in any case."""

    def check(value: str) -> str:
        if value.strip().lower() not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return value.strip().lower()

    return BeforeValidator(check)


def file(value: str) -> str:
    """The path of a file that is there."""
    if not Path(value).is_file():
        raise ValueError("must be the path of a file")
    return value


def database_url(value: str) -> str:
    """Where the store is: a file of SQLite's, or a database of PostgreSQL's."""
    text = value.strip()
    is_file = text == "sqlite://" or re.fullmatch(r"sqlite:///.+", text)
    if not is_file and not re.fullmatch(r"postgres(ql)?://[^/]*/[^/]+", text):
        raise ValueError("must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
    return text


def password_in(url: str) -> str:
    """The password in the address of a database, as it is written there; "" without one."""
    try:
        return urlsplit(url).password or ""
    except ValueError:
        return ""
