"""What happens in the workspace, as server-sent events: the past first, then what comes.

    questions, messages, views ──► frames ──► one queue for each reader ──► its response

Five events, each with one JSON object: `asked` (an `Asked`), `posted` (a version of a message of
the app), `said` (a message of somebody else), `shown` (a version of a modal's view or of a Home
tab) and `ready` (empty: the past has been told).
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web

from bot.demo.slack_surfaces import Surfaces, View
from bot.demo.workspace import Posted, Said, Workspace

RETRY = b"retry: 1000\n\n"  # milliseconds until a browser asks again after the stream broke
END = b""
FACTS = ("id", "user", "revision", "previous", "conversation", "closed", "is_home", "blocks")
TEXTS = ("title", "submit", "close")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question typed into the page.

    Attributes:
        ts: when, written like a message's.
        user, channel: who asked, and where.
        text: the words behind `/mongolog`.
        outcome: what became of its delivery, in Slack's words; `ok` when the app took it.
    """

    ts: str
    user: str
    channel: str
    text: str
    outcome: str


class Feed:
    """Tells any number of readers, each from the beginning on.

    Args:
        workspace: whose messages are told, between `open` and `close`.
        surfaces: whose modals and Home tabs are told, likewise.
    """

    def __init__(self, workspace: Workspace, surfaces: Surfaces) -> None:
        self._workspace = workspace
        self._surfaces = surfaces
        self._asked: list[Asked] = []
        self._readers: set[asyncio.Queue[bytes]] = set()

    def open(self) -> None:
        """Begin to listen to the workspace."""
        self._workspace.on_posted.append(self._tell_posted)
        self._workspace.on_said.append(self._tell_said)
        self._surfaces.on_shown.append(self._tell_shown)

    def close(self) -> None:
        """Stop listening, and end every stream."""
        self._workspace.on_posted.remove(self._tell_posted)
        self._workspace.on_said.remove(self._tell_said)
        self._surfaces.on_shown.remove(self._tell_shown)
        self._tell(END)

    def tell_asked(self, asked: Asked) -> None:
        """Keep a question, and tell it."""
        self._asked.append(asked)
        self._tell(_frame("asked", asdict(asked)))

    async def write_to(self, response: web.StreamResponse) -> None:
        """Write to one reader, until the feed is closed or the reader goes."""
        reader: asyncio.Queue[bytes] = asyncio.Queue()
        reader.put_nowait(self._past())
        self._readers.add(reader)
        try:
            while frame := await reader.get():
                await response.write(frame)
        except ConnectionResetError:  # the reader went while we wrote
            return
        finally:
            self._readers.discard(reader)

    def _past(self) -> bytes:
        """Questions and messages as they stand now, by time; then the views."""
        told = [
            *((asked.ts, "asked", asdict(asked)) for asked in self._asked),
            *((posted.ts, "posted", asdict(posted)) for posted in self._workspace.posted),
            *((said.ts, "said", asdict(said)) for said in self._workspace.said),
        ]
        told.sort(key=lambda each: float(each[0]))
        frames = [_frame(kind, facts) for _, kind, facts in told]
        shown = [_frame("shown", self._facts(view)) for view in self._views()]
        return b"".join((RETRY, *frames, *shown, _frame("ready", {})))

    def _views(self) -> list[View]:
        """Those that are open now, each below those that lie on it."""
        latest = {view.id: view for view in self._surfaces.history}
        return [view for view in latest.values() if not view.closed]

    def _facts(self, view: View) -> dict[str, Any]:
        """A view as the page needs it; texts of a modal only where it has them."""
        texts = {name: view.view[name]["text"] for name in TEXTS if name in view.view}
        return {
            **{name: getattr(view, name) for name in FACTS},
            "values": self._surfaces.values(view),
            "errors": self._surfaces.errors(view),
            **texts,
        }

    def _tell_posted(self, posted: Posted) -> None:
        self._tell(_frame("posted", asdict(posted)))

    def _tell_said(self, said: Said) -> None:
        self._tell(_frame("said", asdict(said)))

    def _tell_shown(self, view: View) -> None:
        self._tell(_frame("shown", self._facts(view)))

    def _tell(self, frame: bytes) -> None:
        for reader in self._readers:
            reader.put_nowait(frame)


def _frame(kind: str, facts: Mapping[str, Any]) -> bytes:
    # JSON's ASCII form has no line ends, which would cut an event in two.
    return f"event: {kind}\ndata: {json.dumps(facts)}\n\n".encode()
