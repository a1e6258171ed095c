"""Reads the arguments of one Web API call from what HTTP carried. Pure.

query, headers, body → Request(token, arguments as sent) → `checked`: typed, known, complete
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from bot.demo.json_rules import Fault
from bot.demo.slack_refusal import SlackRefusal

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
Reader = Callable[[str, Any], Any]
TRUTH = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call as it came in.

    Attributes:
        token: from the Authorization header, or from the form; None when there was none.
        arguments: by name, as sent: strings from a form, any JSON from a JSON body.
        is_json: whether the body was JSON.
        lacks_charset: a JSON body whose Content-Type names no charset; Slack warns about it.
    """

    token: str | None
    arguments: dict[str, Any]
    is_json: bool = False
    lacks_charset: bool = False


def read_request(query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> Request:
    """Take a call apart.

    Raises:
        SlackRefusal: `invalid_post_type`, `invalid_json` or `json_not_object`.
    """
    content_type, _, parameters = headers.get("Content-Type", FORM).partition(";")
    is_json = content_type.strip().lower() == JSON
    if not is_json and body and content_type.strip().lower() != FORM:
        raise SlackRefusal("invalid_post_type")
    sent = (
        _read_json(body)
        if is_json
        else dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    )
    # Slack reads a token beside JSON only from the header: docs.slack.dev/apis/web-api
    form_token = None if is_json else sent.pop("token", None)
    return Request(
        token=_bearer(headers.get("Authorization", "")) or form_token,
        arguments={**query, **sent},
        is_json=is_json,
        lacks_charset=is_json and "charset=" not in parameters.lower(),
    )


def _bearer(authorization: str) -> str | None:
    scheme, _, token = authorization.partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise SlackRefusal("invalid_json") from None
    if not isinstance(value, dict):
        raise SlackRefusal("json_not_object")
    return value


def checked(
    arguments: Mapping[str, Any], *, required: tuple[str, ...], optional: tuple[str, ...]
) -> dict[str, Any]:
    """The arguments in their types. A null is the same as nothing.

    Raises:
        SlackRefusal: `invalid_arguments` (unknown, missing or of a wrong type),
            `invalid_blocks_format` or `invalid_metadata_format`.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    faults = [
        *(_unknown(name) for name in given if name not in (*required, *optional)),
        *(_missing(name) for name in required if not given.get(name)),
    ]
    if faults:
        raise SlackRefusal("invalid_arguments", faults=faults)
    return {name: _reader(name)(name, value) for name, value in given.items()}


def _reader(name: str) -> Reader:
    return READERS.get(name, _text)


def _unknown(name: str) -> Fault:
    return Fault(pointer="", message=f"invalid additional property: {name}")


def _missing(name: str) -> Fault:
    return Fault(pointer="", message=f"missing required field: {name}")


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        fault = Fault(pointer=f"/{name}", message="must provide a string")
        raise SlackRefusal("invalid_arguments", faults=[fault])
    return value


def _boolean(name: str, value: Any) -> bool:
    known = TRUTH.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(known, bool):
        fault = Fault(pointer=f"/{name}", message="must provide a boolean")
        raise SlackRefusal("invalid_arguments", faults=[fault])
    return known


def _whole_number(name: str, value: Any) -> int:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number and not (isinstance(value, str) and value.isdecimal()):
        fault = Fault(pointer=f"/{name}", message="must provide a number")
        raise SlackRefusal("invalid_arguments", faults=[fault])
    return int(value)


def _view(name: str, value: Any) -> dict[str, Any]:
    view = _unpacked(value)
    if not isinstance(view, dict):
        fault = Fault(pointer=f"/{name}", message="must provide an object")
        raise SlackRefusal("invalid_arguments", faults=[fault])
    return view


def _blocks(_name: str, value: Any) -> list[Any]:
    blocks = _unpacked(value)
    if not isinstance(blocks, list):
        raise SlackRefusal("invalid_blocks_format")
    return blocks


def _metadata(_name: str, value: Any) -> dict[str, Any]:
    metadata = _unpacked(value)
    if not isinstance(metadata, dict) or metadata.keys() != {"event_type", "event_payload"}:
        raise SlackRefusal("invalid_metadata_format")
    payload = metadata["event_payload"]
    if not isinstance(metadata["event_type"], str) or not isinstance(payload, dict):
        raise SlackRefusal("invalid_metadata_format")
    if any(isinstance(value, dict | list) for value in payload.values()):
        raise SlackRefusal("invalid_metadata_schema")
    return metadata


def _unpacked(value: Any) -> Any:
    """What a JSON text holds: so forms carry blocks and metadata; Slack takes it in JSON too."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


FLAGS = (
    "reply_broadcast",
    "unfurl_links",
    "unfurl_media",
    "mrkdwn",
    "link_names",
    "as_user",
    "include_locale",
    "include_num_members",
    "include_count",
    "include_disabled",
    "include_users",
)
READERS: Mapping[str, Reader] = {
    "blocks": _blocks,
    "metadata": _metadata,
    "view": _view,
    "limit": _whole_number,
    **dict.fromkeys(FLAGS, _boolean),
}
