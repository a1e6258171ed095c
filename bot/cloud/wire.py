"""Their JSON ↔ our model, their error codes → our errors. Pure.

An answer is judged by its body first, whatever its status or Content-Type: HTTP 200 carries
errors. Everything but TaskId is documented as nullable, so everything is tolerated: missing, null,
numbers in strings, unknown numbers, times without padding. The API's zone-less local times become
UTC here and nowhere else.

Source: https://cloud.tencent.com/document/product/240/124620 (DescribeLogDownloadTasks).
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from bot.cloud.failure import error_for
from bot.errors import CloudBroken, CloudError, CloudUnreadable, Throttled
from bot.link import Link
from bot.model import DONE, ERROR, FAILED, QUEUED, RUNNING, SLOW, Export

KINDS = {0: SLOW, 1: ERROR}
STATES = {0: QUEUED, 1: RUNNING, 2: DONE, 3: FAILED}

# The documentation's own examples have an unpadded hour, and one has no space before it.
TIME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{2})[T ]*(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?(?:\.\d+)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
WHOLE_NUMBER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
LONGEST_CODE = 100
TOO_MANY_REQUESTS, SERVER_ERROR, REDIRECT, CLIENT_ERROR = 429, 500, 300, 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """How the API's undocumented units are read: the zone of its times, the bytes of a FileSize."""

    zone: tzinfo
    bytes_per_size: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer of DescribeLogDownloadTasks: all of its outputs.

    Attributes:
        total_count: TotalCount as the API gave it; may be too high or too low. None: not given.
        exports: in the API's order, which is not documented; empty when the instance has none.
        request_id: None when the API gave none.
    """

    total_count: int | None
    exports: tuple[Export, ...]
    request_id: str | None


def request_body(
    *,
    instance: str,
    limit: int,
    offset: int,
    start_time: str | None = None,
    end_time: str | None = None,
) -> bytes:
    """All inputs of DescribeLogDownloadTasks as the bytes to sign and to send."""
    fields = {"InstanceId": instance, "Limit": limit, "Offset": offset}
    bounds = {"StartTime": start_time, "EndTime": end_time}
    fields |= {name: value for name, value in bounds.items() if value is not None}
    return json.dumps(fields, separators=(",", ":")).encode()


def decode(status: int, body: bytes, *, region: str, units: Units) -> Page:
    """Read an answer.

    Raises:
        CloudError: the leaf that fits the error envelope, or the answer that can't be read.
    """
    envelope = _envelope(status, body, region)
    request_id = _text(envelope.get("RequestId"))
    error = envelope.get("Error")
    if isinstance(error, dict):
        code = (_text(error.get("Code")) or "Unknown")[:LONGEST_CODE]
        message = _text(error.get("Message")) or ""
        raise error_for(code, message=message, request_id=request_id, region=region)
    if error is not None:
        raise CloudUnreadable("Error", request_id=request_id, region=region)
    if status >= REDIRECT:
        raise _unenveloped(status, region)
    tasks = envelope.get("Tasks")
    if tasks is not None and not isinstance(tasks, list):
        raise CloudUnreadable("Tasks", request_id=request_id, region=region)
    return Page(
        total_count=_number(envelope.get("TotalCount")),
        exports=tuple(_export(task, units) for task in tasks or () if isinstance(task, dict)),
        request_id=request_id,
    )


def _envelope(status: int, body: bytes, region: str) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise _unenveloped(status, region) from None
    if not isinstance(document, dict):
        raise _unenveloped(status, region)
    response = document.get("Response")
    if isinstance(response, dict):
        return response
    legacy = document.get("codeDesc") or document.get("code")  # an older form, seen at gateways
    if legacy:
        return {"Error": {"Code": str(legacy), "Message": document.get("message")}}
    if status >= REDIRECT:
        raise _unenveloped(status, region)
    raise CloudUnreadable("Response", region=region)


def _unenveloped(status: int, region: str) -> CloudError:
    code = f"HTTP{status}"
    if status == TOO_MANY_REQUESTS:
        return Throttled(code, region=region)
    if REDIRECT <= status < SERVER_ERROR:  # a redirect or a proxy's refusal: not this API at all
        return CloudUnreadable(code, region=region)
    return CloudBroken(code, region=region)


def _export(task: dict[str, Any], units: Units) -> Export:
    url, percent, size = (task.get(name) for name in ("Url", "Percent", "FileSize"))
    progress, count = _number(percent), _number(size)
    return Export(
        id=_text(task.get("TaskId")) or "",
        kind=_word(_number(task.get("TaskType")), KINDS),
        state=_word(_number(task.get("Status")), STATES),
        progress_percent=None if progress is None else min(max(progress, 0), 100),
        size_bytes=None if count is None or count < 0 else count * units.bytes_per_size,
        created_at=utc_time(task.get("CreateTime"), units.zone),
        updated_at=utc_time(task.get("UpdateTime"), units.zone),
        link=Link(url.strip()) if isinstance(url, str) and url.strip() else None,
    )


def _word(number: int | None, words: dict[int, str]) -> str | None:
    return None if number is None else words.get(number, f"unknown:{number}")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and WHOLE_NUMBER.fullmatch(value.strip()):
        return int(value)
    return None


def utc_time(value: object, zone: tzinfo) -> datetime | None:
    """One of the API's times as UTC; None when it is missing or no time at all.

    A time that names its own zone keeps it; all others are read in `zone`.
    """
    found = TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        own_zone = _offset(found[7]) if found[7] else zone
        local = datetime(year, month, day, hour, minute, second, tzinfo=own_zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _offset(text: str) -> tzinfo:
    if text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)
