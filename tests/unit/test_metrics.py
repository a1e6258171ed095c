"""Events become metrics with closed sets of labels, and a listener gives them out."""

import io
import logging
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import httpx
import pytest
from aiohttp.test_utils import unused_port
from hypothesis import given
from hypothesis import strategies as st

from bot.health import Health
from bot.metrics import DOORS, ERRORS, REPLIES, Metrics, metrics_listening
from bot.slack.asked import Asked, Door
from bot.slack.reply import Replies
from bot.telemetry import event, fault, observing, set_up_logs

HOSTILE = 'cmgo-k2p5su09"} 1\nmongolog_evil{user="U0ANNA'


@pytest.fixture
def metrics() -> Iterator[Metrics]:
    """Metrics that observe this process."""
    made = Metrics(version="1.2.3")
    with observing(made.observe):
        yield made


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_cloud_answers_are_counted_by_the_class_of_the_error(metrics: Metrics) -> None:
    event("cloud.called", outcome="ok", error=None, took_ms=250)
    event("cloud.called", outcome="InternalError.DbBroken", error="CloudBroken", took_ms=3000)
    event("cloud.called", outcome="AuthFailure.Whatever", error="SomethingOfTheirs", took_ms=1)

    counted = "mongolog_cloud_answers_total"
    assert value(metrics, counted, outcome="ok") == 1
    assert value(metrics, counted, outcome="CloudBroken") == 1
    assert value(metrics, counted, outcome="other") == 1
    assert value(metrics, "mongolog_cloud_answer_seconds_count") == 3
    assert value(metrics, "mongolog_cloud_answer_seconds_bucket", le="0.35") == 2


def test_waits_for_the_budget_are_timed_in_seconds(metrics: Metrics) -> None:
    event("budget.waited", logging.DEBUG, wait_ms=1500)

    assert value(metrics, "mongolog_budget_wait_seconds_sum") == 1.5


@pytest.mark.parametrize(
    ("name", "facts", "door"),
    [
        ("reply.sent", {"door": "response_url"}, "response_url"),
        ("reply.refused", {"door": "ephemeral", "code": "channel_not_found"}, "ephemeral"),
        ("reply.lost", {}, "none"),
        ("reply.shared", {}, "post"),
        ("reply.layout_refused", {"code": "invalid_blocks"}, "none"),
        ("reply.sent", {"door": HOSTILE}, "other"),
    ],
)
def test_replies_are_counted_by_door_and_outcome(
    metrics: Metrics, name: str, facts: dict[str, Any], door: str
) -> None:
    event(name, **facts)

    assert value(metrics, "mongolog_replies_total", door=door, outcome=REPLIES[name]) == 1


@pytest.mark.parametrize("door", Door)
def test_every_way_of_a_reply_has_its_own_label(door: Door) -> None:
    replies = Replies(session=None, slack=None, hosts=())  # type: ignore[arg-type]
    asked = Asked(user="U", team="T", channel="C", text="", command="/mongolog", door=door)
    ways = {*replies._ways(asked), *replies._ways(replace(asked, is_shared=True))}

    assert ways <= DOORS


def test_answers_are_counted_by_what_stood_in_their_way(metrics: Metrics) -> None:
    event("lookup.answered", instance="cmgo-k2p5su09", region="ap-guangzhou")
    event("lookup.failed", instance="cmgo-k2p5su09", error="NoSuchInstance", reason="x")

    assert value(metrics, "mongolog_answers_total", outcome="ok") == 1
    assert value(metrics, "mongolog_answers_total", outcome="NoSuchInstance") == 1


def test_acknowledgements_are_timed_finely(metrics: Metrics) -> None:
    event("delivery.acknowledged", logging.DEBUG, mode="http", took_ms=1.8)

    name = "mongolog_acknowledgement_seconds_bucket"
    assert value(metrics, name, mode="http", le="0.0015") == 0
    assert value(metrics, name, mode="http", le="0.002") == 1


def test_the_version_and_the_memory_are_told(metrics: Metrics) -> None:
    shown = metrics.exposition().decode()

    assert 'mongolog_build_info{version="1.2.3"} 1.0' in shown
    assert "process_resident_memory_bytes" in shown


EVENTS = [
    *("cloud.called", "budget.waited", "lookup.answered", "lookup.failed"),
    *("delivery.acknowledged", "app.ready", HOSTILE, *REPLIES),
]
FACTS = ["outcome", "error", "door", "mode", "took_ms", "wait_ms", "code", "instance", "user"]
ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([HOSTILE, "U0ANNA", "cmgo-k2p5su09", "InternalError"])
    | st.lists(st.integers(), max_size=1)
)


@given(
    events=st.lists(
        st.tuples(
            st.sampled_from(EVENTS), st.dictionaries(st.sampled_from(FACTS), ANYTHING, max_size=4)
        ),
        max_size=10,
    )
)
def test_no_fact_can_make_a_label(events: list[tuple[str, dict[str, Any]]]) -> None:
    metrics = Metrics(version="1")
    for name, facts in events:
        metrics.observe(name, facts)

    labels = {
        (label, word)
        for family in metrics.registry.collect()
        if family.name.startswith("mongolog_")
        for sample in family.samples
        for label, word in sample.labels.items()
        if label not in {"le", "version"}
    }
    doors = {*DOORS, "other"}
    assert labels <= {
        *(("outcome", word) for word in (*ERRORS, *REPLIES.values(), "ok", "other")),
        *(("door", word) for word in doors),
        *(("mode", word) for word in ("http", "socket", "other")),
    }


# --- observers ---


def test_an_observer_sees_events_below_the_level_of_the_log() -> None:
    seen: list[tuple[str, dict[str, object]]] = []
    with observing(lambda name, facts: seen.append((name, dict(facts)))):
        event("unseen", logging.DEBUG, fact=1)
        fault("broke", ValueError("text"))
    event("later")

    assert seen[0] == ("unseen", {"fact": 1})
    assert seen[1][1]["error"] == "ValueError"
    assert len(seen) == 2


def test_two_observers_see_the_same() -> None:
    names: list[str] = []
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(observing(lambda name, _: names.append(name)))
        event("e")

    assert names == ["e", "e"]


# --- the listener ---


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    set_up_logs([], style="text", level="info", stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


async def get(port: int | None, path: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(f"http://127.0.0.1:{port}{path}")


async def test_the_listener_gives_metrics_and_reasons(metrics: Metrics) -> None:
    health = Health()
    health.register("slack", lambda: "nothing came for 60 s")
    async with metrics_listening(metrics, health, address="127.0.0.1:0") as port:
        shown, ready = await get(port, "/metrics"), await get(port, "/readyz")

    assert shown.status_code == 200
    assert shown.headers["Content-Type"].startswith("text/plain; version=")
    assert "# TYPE mongolog_replies_total counter" in shown.text
    assert ready.status_code == 503
    assert ready.text == "draining: ok\nslack: nothing came for 60 s\n"


async def test_readiness_is_200_when_all_is_well(metrics: Metrics) -> None:
    async with metrics_listening(metrics, Health(), address="[::1]:0") as port:
        if port is None:
            pytest.skip("this machine has no IPv6")
        async with httpx.AsyncClient(trust_env=False) as client:
            ready = await client.get(f"http://[::1]:{port}/readyz")

    assert (ready.status_code, ready.text) == (200, "draining: ok\n")


async def test_no_address_is_no_listener(metrics: Metrics) -> None:
    async with metrics_listening(metrics, Health(), address=None) as port:
        assert port is None


@pytest.mark.parametrize("address", ["taken", "127.0.0.1:99999"])
async def test_an_address_that_can_not_be_used_is_a_warning_and_no_more(
    metrics: Metrics, log: io.StringIO, address: str
) -> None:
    taken = f"127.0.0.1:{unused_port()}"
    async with (
        metrics_listening(metrics, Health(), address=taken) as first,
        metrics_listening(
            metrics, Health(), address=taken if address == "taken" else address
        ) as second,
    ):
        assert (await get(first, "/readyz")).status_code == 200
        assert second is None

    assert "WARNING metrics.off reason=MONGOLOG_METRICS: can't listen there" in log.getvalue()
