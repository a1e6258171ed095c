"""Lets nobody but the page itself drive the demo: other web pages run in the same browser.

A foreign name that was made to point to this machine shows in `Host`, a foreign page in `Origin`,
and a foreign form can't send JSON.
"""

import json
import re
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

LOOPBACK_HOST = re.compile(r"(?:127\.0\.0\.1|localhost)(?::[0-9]{1,5})?", re.IGNORECASE)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@web.middleware
async def admit_this_page_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a request that another web page may have made: 403, or 415 when it is no JSON."""
    host = request.headers.get("Host", "")
    if not LOOPBACK_HOST.fullmatch(host):
        raise web.HTTPForbidden(text="only this machine may ask: open the page at 127.0.0.1")
    if request.headers.get("Origin", f"http://{host}").lower() != f"http://{host}".lower():
        raise web.HTTPForbidden(text="only the demo's own page may ask")
    if request.method == "POST" and request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="a POST is application/json here")
    return await handler(request)


async def protect_answer(_: web.BaseRequest, response: web.StreamResponse) -> None:
    """Let the browser load nothing from elsewhere, frame nothing and keep nothing."""
    response.headers.update(HEADERS)


async def read_fields(
    request: web.Request, *required: str, optional: tuple[str, ...] = ()
) -> dict[str, str]:
    """The texts of a JSON object; optional ones only when they are there and not null.

    Raises:
        web.HTTPBadRequest: when the body is no such object; its text names the fields.
    """
    given = await _read_object(request)
    fields = {name: given[name] for name in (*required, *optional) if given.get(name) is not None}
    if any(name not in fields for name in required) or not _are_texts(fields):
        raise web.HTTPBadRequest(text=f"a JSON object with texts is needed: {', '.join(required)}")
    return fields


async def read_entries(request: web.Request, name: str) -> dict[str, dict[str, str | None]]:
    """What fields hold, by block and action: the object `name` of a JSON object.

    Raises:
        web.HTTPBadRequest: when it is no object of objects of texts and nulls.
    """
    entries = (await _read_object(request)).get(name)
    if not isinstance(entries, dict) or not all(map(_are_entries, entries.values())):
        raise web.HTTPBadRequest(text=f"an object of objects of texts is needed: {name}")
    return entries


async def _read_object(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError):
        body = None
    return body if isinstance(body, dict) else {}


def _are_entries(block: object) -> bool:
    return isinstance(block, dict) and all(
        value is None or isinstance(value, str) for value in block.values()
    )


def _are_texts(fields: dict[str, str]) -> bool:
    return all(isinstance(value, str) for value in fields.values())
