"""The cloud API over a simulated world, on a loopback port: strict, and unreliable when told so.

It answers `POST /` as the vendor does: HTTP 200 and an envelope whenever the API processed the
request, refusals included. It shares no code with our own client.

    request ──► signature ──► rate ──► Question ──► rights ──► World ──► a page ──► mishap ──► out
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Literal, Self
from uuid import uuid4

from aiohttp import web

from bot.demo import cloud_envelope
from bot.demo.cloud_envelope import ApiFault, Envelope
from bot.demo.cloud_mishap import Mishap, Normal, Scene
from bot.demo.cloud_question import REGIONS, Question, read_question
from bot.demo.cloud_signature import Credentials, check_signature, read_signed_headers
from bot.demo.world import Task, World, read_local_time

LOOPBACK = "127.0.0.1"
REMEMBERED_REQUESTS = 10_000
# How long a request under way may go on once the server closes: none is worth waiting for.
SHUTDOWN_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudRequest:
    """What arrived in one request; never a key, a token or a signature.

    Attributes:
        body: the JSON; None when it could not be read.
        signed_headers: as the request says; empty when it does not say.
        has_token: whether a token of temporary credentials came along.
        at: when it arrived, by the server's clock.
    """

    action: str | None
    region: str | None
    version: str | None
    body: Any
    language: str | None
    trace_id: str | None
    client: str | None
    content_type: str | None
    signed_headers: tuple[str, ...]
    has_token: bool
    at: datetime


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def new_request_id() -> str:
    """A RequestId that no other answer has."""
    return str(uuid4())


class CloudApi:
    """One simulated endpoint with one account; it listens while it is entered with `async with`.

    Args:
        world: what there is to see; may change while the server runs.
        secret_id, secret_key, token: the account's key; a token must come along when it is given.
        regions: those that exist.
        offset_is: what Offset counts, rows or pages of Limit rows; the documentation does not say.
        requests_per_s: more within any second of the clock are refused; those let through count.
        port: 0 takes any that is free.
        clock: aware moments, for signatures, the world, the rate limit and the Date header.
        sleep: how a late answer waits, given seconds.
        new_id: makes the RequestIds.

    Attributes:
        requests: the newest 10,000 that arrived, oldest first.
        next_answers: mishaps, each consumed by one request, in order.
        region_answers: the mishap of all requests to a region, whatever else is set.
        every_answer: the mishap of all other requests while `next_answers` is empty.
        total_count: makes the TotalCount from the true one; None says null.
    """

    def __init__(
        self,
        world: World,
        *,
        secret_id: str,
        secret_key: str,
        token: str | None = None,
        regions: Collection[str] = REGIONS,
        offset_is: Literal["row", "page"] = "row",
        requests_per_s: int = 20,
        port: int = 0,
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        new_id: Callable[[], str] = new_request_id,
    ) -> None:
        self.world = world
        self.requests: deque[CloudRequest] = deque(maxlen=REMEMBERED_REQUESTS)
        self.next_answers: deque[Mishap] = deque()
        self.region_answers: dict[str, Mishap] = {}
        self.every_answer: Mishap = Normal()
        self.total_count: Callable[[int], int | None] = lambda count: count
        self._credentials = Credentials(secret_id=secret_id, secret_key=secret_key, token=token)
        self._regions = regions
        self._offset_is = offset_is
        self._requests_per_s = requests_per_s
        self._port = port
        self._clock = clock
        self._sleep = sleep
        self._new_id = new_id
        self._denied: set[str] = set()
        self._answered_at: deque[datetime] = deque()
        self._runner = self._build_runner()

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, self._port).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Where it listens, such as `http://127.0.0.1:50123`; only while it is entered."""
        return f"http://{LOOPBACK}:{self._runner.addresses[0][1]}"

    def deny(self, instance: str) -> None:
        """Take away the account's right to see the instance."""
        self._denied.add(instance)

    def allow(self, instance: str) -> None:
        """Give the right back."""
        self._denied.discard(instance)

    def _build_runner(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/", self._handle)
        app.on_response_prepare.append(self._set_date)
        # Handlers are cancelled with their connection, so that silence ends when the caller goes.
        return web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_S
        )

    async def _set_date(self, _: web.BaseRequest, response: web.StreamResponse) -> None:
        response.headers["Date"] = format_datetime(self._clock().astimezone(UTC), usegmt=True)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        now = self._clock()
        self.requests.append(_record(request.headers, body, now))
        answer = self._answer(request.headers, body, now)
        mishap = self._mishap(request.headers.get("X-TC-Region", ""))
        return await mishap.play(Scene(request=request, answer=answer, sleep=self._sleep))

    def _mishap(self, region: str) -> Mishap:
        if region in self.region_answers:
            return self.region_answers[region]
        return self.next_answers.popleft() if self.next_answers else self.every_answer

    def _answer(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Envelope:
        request_id = self._new_id()
        try:
            check_signature(headers, body, credentials=self._credentials, now=now)
            self._check_rate(now)
            question = read_question(headers, body, self._regions)
            return cloud_envelope.wrap(self._list(question, now), request_id)
        except ApiFault as fault:
            return cloud_envelope.wrap_fault(fault, request_id)

    def _check_rate(self, now: datetime) -> None:
        while self._answered_at and self._answered_at[0] <= now - timedelta(seconds=1):
            self._answered_at.popleft()
        if len(self._answered_at) >= self._requests_per_s:
            raise ApiFault("RequestLimitExceeded", "Too many requests within one second.")
        self._answered_at.append(now)

    def _list(self, question: Question, now: datetime) -> dict[str, Any]:
        if question.instance in self._denied:
            raise ApiFault("UnauthorizedOperation", "The account may not see this instance.")
        tasks = self.world.tasks(question.instance, question.region, now)
        if tasks is None:
            raise ApiFault("InvalidParameterValue.NotFoundInstance", "There is no such instance.")
        matching = [task for task in tasks if _in_period(task, question)]
        return {
            "TotalCount": self.total_count(len(matching)),
            "Tasks": self._page(matching, question),
        }

    def _page(self, tasks: list[Task], question: Question) -> list[Task]:
        rows = question.offset * (question.limit if self._offset_is == "page" else 1)
        return tasks[rows : rows + question.limit]


def _in_period(task: Task, question: Question) -> bool:
    if question.start is None and question.end is None:
        return True
    created_at = read_local_time(task.get("CreateTime"))
    if created_at is None:
        return False
    return (question.start is None or question.start <= created_at) and (
        question.end is None or created_at <= question.end
    )


def _record(headers: Mapping[str, str], body: bytes, now: datetime) -> CloudRequest:
    return CloudRequest(
        action=headers.get("X-TC-Action"),
        region=headers.get("X-TC-Region"),
        version=headers.get("X-TC-Version"),
        body=_read_json(body),
        language=headers.get("X-TC-Language"),
        trace_id=headers.get("X-TC-TraceId"),
        client=headers.get("X-TC-RequestClient"),
        content_type=headers.get("Content-Type"),
        signed_headers=read_signed_headers(headers),
        has_token="X-TC-Token" in headers,
        at=now,
    )


def _read_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
