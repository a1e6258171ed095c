"""Reads what a request asks the cloud, and refuses what the API would refuse. Pure.

Knows DescribeLogDownloadTasks of version 2019-07-25 and nothing else. Stricter than the vendor may
be: what the documentation does not allow is refused. Ranges and times have the product's own codes;
where the documentation leaves the code open, the choice is ours.

    headers ──► action, version, region     body ──► names ──► types ──► values ──► Question
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.demo.cloud_envelope import ApiFault
from bot.demo.world import read_local_time

ACTION = "DescribeLogDownloadTasks"
VERSION = "2019-07-25"

# The region constants of the vendor's SDK; they are for all products, not only this one.
REGIONS = (
    "ap-bangkok",
    "ap-beijing",
    "ap-chengdu",
    "ap-chongqing",
    "ap-guangzhou",
    "ap-hongkong",
    "ap-jakarta",
    "ap-mumbai",
    "ap-nanjing",
    "ap-seoul",
    "ap-shanghai",
    "ap-singapore",
    "ap-tokyo",
    "eu-frankfurt",
    "eu-moscow",
    "na-ashburn",
    "na-siliconvalley",
    "na-toronto",
    "sa-saopaulo",
)

_FIELDS = {"InstanceId": str, "Limit": int, "Offset": int, "StartTime": str, "EndTime": str}
_DEFAULT_LIMIT = 20
_LIMITS = range(1, 101)  # "limit [1,100]" in the product's list of error codes
_OFFSETS = range(10_001)  # "offset [0,10000]" there
# Hours may be unpadded, as in the examples of the documentation: `2024-03-07 9:22:15`.
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d{1,2}:\d\d:\d\d", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request that the API would answer.

    Attributes:
        limit: 1 to 100.
        offset: 0 to 10000; of what, the server decides.
        start, end: bounds of the creation time, both included; None where none was given.
    """

    instance: str
    region: str
    limit: int
    offset: int
    start: datetime | None
    end: datetime | None


def read_question(headers: Mapping[str, str], body: bytes, regions: Collection[str]) -> Question:
    """What is asked.

    Args:
        headers: found under any spelling of their names, in upper and lower case.
        body: the bytes that arrived.
        regions: those that exist.

    Raises:
        ApiFault: for the first thing that the API would refuse.
    """
    region = _check_headers(headers, regions)
    fields = _read_fields(body)
    start, end = _read_time(fields, "StartTime"), _read_time(fields, "EndTime")
    if start is not None and end is not None and start >= end:
        raise _value_fault("StartTimeNotBeforeThanEndTime", "StartTime is not before EndTime.")
    return Question(
        instance=fields["InstanceId"],
        region=region,
        limit=_read_limit(fields),
        offset=_read_offset(fields),
        start=start,
        end=end,
    )


def _check_headers(headers: Mapping[str, str], regions: Collection[str]) -> str:
    media_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise ApiFault("InvalidRequest", "Content-Type is not application/json.")
    if _header(headers, "X-TC-Action") != ACTION:
        raise ApiFault("InvalidAction", "There is no such action.")
    if _header(headers, "X-TC-Version") != VERSION:
        raise ApiFault("NoSuchVersion", "There is no such version.")
    region = _header(headers, "X-TC-Region")
    if region not in regions:
        raise ApiFault("UnsupportedRegion", f"There is no region {region}.")
    return region


def _header(headers: Mapping[str, str], name: str) -> str:
    if not headers.get(name):
        raise ApiFault("MissingParameter", f"Header {name} is missing.")
    return headers[name]


def _read_fields(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except ValueError as error:
        raise ApiFault("InvalidParameter", "The body is no JSON.") from error
    if not isinstance(fields, dict):
        raise ApiFault("InvalidParameter", "The body is no JSON object.")
    for name, value in fields.items():
        _check_field(name, value)
    if "InstanceId" not in fields:
        raise ApiFault("MissingParameter", "InstanceId is missing.")
    return fields


def _check_field(name: str, value: object) -> None:
    if name not in _FIELDS:
        raise ApiFault("UnknownParameter", f"There is no parameter {name}.")
    if type(value) is not _FIELDS[name]:  # not isinstance: true is no number
        raise ApiFault("InvalidParameter", f"{name} has the wrong type.")


def _read_limit(fields: dict[str, Any]) -> int:
    limit: int = fields.get("Limit", _DEFAULT_LIMIT)
    if limit not in _LIMITS:
        raise _value_fault("LimitParaOutOfRange", "Limit is not in [1,100].")
    return limit


def _read_offset(fields: dict[str, Any]) -> int:
    offset: int = fields.get("Offset", 0)
    if offset not in _OFFSETS:
        raise _value_fault("OffsetParaOutOfRange", "Offset is not in [0,10000].")
    return offset


def _read_time(fields: dict[str, Any], name: str) -> datetime | None:
    if name not in fields:
        return None
    moment = read_local_time(fields[name]) if _TIME.fullmatch(fields[name]) else None
    if moment is None:
        raise _value_fault("TimeFormatErr", f"{name} is not yyyy-mm-dd hh:mm:ss.")
    return moment


def _value_fault(code: str, message: str) -> ApiFault:
    return ApiFault(f"InvalidParameterValue.{code}", message)
