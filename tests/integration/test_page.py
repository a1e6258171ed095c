"""The demo's page passes on what is typed, tells what is said, and obeys no other page."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from aiohttp import web

from bot.demo.page import EXAMPLES, FILES, PORT_IS_TAKEN, PORT_IS_UNUSABLE, Page
from bot.demo.page.acts import COMMAND
from bot.demo.slack_api import SlackApi
from bot.demo.workspace import ANNA, BEN, GITA_GUEST, PRIVATE, WITH_APP, Posted, small_workspace
from bot.errors import SettingsError

BOT = Path(__file__).parents[2] / "bot"
SOURCES = BOT / "demo" / "page"
SCRIPTS = tuple(sorted(path.name for path in SOURCES.glob("*.js")))

QUESTION = {"text": "cmgo-k2p5su09", "user": ANNA, "channel": WITH_APP}
BUTTON = {
    "type": "button",
    "action_id": "ml.refresh",
    "text": {"type": "plain_text", "text": "Refresh"},
    "value": "v1|q|cmgo-k2p5su09",
}
BLOCKS = ({"type": "actions", "block_id": "nav:1", "elements": [BUTTON]},)

Event = tuple[str, dict[str, Any]]


class App:
    """Our app, played: keeps what Slack sends it, and says nothing."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []

    async def take(self, request: web.Request) -> web.Response:
        fields = parse_qs((await request.read()).decode(), keep_blank_values=True)
        self.forms.append({name: values[0] for name, values in fields.items()})
        return web.Response()


class Stream:
    """A reader of the page's events."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> Event:
        """The next event: its kind and its facts."""
        async with asyncio.timeout(10):
            async for line in self._lines:
                if line.startswith("event: "):
                    data = await anext(self._lines)
                    return line.removeprefix("event: "), json.loads(data.removeprefix("data: "))
        raise EOFError

    async def past(self) -> list[Event]:
        """The events up to `ready`, without it."""
        events = []
        while (event := await self.next())[0] != "ready":
            events.append(event)
        return events


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
async def slack(app: App) -> AsyncIterator[SlackApi]:
    application = web.Application()
    application.router.add_post("/slack/events", app.take)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with SlackApi(
        small_workspace(), bot_token="xoxb-invented", signing_secret="invented"
    ) as slack:
        slack.events_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        yield slack
    await runner.cleanup()


@pytest.fixture
async def page(slack: SlackApi) -> AsyncIterator[Page]:
    async with Page(slack, port=0) as page:
        yield page


@pytest.fixture
async def http(page: Page) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=page.url, trust_env=False) as http:
        yield http


@asynccontextmanager
async def reading(http: httpx.AsyncClient) -> AsyncIterator[Stream]:
    async with http.stream("GET", "/messages") as response:
        assert response.headers["Content-Type"] == "text/event-stream"
        yield Stream(response)


def say(slack: SlackApi, text: str, **more: Any) -> Posted:
    """Let the app say something."""
    workspace = slack.workspace
    ts = workspace.new_ts(slack.clock())
    return workspace.post(
        Posted(channel=WITH_APP, ts=ts, text=text, via="chat.postMessage", **more)
    )


# The page itself


@pytest.mark.parametrize("name", ["", *FILES])
async def test_each_file_is_served_and_may_load_nothing_from_elsewhere(
    http: httpx.AsyncClient, name: str
) -> None:
    answer = await http.get(f"/{name}")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(FILES[name or "page.html"])
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'self'"
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_refusal_carries_the_same_protection(http: httpx.AsyncClient) -> None:
    for answer in (await http.get("/nothing"), await http.get("/", headers={"Host": "a.example"})):
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")


def test_every_file_of_the_folder_is_served() -> None:
    assert {path.name for path in SOURCES.iterdir() if path.suffix not in {".py", ""}} == set(FILES)


def test_the_page_names_only_files_that_are_served() -> None:
    markup = (SOURCES / "page.html").read_text(encoding="utf-8")
    code = "".join((SOURCES / name).read_text(encoding="utf-8") for name in SCRIPTS)
    named = {
        *re.findall(r'(?:src|href)="([^"]+)"', markup),
        *re.findall(r'(?:from|src:) "(?:\./)?([^"]+)"', code),
    }

    assert named == set(FILES) - {"page.html"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_reads_text_as_markup(name: str) -> None:
    code = (SOURCES / name).read_text(encoding="utf-8")

    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", code)


def test_every_emoji_that_the_app_sends_is_shown() -> None:
    senders = (*(BOT / "render").glob("*.py"), SOURCES / "alerts.py")
    sources = (path.read_text(encoding="utf-8") for path in senders)
    sent = {name for text in sources for name in re.findall(r":([a-z][a-z0-9_]*):[ \"*]", text)}
    table = (SOURCES / "mrkdwn.js").read_text(encoding="utf-8").partition("const EMOJI = {")[2]
    known = set(re.findall(r"^  (\w+): ", table.partition("};")[0], re.MULTILINE))

    assert {"x", "white_check_mark", "hourglass_flowing_sand"} <= sent
    assert sent <= known


async def test_the_state_tells_people_channels_and_examples(http: httpx.AsyncClient) -> None:
    state = (await http.get("/state")).json()

    assert {"Anna Aalto", "Gita Guest"} <= {person["real_name"] for person in state["people"]}
    assert "db-oncall" in {channel["name"] for channel in state["channels"]}
    assert {each["label"]: each["text"] for each in state["examples"]} == dict(EXAMPLES)
    assert EXAMPLES["misspelt"] == "cgmo-k2p5su09"
    assert state["start"] == {"user": ANNA, "channel": WITH_APP}


# Asking


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param("cmgo-k2p5su09 failed", "cmgo-k2p5su09 failed", id="words alone"),
        pytest.param("/mongolog cmgo-k2p5su09", "cmgo-k2p5su09", id="with the command"),
        pytest.param("/mongolog", "", id="the command alone"),
        pytest.param("/mongologs cmgo-k2p5su09", "/mongologs cmgo-k2p5su09", id="another command"),
    ],
)
async def test_what_is_typed_reaches_the_app_as_a_command(
    http: httpx.AsyncClient, app: App, typed: str, words: str
) -> None:
    answer = await http.post("/ask", json={"text": typed, "user": BEN, "channel": PRIVATE})

    assert answer.json() == {"outcome": "ok"}
    (form,) = app.forms
    assert (form["command"], form["text"]) == ("/mongolog", words)
    assert (form["user_id"], form["channel_id"]) == (BEN, PRIVATE)


def test_the_command_is_cut_once() -> None:
    assert COMMAND.sub("", "/mongolog /mongolog", count=1) == "/mongolog"


async def test_a_question_and_its_answer_arrive_on_the_stream(
    http: httpx.AsyncClient, app: App
) -> None:
    async with reading(http) as stream:
        assert await stream.past() == []
        await http.post("/ask", json=QUESTION)
        kind, asked = await stream.next()
        said = {"text": "Done: slow log.", "blocks": list(BLOCKS)}
        await http.post(app.forms[0]["response_url"], json=said)
        heard, posted = await stream.next()

    assert (kind, heard) == ("asked", "posted")
    assert asked.items() >= {**QUESTION, "outcome": "ok"}.items()
    assert posted.items() >= {**said, "ephemeral_to": ANNA, "revision": 0}.items()
    assert float(asked["ts"]) < float(posted["ts"])


async def test_a_reader_gets_the_past_as_it_stands_now_by_time(
    http: httpx.AsyncClient, slack: SlackApi
) -> None:
    first = say(slack, "running")
    await http.post("/ask", json=QUESTION)
    gone = say(slack, "a mistake")
    slack.workspace.delete(gone)
    slack.workspace.edit(first, text="done")

    async with reading(http) as stream:
        past = await stream.past()

    assert [(kind, facts["text"]) for kind, facts in past] == [
        ("posted", "done"),
        ("asked", "cmgo-k2p5su09"),
    ]


async def test_edits_and_deletions_are_told_to_every_reader(
    http: httpx.AsyncClient, slack: SlackApi
) -> None:
    posted = say(slack, "running\u2028\n\n62%")
    async with reading(http) as one, reading(http) as other:
        await one.past()
        await other.past()
        slack.workspace.delete(slack.workspace.edit(posted, text="done"))
        told = [[(await each.next())[1] for _ in range(2)] for each in (one, other)]

    assert told[0] == told[1]
    assert [(facts["text"], facts["deleted"]) for facts in told[0]] == [
        ("done", False),
        ("done", True),
    ]


async def test_text_with_line_ends_stays_one_event(
    http: httpx.AsyncClient, slack: SlackApi
) -> None:
    say(slack, "one\n\nevent: ready\r\u2028\ndata: {}")

    async with reading(http) as stream:
        ((_, facts),) = await stream.past()

    assert facts["text"] == "one\n\nevent: ready\r\u2028\ndata: {}"


async def test_a_question_that_the_app_did_not_take_shows_slacks_word_for_it(
    http: httpx.AsyncClient, slack: SlackApi
) -> None:
    slack.events_url = "http://127.0.0.1:9/slack/events"

    assert (await http.post("/ask", json=QUESTION)).json() == {"outcome": "dispatch_failed"}
    async with reading(http) as stream:
        ((_, asked),) = await stream.past()
    assert asked["outcome"] == "dispatch_failed"


async def test_nobody_asks_where_they_are_not(http: httpx.AsyncClient, app: App) -> None:
    answer = await http.post("/ask", json={**QUESTION, "user": GITA_GUEST, "channel": PRIVATE})

    assert answer.status_code == 400
    assert answer.text == f"{GITA_GUEST} can't act in {PRIVATE}"
    assert app.forms == []


# Clicking


async def test_a_click_reaches_the_app(http: httpx.AsyncClient, slack: SlackApi, app: App) -> None:
    posted = say(slack, "done", blocks=BLOCKS)
    click = {"channel": posted.channel, "ts": posted.ts, "action_id": "ml.refresh", "value": None}

    answer = await http.post("/click", json={**click, "user": BEN})

    assert answer.json() == {"outcome": "ok"}
    payload = json.loads(app.forms[0]["payload"])
    assert payload["user"]["id"] == BEN
    assert payload["actions"][0]["value"] == BUTTON["value"]


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        pytest.param({"ts": "1.000000"}, 404, "the message is gone", id="no such message"),
        pytest.param({"action_id": "ml.share"}, 400, "nothing to click", id="no such button"),
        pytest.param({"value": "v1|q|other"}, 400, "nothing to click", id="no such value"),
        pytest.param({"user": BEN}, 400, "does not see", id="somebody else's message"),
    ],
)
async def test_a_click_on_what_is_not_there_is_refused_with_a_sentence(
    http: httpx.AsyncClient,
    slack: SlackApi,
    app: App,
    changes: dict[str, str],
    status: int,
    sentence: str,
) -> None:
    posted = say(slack, "done", blocks=BLOCKS, ephemeral_to=ANNA)
    click = {"channel": posted.channel, "ts": posted.ts, "action_id": "ml.refresh", **changes}

    answer = await http.post("/click", json=click)

    assert answer.status_code == status
    assert sentence in answer.text
    assert app.forms == []


# Who may ask


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("evil.example", id="another name"),
        pytest.param("127.0.0.1.evil.example:8080", id="a name that begins like ours"),
        pytest.param("localhost:8080@evil.example", id="user info"),
        pytest.param("192.168.0.7:8080", id="another address"),
        pytest.param("", id="nothing"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/state", "/messages", "/page.js"])
async def test_a_foreign_name_for_this_machine_is_refused(
    http: httpx.AsyncClient, path: str, host: str
) -> None:
    answer = await http.get(path, headers={"Host": host})

    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:9000", "localhost:8080", "LOCALHOST"])
async def test_each_name_of_loopback_is_admitted(http: httpx.AsyncClient, host: str) -> None:
    headers = {"Host": host, "Origin": f"http://{host.lower()}"}

    assert (await http.get("/state", headers={"Host": host})).status_code == 200
    assert (await http.post("/ask", json=QUESTION, headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Origin": "https://evil.example"}, 403, id="another site"),
        pytest.param({"Origin": "http://127.0.0.1:3000"}, 403, id="another port"),
        pytest.param({"Origin": "null"}, 403, id="a sandboxed frame"),
        pytest.param({"Host": "evil.example"}, 403, id="another name"),
        pytest.param({"Content-Type": "text/plain"}, 415, id="a form's plain text"),
        pytest.param({"Content-Type": "application/x-www-form-urlencoded"}, 415, id="a form"),
        pytest.param({"Content-Type": ""}, 415, id="no type"),
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        "/ask",
        "/click",
        "/shortcut",
        "/message-shortcut",
        "/home",
        "/use",
        "/submit",
        "/close",
    ],
)
async def test_another_page_can_not_drive_the_demo(
    http: httpx.AsyncClient, app: App, path: str, headers: dict[str, str], status: int
) -> None:
    body = json.dumps(QUESTION).encode()
    sent = {"Content-Type": "application/json", **headers}

    answer = await http.post(path, content=body, headers=sent)

    assert answer.status_code == status
    assert answer.text
    assert app.forms == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="broken"),
        pytest.param(b"[" * 100_000, id="too deep"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"text": "help"}', id="fields missing"),
        pytest.param(b'{"text": null, "user": "U", "channel": "C"}', id="null"),
        pytest.param(b'{"text": ["help"], "user": "U", "channel": "C"}', id="no text"),
        pytest.param(b"\xff\xfe", id="no characters"),
    ],
)
async def test_a_body_that_says_nothing_is_refused_with_a_sentence(
    http: httpx.AsyncClient, app: App, body: bytes
) -> None:
    answer = await http.post("/ask", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert answer.text == "a JSON object with texts is needed: text, user, channel"
    assert app.forms == []


# Opening and closing


async def test_a_taken_port_is_a_sentence(slack: SlackApi, page: Page) -> None:
    taken = httpx.URL(page.url).port
    assert taken is not None

    with pytest.raises(SettingsError) as caught:
        await Page(slack, port=taken).__aenter__()

    assert caught.value.faults == (PORT_IS_TAKEN,)
    assert PORT_IS_TAKEN == "--port: the port is taken by another program"


@pytest.mark.parametrize("port", [70_000, -1])
async def test_a_number_that_is_no_port_is_a_sentence(slack: SlackApi, port: int) -> None:
    with pytest.raises(SettingsError) as caught:
        await Page(slack, port=port).__aenter__()

    assert caught.value.faults == (PORT_IS_UNUSABLE,)


def listening_in(slack: SlackApi) -> list[list[Any]]:
    """Everybody who listens to the workspace."""
    heard = (slack.on_posted, slack.workspace.on_said, slack.surfaces.on_shown)
    return [list(listeners) for listeners in heard]


async def test_closing_ends_the_streams_and_leaves_slack_alone(slack: SlackApi) -> None:
    listeners = listening_in(slack)
    async with httpx.AsyncClient(trust_env=False) as http:
        async with Page(slack, port=0) as page:
            http.base_url = httpx.URL(page.url)
            opened = http.stream("GET", "/messages")
            stream = Stream(await opened.__aenter__())
            await stream.past()
        with pytest.raises(EOFError):
            await stream.next()
        await opened.__aexit__(None, None, None)

    assert listening_in(slack) == listeners
    assert say(slack, "still here").text == "still here"
