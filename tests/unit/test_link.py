"""Download links: never printed, only to the vendor's storage, and how long they work."""

import copy
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.link import Link

SECRET = "https://bucket-1250000000.cos.ap-guangzhou.myqcloud.com/slow.tar.gz?q-signature=5ec4e7"
END = datetime(2026, 1, 31, 14, 20, tzinfo=UTC)
SECONDS = int(END.timestamp())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(str(Link(SECRET)), id="str"),
        pytest.param(repr(Link(SECRET)), id="repr"),
        pytest.param(f"{Link(SECRET)}", id="f-string"),
        pytest.param("%s" % Link(SECRET), id="percent"),  # noqa: UP031 - old logging lines do this
        pytest.param(str([Link(SECRET)]), id="in a list"),
        pytest.param(str(copy.deepcopy(Link(SECRET))), id="a copy"),
    ],
)
def test_a_link_prints_as_a_word(text: str) -> None:
    assert text.strip("[]") == "<link>"


def test_only_reveal_gives_the_url() -> None:
    assert Link(SECRET).reveal() == SECRET


def test_links_to_the_same_url_are_equal() -> None:
    assert Link(SECRET) == Link(SECRET)
    assert len({Link(SECRET), Link(SECRET)}) == 1
    assert Link(SECRET) != Link(SECRET + "0")
    assert Link(SECRET) != SECRET


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(SECRET, id="object storage"),
        pytest.param("https://x.tencentcos.cn/a", id="tencentcos.cn"),
        pytest.param("https://x.tencentcos.com/a", id="tencentcos.com"),
        pytest.param("https://x.tencentcos.com.cn/a", id="tencentcos.com.cn"),
        pytest.param("https://x.myqcloud.com:443/a", id="default port said"),
        pytest.param("HTTPS://X.MyQCloud.Com/a", id="upper case"),
        pytest.param("https://x.myqcloud.com/a@b?c=d@e", id="an at sign behind the host"),
        pytest.param("https://xn--fsqu00a.myqcloud.com/a", id="a label that is punycode"),
    ],
)
def test_the_vendors_storage_is_allowed(url: str) -> None:
    assert Link(url).is_allowed()


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("", id="empty"),
        pytest.param("not a url", id="no url"),
        pytest.param("x.myqcloud.com/a", id="no scheme"),
        pytest.param("//x.myqcloud.com/a", id="scheme left out"),
        pytest.param("https:/x.myqcloud.com/a", id="one slash"),
        pytest.param("https:///x.myqcloud.com/a", id="three slashes"),
        pytest.param("http://x.myqcloud.com/a", id="plain http"),
        pytest.param("ftp://x.myqcloud.com/a", id="ftp"),
        pytest.param("javascript://x.myqcloud.com/%0aalert(1)", id="javascript"),
        pytest.param("https://x.tencentcos.evil.example/a", id="another top-level domain"),
        pytest.param("https://myqcloud.com.evil.example/a", id="a longer name"),
        pytest.param("https://evilmyqcloud.com/a", id="no dot before"),
        pytest.param("https://x.evilmyqcloud.com/a", id="no dot before, below"),
        pytest.param("https://myqcloud.com/a", id="the bare domain"),
        pytest.param("https://.myqcloud.com/a", id="an empty label"),
        pytest.param("https://evil.example/x.myqcloud.com", id="in the path"),
        pytest.param("https://evil.example?x.myqcloud.com", id="in the query"),
        pytest.param("https://evil.example#.myqcloud.com", id="in the fragment"),
        pytest.param("https://x.myqcloud.com@evil.example/a", id="as user info"),
        pytest.param("https://me@x.myqcloud.com/a", id="user info"),
        pytest.param("https://me:pw@x.myqcloud.com/a", id="user info with password"),
        pytest.param("https://@x.myqcloud.com/a", id="empty user info"),
        pytest.param("https://x.myqcloud.com:8443/a", id="another port"),
        pytest.param("https://x.myqcloud.com:80/a", id="the port of http"),
        pytest.param("https://x.myqcloud.com:port/a", id="a port that is no number"),
        pytest.param("https://x.myqcloud.com:99999/a", id="a port that can't be"),
        pytest.param("https://x.myqcloud.com./a", id="trailing dot"),
        pytest.param("https://x.mуqcloud.com/a", id="a cyrillic letter"),
        pytest.param("https://x.myqcloud。com/a", id="an ideographic dot"),
        pytest.param("https://evil.example／.myqcloud.com/a", id="a full-width slash"),
        pytest.param("https://[::1].myqcloud.com/a", id="brackets"),
        pytest.param("https://[::1/a", id="half an address"),
        pytest.param("https://169.254.169.254/a", id="an address"),
        # Browsers read a backslash as a slash, so these lead to evil.example.
        pytest.param("https://evil.example\\.myqcloud.com/a", id="a backslash in the host"),
        pytest.param("https://evil.example\\@x.myqcloud.com/a", id="a backslash and user info"),
        pytest.param("https://evil.example%2f.myqcloud.com/a", id="an escaped slash"),
        pytest.param("https://evil.example%5c.myqcloud.com/a", id="an escaped backslash"),
        pytest.param("https://evil.example .myqcloud.com/a", id="a space in the host"),
        pytest.param("https://evil.example;.myqcloud.com/a", id="a semicolon in the host"),
    ],
)
def test_look_alikes_are_refused(url: str) -> None:
    assert not Link(url).is_allowed()


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        pytest.param("https://mirror.example/a", True, id="exact name"),
        pytest.param("https://Mirror.Example/a", True, id="exact name in upper case"),
        pytest.param("https://x.mirror.example/a", False, id="below an exact name"),
        pytest.param("https://x.files.example/a", True, id="below a suffix"),
        pytest.param("https://files.example/a", False, id="the bare suffix"),
        pytest.param("https://evilfiles.example/a", False, id="no dot before a suffix"),
        pytest.param("http://mirror.example/a", False, id="plain http"),
        pytest.param("https://mirror.example:8443/a", False, id="another port"),
        pytest.param("https://x.myqcloud.com/a", True, id="still the vendor's"),
    ],
)
def test_more_hosts_are_exact_names_or_suffixes(url: str, *, is_allowed: bool) -> None:
    assert Link(url).is_allowed(("mirror.example", ".files.example")) is is_allowed


@pytest.mark.parametrize(
    ("url", "host"),
    [
        pytest.param("https://X.MyQCloud.com:443/a", "x.myqcloud.com", id="upper case and port"),
        pytest.param("https://me:pw@evil.example/a", "evil.example", id="user info"),
        pytest.param("https://[::1/a", "", id="unreadable"),
        pytest.param("nonsense", "", id="no url"),
    ],
)
def test_the_host_can_be_named(url: str, host: str) -> None:
    assert Link(url).host == host


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(f"q-sign-time={SECONDS - 3600};{SECONDS}", id="object storage"),
        pytest.param(f"q-sign-time={SECONDS - 3600}%3B{SECONDS}&q-ak=x", id="urlencoded"),
        pytest.param("X-Amz-Date=20260131T132000Z&X-Amz-Expires=3600", id="amz"),
        pytest.param(f"Expires={SECONDS}", id="expires"),
        pytest.param(f"a=b&Expires={SECONDS}&Expires=1", id="said twice"),
    ],
)
def test_the_link_says_how_long_it_works(query: str) -> None:
    assert Link(f"https://x.myqcloud.com/a?{query}").works_until == END


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("", id="nothing"),
        pytest.param("q-sign-time=", id="empty"),
        pytest.param(f"q-sign-time={SECONDS}", id="no end"),
        pytest.param(f"q-sign-time={SECONDS};soon", id="no number"),
        pytest.param("q-sign-time=1;2;3", id="three numbers"),
        pytest.param(f"q-sign-time=1;{'9' * 30}", id="beyond the calendar"),
        pytest.param(f"q-sign-time=1;{'9' * 5000}", id="beyond reading"),
        pytest.param("X-Amz-Date=20260131T132000Z", id="amz without its length"),
        pytest.param("X-Amz-Expires=3600", id="amz without its begin"),
        pytest.param("X-Amz-Date=yesterday&X-Amz-Expires=3600", id="amz with no date"),
        pytest.param(f"X-Amz-Date=20260131T132000Z&X-Amz-Expires={'9' * 12}", id="amz too long"),
        pytest.param("Expires=Sat, 31 Jan 2026 14:20:00 GMT", id="expires in words"),
        pytest.param("Expires=NaN", id="not a number"),
    ],
)
def test_a_link_that_does_not_say_promises_nothing(query: str) -> None:
    assert Link(f"https://x.myqcloud.com/a?{query}").works_until is None


@given(text=st.text(max_size=60))
def test_no_text_makes_a_link_crash_or_print_itself(text: str) -> None:
    for url in (text, f"https://{text}", f"https://x.myqcloud.com/?q-sign-time=1;{quote(text)}"):
        link = Link(url)
        assert (str(link), link.reveal()) == ("<link>", url)
        assert isinstance(link.host, str)
        assert link.is_allowed() in (True, False)
        assert link.works_until is None or link.works_until.tzinfo is UTC


@pytest.mark.parametrize("hidden", ["\n", "\t", "\r", "\x00", "\u202e", " "])
def test_a_link_with_a_character_that_can_not_be_seen_is_not_allowed(hidden: str) -> None:
    assert Link("https://a.myqcloud.com/x?sign=12").is_allowed()
    assert not Link(f"https://a.myqcloud.com/x?sign=1{hidden}2").is_allowed()
