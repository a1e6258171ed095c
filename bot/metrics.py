"""Events → Prometheus metrics, and the second listener, which gives them to whoever may reach it.

    telemetry.event → Metrics.observe → GET /metrics        Health → GET /readyz, with reasons

Each label has a closed set of values: what is not in it counts as `other`. So no id, no foreign
text and no vendor's code becomes a label, whatever an event brings.
"""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from bot import errors
from bot.health import Health
from bot.telemetry import event

OTHER = "other"
OK = "ok"
NONE = "none"
POST = "post"
# Of `slack.reply` and `slack.screens`.
DOORS = frozenset(
    {"response_url", POST, "ephemeral", "direct_message", "update", "modal", "home", NONE}
)
MODES = frozenset({"http", "socket"})
# What may stand in the way of an answer, by the names of `bot.errors`.
ERRORS = frozenset(
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.MongologError)
)
OUTCOMES = ERRORS | {OK, "cut_short"}
REPLIES = {
    "reply.sent": "sent",
    "reply.refused": "refused",
    "reply.lost": "lost",
    "reply.shared": "shared",
    "reply.layout_refused": "layout_refused",
}

ANSWER_S = (0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8)
WAIT_S = (0.01, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 40, 60)
# Slack waits 3 s for an acknowledgement; ours should take about two milliseconds.
ACKNOWLEDGEMENT_S = (
    *(0.001, 0.0015, 0.002, 0.0025, 0.003, 0.004, 0.005, 0.0075),
    *(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3),
)
CLOSE_S = 1.0

Facts = Mapping[str, object]


class Metrics:
    """The metrics of one process, in a registry of their own.

    Args:
        version: of the product.
    """

    def __init__(self, *, version: str) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        info = Gauge("mongolog_build_info", "Always 1.", ["version"], registry=self.registry)
        info.labels(version).set(1)
        self._cloud_answers = self._counter(
            "mongolog_cloud_answers", "Calls of the cloud API by how they ended.", "outcome"
        )
        self._cloud_answer_s = self._histogram(
            "mongolog_cloud_answer_seconds", "From a call of the cloud API to its end.", ANSWER_S
        )
        self._budget_wait_s = self._histogram(
            "mongolog_budget_wait_seconds", "Waiting for the turn to call the cloud.", WAIT_S
        )
        self._replies = self._counter(
            "mongolog_replies", "Messages to Slack by door and outcome.", "door", "outcome"
        )
        self._answers = self._counter(
            "mongolog_answers", "Instances asked about, by what the answer was.", "outcome"
        )
        self._acknowledgement_s = self._histogram(
            "mongolog_acknowledgement_seconds",
            "From the arrival of a delivery to its acknowledgement.",
            ACKNOWLEDGEMENT_S,
            "mode",
        )
        self._observers: dict[str, Callable[[Facts], None]] = {
            "cloud.called": self._count_call,
            "budget.waited": self._time_wait,
            "lookup.answered": lambda _: self._answers.labels(OK).inc(),
            "lookup.failed": self._count_failure,
            "delivery.acknowledged": self._time_acknowledgement,
        }

    def observe(self, name: str, facts: Facts) -> None:
        """Count an event; for `telemetry.observing`. Events and facts it does not know pass by."""
        if name in REPLIES:
            door = _one_of(DOORS, facts.get("door", POST if name == "reply.shared" else NONE))
            self._replies.labels(door, REPLIES[name]).inc()
        elif name in self._observers:
            self._observers[name](facts)

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self.registry)

    def _count_call(self, facts: Facts) -> None:
        outcome = facts.get("error") or facts.get("outcome")
        self._cloud_answers.labels(_one_of(OUTCOMES, outcome)).inc()
        _time(self._cloud_answer_s, facts.get("took_ms"))

    def _time_wait(self, facts: Facts) -> None:
        _time(self._budget_wait_s, facts.get("wait_ms"))

    def _count_failure(self, facts: Facts) -> None:
        self._answers.labels(_one_of(ERRORS, facts.get("error"))).inc()

    def _time_acknowledgement(self, facts: Facts) -> None:
        mode = _one_of(MODES, facts.get("mode"))
        _time(self._acknowledgement_s.labels(mode), facts.get("took_ms"))

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, registry=self.registry)

    def _histogram(
        self, name: str, meaning: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(name, meaning, labels, buckets=buckets, registry=self.registry)


def _one_of(words: frozenset[str], value: object) -> str:
    return value if isinstance(value, str) and value in words else OTHER


def _time(histogram: Histogram, took_ms: object) -> None:
    if isinstance(took_ms, int | float) and not isinstance(took_ms, bool) and took_ms >= 0:
        histogram.observe(took_ms / 1000)


@asynccontextmanager
async def metrics_listening(
    metrics: Metrics, health: Health, *, address: str | None
) -> AsyncIterator[int | None]:
    """Serve `/metrics` and `/readyz`; gives the port, or None when this is off or not possible.

    A taken port is warned of and no more: two processes on one machine are no reason not to serve.

    Args:
        metrics: what `/metrics` shows.
        health: what `/readyz` asks.
        address: `host:port` as `MONGOLOG_METRICS` checks it; None is off.
    """
    runner = web.AppRunner(_application(metrics, health), access_log=None, shutdown_timeout=CLOSE_S)
    await runner.setup()
    try:
        yield await _listen(runner, address) if address else None
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, address: str) -> int | None:
    host, _, port = address.rpartition(":")
    try:
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
    except (OSError, OverflowError):
        event("metrics.off", logging.WARNING, reason="MONGOLOG_METRICS: can't listen there")
        return None
    found: int = runner.addresses[0][1]
    event("metrics.listening", port=found)
    return found


def _application(metrics: Metrics, health: Health) -> web.Application:
    async def tell_metrics(_: web.Request) -> web.Response:
        return web.Response(
            body=metrics.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    async def tell_readiness(_: web.Request) -> web.Response:
        return web.Response(text=health.report(), status=200 if health.is_well else 503)

    application = web.Application()
    application.router.add_get("/metrics", tell_metrics)
    application.router.add_get("/readyz", tell_readiness)
    return application
