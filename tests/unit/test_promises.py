"""What is written down elsewhere stays true: manifest, README, .env.example, simulator."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli import _parser
from bot.demo.slack_methods import COVERAGE
from bot.settings import NAMES
from bot.slack.desk import Desk
from bot.slack.listen import COMMAND, EVENTS, SHORTCUTS, listen
from bot.slack.work import Work

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yaml").read_text(encoding="utf-8"))

# Simulated for the page and for later work; the product does not call them yet.
NOT_CALLED_YET = {"chat.delete", "usergroups.users.list", "views.push"}
SCOPES_OF_EVENTS = {"app_mentions:read", "im:history"}
DOTTED = {"apps_connections_open": "apps.connections.open"}
METHOD = r"(?:apps|auth|chat|conversations|users|views|usergroups)_[a-zA-Z_]+"


def called_methods() -> set[str]:
    """The Web API methods that the product calls, as Slack names them."""
    calls = set()
    for path in [*(ROOT / "bot" / "slack").glob("*.py"), ROOT / "bot" / "app.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and re.fullmatch(METHOD, node.attr):
                target = ast.unparse(node.value)
                if target in {"slack", "self._slack"}:
                    calls.add(DOTTED.get(node.attr) or node.attr.replace("_", ".", 1))
    return calls


# Limits of docs.slack.dev/reference/app-manifest.
LENGTHS = {
    ("display_information", "name"): (1, 35),
    ("display_information", "description"): (1, 140),
    ("display_information", "long_description"): (175, 4000),
    ("features", "bot_user", "display_name"): (1, 80),
}
KEYS = {
    (): {"display_information", "features", "oauth_config", "settings"},
    ("features",): {"app_home", "bot_user", "shortcuts", "slash_commands"},
    ("settings",): {
        "event_subscriptions",
        "interactivity",
        "org_deploy_enabled",
        "socket_mode_enabled",
        "token_rotation_enabled",
    },
}


def in_manifest(path: tuple[str, ...]) -> Any:
    part: Any = MANIFEST
    for key in path:
        part = part[key]
    return part


@pytest.mark.parametrize("path", LENGTHS, ids=".".join)
def test_each_text_of_the_manifest_has_a_length_that_slack_takes(path: tuple[str, ...]) -> None:
    shortest, longest = LENGTHS[path]

    assert shortest <= len(in_manifest(path)) <= longest


@pytest.mark.parametrize("path", KEYS, ids=".".join)
def test_the_manifest_has_only_keys_that_slack_knows(path: tuple[str, ...]) -> None:
    assert set(in_manifest(path)) == KEYS[path]


def test_a_command_of_the_manifest_is_one_that_slack_takes() -> None:
    (command,) = MANIFEST["features"]["slash_commands"]

    assert re.fullmatch(r"/[a-z0-9-]{1,31}", command["command"])
    assert command["should_escape"] is True
    assert command["url"] == MANIFEST["settings"]["interactivity"]["request_url"]
    assert command["url"].endswith("/slack/events")
    assert len(command["description"]) <= 2000


def test_the_manifest_declares_exactly_the_commands_that_are_listened_to() -> None:
    declared = [each["command"] for each in MANIFEST["features"]["slash_commands"]]

    assert declared == [COMMAND]


def test_the_manifest_declares_interactivity_exactly_when_there_are_buttons() -> None:
    async def authorize() -> AuthorizeResult:
        raise NotImplementedError

    bolt = AsyncApp(client=AsyncWebClient(), authorize=authorize)
    listen(bolt, Desk(means=None), Work(), app="")  # type: ignore[arg-type]

    commands = MANIFEST["features"]["slash_commands"]
    clicks, shortcuts, views = 1, 1, 1  # one listener each, for every name that begins like ours
    expected = len(commands) + len(EVENTS) + clicks + shortcuts + views
    assert len(bolt._async_listeners) == expected
    assert MANIFEST["settings"]["interactivity"]["is_enabled"] is True


def test_the_manifest_declares_exactly_the_shortcuts_that_are_listened_to() -> None:
    declared = MANIFEST["features"]["shortcuts"]

    assert {each["callback_id"] for each in declared} == set(SHORTCUTS)
    assert {each["type"] for each in declared} == {"global", "message"}
    assert all(len(each["name"]) <= 24 and len(each["description"]) <= 150 for each in declared)


def test_the_manifest_subscribes_to_exactly_the_events_that_are_listened_to() -> None:
    subscriptions = MANIFEST["settings"]["event_subscriptions"]

    assert subscriptions["bot_events"] == list(EVENTS)
    assert subscriptions["request_url"] == MANIFEST["settings"]["interactivity"]["request_url"]
    assert MANIFEST["features"]["app_home"]["messages_tab_read_only_enabled"] is False


def test_the_manifest_asks_for_exactly_the_scopes_of_what_is_called() -> None:
    needed = {scope for method in called_methods() for scope in COVERAGE[method]}
    asked = set(MANIFEST["oauth_config"]["scopes"]["bot"]) - {"commands"}

    # conversations.info takes any of four scopes; the two for direct messages are not needed.
    assert asked == needed - {"im:read", "mpim:read"} | SCOPES_OF_EVENTS


def test_the_readme_gives_a_reason_for_each_scope() -> None:
    section = README.partition("### Scopes")[2].partition("##")[0]

    assert set(re.findall(r"`([a-z_]+(?::[a-z]+)?)`", section)) >= set(
        MANIFEST["oauth_config"]["scopes"]["bot"]
    )


def test_the_simulator_serves_exactly_what_is_called() -> None:
    assert set(COVERAGE) == called_methods() | NOT_CALLED_YET


def test_the_readme_explains_exactly_the_settings_there_are() -> None:
    table = README.partition("## Settings")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    explained = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}

    assert explained == set(NAMES)


def test_the_example_environment_names_only_settings_there_are() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    names = {found[1] for line in lines if (found := re.match(r"#?([A-Z_]+)=", line))}

    assert names <= set(NAMES)


def test_the_readme_names_every_command() -> None:
    commands = next(
        action.choices for action in _parser()._actions if isinstance(action.choices, dict)
    )

    assert set(commands) == set(re.findall(r"`mongolog ([a-z]+)`", README))


def test_every_file_that_the_readme_points_to_is_there() -> None:
    named = re.findall(r"\]\(([^)#:]+)\)", README)

    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("target", ["demo", "test"])
def test_the_readme_s_two_commands_exist(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert f"make {target} " in README
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_the_map_names_every_part() -> None:
    parts = {path.name for path in (ROOT / "bot").iterdir() if not path.name.startswith("__")}
    section = README.partition("## Map")[2].partition("\n## ")[0]

    assert {part for part in parts if f"{part.removesuffix('/')}" not in section} == set()
