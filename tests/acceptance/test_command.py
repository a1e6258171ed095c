"""`/mongolog …` from the delivery to the message that Slack shows: questions and answers."""

import asyncio

import pytest

from bot.demo.workspace import ANNA, GITA_GUEST, SHARED, WITH_APP
from bot.demo.world import (
    EMPTY_INSTANCE,
    EXAMPLE_INSTANCE,
    FAILING_INSTANCE,
    LINKED_INSTANCE,
    MIXED_INSTANCE,
    RUNNING_INSTANCE,
    SINGAPORE,
    SINGAPORE_INSTANCE,
    UNKNOWN_INSTANCE,
)
from tests.acceptance.seen import all_text, buttons, markup
from tests.acceptance.stand import (
    IN_BOTH_MODES,
    SECRET_ID,
    SECRET_KEY,
    SIGNING_SECRET,
    Stand,
)

pytestmark = IN_BOTH_MODES


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

    (download,) = [each for each in buttons(answer) if each["action_id"] == "ml.download"]
    assert ".myqcloud.com/" in download["url"]
    assert "myqcloud" not in answer.text


async def test_pressing_download_is_acknowledged(stand: Stand) -> None:
    answer = await stand.ask(LINKED_INSTANCE)

    click = await stand.slack.click(answer, "ml.download")

    assert (click.outcome, click.body) == ("ok", "")


async def test_a_command_with_the_word_payload_is_not_lost(stand: Stand) -> None:
    answer = await stand.ask(f"{EXAMPLE_INSTANCE} payload")

    assert "payload" in all_text(answer)


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


async def test_many_who_ask_the_same_share_one_call(stand: Stand) -> None:
    await asyncio.gather(*(stand.ask(EXAMPLE_INSTANCE) for _ in range(30)))

    assert len(stand.cloud.requests) == 2  # one for each region


async def test_an_answer_given_again_shows_its_age(stand: Stand) -> None:
    first = await stand.ask(EXAMPLE_INSTANCE)
    second = await stand.ask(EXAMPLE_INSTANCE)

    assert " ago)" not in all_text(first).rpartition("as of")[2]
    assert " ago)" in all_text(second).rpartition("as of")[2]


async def test_no_secret_reaches_the_log_and_one_reference_goes_through(stand: Stand) -> None:
    delivery = await stand.slack.command(LINKED_INSTANCE)
    (answer,) = await stand.slack.answers(delivery)
    await stand.slack.click(answer, "ml.download")
    await stand.slack.deliver(b"response_url=" + delivery.response_url.encode(), sign=False)
    logged = stand.log.getvalue()

    for secret in ("xoxb-", "xapp-", SIGNING_SECRET, SECRET_ID, SECRET_KEY):
        assert secret not in logged
    for part_of_an_address in (delivery.response_path, "ticket", "q-sign"):
        assert part_of_an_address not in logged
    received, clicked = stand.logged("command.received")
    assert (received["door"], clicked["door"]) == ("command", "click")
    assert received["ref"] in all_text(answer)
    for event in ("cloud.called", "reply.sent", "lookup.answered"):
        assert stand.logged(event)[0]["ref"] == received["ref"]
