"""The store behind the app: what it brings to people, and what they see when it fails."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo.cloud_api import CloudApi
from bot.demo.cloud_mishap import NoAnswer
from bot.demo.slack_api import SlackApi
from bot.demo.workspace import ANNA, Posted
from bot.demo.world import EXAMPLE_INSTANCE, LINKED_INSTANCE, SINGAPORE_INSTANCE
from tests.acceptance.seen import all_text, controls
from tests.acceptance.stand import IN_BOTH_MODES, serving

pytestmark = IN_BOTH_MODES


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mongolog.db"


@pytest.fixture
async def stored(slack: SlackApi, cloud: CloudApi, path: Path) -> AsyncIterator[SlackApi]:
    """The app on a file of its own."""
    async with serving(slack, cloud, DATABASE_URL=f"sqlite:///{path}"):
        yield slack


async def ask(slack: SlackApi, words: str) -> Posted:
    (answer,) = await slack.answers(await slack.command(words))
    return answer


def run(path: Path, statement: str) -> list[tuple[object, ...]]:
    """What another program does to the file."""
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement).fetchall()


async def test_what_was_learned_outlives_the_process(
    slack: SlackApi, cloud: CloudApi, path: Path
) -> None:
    async with serving(slack, cloud, DATABASE_URL=f"sqlite:///{path}"):
        await ask(slack, SINGAPORE_INSTANCE)
    cloud.requests.clear()
    async with serving(slack, cloud, DATABASE_URL=f"sqlite:///{path}"):
        await ask(slack, SINGAPORE_INSTANCE)
        assert [request.region for request in cloud.requests] == ["ap-singapore"]
        cloud.every_answer = NoAnswer()
        menu = await ask(slack, "")

    assert SINGAPORE_INSTANCE in controls(menu)


async def test_every_link_is_in_the_audit_before_it_is_shown_and_is_stored_nowhere(
    stored: SlackApi, path: Path
) -> None:
    answer = await ask(stored, LINKED_INSTANCE)
    url = controls(answer)["Download"]["url"]
    await stored.click(answer, "ml.download")
    await stored.click(answer, "ml.refresh")
    await stored.wait_for(lambda posted: posted.ts == answer.ts and posted.revision == 1)

    deeds = run(path, "SELECT deed, user, instance FROM audit ORDER BY id")
    assert ("link.pressed", ANNA, LINKED_INSTANCE) in deeds
    assert deeds.count(("link.shown", ANNA, LINKED_INSTANCE)) == 2
    signature = url.partition("q-signature=")[2].encode()
    assert signature
    for part in path.parent.iterdir():
        assert signature not in part.read_bytes()


async def test_without_an_audit_there_are_answers_and_no_links(
    stored: SlackApi, path: Path
) -> None:
    run(path, "ALTER TABLE audit RENAME TO elsewhere")

    answer = await ask(stored, LINKED_INSTANCE)
    await stored.click(answer, "ml.link")
    told = await stored.wait_for(
        lambda posted: "No link" in all_text(posted) or "audit" in posted.text
    )

    assert answer.text.startswith("Done")
    assert "myqcloud" not in all_text(answer)
    assert "written into the audit first" in all_text(told)
    run(path, "ALTER TABLE elsewhere RENAME TO audit")
    assert "Download" in controls(await ask(stored, LINKED_INSTANCE))


async def test_without_the_other_tables_every_question_is_answered(
    stored: SlackApi, path: Path
) -> None:
    for table in ("last_answer", "asking"):
        run(path, f"DROP TABLE {table}")

    answer = await ask(stored, EXAMPLE_INSTANCE)
    menu = await ask(stored, "")

    assert answer.text.startswith("Done")
    assert menu.text.startswith("Which instance")


async def test_health_tells_of_a_store_that_takes_nothing(stored: SlackApi, path: Path) -> None:
    run(path, "DROP TABLE asking")
    await ask(stored, EXAMPLE_INSTANCE)

    async with asyncio.timeout(10):
        while "store is damaged" not in all_text(await ask(stored, "health")):
            await asyncio.sleep(0.05)


async def test_a_store_whose_file_was_deleted_gives_no_link_and_says_so(
    stored: SlackApi, path: Path
) -> None:
    await ask(stored, EXAMPLE_INSTANCE)
    path.unlink()  # noqa: ASYNC240 - it is what another program does

    answer = await ask(stored, LINKED_INSTANCE)
    health = await ask(stored, "health")

    assert "Download" not in controls(answer)
    assert "deleted or replaced" in all_text(health)


async def test_several_instances_are_audited_as_they_are_shown(
    stored: SlackApi, path: Path
) -> None:
    answer = await ask(stored, f"{LINKED_INSTANCE} {EXAMPLE_INSTANCE} page 2")

    assert "Download" in controls(answer)
    assert run(path, "SELECT deed, instance FROM audit") == [("link.shown", LINKED_INSTANCE)]


async def test_what_is_shared_is_audited_as_shared_and_no_link_as_shown(
    stored: SlackApi, path: Path
) -> None:
    await stored.command(f"{LINKED_INSTANCE} cmgo-unknown1 here")
    await stored.wait_for(lambda posted: posted.via == "chat.postMessage")
    rows: list[tuple[object, ...]] = []
    async with asyncio.timeout(5):
        while not rows:
            await asyncio.sleep(0.02)
            rows = run(path, "SELECT deed, instance, region FROM audit")

    assert rows == [("answer.shared", LINKED_INSTANCE, "ap-guangzhou")]


async def test_a_locked_store_keeps_nobody_waiting_for_long(stored: SlackApi, path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(8):
            answer = await ask(stored, LINKED_INSTANCE)
        other.rollback()

    assert answer.text.startswith("Done")
    assert "Download" not in controls(answer)
    assert "Not all is well" in all_text(await ask(stored, "health"))
    assert run(path, "SELECT * FROM audit") == []  # what was not shown is not said to be


async def test_an_empty_list_is_what_was_known_last_when_the_instance_was_found_before(
    stored: SlackApi, cloud: CloudApi
) -> None:
    await ask(stored, LINKED_INSTANCE)
    for task in cloud.world.tasks(LINKED_INSTANCE, "ap-guangzhou", datetime.now(UTC)) or ():
        cloud.world.remove(task["TaskId"])
    await asyncio.sleep(2.1)
    assert (await ask(stored, LINKED_INSTANCE)).text.startswith("No exports")
    await asyncio.sleep(2.1)
    cloud.every_answer = NoAnswer()

    answer = await ask(stored, LINKED_INSTANCE)

    assert answer.text.startswith("Not current")
    assert "no exports" in answer.text
