"""The name of a fetched file: made from the export, never from what the storage says. Pure."""

import hashlib
import re
from urllib.parse import urlsplit

from bot.link import Link
from bot.model import ERROR, SLOW, Export

ID = re.compile(r"export-([0-9a-f]{8})-[0-9a-f-]{27}")
SHORT_ID_LENGTH = 8
# One or two endings of a path, such as `.tar.gz`: at least one letter, so that no date is one.
ENDINGS = re.compile(r"(?:\.(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,8}){1,2}\Z", re.ASCII)


def file_name(instance: str, export: Export, link: Link) -> str:
    """`cmgo-k2p5su09-slow-20240307T130100Z-28439fb3.tar.gz`; ASCII letters, digits, `-` and `.`.

    The same for the same export in every run. Its ending is that of the link's path.
    """
    kind = export.kind if export.kind in (SLOW, ERROR) else "log"
    created = f"{export.created_at:%Y%m%dT%H%M%SZ}" if export.created_at else "undated"
    return f"{instance}-{kind}-{created}-{_short(export.id)}{_ending(link)}"


def _short(export_id: str) -> str:
    if found := ID.fullmatch(export_id):
        return found[1]
    # Ids are foreign text of any form: what is not a UUID counts by its digest.
    return hashlib.sha256(export_id.encode(errors="replace")).hexdigest()[:SHORT_ID_LENGTH]


def _ending(link: Link) -> str:
    try:
        found = ENDINGS.search(urlsplit(link.reveal()).path)
    except ValueError:
        return ""
    return found[0] if found else ""
