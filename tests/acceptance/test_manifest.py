"""`mongolog manifest`: what is pasted into Slack's pages."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli.manifest import read_manifest
from tests.acceptance.process import ROOT, run

URL = "https://mongolog.example.org/slack/events"


def addresses(part: Any) -> list[str]:
    """Everything in the manifest that is an address, or stands where one would."""
    if isinstance(part, list):
        return [each for item in part for each in addresses(item)]
    if isinstance(part, dict):
        named = [str(value) for key, value in part.items() if key in {"url", "request_url"}]
        return named + [each for value in part.values() for each in addresses(value)]
    return [part] if isinstance(part, str) and "://" in part else []


async def manifest(cwd: Path, *arguments: str) -> dict[str, Any]:
    code, out, err = await run("manifest", *arguments, settings={}, cwd=cwd)
    assert (code, err) == (0, "")
    document: dict[str, Any] = json.loads(out)
    return document


async def test_without_a_url_it_is_for_socket_mode_and_names_no_address(tmp_path: Path) -> None:
    document = await manifest(tmp_path)

    assert document["settings"]["socket_mode_enabled"] is True
    assert document["settings"]["interactivity"] == {"is_enabled": True}
    assert addresses(document) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://mongolog.example.org",
        "https://mongolog.example.org/",
        "https://mongolog.example.org/slack/events",
        "https://mongolog.example.org/slack/events/",
    ],
)
async def test_with_a_url_slack_sends_everything_there(tmp_path: Path, url: str) -> None:
    document = await manifest(tmp_path, "--url", url)

    assert document["settings"]["socket_mode_enabled"] is False
    assert document["features"]["slash_commands"][0]["url"] == URL
    assert document["settings"]["interactivity"]["request_url"] == URL
    assert document["settings"]["event_subscriptions"]["request_url"] == URL
    assert set(addresses(document)) == {URL}


async def test_a_path_and_a_port_in_front_are_kept(tmp_path: Path) -> None:
    document = await manifest(tmp_path, "--url", "https://example.org:8443/bots/mongolog/")

    assert set(addresses(document)) == {"https://example.org:8443/bots/mongolog/slack/events"}


async def test_all_else_is_as_in_the_file(tmp_path: Path) -> None:
    document = await manifest(tmp_path)
    in_file = yaml.safe_load((ROOT / "manifest.yaml").read_text(encoding="utf-8"))

    assert document["oauth_config"] == in_file["oauth_config"]
    assert document["display_information"] == in_file["display_information"]
    assert document.keys() == in_file.keys()


@pytest.mark.parametrize(
    "url",
    [
        "http://mongolog.example.org",
        "mongolog.example.org",
        "https://",
        "https://user:secret@example.org",
        "https://example.org?a=b",
        "https://example.org/#a",
        "https://example.org:port",
        "https://[::1",
        "https://example.org/\x1b[2J",
        "https://ex\u00e4mple.org",
        "",
    ],
)
async def test_a_url_that_slack_could_not_use_is_one_sentence_and_exit_2(
    tmp_path: Path, url: str
) -> None:
    code, out, err = await run("manifest", "--url", url, settings={}, cwd=tmp_path)

    assert (code, out) == (2, "")
    assert err == "--url: must be an https URL, such as https://mongolog.example.com\n"


async def test_any_terminal_gets_json(tmp_path: Path) -> None:
    code, out, _ = await run("manifest", settings={"PYTHONIOENCODING": "ascii"}, cwd=tmp_path)

    assert code == 0
    assert json.loads(out)["features"] == {
        **read_manifest()["features"],
        "slash_commands": [
            {key: value for key, value in command.items() if key != "url"}
            for command in read_manifest()["features"]["slash_commands"]
        ],
    }
