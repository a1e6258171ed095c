"""Object storage as it stands on the wire: one file behind signed links, and what can go wrong."""

import re
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import httpx

HOST = "mongodb-logs-1250000000.cos.ap-guangzhou.myqcloud.com"
SECRET = "5ec4e75ec4e7"
CHUNK = 65_536
CONTENT = bytes(range(256)) * 2048  # 512 KiB
ETAG = '"0123456789abcdef0123456789abcdef"'


def link_to(path: str = "slow.tar.gz", *, signature: str = SECRET, host: str = HOST) -> str:
    """A signed link to the file."""
    return f"https://{host}/{path}?q-sign-time=1;2&q-signature={signature}"


@dataclass(kw_only=True)
class Answer:
    """What goes back; with `breaks_after` the connection ends after so many bytes of the body.

    With `is_silent` nothing more comes then, and the connection stays; only over a real one.
    """

    status: int
    headers: dict[str, str]
    body: bytes = b""
    breaks_after: int | None = None
    is_silent: bool = False


@dataclass
class Bucket:
    """Holds one file.

    Attributes:
        content, etag: the file; an etag of "" is not told.
        good: the signatures that are not expired.
        breaks: after how many bytes each of the next answers breaks off.
        is_silent: they fall silent instead.
        next_answers: what is answered instead, one a request.
        takes_ranges: False: every answer is the whole.
        tells_size: False: the body comes in chunks, its size untold.
        asked: the headers of every request, names in lower case.
    """

    content: bytes = CONTENT
    etag: str = ETAG
    good: set[str] = field(default_factory=lambda: {SECRET})
    breaks: deque[int] = field(default_factory=deque)
    is_silent: bool = False
    next_answers: deque[Answer] = field(default_factory=deque)
    takes_ranges: bool = True
    tells_size: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)

    def answer(self, query: str, headers: Mapping[str, str]) -> Answer:
        """The answer to one GET."""
        self.asked.append({name.lower(): value for name, value in headers.items()})
        if self.next_answers:
            return self.next_answers.popleft()
        if not any(f"q-signature={each}" in query for each in self.good):
            return Answer(status=403, headers={}, body=b"<Error><Code>AccessDenied</Code></Error>")
        answer = self._file(self.asked[-1])
        if self.breaks:
            answer.breaks_after, answer.is_silent = self.breaks.popleft(), self.is_silent
        return answer

    def _file(self, headers: Mapping[str, str]) -> Answer:
        told = {"ETag": self.etag} if self.etag else {}
        size = len(self.content)
        asked = re.fullmatch(r"bytes=(\d+)-", headers.get("range", ""))
        if asked is None or not self.takes_ranges or headers.get("if-range") != self.etag:
            length = {"Content-Length": str(size)} if self.tells_size else {}
            return Answer(status=200, headers={**told, **length}, body=self.content)
        start = int(asked[1])
        if start >= size:
            return Answer(status=416, headers={"Content-Range": f"bytes */{size}"})
        body = self.content[start:]
        place = {"Content-Range": f"bytes {start}-{size - 1}/{size}"}
        length = {"Content-Length": str(len(body))}
        return Answer(status=206, headers={**told, **place, **length}, body=body)

    def transport(self) -> httpx.MockTransport:
        """The same for a client in this process."""

        def handle(request: httpx.Request) -> httpx.Response:
            answer = self.answer(request.url.query.decode(), request.headers)
            body = _Body(answer)
            return httpx.Response(answer.status, headers=answer.headers, stream=body)

        return httpx.MockTransport(handle)


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        end = self._answer.breaks_after
        body = self._answer.body[:end]
        for start in range(0, len(body), CHUNK):
            yield body[start : start + CHUNK]
        if end is not None:
            raise httpx.ReadError("broken off")
