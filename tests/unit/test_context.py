"""What is noted in a modal comes back as it was, or not at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import InstanceId
from bot.slack.context import LONGEST, MOST_INSTANCES, Context

IDS = st.from_regex(r"cmgo-[a-z0-9]{6,16}", fullmatch=True).map(InstanceId)
CONTEXTS = st.builds(
    Context,
    channel=st.sampled_from(["", "C0DBONCALL"]),
    thread_ts=st.sampled_from(["", "1795000000.000100"]),
    instances=st.lists(IDS, max_size=130, unique=True).map(tuple),
    question=st.text(max_size=60),
)


@settings(max_examples=30, deadline=None)
@given(CONTEXTS)
def test_what_fits_is_read_back_and_slack_takes_it(context: Context) -> None:
    text = context.write()

    read = Context.read(text)

    assert len(text) <= LONGEST
    assert (read.channel, read.thread_ts, read.question) == (
        context.channel,
        context.thread_ts,
        context.question,
    )
    assert read.instances == context.instances[: len(read.instances)]
    assert (
        len(context.instances) > MOST_INSTANCES
        or len(text) > LONGEST - 30
        or (read.instances == context.instances)
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "null",
        "[1,2,3,4]",
        '["C1","","",["drop table"]]',
        '["C1","",""]',
        '["C1","","",[1]]',
        '["C1"',
        "[" * 5000,
    ],
)
def test_what_can_not_be_read_is_nothing(text: str) -> None:
    assert Context.read(text) == Context()
