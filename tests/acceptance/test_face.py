"""What the HTTP face takes and refuses."""

import time
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest

from bot.demo.workspace import ANNA, TEAM, WITH_APP
from bot.demo.world import EXAMPLE_INSTANCE
from tests.acceptance.stand import Stand

BODY = f"command=%2Fmongolog&text={EXAMPLE_INSTANCE}&user_id=U0ANNA0001".encode()
LONG_AGO = str(int(time.time()) - 301)
A_VALID_LOOKING_SIGNATURE = "v0=" + "0" * 64


@pytest.mark.parametrize(
    ("headers", "options"),
    [
        pytest.param({}, {"sign": False}, id="unsigned"),
        pytest.param({}, {"signature": A_VALID_LOOKING_SIGNATURE}, id="wrong"),
        pytest.param({}, {"signature": "v0=ü"}, id="not ASCII"),
        pytest.param({}, {"timestamp": LONG_AGO}, id="replayed"),
        pytest.param({}, {"timestamp": "soon"}, id="a time that is no number"),
        pytest.param({}, {"timestamp": "１２３"}, id="a time in full-width digits"),
        pytest.param({}, {"timestamp": "-1"}, id="a negative time"),
        pytest.param({}, {"timestamp": "9" * 400}, id="a time without end"),
        pytest.param({"X-Slack-Request-Timestamp": ""}, {}, id="no time"),
    ],
)
async def test_what_slack_did_not_sign_is_refused_and_reaches_nobody(
    stand: Stand, headers: dict[str, str], options: dict[str, Any]
) -> None:
    delivery = await stand.slack.deliver(BODY, headers, **options)

    assert delivery.status == 401
    assert "command.received" not in stand.log.getvalue()
    assert "Traceback" not in stand.log.getvalue()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(b"{", "application/json", id="half a document"),
        pytest.param(b"[]", "application/json", id="not an object"),
        pytest.param(b"payload=%7B", "application/x-www-form-urlencoded", id="half a payload"),
        pytest.param(b"payload=null", "application/x-www-form-urlencoded", id="no payload"),
    ],
)
async def test_a_signed_body_that_can_not_be_read_is_refused(
    stand: Stand, body: bytes, content_type: str
) -> None:
    delivery = await stand.slack.deliver(body, {"Content-Type": content_type})

    assert delivery.status == 400
    assert "Traceback" not in stand.log.getvalue()


async def test_a_body_that_is_no_text_is_refused(stand: Stand) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(stand.slack.events_url, content=b"\xff\xfe")

    assert answer.status_code == 400


async def test_a_body_without_end_is_refused(stand: Stand) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(stand.slack.events_url, content=b"x" * (1024 * 1024 + 1))

    assert answer.status_code == 413


async def test_slack_s_check_of_the_certificate_is_answered(stand: Stand) -> None:
    delivery = await stand.slack.deliver(b"ssl_check=1&token=x", sign=False)

    assert (delivery.status, delivery.body) == (200, "")


async def test_a_document_that_speaks_of_such_a_check_is_none(stand: Stand) -> None:
    said = b'{"text": "https://x.example/?a=1&ssl_check=1&b=2"}'
    headers = {"Content-Type": "application/json"}
    delivery = await stand.slack.deliver(said, headers, sign=False)

    assert delivery.status == 401


async def test_slack_s_question_for_a_challenge_is_answered(stand: Stand) -> None:
    body = b'{"type": "url_verification", "challenge": "c0ffee"}'

    delivery = await stand.slack.deliver(body, {"Content-Type": "application/json"})

    assert delivery.status == 200
    assert "c0ffee" in delivery.body


async def test_an_unknown_command_is_not_answered_as_if_it_were_ours(stand: Stand) -> None:
    delivery = await stand.slack.deliver(BODY.replace(b"mongolog", b"other"))

    assert delivery.status == 404
    assert "command.received" not in stand.log.getvalue()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_health_is_told_to_anybody(stand: Stand, path: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(stand.address + path)

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/metrics", "/", "/slack", "/slack/events/x"])
async def test_nothing_else_is_served(stand: Stand, path: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(stand.address + path)

    assert answer.status_code == 404


async def test_a_response_url_of_another_host_is_never_called(stand: Stand) -> None:
    # It would work: `localhost` is the simulator too. But Slack is called 127.0.0.1 here.
    url, _ = stand.slack.issue("commands", user=ANNA, channel=WITH_APP)
    other = quote_plus(url.replace("127.0.0.1", "localhost"))
    body = BODY + f"&team_id={TEAM}&channel_id={WITH_APP}&response_url={other}".encode()

    await stand.slack.deliver(body)
    answer = await stand.slack.wait_for(lambda posted: bool(posted.text))

    assert answer.via == "chat.postEphemeral"
    assert answer.text.startswith("Done: slow log")
