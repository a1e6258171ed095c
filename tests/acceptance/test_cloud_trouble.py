"""What people see when the cloud fails, is slow or says odd things."""

import pytest

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
from bot.demo.world import (
    EMPTY_INSTANCE,
    EXAMPLE_INSTANCE,
    GUANGZHOU,
    LINKED_INSTANCE,
    MIXED_INSTANCE,
    SINGAPORE,
    UNKNOWN_INSTANCE,
    task,
)
from tests.acceptance.seen import all_text, markup
from tests.acceptance.stand import IN_BOTH_MODES, Stand, serving

pytestmark = IN_BOTH_MODES

HONGKONG = "ap-hongkong"


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pauses between attempts at the cloud; how many there are stays."""
    monkeypatch.setattr("bot.cloud.retry.FIRST_DELAY_S", 0.01)
    monkeypatch.setattr("bot.cloud.retry.THROTTLED_DELAY_S", 0.01)


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


THREE_REGIONS = {"TENCENTCLOUD_REGION": f"{GUANGZHOU},{SINGAPORE},{HONGKONG}"}


async def test_an_instance_is_found_in_the_third_region_while_the_first_is_down(
    slack: SlackApi, cloud: CloudApi
) -> None:
    cloud.region_answers[GUANGZHOU] = NoAnswer()
    cloud.world.add("cmgo-hongkong", HONGKONG, tasks=[task("export-1")])

    async with serving(slack, cloud, **THREE_REGIONS):
        (answer,) = await slack.answers(await slack.command("cmgo-hongkong"))

    assert answer.text.startswith("Done: slow log of cmgo-hongkong")
    assert f"found in {HONGKONG}" in all_text(answer)


async def test_while_a_region_is_down_an_unknown_instance_is_not_found_where_we_could_look(
    slack: SlackApi, cloud: CloudApi
) -> None:
    cloud.region_answers[SINGAPORE] = NoAnswer()

    async with serving(slack, cloud, **THREE_REGIONS):
        (answer,) = await slack.answers(await slack.command(UNKNOWN_INSTANCE))

    assert answer.text.startswith("Not found where I could look")
    assert f"{SINGAPORE} did not answer" in answer.text


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


@pytest.mark.usefixtures("impatient")
async def test_a_slow_cloud_is_announced_and_then_answered(stand: Stand) -> None:
    stand.cloud.every_answer = LateAnswer(delay_s=0.5)

    delivery = await stand.slack.command(EXAMPLE_INSTANCE)
    first, second = await stand.slack.answers(delivery, count=2)

    assert first.text.startswith("Still asking the cloud")
    assert second.text.startswith("Done: slow log")


@pytest.mark.usefixtures("impatient")
async def test_who_waits_for_a_turn_is_told_so(cloud: CloudApi, slack: SlackApi) -> None:
    slow = {"MONGOLOG_REQUESTS_PER_S": "1", "TENCENTCLOUD_REGION": GUANGZHOU}
    async with serving(slack, cloud, **slow):
        await slack.answers(await slack.command(EXAMPLE_INSTANCE))
        delivery = await slack.command(MIXED_INSTANCE)  # the next turn is 1 s away
        told, answer = await slack.answers(delivery, count=2)

    assert told.text.startswith(f"Many are asking just now: {MIXED_INSTANCE} is waiting its turn.")
    assert MIXED_INSTANCE in answer.text
    assert "Many are asking" not in answer.text


async def test_the_log_names_instance_region_and_offset_of_every_call(stand: Stand) -> None:
    exports = [task(f"export-{number}") for number in range(250)]
    stand.cloud.world.add("cmgo-many0250", SINGAPORE, tasks=exports)

    await stand.ask("cmgo-many0250")

    calls = stand.logged("cloud.called")
    assert sorted((each["instance"], each["region"], each["offset"]) for each in calls) == sorted(
        (each.body["InstanceId"], each.region, each.body["Offset"]) for each in stand.cloud.requests
    )
    assert max(each["offset"] for each in calls) > 0
