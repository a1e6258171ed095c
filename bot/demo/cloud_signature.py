"""Checks the TC3-HMAC-SHA256 signature of a request as the cloud does, over the raw bytes. Pure.

Written from the vendor's description (cloud.tencent.com/document/api/213/30654), independent of our
signer. Where that description leaves open which code a fault gets, the choice is ours.

    Authorization header ──► its parts ──► time, key ──► the signature it should be ──► token
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.demo.cloud_envelope import ApiFault

SERVICE = "mongodb"
MAX_SKEW_S = 300
MUST_BE_SIGNED = frozenset({"content-type", "host"})

_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 "
    r"Credential=(?P<secret_id>[^/\s]+)/(?P<date>\d{4}-\d\d-\d\d)/(?P<service>[^/\s]+)/tc3_request"
    r", SignedHeaders=(?P<signed_headers>[a-z0-9-]+(?:;[a-z0-9-]+)*)"
    r", Signature=(?P<signature>[0-9a-f]{64})",
    re.ASCII,
)
_TIMESTAMP = re.compile(r"[0-9]{1,11}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The one key that the simulated account has; a token makes it a temporary one."""

    secret_id: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


def check_signature(
    headers: Mapping[str, str], body: bytes, *, credentials: Credentials, now: datetime
) -> None:
    """Return if the request is signed with the account's key, within five minutes of `now`.

    The headers are found under any spelling of their names, in upper and lower case; the body is
    exactly the bytes that arrived.

    Raises:
        ApiFault: MissingParameter or AuthFailure.*, for the first thing that is wrong.
    """
    claim = _read_authorization(headers)
    timestamp = _read_timestamp(headers, now)
    if claim["secret_id"] != credentials.secret_id:
        raise ApiFault("AuthFailure.SecretIdNotFound", "The SecretId is not found.")
    if not _is_signed(headers, body, claim, timestamp, credentials.secret_key):
        raise ApiFault("AuthFailure.SignatureFailure", "The signature does not fit the request.")
    if credentials.token is not None and headers.get("X-TC-Token") != credentials.token:
        raise ApiFault("AuthFailure.TokenFailure", "The token is wrong or has expired.")


def read_signed_headers(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the headers that a request says are signed; empty when it does not say."""
    claim = _AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    return tuple(claim["signed_headers"].split(";")) if claim else ()


def _read_authorization(headers: Mapping[str, str]) -> re.Match[str]:
    claim = _AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    if claim is None:
        raise ApiFault("AuthFailure.InvalidAuthorization", "Authorization is malformed.")
    names = claim["signed_headers"].split(";")
    if not MUST_BE_SIGNED.issubset(names):
        raise ApiFault(
            "AuthFailure.InvalidAuthorization", "Headers content-type and host must be signed."
        )
    if names != sorted(set(names)):
        raise ApiFault("AuthFailure.InvalidAuthorization", "SignedHeaders must ascend.")
    return claim


def _read_timestamp(headers: Mapping[str, str], now: datetime) -> int:
    text = headers.get("X-TC-Timestamp")
    if text is None:
        raise ApiFault("MissingParameter", "Header X-TC-Timestamp is missing.")
    if not _TIMESTAMP.fullmatch(text):
        raise ApiFault("InvalidParameter", "Header X-TC-Timestamp is no number of seconds.")
    if abs(now.timestamp() - int(text)) > MAX_SKEW_S:
        raise ApiFault("AuthFailure.SignatureExpire", "The timestamp is over five minutes off.")
    return int(text)


def _is_signed(
    headers: Mapping[str, str], body: bytes, claim: re.Match[str], timestamp: int, secret_key: str
) -> bool:
    # The day is the timestamp's in UTC: a client that takes its local date is right all day long
    # and fails after midnight.
    date = datetime.fromtimestamp(timestamp, UTC).date().isoformat()
    if (claim["date"], claim["service"]) != (date, SERVICE):
        return False
    request_hash = _sha256(_canonical_request(headers, body, claim["signed_headers"]))
    text = f"TC3-HMAC-SHA256\n{timestamp}\n{date}/{SERVICE}/tc3_request\n{request_hash}"
    key = f"TC3{secret_key}".encode()
    for part in (date, SERVICE, "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    return hmac.compare_digest(signature, claim["signature"])


def _canonical_request(headers: Mapping[str, str], body: bytes, signed_headers: str) -> bytes:
    names = signed_headers.split(";")
    lines = "".join(f"{name}:{_canonical_value(headers, name)}\n" for name in names)
    text = f"POST\n/\n\n{lines}\n{signed_headers}\n{_sha256(body)}"
    return text.encode(
        "utf-8", "surrogateescape"
    )  # header bytes that are no UTF-8 stay as they came


def _canonical_value(headers: Mapping[str, str], name: str) -> str:
    if name not in headers:
        raise ApiFault("AuthFailure.SignatureFailure", f"Signed header {name} did not arrive.")
    return headers[name].strip().lower()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
