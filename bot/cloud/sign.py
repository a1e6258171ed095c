"""TC3-HMAC-SHA256: the bytes of a request in, the Authorization header out. Pure.

    canonical request → string to sign → key of the UTC day → signature

Source: https://cloud.tencent.com/document/api/213/30654 (TencentCloud API 3.0, signature v3).
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

ALGORITHM = "TC3-HMAC-SHA256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A key of the account; `token` only for temporary credentials. Never printed."""

    secret_id: str = field(repr=False)
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The steps of one signature, each of which the vendor publishes for its examples."""

    canonical_sha256: str
    signature: str
    authorization: str = field(repr=False)


def sign(
    credentials: Credentials,
    *,
    service: str,
    timestamp: int,
    headers: Mapping[str, str],
    body: bytes,
) -> Signature:
    """Sign a POST to `/` with these headers and this body, byte for byte as they will be sent.

    Args:
        credentials: whose signature.
        service: first label of the host, `mongodb`, for every endpoint of the product.
        timestamp: Unix seconds, the same as in X-TC-Timestamp. The day that enters the signature
            is the UTC day of this moment.
        headers: the headers to sign, content-type and host at least.
        body: the request's body.
    """
    day = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    lines = {name.lower(): value.strip().lower() for name, value in headers.items()}
    names = ";".join(sorted(lines))
    canonical_headers = "".join(f"{name}:{lines[name]}\n" for name in sorted(lines))
    canonical = _sha256(f"POST\n/\n\n{canonical_headers}\n{names}\n{_sha256(body)}".encode())
    scope = f"{day}/{service}/tc3_request"
    text = f"{ALGORITHM}\n{timestamp}\n{scope}\n{canonical}"
    signature = hmac.digest(
        _key_of_day(credentials.secret_key, day, service), text.encode(), "sha256"
    ).hex()
    return Signature(
        canonical_sha256=canonical,
        signature=signature,
        authorization=(
            f"{ALGORITHM} Credential={credentials.secret_id}/{scope},"
            f" SignedHeaders={names}, Signature={signature}"
        ),
    )


@lru_cache(maxsize=4)  # one key a day; a few, for the minutes around midnight and the tests
def _key_of_day(secret_key: str, day: str, service: str) -> bytes:
    key = f"TC3{secret_key}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
