"""What can go wrong between the cloud and its caller, on request: plain facts that play themselves.

A mishap gets the answer that would have gone out and sends something else, later, in part or not at
all. Whether a request meets one is decided in `cloud_api`.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from aiohttp import web

from bot.demo import cloud_envelope
from bot.demo.cloud_envelope import Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One request about to be answered: the answer that is due, and how time passes."""

    request: web.Request
    answer: Envelope
    sleep: Callable[[float], Awaitable[object]]

    def hang_up(self) -> None:
        """Close the connection, after what was written to it is out."""
        if self.request.transport is not None:
            self.request.transport.close()


class Mishap(Protocol):
    """Something to do instead of answering."""

    async def play(self, scene: Scene, /) -> web.StreamResponse:
        """Do it; the response tells the HTTP server what it need not send any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """Nothing goes wrong; in a queue of mishaps it lets one request through."""

    async def play(self, scene: Scene, /) -> web.StreamResponse:
        """Answer."""
        return _send(scene.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    """Something that a gateway, a proxy or a broken backend says: any status, type and bytes.

    `headers` are further ones, such as the Location of a redirect.
    """

    status: int = HTTPStatus.OK
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()

    async def play(self, _: Scene, /) -> web.StreamResponse:
        """Say it."""
        headers = {"Content-Type": self.content_type, **dict(self.headers)}
        return web.Response(status=self.status, body=self.body, headers=headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorAnswer:
    """A refusal in the API's own way."""

    code: str
    message: str = "Simulated."

    async def play(self, scene: Scene, /) -> web.StreamResponse:
        """Refuse, under the RequestId of the answer that was due."""
        fault = cloud_envelope.ApiFault(self.code, self.message)
        request_id = scene.answer["Response"]["RequestId"]
        return _send(cloud_envelope.wrap_fault(fault, request_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRequestId:
    """The answer that is due, success or refusal, without its RequestId."""

    async def play(self, scene: Scene, /) -> web.StreamResponse:
        """Answer without."""
        fields = {**scene.answer["Response"]}
        del fields["RequestId"]
        return _send({"Response": fields})


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """The connection is closed before a byte of the answer."""

    async def play(self, scene: Scene, /) -> web.StreamResponse:
        """Hang up."""
        scene.hang_up()
        return web.Response()


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfAnswer:
    """The connection is closed in the middle of the body; the header announced all of it."""

    async def play(self, scene: Scene, /) -> web.StreamResponse:
        """Send the first half and hang up."""
        body = _encode(scene.answer)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.content_length = len(body)
        await response.prepare(scene.request)
        await response.write(body[: len(body) // 2])
        scene.hang_up()
        return response


@dataclass(frozen=True, slots=True, kw_only=True)
class LateAnswer:
    """Nothing for `delay_s` seconds, then what `then` does."""

    delay_s: float
    then: Mishap = Normal()

    async def play(self, scene: Scene, /) -> web.StreamResponse:
        """Wait, then go on."""
        await scene.sleep(self.delay_s)
        return await self.then.play(scene)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """No answer, and the connection stays open until the caller or the server gives up."""

    async def play(self, _: Scene, /) -> web.StreamResponse:
        """Wait for ever: the HTTP server cancels this when either side is gone."""
        never: asyncio.Future[web.StreamResponse] = asyncio.get_running_loop().create_future()
        return await never


def _send(answer: Envelope) -> web.Response:
    return web.Response(body=_encode(answer), content_type="application/json")


def _encode(answer: Envelope) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode()
