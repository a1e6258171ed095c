"""`mongolog manifest`: what this app is at Slack, as the JSON that Slack's pages take.

manifest.yaml → Socket Mode, no URL at all      with --url → HTTP mode, our URL everywhere
"""

import json
import sys
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

DONE, USAGE = 0, 2
NAME = "manifest.yaml"
EVENTS_PATH = "/slack/events"
URL_KEYS = ("url", "request_url")
BAD_URL = "--url: must be an https URL, such as https://mongolog.example.com"


def run(url: str | None) -> int:
    """Print the manifest; gives the exit code."""
    try:
        document = in_mode(read_manifest(), _events_url(url) if url is not None else None)
    except ValueError:
        print(BAD_URL, file=sys.stderr)
        return USAGE
    # ASCII alone, so that no terminal's encoding can spoil the JSON.
    print(json.dumps(document, indent=2))
    return DONE


def read_manifest() -> dict[str, Any]:
    """The manifest as it stands in the file: of the installed package, or of the checkout."""
    document: dict[str, Any] = yaml.safe_load(_file().read_text(encoding="utf-8"))
    return document


def in_mode(manifest: dict[str, Any], events_url: str | None) -> dict[str, Any]:
    """The manifest for one way of reaching the app.

    Args:
        manifest: with any addresses in it.
        events_url: where Slack sends everything; None for Socket Mode.
    """
    changed: dict[str, Any] = _with_urls(manifest, events_url)
    changed["settings"]["socket_mode_enabled"] = events_url is None
    return changed


def _file() -> Traversable:
    in_wheel = files("bot") / NAME
    return in_wheel if in_wheel.is_file() else Path(__file__).parents[2] / NAME


def _with_urls(part: Any, url: str | None) -> Any:
    if isinstance(part, list):
        return [_with_urls(each, url) for each in part]
    if not isinstance(part, dict):
        return part
    kept = {key: _with_urls(value, url) for key, value in part.items() if key not in URL_KEYS}
    return kept | {key: url for key in part if key in URL_KEYS and url is not None}


def _events_url(url: str) -> str:
    """Where Slack sends everything, for the address of the app.

    Raises:
        ValueError: when Slack could not use it.
    """
    parts = urlsplit(url.strip())
    _ = parts.port  # raises when it is no number
    is_plain = parts.hostname and "@" not in parts.netloc and not (parts.query or parts.fragment)
    if parts.scheme != "https" or not is_plain or not url.isascii() or not url.isprintable():
        raise ValueError(url)
    path = parts.path.rstrip("/").removesuffix(EVENTS_PATH)
    return f"https://{parts.netloc}{path}{EVENTS_PATH}"
