"""The probes: who can say no, and what is told."""

import time

import httpx
import pytest
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot.health import Health
from bot.telemetry import observing
from bot.web import Face, listening

SECRET = "a-signing-secret"


def test_health_without_probes_is_well() -> None:
    health = Health()

    assert health.is_well
    assert health.report() == "draining: ok\n"


def test_one_probe_that_is_not_well_is_enough() -> None:
    troubles: dict[str, str | None] = {"slack": None, "store": "can't be opened"}
    health = Health()
    health.register("slack", lambda: troubles["slack"])
    health.register("store", lambda: troubles["store"])

    assert not health.is_well
    assert health.report() == "draining: ok\nslack: ok\nstore: can't be opened\n"

    troubles["store"] = None

    assert health.is_well


def test_draining_is_for_good() -> None:
    health = Health()
    health.drain()

    assert health.is_draining
    assert not health.is_well
    assert health.report() == "draining: no new work is taken\n"


def test_two_probes_of_one_name_are_a_mistake() -> None:
    health = Health()

    with pytest.raises(ValueError, match="draining"):
        health.register("draining", lambda: None)


# --- on the public port ---


def signed(body: bytes) -> dict[str, str]:
    stamp = str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
    return {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": str(signature),
    }


async def ask(face: Face, method: str, path: str, body: bytes = b"{}") -> tuple[int, str]:
    async with (
        listening(face, host="127.0.0.1", port=0) as port,
        httpx.AsyncClient(trust_env=False) as client,
    ):
        url = f"http://127.0.0.1:{port}{path}"
        answer = await client.request(method, url, content=body, headers=signed(body))
    return answer.status_code, answer.text


async def acknowledge(_: AsyncBoltRequest) -> BoltResponse:
    return BoltResponse(status=200)


async def test_readiness_is_told_without_reasons() -> None:
    health = Health()
    health.register("slack", lambda: "nothing came for 60 s")
    face = Face(None, health=health)

    assert await ask(face, "GET", "/readyz") == (503, "")
    assert await ask(face, "GET", "/healthz") == (200, "ok\n")
    assert await ask(Face(None, health=Health()), "GET", "/readyz") == (200, "")


async def test_stopping_the_intake_is_draining() -> None:
    health = Health()
    face = Face(acknowledge, signing_secret=SECRET, health=health)
    face.stop_intake()

    assert health.is_draining
    assert await ask(face, "GET", "/readyz") == (503, "")


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        pytest.param(
            b'{"command": "/mongolog", "text": "help"}',
            (200, '{"response_type": "ephemeral", "text": "Come back."}'),
            id="a command is told to come back",
        ),
        pytest.param(
            b'{"type": "event_callback"}', (503, ""), id="an event is left to be repeated"
        ),
        pytest.param(b'{"type": "block_actions"}', (200, "taken"), id="a click is taken"),
    ],
)
async def test_while_draining_each_delivery_has_its_last_word(
    body: bytes, answer: tuple[int, str]
) -> None:
    async def take(_: AsyncBoltRequest) -> BoltResponse:
        return BoltResponse(status=200, body="taken")

    face = Face(take, signing_secret=SECRET, goodbye="Come back.")
    face.stop_intake()

    assert await ask(face, "POST", "/slack/events", body) == answer


async def test_in_socket_mode_deliveries_have_no_address() -> None:
    status, _ = await ask(Face(None), "POST", "/slack/events")

    assert status == 404


async def test_the_acknowledgement_of_a_delivery_is_timed() -> None:
    seen: list[tuple[str, dict[str, object]]] = []
    with observing(lambda name, facts: seen.append((name, dict(facts)))):
        face = Face(acknowledge, signing_secret=SECRET)
        assert (await ask(face, "POST", "/slack/events"))[0] == 200
        unsigned = Face(acknowledge, signing_secret="another")
        assert (await ask(unsigned, "POST", "/slack/events"))[0] == 401

    (facts,) = [facts for name, facts in seen if name == "delivery.acknowledged"]
    assert facts["mode"] == "http"
    assert isinstance(facts["took_ms"], float)
    assert facts["took_ms"] > 0
