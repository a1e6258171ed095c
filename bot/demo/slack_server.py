"""What an app can call at the simulated Slack, on loopback: the Web API and its response_urls.

    POST /api/METHOD ──► read_request → token → forced refusal → slack_methods ──► Workspace
    POST /commands/…, /actions/…, /app/… ──► held? dead? → ResponseUrl ──► Workspace
    GET /link/?ticket=… ──► Switchboard

Delivers nothing itself: `slack_api` does.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.demo import slack_methods
from bot.demo.slack_arguments import JSON, Request, read_request
from bot.demo.slack_limits import Limits
from bot.demo.slack_methods import COVERAGE, METHODS
from bot.demo.slack_refusal import SlackRefusal
from bot.demo.slack_response_url import ResponseUrl
from bot.demo.slack_socket import Switchboard
from bot.demo.slack_surfaces import Surfaces, View
from bot.demo.slack_triggers import Triggers
from bot.demo.workspace import TEAM, Posted, Workspace

SCOPES_WITHOUT_METHOD = ("commands", "app_mentions:read", "im:history")
SHUTDOWN_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One Web API call of the app: its arguments as sent, without the token, and our answer."""

    method: str
    arguments: dict[str, Any]
    answer: dict[str, Any]


class SlackServer:
    """The faces of one Slack, over one workspace with one app; open it with `async with`.

    Args:
        workspace: who and what is there.
        bot_token: the token that the Web API takes.
        app_token: the token that `apps.connections.open` takes; None when the app has none.
        port: on 127.0.0.1; 0 takes a free one.
        clock: Unix seconds, for timestamps and the life of a response_url.
        sleep: holds answers while `response_url_delay` is set.
        secret: makes so many random bytes as hexadecimal digits.

    Attributes:
        scopes: what the token may do; take some away to see the app fail.
        response_urls_dead: every response_url answers 404 `expired_url`.
        response_url_delay: seconds that a response_url holds each request.
        refuse_blocks_times: so many of the next messages with blocks are refused by response_urls.
        replaces_last: `replace_original` on a slash command's url replaces the last message; Slack
            promises neither this nor a new message. For the commands sent afterwards.
        asked: the Web API calls so far.
        sockets: the app's websockets.
        triggers: the trigger ids that were handed out.
        surfaces: the app's modals and Home tabs.
        on_posted: called with every version of every message.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        bot_token: str,
        app_token: str | None = None,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        secret: Callable[[int], str] = secrets.token_hex,
    ) -> None:
        self.workspace = workspace
        self.scopes = {*SCOPES_WITHOUT_METHOD, *(each for few in COVERAGE.values() for each in few)}
        self.response_urls_dead = False
        self.response_url_delay = 0.0
        self.refuse_blocks_times = 0
        self.replaces_last = False
        self.asked: list[Asked] = []
        self.on_posted = workspace.on_posted
        self.clock = clock
        self.sockets = Switchboard(clock=clock, secret=secret)
        self.triggers = Triggers(clock=clock, secret=secret)
        self.surfaces = Surfaces(clock=clock, secret=secret)
        self._bot_token = bot_token
        self._app_token = app_token
        self._port = port
        self._sleep = sleep
        self._secret = secret
        self._response_urls: dict[str, ResponseUrl] = {}
        self._limits = Limits()
        self._runner = web.AppRunner(self._faces(), access_log=None, shutdown_timeout=SHUTDOWN_S)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.sockets.close()
        await self._runner.cleanup()

    @property
    def rate_limits(self) -> dict[str, int]:
        """Calls a minute, by method, for `chat.postMessage` in each channel; no others count."""
        return self._limits.rates

    @rate_limits.setter
    def rate_limits(self, rates: dict[str, int]) -> None:
        self._limits.rates = rates

    @property
    def origin(self) -> str:
        """Where it listens, such as `http://127.0.0.1:40001`; known once it is open."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_url(self) -> str:
        """The base of the Web API, with its slash at the end."""
        return f"{self.origin}/api/"

    @property
    def posted(self) -> tuple[Posted, ...]:
        """Every message as it stands now, in the order they were first posted."""
        return self.workspace.posted

    @property
    def views(self) -> tuple[View, ...]:
        """The modal's view that each person with an open modal sees, as it stands now."""
        return self.surfaces.on_top

    @property
    def view_history(self) -> tuple[View, ...]:
        """Every version of every view, closings and Home tabs too, in the order of their making."""
        return self.surfaces.history

    def home_of(self, user: str) -> View | None:
        """A person's Home tab as it stands; None before anything was published."""
        return self.surfaces.home_of(user)

    def refuse_next(
        self, method: str, error: str, times: int = 1, *, retry_after_s: int = 1
    ) -> None:
        """Refuse the next calls of a method. `ratelimited` is HTTP 429 with Retry-After."""
        self._limits.refuse_next(method, error, times, retry_after_s)

    def issue(
        self, kind: str, *, user: str, channel: str, clicked: Posted | None = None
    ) -> tuple[str, ResponseUrl]:
        """A new response_url, as a full URL and its rules.

        `kind` is `commands`, `actions` or `app`.
        """
        response_url = ResponseUrl(
            answers=self._secret(8),
            user=user,
            channel=channel,
            issued_at=self.clock(),
            clicked=clicked,
            replaces_last=self.replaces_last,
        )
        path = f"/{kind}/{TEAM}/{len(self._response_urls) + 1}/{self._secret(12)}"
        self._response_urls[path] = response_url
        return self.origin + path, response_url

    def _faces(self) -> web.Application:
        app = web.Application()
        for method in COVERAGE:
            app.router.add_route("*", f"/api/{method}", partial(self._serve_method, method))
        app.router.add_route("*", "/api/{unknown}", self._serve_unknown_method)
        app.router.add_get("/link/", self.sockets.serve)
        for kind in ("commands", "actions", "app"):
            app.router.add_post(f"/{kind}/{{team}}/{{number}}/{{secret}}", self._serve_response_url)
        return app

    async def _serve_unknown_method(self, _request: web.Request) -> web.Response:
        return web.json_response(SlackRefusal("unknown_method").answer())

    async def _serve_method(self, method: str, http: web.Request) -> web.Response:
        scopes = {
            "x-oauth-scopes": ",".join(sorted(self.scopes)),
            "x-accepted-oauth-scopes": ",".join(COVERAGE[method]),
        }
        try:
            _refuse_insecure(method, http)
            request = read_request(http.query, http.headers, await http.read())
            answer = self._answer(method, request)
        except SlackRefusal as refusal:
            wait = {"Retry-After": str(refusal.retry_after_s)} if refusal.retry_after_s else {}
            return web.json_response(
                refusal.answer(), status=refusal.status, headers={**scopes, **wait}
            )
        return web.json_response(answer, headers=scopes)

    def _answer(self, method: str, request: Request) -> dict[str, Any]:
        try:
            self._authenticate(method, request.token)
            self._limits.admit(method, request.arguments, self.clock())
            answer = slack_methods.answer(
                method,
                request,
                workspace=self.workspace,
                surfaces=self.surfaces,
                triggers=self.triggers,
                scopes=frozenset(self.scopes),
                now=self.clock(),
                new_link=self._new_link,
            )
        except SlackRefusal as refusal:
            self._note(method, request, refusal.answer())
            raise
        self._note(method, request, answer)
        return answer

    def _note(self, method: str, request: Request, answer: dict[str, Any]) -> None:
        self.asked.append(Asked(method=method, arguments=request.arguments, answer=answer))

    def _authenticate(self, method: str, token: str | None) -> None:
        tokens = {"bot": self._bot_token, "app": self._app_token}
        needed = tokens[METHODS[method].caller]
        if token is None:
            raise SlackRefusal("not_authed")
        if token not in tokens.values():
            raise SlackRefusal("invalid_auth")
        if token != needed:
            raise SlackRefusal("invalid_auth" if needed is None else "not_allowed_token_type")

    def _new_link(self) -> str:
        return f"ws://127.0.0.1:{self._port}{self.sockets.path()}"

    async def _serve_response_url(self, http: web.Request) -> web.Response:
        body = await http.read()
        if self.response_url_delay:
            await self._sleep(self.response_url_delay)
        try:
            self._use(http.path, http.content_type, body)
        except SlackRefusal as refusal:
            return web.json_response(refusal.answer(), status=refusal.status)
        return web.Response(text="ok")

    def _use(self, path: str, content_type: str, body: bytes) -> None:
        response_url = self._response_urls.get(path)
        if response_url is None or self.response_urls_dead:
            raise SlackRefusal("expired_url", status=404)
        response_url.spend(self.clock())
        payload = _read_payload(content_type, body)
        if payload.get("blocks") and self.refuse_blocks_times > 0:
            self.refuse_blocks_times -= 1
            raise SlackRefusal("invalid_blocks", status=400)
        response_url.use(payload, self.workspace, self.clock())


def _refuse_insecure(method: str, http: web.Request) -> None:
    """App tokens are taken from POST requests, from the header alone.

    docs.slack.dev/reference/methods/apps.connections.open
    """
    if METHODS[method].caller != "app":
        return
    if http.method != "POST":
        raise SlackRefusal("insecure_request")
    if "Authorization" not in http.headers:
        raise SlackRefusal("not_authed")


def _read_payload(content_type: str, body: bytes) -> dict[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        payload = None
    if content_type != JSON or not isinstance(payload, dict):
        raise SlackRefusal("invalid_payload", status=400)
    return payload
