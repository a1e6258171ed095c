"""The process that an admin runs: its start, its exit codes, what it prints."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest
from aiohttp.test_utils import unused_port

from bot.demo.cloud_api import CloudApi
from bot.demo.cloud_mishap import NoAnswer, Normal
from bot.demo.slack_api import SlackApi
from bot.demo.world import (
    EXAMPLE_INSTANCE,
    GUANGZHOU,
    LINKED_INSTANCE,
    SINGAPORE,
    UNKNOWN_INSTANCE,
    task,
)
from tests.acceptance.process import START_S, environment, run
from tests.acceptance.stand import settings_between


async def test_a_taken_port_is_one_sentence_and_exit_2(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    taken = slack.api_url.split(":")[2].split("/")[0]
    settings = settings_between(slack, cloud, PORT=taken)

    code, out, err = await run("serve", settings=settings, cwd=tmp_path)

    assert (code, out) == (2, "")
    assert "PORT: the port is taken by another program" in err
    assert "Traceback" not in err


async def test_a_token_that_slack_refuses_is_one_sentence_and_exit_2(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    settings = settings_between(slack, cloud, SLACK_BOT_TOKEN="xoxb-wrong")

    code, _, err = await run("serve", settings=settings, cwd=tmp_path)

    assert code == 2
    assert err.strip().splitlines()[-1] == "SLACK_BOT_TOKEN: Slack refuses it (invalid_auth)"


async def test_missing_settings_are_named_one_a_line(tmp_path: Path) -> None:
    code, _, err = await run("serve", settings={"MONGOLOG_COLOUR": "blue"}, cwd=tmp_path)

    assert code == 2
    assert "MONGOLOG_COLOUR: no such setting" in err.splitlines()
    assert "SLACK_BOT_TOKEN: must be set" in err.splitlines()
    assert "blue" not in err


async def test_sigterm_ends_a_process_that_slack_keeps_waiting_at_its_start(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    slack.refuse_next("auth.test", "service_unavailable", times=100)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "serve"),
        cwd=tmp_path,
        env=environment(settings_between(slack, cloud, MONGOLOG_LOG="json")),
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    async with asyncio.timeout(START_S):
        first = await process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        rest = await process.stderr.read()

    assert b"slack.unreachable" in first
    assert b"Traceback" not in rest
    assert await process.wait() == 0


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        pytest.param({"HOST": "no host"}, "HOST, PORT: can't listen there", id="no host"),
        pytest.param({"HOST": "192.0.2.1"}, "HOST, PORT: can't listen there", id="not ours"),
        pytest.param(
            {
                "TENCENTCLOUD_ENDPOINT": "mongodb.tencentcloudapi.com",
                "ALL_PROXY": "socks5://127.0.0.1:9",
            },
            "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY: only http proxies can be used",
            id="a socks proxy",
        ),
    ],
)
async def test_what_only_shows_when_it_is_used_is_one_sentence_too(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path, changes: dict[str, str], fault: str
) -> None:
    settings = settings_between(slack, cloud, **changes)

    code, _, err = await run("serve", settings=settings, cwd=tmp_path)

    assert code == 2
    assert err.splitlines()[-1] == fault
    assert "Traceback" not in err


async def test_the_demo_serves_its_page_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--port", str(unused_port())),
        cwd=tmp_path,
        env=environment({}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    async with asyncio.timeout(START_S), httpx.AsyncClient(trust_env=False) as client:
        seen = await process.stdout.readuntil(b"(Ctrl-C ends).")
        page = await client.get(seen.split()[-3].decode())
        process.send_signal(signal.SIGINT)
        rest = await process.stdout.read()

    assert page.status_code == 200
    assert seen.count(b"> /mongolog cmgo-") == 3
    assert rest.strip() == b""
    assert await process.wait() == 0


async def test_a_machine_without_a_browser_is_no_trouble(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from bot.cli.demo import _show; _show('http://127.0.0.1:9/')"),
        cwd=tmp_path,
        env=environment({"PATH": str(tmp_path)}),
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()

    assert (process.returncode, err) == (0, b"")


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
async def test_a_terminal_that_can_not_show_a_character_gets_its_number(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path, encoding: str
) -> None:
    settings = settings_between(slack, cloud, PYTHONIOENCODING=encoding)

    code, out, _ = await run("lookup", EXAMPLE_INSTANCE, settings=settings, cwd=tmp_path)

    assert code == 0
    assert ("\\xb7" in out) is (encoding == "ascii")


async def test_socket_mode_without_an_app_token_is_refused(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    settings = settings_between(slack, cloud)

    code, _, err = await run("serve", "--mode", "socket", settings=settings, cwd=tmp_path)

    assert code == 2
    assert "SLACK_APP_TOKEN" in err


async def test_look_up_in_the_terminal_answers_with_the_same_words(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    settings = settings_between(slack, cloud)

    code, out, err = await run("lookup", EXAMPLE_INSTANCE, settings=settings, cwd=tmp_path)

    assert (code, err) == (0, "")
    assert out.startswith(f"Done: slow log of {EXAMPLE_INSTANCE}")


LOOK_UP_AND_NAME_MODULES = f"""
import sys
from bot.cli import main
code = main(["lookup", "{EXAMPLE_INSTANCE}"])
print(*sorted({{name.split(".")[0] for name in sys.modules}}), file=sys.stderr)
sys.exit(code)
"""


async def test_a_look_up_in_the_terminal_imports_nothing_of_slack_or_the_store(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        LOOK_UP_AND_NAME_MODULES,
        cwd=tmp_path,
        env=environment(settings_between(slack, cloud)),
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    _, err = await process.communicate()

    modules = set(err.decode().split())
    assert process.returncode == 0
    assert "httpx" in modules
    assert not modules & {"aiohttp", "slack_bolt", "slack_sdk", "sqlalchemy", "yaml"}


async def test_a_list_that_could_not_be_read_to_its_end_says_so_and_exits_with_5(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    cloud.world.add("cmgo-many0250", GUANGZHOU, tasks=[task(f"export-{n}") for n in range(250)])
    cloud.next_answers.append(Normal())
    cloud.every_answer = NoAnswer()
    settings = settings_between(slack, cloud, TENCENTCLOUD_REGION=GUANGZHOU)

    code, out, _ = await run("lookup", "cmgo-many0250", "--json", settings=settings, cwd=tmp_path)

    (instance,) = json.loads(out)["instances"]
    assert code == 5
    assert instance["complete"] is False
    assert len(instance["exports"]) == 100


async def test_a_region_that_did_not_answer_is_named_in_the_document(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    cloud.region_answers[GUANGZHOU] = NoAnswer()
    settings = settings_between(slack, cloud)

    code, out, _ = await run("lookup", UNKNOWN_INSTANCE, "--json", settings=settings, cwd=tmp_path)

    (instance,) = json.loads(out)["instances"]
    assert code == 5
    assert instance["error"]["silent_regions"] in ([GUANGZHOU], [SINGAPORE])


async def test_a_reader_who_leaves_is_no_trouble(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "lookup", EXAMPLE_INSTANCE),
        cwd=tmp_path,
        env=environment(settings_between(slack, cloud)),
        stdout=writer,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(writer)
    _, err = await process.communicate()

    assert err == b""
    assert process.returncode == 141


async def test_a_task_id_can_not_steer_the_terminal(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    hostile = task("\x1b]52;c;aGVsbG8=\x07\u202e\r\nexport")
    cloud.world.add("cmgo-hostile1", GUANGZHOU, tasks=[hostile])
    settings = settings_between(slack, cloud)

    _, out, _ = await run("lookup", "cmgo-hostile1", settings=settings, cwd=tmp_path)
    _, document, _ = await run("lookup", "cmgo-hostile1", "--json", settings=settings, cwd=tmp_path)

    assert "\\u001b]52" in out
    for shown in (out, document):
        assert not {"\x1b", "\x07", "\u202e", "\r"} & set(shown)


async def test_links_are_shown_in_the_terminal_only_when_asked_for(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    settings = settings_between(slack, cloud)

    _, without, _ = await run("lookup", LINKED_INSTANCE, settings=settings, cwd=tmp_path)
    _, with_, _ = await run("lookup", LINKED_INSTANCE, "--links", settings=settings, cwd=tmp_path)

    assert "https://" not in without
    assert "https://" in with_


@pytest.mark.parametrize(
    ("words", "changes", "code"),
    [
        pytest.param((EXAMPLE_INSTANCE,), {}, 0, id="found"),
        pytest.param(("help",), {"TENCENTCLOUD_REGION": ""}, 0, id="help, before it is set up"),
        pytest.param((), {}, 2, id="no words"),
        pytest.param(("cgmo-k2p5su09",), {}, 2, id="misspelt"),
        pytest.param((EXAMPLE_INSTANCE, "here"), {}, 2, id="nowhere to share"),
        pytest.param(("health",), {}, 2, id="no app to ask about"),
        pytest.param(("status",), {"TENCENTCLOUD_REGION": ""}, 2, id="no app, and not set up"),
        pytest.param((EXAMPLE_INSTANCE,), {"TENCENTCLOUD_REGION": ""}, 2, id="settings"),
        pytest.param(
            (EXAMPLE_INSTANCE,),
            {"SSL_CERT_FILE": __file__, "TENCENTCLOUD_ENDPOINT": "https://127.0.0.1:9"},
            2,
            id="no certificates",
        ),
        pytest.param((UNKNOWN_INSTANCE,), {}, 3, id="unknown"),
        pytest.param(
            (EXAMPLE_INSTANCE,), {"TENCENTCLOUD_SECRET_KEY": "wrong"}, 4, id="not authorised"
        ),
        pytest.param(
            (EXAMPLE_INSTANCE,), {"TENCENTCLOUD_ENDPOINT": "http://127.0.0.1:9"}, 5, id="down"
        ),
    ],
)
async def test_each_ending_of_a_look_up_has_its_exit_code(
    slack: SlackApi,
    cloud: CloudApi,
    tmp_path: Path,
    words: tuple[str, ...],
    changes: dict[str, str],
    code: int,
) -> None:
    settings = settings_between(slack, cloud, **changes)

    got, _, err = await run("lookup", *words, settings=settings, cwd=tmp_path)

    assert got == code
    assert "Traceback" not in err


async def test_the_demo_needs_no_account_and_reads_no_environment(tmp_path: Path) -> None:
    foreign = {
        "TENCENTCLOUD_SECRET_ID": "AKIDrealkeyofsomebody",
        "SLACK_BOT_TOKEN": "xoxb-real",
        "SLACK_CLIENT_ID": "1.2",  # the two that make Bolt forget its token
        "SLACK_CLIENT_SECRET": "secret",
        "MONGOLOG_COLOUR": "blue",
    }

    code, out, err = await run("demo", "--once", settings=foreign, cwd=tmp_path)

    assert (code, err) == (0, "")
    assert f"> /mongolog {EXAMPLE_INSTANCE}" in out
    assert "363.7 KiB" in out


@pytest.mark.parametrize("words", [(), ("--json",), ("--json", "x" * 10_000), ("nonsense",)])
async def test_bad_words_are_a_sentence_on_stderr(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path, words: tuple[str, ...]
) -> None:
    settings = settings_between(slack, cloud)

    code, out, err = await run("lookup", *words, settings=settings, cwd=tmp_path)

    assert code == 2
    assert err.strip()
    assert bool(out) is ("--json" in words)
    assert not cloud.requests
