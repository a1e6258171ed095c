"""`/mongolog …` from the signed delivery to the message that Slack shows."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot.app import running
from bot.demo.cloud_api import CloudApi
from bot.demo.cloud_mishap import (
    ErrorAnswer,
    HalfAnswer,
    LateAnswer,
    NoAnswer,
    NoRequestId,
    RawAnswer,
)
from bot.demo.slack_api import SlackApi
from bot.demo.workspace import ANNA, GITA_GUEST, SHARED, WITH_APP, WITHOUT_APP, Channel, Posted
from bot.demo.world import (
    EMPTY_INSTANCE,
    EXAMPLE_INSTANCE,
    FAILING_INSTANCE,
    GUANGZHOU,
    LINKED_INSTANCE,
    MIXED_INSTANCE,
    RUNNING_INSTANCE,
    SINGAPORE,
    SINGAPORE_INSTANCE,
    UNKNOWN_INSTANCE,
    task,
)
from bot.settings import constant
from tests.acceptance.stand import (
    SECRET_ID,
    SECRET_KEY,
    SIGNING_SECRET,
    Stand,
    settings_between,
)

HIDDEN = Channel(id="C0HIDDEN01", name="hidden", kind="private", members=("U0ANNA0001",))


def all_text(posted: Posted) -> str:
    return json.dumps(posted.blocks, ensure_ascii=False)


def objects(part: Any) -> Iterator[dict[str, Any]]:
    """Every object within blocks, however deep."""
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part:
        if isinstance(inner, dict | list | tuple):
            yield from objects(inner)


def markup(posted: Posted) -> str:
    """All that Slack would read as markup."""
    marked = [part["text"] for part in objects(posted.blocks) if part.get("type") == "mrkdwn"]
    return "\n".join([posted.text, *marked])


def buttons(posted: Posted) -> list[dict[str, Any]]:
    return [part for part in objects(posted.blocks) if part.get("type") == "button"]


async def test_the_documented_example_is_answered_to_the_asker_alone(stand: Stand) -> None:
    answer = await stand.ask(EXAMPLE_INSTANCE)

    assert answer.via == "response_url"
    assert answer.ephemeral_to == ANNA
    assert answer.text.startswith(f"Done: slow log of {EXAMPLE_INSTANCE}")
    assert "363.7 KiB" in all_text(answer)
    assert "no link issued" in all_text(answer)
    assert answer.unfurl_links is False


async def test_the_command_is_acknowledged_silently(stand: Stand) -> None:
    delivery = await stand.slack.command(EXAMPLE_INSTANCE)

    assert (delivery.outcome, delivery.body) == ("ok", "")
    await stand.slack.answers(delivery)


async def test_a_command_is_answered_exactly_once(stand: Stand) -> None:
    await stand.ask(EXAMPLE_INSTANCE)
    await stand.ask(MIXED_INSTANCE)

    assert len(stand.slack.posted) == 2


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        pytest.param(RUNNING_INSTANCE, "Queued: error log of", id="running"),
        pytest.param(EMPTY_INSTANCE, "No exports", id="none"),
        pytest.param(FAILING_INSTANCE, "Running", id="failures"),
        pytest.param(f"{FAILING_INSTANCE} failed", "Failed at", id="failed only"),
        pytest.param(UNKNOWN_INSTANCE, "Not found", id="unknown"),
        pytest.param("", "Which instance?", id="menu"),
        pytest.param("help", "How to ask", id="help"),
        pytest.param("cgmo-k2p5su09", "cgmo-k2p5su09 is not an instance id", id="misspelt"),
        pytest.param(
            "crs-k2p5su09", "crs-k2p5su09 belongs to TencentDB for Redis", id="another product"
        ),
        pytest.param(
            " ".join(f"cmgo-many{n:04d}" for n in range(50)),
            "One answer holds at most 10",
            id="50 ids",
        ),
        pytest.param("ten kB " + "x" * 10_000, "I don't know the word ten", id="10 kB"),
        pytest.param("\N{PILE OF POO} \u202e<!channel>\x07", "I don't know the word", id="hostile"),
    ],
)
async def test_every_question_gets_its_answer(stand: Stand, words: str, begins: str) -> None:
    answer = await stand.ask(words)

    assert answer.text.startswith(begins)
    assert answer.ephemeral_to == ANNA


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("cmgo-k2p5su09_0-node-slave0", id="node name"),
        pytest.param("ＣＭＧＯ-k2p5su09 ｓｔａｔｕｓ", id="full width"),
        pytest.param("`cmgo-k2p5su09`", id="back-ticks"),
        pytest.param("<https://evil.example/x|cmgo-k2p5su09>", id="link with a false label"),
        pytest.param("show me the logs of CMGO-K2P5SU09, please", id="a sentence"),
    ],
)
async def test_an_id_is_found_however_it_was_pasted(stand: Stand, words: str) -> None:
    answer = await stand.ask(words)

    assert answer.text.startswith(f"Done: slow log of {EXAMPLE_INSTANCE}")


async def test_nothing_typed_can_mention_or_link(stand: Stand) -> None:
    answer = await stand.ask(f"{EXAMPLE_INSTANCE} <!channel> <https://evil.example|console>")

    assert "<!channel>" not in markup(answer)
    assert "<https" not in markup(answer)


async def test_an_instance_in_another_region_is_found_and_remembered(stand: Stand) -> None:
    first = await stand.ask(SINGAPORE_INSTANCE)
    asked_first = len(stand.cloud.requests)
    await stand.ask(
        f"{SINGAPORE_INSTANCE} window 2020-01-01T00:00:00..2020-01-02T00:00:00"
    )  # another question

    assert f"found in {SINGAPORE}" in all_text(first)
    assert [each.region for each in list(stand.cloud.requests)[asked_first:]] == [SINGAPORE]


async def test_the_asker_alone_gets_a_download_button(stand: Stand) -> None:
    answer = await stand.ask(LINKED_INSTANCE)

    (download,) = buttons(answer)
    assert download["action_id"] == "ml.download"
    assert ".myqcloud.com/" in download["url"]
    assert "myqcloud" not in answer.text


async def test_pressing_download_is_acknowledged(stand: Stand) -> None:
    answer = await stand.ask(LINKED_INSTANCE)

    click = await stand.slack.click(answer, "ml.download")

    assert (click.outcome, click.body) == ("ok", "")


async def test_a_command_with_the_word_payload_is_not_lost(stand: Stand) -> None:
    answer = await stand.ask(f"{EXAMPLE_INSTANCE} payload")

    assert "payload" in all_text(answer)


async def test_here_shares_the_answer_in_the_channel_without_links(stand: Stand) -> None:
    await stand.slack.command(f"{LINKED_INSTANCE} here")

    shared = await stand.slack.wait_for(lambda posted: posted.via == "chat.postMessage")

    assert shared.channel == WITH_APP
    assert "Shared by <@U0ANNA0001>" in all_text(shared)
    assert "myqcloud" not in all_text(shared)
    assert len(stand.slack.posted) == 1


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        pytest.param(WITHOUT_APP, "/invite @mongolog", id="not invited"),
        pytest.param(HIDDEN.id, "/invite @mongolog", id="private and not invited"),
        pytest.param(SHARED, "shared with another organisation", id="shared channel"),
    ],
)
async def test_here_says_why_it_can_not_share(stand: Stand, channel: str, says: str) -> None:
    stand.slack.workspace.put_channel(HIDDEN)

    answer = await stand.ask(f"{EXAMPLE_INSTANCE} here", channel=channel)

    assert answer.ephemeral_to == ANNA
    assert says in all_text(answer)


async def test_an_answer_that_can_not_be_shared_is_not_lost(stand: Stand) -> None:
    stand.slack.refuse_next("chat.postMessage", "restricted_action")

    answer = await stand.ask(f"{EXAMPLE_INSTANCE} here")

    assert answer.ephemeral_to == ANNA
    assert answer.text.startswith("Done: slow log")
    assert "Not shared: Slack did not take it (`restricted_action`)" in all_text(answer)


async def test_a_place_that_slack_does_not_describe_counts_as_shared(stand: Stand) -> None:
    stand.slack.refuse_next("conversations.info", "internal_error")

    answer = await stand.ask(f"{EXAMPLE_INSTANCE} here")

    assert "shared with another organisation" in all_text(answer)


@pytest.mark.parametrize("method", ["users.info", "conversations.info"])
async def test_a_slack_that_asks_for_a_long_pause_does_not_keep_the_asker_waiting(
    stand: Stand, method: str
) -> None:
    stand.slack.refuse_next(method, "ratelimited", retry_after_s=60)

    answer = await stand.ask(f"{EXAMPLE_INSTANCE} here")

    assert answer.ephemeral_to == ANNA


@pytest.mark.parametrize(
    ("user", "channel", "says"),
    [
        pytest.param(GITA_GUEST, WITH_APP, "Guests", id="guest"),
        pytest.param("U0FRED0001", SHARED, "other organisations", id="foreigner"),
    ],
)
async def test_guests_and_foreigners_are_refused_before_the_cloud_is_asked(
    stand: Stand, user: str, channel: str, says: str
) -> None:
    answer = await stand.ask(EXAMPLE_INSTANCE, user=user, channel=channel)

    assert says in all_text(answer)
    assert answer.ephemeral_to == user
    assert not stand.cloud.requests


async def test_whoever_slack_does_not_describe_is_refused(stand: Stand) -> None:
    stand.slack.scopes -= {"users:read"}

    answer = await stand.ask(EXAMPLE_INSTANCE)

    assert "users:read" in all_text(answer)
    assert not stand.cloud.requests


CLOUD_TROUBLE = [
    pytest.param(
        RawAnswer(status=502, body=b"<html>Bad Gateway</html>"), "The cloud's API failed", id="html"
    ),
    pytest.param(
        RawAnswer(body=b'{"Response": {"Tota'), "The cloud's API failed", id="half a JSON body"
    ),
    pytest.param(RawAnswer(), "The cloud's API failed", id="empty body"),
    pytest.param(RawAnswer(body=b"[]"), "The cloud's API failed", id="not an object"),
    pytest.param(RawAnswer(body=b'{"Response": []}'), "Unreadable", id="no response"),
    pytest.param(
        RawAnswer(status=302, headers=(("Location", "http://127.0.0.1:9/"),)),
        "Unreadable",
        id="redirect",
    ),
    pytest.param(NoAnswer(), "No answer", id="connection closed"),
    pytest.param(HalfAnswer(), "No answer", id="connection closed within the body"),
    pytest.param(ErrorAnswer(code="InternalError"), "The cloud's API failed", id="internal error"),
    pytest.param(ErrorAnswer(code="RequestLimitExceeded"), "Too many requests", id="throttled"),
    pytest.param(ErrorAnswer(code="AuthFailure.SignatureFailure"), "Our key", id="wrong key"),
    pytest.param(ErrorAnswer(code="UnauthorizedOperation"), "Our key lacks", id="no permission"),
    pytest.param(
        RawAnswer(
            body=b'{"Response": {"Error": {"Code": "InternalError", "Message": "x"}}}',
            content_type="application/json; charset=utf-8",
        ),
        "The cloud's API failed",
        id="error with a charset and no RequestId",
    ),
]


@pytest.mark.parametrize(("mishap", "says"), CLOUD_TROUBLE)
async def test_trouble_in_the_cloud_becomes_one_sentence(
    stand: Stand, mishap: RawAnswer, says: str
) -> None:
    stand.cloud.every_answer = mishap

    answer = await stand.ask(EXAMPLE_INSTANCE)

    assert answer.text.startswith(says)
    assert "ml-" in all_text(answer)
    assert "Traceback" not in all_text(answer)


async def test_one_region_down_does_not_hide_an_instance_in_another(stand: Stand) -> None:
    stand.cloud.region_answers[GUANGZHOU] = NoAnswer()

    answer = await stand.ask(SINGAPORE_INSTANCE)

    assert f"found in {SINGAPORE}" in all_text(answer)


async def test_where_a_region_is_down_nobody_is_told_that_there_is_no_such_instance(
    stand: Stand,
) -> None:
    stand.cloud.region_answers[GUANGZHOU] = NoAnswer()

    answer = await stand.ask(UNKNOWN_INSTANCE)

    assert answer.text.startswith("Not found where I could look")


@pytest.mark.parametrize(
    "mishap",
    [
        pytest.param(NoAnswer(), id="connection closed"),
        pytest.param(HalfAnswer(), id="connection closed within the body"),
        pytest.param(ErrorAnswer(code="RequestLimitExceeded"), id="throttled"),
        pytest.param(ErrorAnswer(code="AuthFailure.SignatureExpire"), id="clock"),
    ],
)
async def test_a_moments_trouble_in_the_cloud_is_not_noticed(
    stand: Stand, mishap: RawAnswer
) -> None:
    stand.cloud.next_answers.extend([mishap] * 2)  # one for each region

    answer = await stand.ask(EXAMPLE_INSTANCE)

    assert answer.text.startswith("Done: slow log")


async def test_many_who_ask_the_same_share_one_call(stand: Stand) -> None:
    await asyncio.gather(*(stand.ask(EXAMPLE_INSTANCE) for _ in range(30)))

    assert len(stand.cloud.requests) == 2  # one for each region


async def test_an_answer_given_again_shows_its_age(stand: Stand) -> None:
    first = await stand.ask(EXAMPLE_INSTANCE)
    second = await stand.ask(EXAMPLE_INSTANCE)

    assert " ago)" not in all_text(first).rpartition("as of")[2]
    assert " ago)" in all_text(second).rpartition("as of")[2]


async def test_who_waits_for_a_turn_is_told_so(cloud: CloudApi, slack: SlackApi) -> None:
    settings = settings_between(
        slack, cloud, MONGOLOG_REQUESTS_PER_S="0.4", TENCENTCLOUD_REGION=GUANGZHOU
    )
    async with running(constant(**settings)) as port:
        slack.events_url = f"http://127.0.0.1:{port}/slack/events"
        await slack.answers(await slack.command(EXAMPLE_INSTANCE))
        delivery = await slack.command(MIXED_INSTANCE)  # the next turn is 2.5 s away
        told, answer = await slack.answers(delivery, count=2)

    assert told.text.startswith(f"Many are asking just now: {MIXED_INSTANCE} is waiting its turn.")
    assert MIXED_INSTANCE in answer.text
    assert "Many are asking" not in answer.text


async def test_an_answer_without_request_id_is_an_answer(stand: Stand) -> None:
    stand.cloud.every_answer = NoRequestId()

    answer = await stand.ask(EXAMPLE_INSTANCE)

    assert answer.text.startswith("Done: slow log")


async def test_the_cloud_s_own_words_can_not_mention_anybody(stand: Stand) -> None:
    stand.cloud.every_answer = ErrorAnswer(
        code="FailedOperation", message="<!channel> see https://evil.example *now*"
    )

    answer = await stand.ask(EXAMPLE_INSTANCE)

    assert "evil.example" in all_text(answer)
    assert "evil.example" not in markup(answer)
    assert "<!channel>" not in markup(answer)


async def test_exports_whose_every_field_is_null_are_listed(stand: Stand) -> None:
    nothing = dict.fromkeys(task("x"))
    stand.cloud.world.add("cmgo-nothing01", GUANGZHOU, tasks=[nothing])

    answer = await stand.ask("cmgo-nothing01")

    assert "–" in all_text(answer)


async def test_several_instances_are_one_answer_and_fail_alone(stand: Stand) -> None:
    stand.cloud.deny(LINKED_INSTANCE)

    answer = await stand.ask(f"{EXAMPLE_INSTANCE} {LINKED_INSTANCE} {EMPTY_INSTANCE}")

    assert EXAMPLE_INSTANCE in all_text(answer)
    assert "Our key lacks the right" in all_text(answer)
    assert EMPTY_INSTANCE in all_text(answer)


async def test_a_slow_cloud_is_announced_and_then_answered(stand: Stand) -> None:
    stand.cloud.every_answer = LateAnswer(delay_s=2.3)

    delivery = await stand.slack.command(EXAMPLE_INSTANCE)
    first, second = await stand.slack.answers(delivery, count=2)

    assert first.text.startswith("Still asking the cloud")
    assert second.text.startswith("Done: slow log")


async def test_a_dead_response_url_is_answered_in_the_channel_to_the_asker_alone(
    stand: Stand,
) -> None:
    stand.slack.response_urls_dead = True

    answer = await stand.ask(EXAMPLE_INSTANCE)

    assert (answer.via, answer.ephemeral_to) == ("chat.postEphemeral", ANNA)
    assert answer.text.startswith("Done: slow log")


async def test_where_the_app_is_no_member_the_answer_comes_as_a_direct_message_without_link(
    stand: Stand,
) -> None:
    stand.slack.response_urls_dead = True

    answer = await stand.ask(LINKED_INSTANCE, channel=WITHOUT_APP)

    assert answer.via == "chat.postMessage"
    assert answer.channel.startswith("D")
    assert "Done" in all_text(answer)
    assert "myqcloud" not in all_text(answer)


@pytest.mark.parametrize(
    ("times", "has_blocks"),
    [
        pytest.param(1, True, id="the layout"),
        pytest.param(2, False, id="the simplest layout too"),
    ],
)
async def test_refused_blocks_are_sent_in_a_simpler_layout(
    stand: Stand, times: int, has_blocks: bool
) -> None:
    stand.slack.refuse_blocks_times = times

    answer = await stand.ask(EXAMPLE_INSTANCE)

    assert answer.text.startswith("Done: slow log")
    assert bool(answer.blocks) is has_blocks


async def test_no_secret_reaches_the_log_and_one_reference_goes_through(stand: Stand) -> None:
    delivery = await stand.slack.command(LINKED_INSTANCE)
    (answer,) = await stand.slack.answers(delivery)
    await stand.slack.click(answer, "ml.download")
    await stand.slack.deliver(b"response_url=" + delivery.response_url.encode(), sign=False)
    logged = stand.log.getvalue()

    for secret in ("xoxb-", SIGNING_SECRET, SECRET_ID, SECRET_KEY, delivery.response_path):
        assert secret not in logged
    assert "q-sign" not in logged
    lines = [json.loads(line) for line in logged.splitlines()]
    by_event = {line["event"]: line for line in lines}
    reference = by_event["command.received"]["ref"]
    assert reference in all_text(answer)
    for event in ("cloud.called", "reply.sent", "lookup.answered"):
        assert by_event[event]["ref"] == reference
