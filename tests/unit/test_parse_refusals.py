"""What is wrong with what people type, as tables of sentences: the word that is named, and why."""

from datetime import UTC, datetime

import pytest

from bot.errors import BadCommand, Problem
from bot.parse import parse
from bot.parse.guesses import PRODUCTS
from bot.parse.vocabulary import looks_like_region

ID = "cmgo-k2p5su09"
MEANT = "cmgo-p8vn3x7k"
NOW = datetime(2024, 3, 7, 4, 0, tzinfo=UTC)
UUID = "28439fb3-1f2e-4c5d-9a8b-0c1d2e3f4a5b"
LONG = "9" * 5000
CYRILLIC_C, ARABIC_THREE = "\u0441", "\u0663"

# What is typed, the word that is named, what is suggested; by the id of the case.
Rows = dict[str, tuple[str, str, str]]

NO_WORDS: Rows = {
    "letters swapped": (f"{ID} fialed", "fialed", "failed"),
    "capitals kept": (f"{ID} RUNING,", "RUNING", "running"),
    "plural": (f"{ID} slowlogs", "slowlogs", "slow"),
    "synonym": (f"{ID} finished", "finished", "done"),
    "half known": (f"{ID} failed/fine", "failed/fine", "failed"),
    "nothing near": (f"{ID} bananas", "bananas", ""),
    "a novel": (f"{ID} {'failed' * 500}", "failed" * 500, ""),
    "too long to resemble one": (f"{ID} yesterdayyesterday", "yesterdayyesterday", ""),
    "like a word that is not taught": (f"{ID} zones", "zones", "done"),
    "not yet a word": ("watches", "watches", ""),
    "span alone": (f"{ID} 6h", "6h", "last 6h"),
    "clock alone": (f"{ID} 9:22", "9:22", "since 9:22"),
    "day alone": (f"{ID} 2024-03-07", "2024-03-07", "since 2024-03-07"),
    "no clock": (f"{ID} 99:99", "99:99", ""),
    "emoji": (f"{ID} \N{FIRE}", "\N{FIRE}", ""),
    "escape sequence": (f"{ID} \x1b]52;c;aGk=", "\x1b]52", ""),
    "bidi override": (f"{ID} \u202egnp.exe", "\u202egnp.exe", ""),
    "zero width": (f"{ID} “\u200bfialed”", "\u200bfialed", "failed"),
    "lone surrogate": (f"{ID} caf\ud800", "caf\ud800", ""),
}

NO_WORDS_BUT_MARKUP: Rows = {
    "mention": ("<@U024|zoe>", "@zoe", ""),
    "mention without a name": (f"{ID} <@U024>", "@U024", ""),
    "mention named like a word": ("<@U024|failed>", "@failed", ""),
    "channel": ("<#C024|general>", "#general", ""),
    "everyone": (f"<!channel> {ID}", "@channel", ""),
    "everyone here": (f"{ID} <!here>", "@here", "here"),
    "group": ("<!subteam^S1|@dba-team>", "@dba-team", ""),
    "date": ("<!date^1709784000^{date}|March 7>", "March 7", ""),
    "labelled link": ("<https://x.example/y|our &amp; wiki>", "our & wiki", ""),
    "labelled like a word": (f"{ID} <https://x.example/y|failed>", "failed", ""),
    "link": ("<https://x.example/y?z=1>", "x.example", ""),
    "link without markup": ("https://x.example/y,z", "x.example", ""),
    "mail": ("<mailto:a@b.example|a@b.example>", "a@b.example", ""),
    "link to nowhere": ("<https:>", "link", ""),
    "password in a link": ("mongodb://root:hunter2@db.example:27017/x", "db.example:27017", ""),
    "password in a label": ("<https://me:pw@x.example|https://me:pw@x.example>", "x.example", ""),
    "markup in a label": ("<https://x.example|&lt;!channel&gt;>", "!channel", ""),
    "typed markup": ("x&lt;!channel&gt;y", "x", ""),
}

MISSPELT_IDS: Rows = {
    "letters swapped": ("cgmo-p8vn3x7k", "cgmo-p8vn3x7k", MEANT),
    "others swapped": ("CMOG-p8vn3x7k", "CMOG-p8vn3x7k", MEANT),
    "letter missing": ("cmg-p8vn3x7k", "cmg-p8vn3x7k", MEANT),
    "letter twice": ("cmgoo-p8vn3x7k", "cmgoo-p8vn3x7k", MEANT),
    "neighbour key": ("cngo-p8vn3x7k", "cngo-p8vn3x7k", MEANT),
    "zero for o": ("cmg0-p8vn3x7k", "cmg0-p8vn3x7k", MEANT),
    "another alphabet": (f"{CYRILLIC_C}mgo-p8vn3x7k", f"{CYRILLIC_C}mgo-p8vn3x7k", MEANT),
    "mongo": ("cmongo-p8vn3x7k", "cmongo-p8vn3x7k", MEANT),
    "swapped in a node's name": ("cgmo-p8vn3x7k_0-node", "cgmo-p8vn3x7k_0-node", MEANT),
    "underscore": ("cmgo_p8vn3x7k", "cmgo_p8vn3x7k", MEANT),
    "em dash": ("cmgo—p8vn3x7k", "cmgo—p8vn3x7k", MEANT),
    "two dashes": ("cmgo--p8vn3x7k", "cmgo--p8vn3x7k", MEANT),
    "no dash": ("cmgop8vn3x7k", "cmgop8vn3x7k", MEANT),
    "neither order nor dash": ("cgmop8vn3x7k", "cgmop8vn3x7k", MEANT),
    "cut apart": ("cmgo-p8vn_3x7k", "cmgo-p8vn_3x7k", MEANT),
    "something before it": (f"my-{MEANT}", f"my-{MEANT}", MEANT),
    "too short": ("cmgo-p8vn", "cmgo-p8vn", ""),
    "too long": (f"cmgo-{'a' * 17}", f"cmgo-{'a' * 17}", ""),
    "beginning only": ("cmgo p8vn3x7k", "cmgo", ""),
}

OTHER_PRODUCTS: Rows = {
    "redis": ("crs-abcd1234", "crs-abcd1234", "TencentDB for Redis"),
    "mysql host": ("CDB-abcd1234.sql.example", "CDB-abcd1234.sql.example", "TencentDB for MySQL"),
    "mysql replica": ("cdbro-abcd1234", "cdbro-abcd1234", "TencentDB for MySQL"),
    "tdsql-c": ("cynosdbmysql-abcd1234", "cynosdbmysql-abcd1234", "TDSQL-C for MySQL"),
    "tdsql-c node": ("cynosdbmysql-ins-abcd1234", "cynosdbmysql-ins-abcd1234", "TDSQL-C for MySQL"),
    "kafka": ("ckafka-abcd1234", "ckafka-abcd1234", "CKafka"),
    "machine": (f"{ID} ins-abcd1234", "ins-abcd1234", "Cloud Virtual Machine"),
}

EXPORT_IDS: Rows = {
    "whole": (f"export-{UUID}", f"export-{UUID}", ""),
    "beginning": ("export-28439fb3…", "export-28439fb3", ""),
    "in capitals": (f"`EXPORT-{UUID.upper()}`", f"EXPORT-{UUID.upper()}", ""),
    "older form": (f"{ID} 65e9a7b3c1d2e3f4a5b6c7d8", "65e9a7b3c1d2e3f4a5b6c7d8", ""),
}

NO_INSTANCES: Rows = {
    "filters": ("failed today", "", ""),
    "region": ("ap-guangzhou", "", ""),
    "here": ("here please", "", ""),
}

BAD_REGIONS: Rows = {
    "availability zone": (f"{ID} ap-guangzhou-3", "ap-guangzhou-3", ""),
    "no shape": (f"{ID} region Guangzhou", "Guangzhou", ""),
    "two of them": (f"{ID} ap-guangzhou eu-frankfurt", "eu-frankfurt", ""),
    "two with keyword": (f"{ID} region ap-guangzhou region ap-beijing", "ap-beijing", ""),
}

BAD_NUMBERS: Rows = {
    "page zero": (f"{ID} page 0", "0", ""),
    "page in letters": (f"{ID} page two", "two", ""),
    "page after the last": (f"{ID} page 10000", "10000", ""),
    "page beyond reading": (f"{ID} page {LONG}", LONG, ""),
    "two pages": (f"{ID} page 2 page 3", "3", ""),
    "limit too high": (f"{ID} --limit=101", "101", ""),
    "digits of another script": (f"{ID} limit {ARABIC_THREE}", ARABIC_THREE, ""),
}

BAD_TIMES: Rows = {
    "no time": (f"{ID} since bananas", "bananas", ""),
    "a filter": (f"{ID} last failed", "failed", ""),
    "no such day": (f"{ID} since 2024-02-30", "2024-02-30", ""),
    "no such hour": (f"{ID} since 2024-03-05 25:00", "2024-03-05 25:00", ""),
    "no such second": (f"{ID} until 9:22:60", "9:22:60", ""),
    "no such offset": (f"{ID} since 9:22+99:99", "9:22+99:99", ""),
    "year of another age": (f"{ID} since 0224-03-07", "0224-03-07", ""),
    "mention": (f"{ID} since <@U1|zoe>", "@zoe", ""),
    "no length": (f"{ID} last 0h", "0h", ""),
    "for ever": (f"{ID} last 99999999h", "99999999h", ""),
    "five of what": (f"{ID} last 5 failed", "5", ""),
    "a clock is no length": (f"{ID} last 9:22", "9:22", ""),
    "no time zone": (f"{ID} zone Asia", "Asia", ""),
    "a path": (f"{ID} zone ../../etc/passwd", "etc/passwd", ""),
    "zone too late": (f"{ID} since 9:00 zone Europe/Paris", "Europe/Paris", ""),
}

BAD_PERIODS: Rows = {
    "backwards": (f"{ID} since 9:22 until 9:00", "since 9:22 until 9:00", ""),
    "empty": (f"{ID} since 9:22 until 9:22", "since 9:22 until 9:22", ""),
    "two days": (f"today {ID} yesterday", "today yesterday", ""),
    "before instances": (
        "since 2024-03-07 until 2024-03-05",
        "since 2024-03-07 until 2024-03-05",
        "",
    ),
    "empty window": (
        f"{ID} window 2024-03-07 9:22..2024-03-07T9:22:00",
        "2024-03-07 9:22..2024-03-07T9:22:00",
        "",
    ),
}

BAD_WINDOWS: Rows = {
    "a word": (f"{ID} window yesterday", "yesterday", ""),
    "days": (f"{ID} window 2024-03-07..2024-03-08", "2024-03-07..2024-03-08", ""),
    "one bound": (f"{ID} window 2024-03-07 9:22.. failed", "2024-03-07 9:22", ""),
    "no such day": (
        f"{ID} window 2024-02-30 9:00..2024-03-07 9:00",
        "2024-02-30 9:00..2024-03-07 9:00",
        "",
    ),
    "two windows": (
        f"{ID} window 2024-03-07 9:00..2024-03-07 9:01 window 2024-03-07 9:00..2024-03-07 9:02",
        "2024-03-07 9:00..2024-03-07 9:02",
        "",
    ),
}

MISSING_VALUES: Rows = {
    "stands last": (f"{ID} --Since", "Since", ""),
    "equals nothing": (f"{ID} page=", "page", ""),
    "an id is no value": (f"region {ID}", "region", ""),
    "a keyword is no value": (f"{ID} since until 9:00", "since", ""),
    "window": (f"{ID} window", "window", ""),
}

ALONE: Rows = {
    "health of an instance": (f"health of {ID}", "health", ""),
    "health with a filter": ("health failed", "health", ""),
}

TABLES = (
    (Problem.UNKNOWN_WORD, NO_WORDS),
    (Problem.UNKNOWN_WORD, NO_WORDS_BUT_MARKUP),
    (Problem.MISSPELT_ID, MISSPELT_IDS),
    (Problem.OTHER_PRODUCT, OTHER_PRODUCTS),
    (Problem.EXPORT_ID, EXPORT_IDS),
    (Problem.NO_INSTANCE, NO_INSTANCES),
    (Problem.BAD_REGION, BAD_REGIONS),
    (Problem.BAD_NUMBER, BAD_NUMBERS),
    (Problem.BAD_TIME, BAD_TIMES),
    (Problem.BAD_PERIOD, BAD_PERIODS),
    (Problem.BAD_WINDOW, BAD_WINDOWS),
    (Problem.MISSING_VALUE, MISSING_VALUES),
    (Problem.STANDS_ALONE, ALONE),
)
CASES = [
    pytest.param(problem, *row, id=f"{problem.value}: {name}")
    for problem, rows in TABLES
    for name, row in rows.items()
]


def refused(text: str) -> BadCommand:
    with pytest.raises(BadCommand) as caught:
        parse(text, now=NOW, zone="Asia/Shanghai")
    return caught.value


@pytest.mark.parametrize(("problem", "text", "word", "nearest"), CASES)
def test_the_word_that_makes_no_sense_is_named(
    problem: Problem, text: str, word: str, nearest: str
) -> None:
    error = refused(text)

    assert (error.problem, error.word, error.nearest) == (problem, word, nearest)
    assert error.commands == ()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        pytest.param("bananas cgmo-p8vn3x7k since", "bananas", id="unknown word before the rest"),
        pytest.param("cgmo-p8vn3x7k bananas since", "cgmo-p8vn3x7k", id="misspelt id before"),
        pytest.param(f"{ID} since never bananas", "never", id="bad value before"),
        pytest.param("today yesterday bananas", "bananas", id="a word before the whole"),
    ],
)
def test_the_first_of_several_is_named(text: str, word: str) -> None:
    assert refused(text).word == word


def test_every_problem_has_its_table() -> None:
    # The terminal alone says that there is no channel to share in, and no app; and nobody types
    # what a button says.
    assert {problem for problem, _ in TABLES} == set(Problem) - {
        Problem.TOO_MANY,
        Problem.NO_CHANNEL,
        Problem.NO_APP,
        Problem.OLD_BUTTON,
    }


def test_no_products_beginning_is_taken_for_a_regions() -> None:
    assert [name for name in PRODUCTS if looks_like_region(f"{name}-abcd1234")] == []
