"""Where the cloud's console is, for those who have to act there. Pure.

The mainland address is the one in the vendor's SDKs (models.py of tencentcloud/mongodb); the
international console has its own host and the same paths. Addresses of single pages are documented
nowhere, so the instance has to be chosen there.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

CONSOLES: Mapping[str, str] = {
    "mongodb.intl.tencentcloudapi.com": "https://console.tencentcloud.com/mongodb",
    "mongodb.tencentcloudapi.com": "https://console.cloud.tencent.com/mongodb",
}


def console_url(endpoint: str) -> str:
    """The console that belongs to an endpoint of the API; "" when that is not sure."""
    return CONSOLES.get(urlsplit(endpoint).hostname or "", "")
