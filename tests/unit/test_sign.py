"""Signatures that the vendor publishes, and the laws that any signature keeps."""

import hashlib
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cloud.sign import Credentials, Signature, _key_of_day, sign

EXAMPLE = Credentials(
    secret_id="AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
    secret_key="Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
)
STARS = Credentials(secret_id="AKID" + "*" * 32, secret_key="*" * 32)
WITH_CHARSET = "application/json; charset=utf-8"
# The backslashes are part of the body: the vendor's example escapes what is not ASCII.
CVM_BODY = (
    rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
)
CVM = {"content-type": WITH_CHARSET, "host": "cvm.tencentcloudapi.com"}
MONGODB = {
    "content-type": WITH_CHARSET,
    "host": "mongodb.intl.tencentcloudapi.com",
    "x-tc-action": "DescribeLogDownloadTasks",
}
MONGODB_BODY = b'{"InstanceId":"cmgo-k2p5su09","Limit":100,"Offset":0}'
LAST_SECOND, MIDNIGHT = 1551139199, 1551139200  # of 2019-02-25 in UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """What goes into a signature and what must come out; "" where nobody says."""

    credentials: Credentials
    service: str
    timestamp: int
    headers: dict[str, str]
    body: bytes
    canonical_sha256: str = ""
    signature: str

    def sign(self) -> Signature:
        return sign(
            self.credentials,
            service=self.service,
            timestamp=self.timestamp,
            headers=self.headers,
            body=self.body,
        )


# An older edition of https://cloud.tencent.com/document/api/213/30654, with its example key.
OLDER_EDITION = Vector(
    credentials=EXAMPLE,
    service="cvm",
    timestamp=1551113065,
    headers=CVM,
    body=CVM_BODY,
    canonical_sha256="5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031",
    signature="72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
)
# The current edition: the key is 32 literal asterisks, and the action is signed too.
CURRENT_EDITION = Vector(
    credentials=STARS,
    service="cvm",
    timestamp=1551113065,
    headers={**CVM, "x-tc-action": "DescribeInstances"},
    body=CVM_BODY,
    canonical_sha256="7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84",
    signature="10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
)
# Not published: made by the vendor's Python SDK.
BY_THE_SDK = Vector(
    credentials=EXAMPLE,
    service="mongodb",
    timestamp=1551113065,
    headers={"content-type": "application/json", "host": MONGODB["host"]},
    body=b'{"InstanceId": "cmgo-k2p5su09", "Limit": 20, "Offset": 0}',
    canonical_sha256="177cb92df8efdac3d7ae1a5d185ab80a1c3a5890c8d90d6b1807414f40926466",
    signature="25e77cf5fe102238d29f11a7cdebfbf0c2690f667324c544f804dcb8d2461abf",
)
# Not published: computed by code independent of ours.
BEFORE_MIDNIGHT = Vector(
    credentials=EXAMPLE,
    service="mongodb",
    timestamp=LAST_SECOND,
    headers=MONGODB,
    body=MONGODB_BODY,
    signature="5a432db789fcd3c2079256b6b120bb782e2d4c71f160712f9f0bf1362f531415",
)
AT_MIDNIGHT = Vector(
    credentials=EXAMPLE,
    service="mongodb",
    timestamp=MIDNIGHT,
    headers=MONGODB,
    body=MONGODB_BODY,
    signature="c5b01696eca295901315eeab27ffc65a169326741a1b0cca638db4f4cb25704e",
)


@pytest.mark.parametrize(
    "vector",
    [
        pytest.param(OLDER_EDITION, id="published in an older edition"),
        pytest.param(CURRENT_EDITION, id="published in the current edition"),
        pytest.param(BY_THE_SDK, id="made by the vendor's SDK"),
        pytest.param(BEFORE_MIDNIGHT, id="last second of a UTC day"),
        pytest.param(AT_MIDNIGHT, id="first second of a UTC day"),
    ],
)
def test_signatures_made_elsewhere_are_made_here_too(vector: Vector) -> None:
    made = vector.sign()
    assert made.signature == vector.signature
    assert vector.canonical_sha256 in ("", made.canonical_sha256)


def test_the_vendors_example_body_is_here_byte_for_byte() -> None:
    published = "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064"
    assert hashlib.sha256(CVM_BODY).hexdigest() == published


@pytest.mark.parametrize(
    ("credentials", "key"),
    [
        pytest.param(
            STARS, "b596b923aad85185e2d1f6659d2a062e0a86731226e021e61bfe06f7ed05f5af", id="stars"
        ),
        pytest.param(
            EXAMPLE,
            "ac658d5dde49e9bfdd14e04e062f66b05d9f637d44b8a8d845327d4a77f666b1",
            id="example",
        ),
    ],
)
def test_the_signing_key_is_derived_as_published(credentials: Credentials, key: str) -> None:
    assert _key_of_day(credentials.secret_key, "2019-02-25", "cvm").hex() == key


def test_the_header_says_who_signed_what_and_when() -> None:
    assert CURRENT_EDITION.sign().authorization == (
        f"TC3-HMAC-SHA256 Credential=AKID{'*' * 32}/2019-02-25/cvm/tc3_request,"
        " SignedHeaders=content-type;host;x-tc-action,"
        f" Signature={CURRENT_EDITION.signature}"
    )


def test_the_day_is_the_utc_day_of_the_timestamp() -> None:
    assert "/2019-02-25/" in BEFORE_MIDNIGHT.sign().authorization
    assert "/2019-02-26/" in AT_MIDNIGHT.sign().authorization


def signature_of(body: bytes, **headers: str) -> str:
    return sign(
        EXAMPLE, service="mongodb", timestamp=MIDNIGHT, headers={**MONGODB, **headers}, body=body
    ).signature


@given(body=st.binary(min_size=1, max_size=200), data=st.data())
def test_any_byte_of_the_body_changes_the_signature(body: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(body) - 1))
    change = data.draw(st.integers(1, 255))
    changed = body[:place] + bytes([body[place] ^ change]) + body[place + 1 :]
    assert signature_of(changed) != signature_of(body)
    assert signature_of(body + b" ") != signature_of(body)


@pytest.mark.parametrize("name", MONGODB)
def test_any_signed_header_changes_the_signature(name: str) -> None:
    assert signature_of(MONGODB_BODY, **{name: "another"}) != AT_MIDNIGHT.signature


def test_order_spelling_and_padding_of_headers_do_not_matter() -> None:
    headers = {name.upper(): f" {value.upper()} " for name, value in reversed(MONGODB.items())}
    made = sign(EXAMPLE, service="mongodb", timestamp=MIDNIGHT, headers=headers, body=MONGODB_BODY)
    assert made == AT_MIDNIGHT.sign()


def test_credentials_and_signatures_do_not_print_themselves() -> None:
    secret = Credentials(secret_id="AKIDinvented", secret_key="an invented key", token="a token")
    made = sign(secret, service="mongodb", timestamp=0, headers=MONGODB, body=b"")
    for text in (repr(secret), str(secret), f"{secret}", repr([secret]), repr(made), str(made)):
        assert "AKIDinvented" not in text
        assert "an invented key" not in text
        assert "a token" not in text
