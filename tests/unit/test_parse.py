"""What people type, as tables of sentences: what each one asks, or what is wrong with it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import BadCommand, Problem
from bot.model import Command, HealthCheck, Help, InstanceId, Lookup, Menu, WatchStatus
from bot.parse import instance_ids, parse

ID = "cmgo-k2p5su09"
OTHER = "cmgo-p8vn3x7kq"
SHANGHAI = "Asia/Shanghai"
NOW = datetime(2024, 3, 7, 4, 0, tzinfo=UTC)  # noon in Shanghai


def ask(text: str) -> Command:
    return parse(text, now=NOW, zone=SHANGHAI)


def lookup(*instances: str, **words: Any) -> Lookup:
    return Lookup(instances=tuple(map(InstanceId, instances or (ID,))), **words)


def states(*words: str) -> Lookup:
    return lookup(states=frozenset(words))


def kinds(*words: str) -> Lookup:
    return lookup(kinds=frozenset(words))


def full_width(text: str) -> str:
    """The text in the wide letters of an East Asian keyboard."""
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        pytest.param("", Menu(), id="nothing"),
        pytest.param(" \t\u3000\n ", Menu(), id="white space"),
        pytest.param("\u200b\ufeff", Menu(), id="characters nobody sees"),
        pytest.param("show me the logs, please", Menu(), id="fillers only"),
        pytest.param("status", WatchStatus(), id="status of nothing"),
        pytest.param("show me the Status, please!", WatchStatus(), id="status in a sentence"),
        pytest.param("health", HealthCheck(), id="health"),
        pytest.param("—health", HealthCheck(), id="health as an option from a phone"),
        pytest.param("Health status?", HealthCheck(), id="health in a sentence"),
        pytest.param("- … !", Menu(), id="punctuation only"),
        pytest.param("help", Help(), id="help"),
        pytest.param("Help!", Help(), id="help cried"),
        pytest.param("please help me", Help(), id="help politely"),
        pytest.param("?", Help(), id="question mark"),
        pytest.param(full_width("??"), Help(), id="full-width question marks"),
        pytest.param("-h", Help(), id="short option"),
        pytest.param("--help", Help(), id="long option"),
        pytest.param("—help", Help(), id="long option from a phone"),
        pytest.param(f"{ID} --help", Help(), id="help behind an id"),
        pytest.param("fialed help", Help(), id="help before complaints"),
        pytest.param("help states", Help(topic="states"), id="help on a topic"),
        pytest.param("help with the Watches", Help(topic="watches"), id="help on a later topic"),
        pytest.param("? period", Help(topic="period"), id="question mark with topic"),
        pytest.param("help:links", Help(topic="links"), id="topic behind a colon"),
        pytest.param(f"help {ID} links", Help(topic="links"), id="an id is no topic"),
    ],
)
def test_words_without_a_question_give_the_menu_or_help(text: str, command: Command) -> None:
    assert ask(text) == command


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ID, id="bare"),
        pytest.param(ID.upper(), id="capitals"),
        pytest.param("Cmgo-K2p5su09.", id="a phone's capitals and full stop"),
        pytest.param(f"{ID} status", id="id first"),
        pytest.param(f"status {ID}", id="verb first"),
        pytest.param(f"status: {ID}", id="verb with colon"),
        pytest.param(f"show me the logs of {ID} please", id="whole sentence"),
        pytest.param(f"how is {ID}?", id="question"),
        pytest.param(f"is {ID} ?", id="question mark behind a space"),
        pytest.param(f"/mongolog {ID}", id="command pasted into a message"),
        pytest.param(f"@mongolog {ID}", id="mention typed in a terminal"),
        pytest.param(f"instance={ID}", id="option"),
        pytest.param(f"id:{ID}", id="label"),
        pytest.param(f"`{ID}`", id="back-ticks"),
        pytest.param(f"*{ID}*,", id="bold with comma"),
        pytest.param(f"“{ID}”", id="curly quotes"),
        pytest.param(f"(({ID}))", id="brackets"),
        pytest.param(f"「{ID}」。", id="CJK brackets and full stop"),
        pytest.param(f"&lt;{ID}&gt;", id="escaped angle brackets"),
        pytest.param(full_width(ID), id="full-width letters"),
        pytest.param("cmgo\u2011k2p5su09", id="non-breaking hyphen"),
        pytest.param("cmgo-\u200bk2p5\u00adsu09", id="zero-width space and soft hyphen inside"),
        pytest.param(f"\u2066{ID}\u2069", id="bidi isolates around"),
        pytest.param(f"{ID} {ID.upper()}", id="twice"),
        pytest.param(f"{ID}_0-node-slave0", id="node name"),
        pytest.param(f"{ID}_0-node-slave0, {ID}_1-node-primary", id="two nodes of one instance"),
        pytest.param(f"mongodb://{ID}:27017/admin", id="connection string"),
        pytest.param(f"mongodb://u:p,w@10.0.0.1:27017,{ID}:27017/?x=1&amp;y=2", id="host list"),
        pytest.param(f"{ID}.mongodb.tencentcdb.com:27017", id="host name"),
        pytest.param(f"<http://{ID}.example.com|{ID}.example.com>", id="automatic link"),
        pytest.param(f"<https://console.example/mongo?id={ID}&amp;rid=1>", id="id in a target"),
        pytest.param(f"<https://console.example/x|look at {ID} now>", id="id in a label"),
        pytest.param("<https://console.example/%2Fcmgo%2Dk2p5su09>", id="percent-encoded"),
        pytest.param(f"<#C024BE7LR|{ID}>", id="channel's name"),
        pytest.param(f"the log export for my instance {ID}", id="nouns dropped"),
    ],
)
def test_one_instance_is_found_however_it_is_written(text: str) -> None:
    assert ask(text) == lookup(ID)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        pytest.param(f"{OTHER} {ID}", lookup(OTHER, ID), id="two ids in their order"),
        pytest.param(f"{OTHER},{ID}", lookup(OTHER, ID), id="comma between"),
        pytest.param(f"{OTHER}\uff0c{ID}", lookup(OTHER, ID), id="full-width comma"),
        pytest.param(f"{OTHER}、{ID}", lookup(OTHER, ID), id="ideographic comma"),
        pytest.param(f"{OTHER}\n{ID}\n", lookup(OTHER, ID), id="one a line"),
        pytest.param(f"{OTHER} & {ID}", lookup(OTHER, ID), id="ampersand"),
        pytest.param(f"{ID} done", states("done"), id="state"),
        pytest.param(f"failed {ID}", states("failed"), id="state first"),
        pytest.param(f"{ID} Failed.", states("failed"), id="a phone's Failed."),
        pytest.param(f"{ID} done failed", states("done", "failed"), id="either of two"),
        pytest.param(f"{ID},failed", states("failed"), id="glued with a comma"),
        pytest.param(f"failed,https://x.example/{ID}", states("failed"), id="glued to a link"),
        pytest.param(f"{ID} running/queued", states("running", "queued"), id="slash"),
        pytest.param(f"{ID} state=failed,done", states("failed", "done"), id="state option"),
        pytest.param(f"status:active {ID}", states("active"), id="status label"),
        pytest.param(f"failed:{ID}", states("failed"), id="state as label of the id"),
        pytest.param(f"{ID} done ?", states("done"), id="is it done ?"),
        pytest.param(f"is {ID} running or queued", states("running", "queued"), id="or"),
        pytest.param(f"{ID} {full_width('FAILED')}", states("failed"), id="full-width state"),
        pytest.param(f"{ID} fai\u200bled", states("failed"), id="zero-width inside a state"),
        pytest.param(f"{ID} slow", kinds("slow"), id="slow logs"),
        pytest.param(f"{ID} errors", kinds("error"), id="errors"),
        pytest.param(f"{ID} slow+error", kinds("slow", "error"), id="both kinds"),
        pytest.param(f"{ID} here", lookup(here=True), id="here"),
        pytest.param(f"{ID} region ap-guangzhou", lookup(region="ap-guangzhou"), id="region"),
        pytest.param(f"{ID} AP-Guangzhou", lookup(region="ap-guangzhou"), id="bare region"),
        pytest.param(f"{ID} in ap-shanghai-fsi", lookup(region="ap-shanghai-fsi"), id="fsi"),
        pytest.param(f"{ID} --region=na-ashburn", lookup(region="na-ashburn"), id="region option"),
        pytest.param(f"{ID} page 2", lookup(page=2), id="page"),
        pytest.param(f"{ID} limit{full_width(':100')}", lookup(limit=100), id="full-width limit"),
        pytest.param(f"{ID} page 2 page 2", lookup(page=2), id="said twice the same"),
        pytest.param(
            f"show failed slow logs of {ID} and {OTHER} in ap-guangzhou, page 3 limit 20 here!",
            replace(
                lookup(ID, OTHER, region="ap-guangzhou", page=3, limit=20, here=True),
                states=frozenset({"failed"}),
                kinds=frozenset({"slow"}),
            ),
            id="all at once",
        ),
    ],
)
def test_words_narrow_the_question(text: str, asked: Lookup) -> None:
    assert ask(text) == asked


def numbered(count: int) -> tuple[str, ...]:
    return tuple(f"cmgo-node00{number:02}" for number in range(count))


def test_ten_instances_are_one_question() -> None:
    ids = numbered(10)

    assert ask(" ".join(ids)) == lookup(*ids)


@pytest.mark.parametrize(
    ("count", "sizes"),
    [
        pytest.param(11, [10, 1], id="one too many"),
        pytest.param(50, [10, 10, 10, 10, 10], id="fifty"),
        pytest.param(63, [10, 10, 10, 10, 10, 10, 3], id="many"),
    ],
)
def test_too_many_instances_come_back_in_parts_that_ask_the_same(
    count: int, sizes: list[int]
) -> None:
    ids = numbered(count)

    with pytest.raises(BadCommand) as caught:
        ask(f"failed {' '.join(ids)} since 9:22 limit 20")
    error = caught.value
    parts = [parse(part, now=NOW, zone="America/New_York") for part in error.commands]

    assert error.problem is Problem.TOO_MANY
    assert [len(part.instances) for part in parts if isinstance(part, Lookup)] == sizes
    assert parts[0] == replace(
        lookup(*ids[:10], since=datetime(2024, 3, 7, 1, 22, tzinfo=UTC), zone=SHANGHAI, limit=20),
        states=frozenset({"failed"}),
    )
    assert error.commands[0].endswith(
        "cmgo-node0009 failed zone Asia/Shanghai since 2024-03-07T09:22 limit 20"
    )


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param("", (), id="empty"),
        pytest.param("all quiet, cmgo-k2p5 is too short", (), id="none"),
        pytest.param(
            f"*Slow queries* on {ID}_0-node-slave0 (<https://c.example/?id={OTHER}|console>), "
            f"again `{ID.upper()}`",
            (ID, OTHER),
            id="an alert",
        ),
        pytest.param(f"host={OTHER}:27017\nhost={ID}:27017", (OTHER, ID), id="lines of pairs"),
        pytest.param(f'{{"InstanceId":"{ID}","next":["{OTHER}"]}}', (ID, OTHER), id="JSON"),
        pytest.param(f"mongodb://{ID}:27017,{OTHER}:27017/admin", (ID, OTHER), id="host list"),
        pytest.param(f"x{ID} my-{ID} cmgo-{'a' * 17}", (), id="parts of other names"),
    ],
)
def test_instance_ids_are_found_in_any_text(text: str, ids: tuple[str, ...]) -> None:
    assert instance_ids(text) == ids
