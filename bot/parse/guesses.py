"""Says what a word that is no word of the grammar probably is; reads no command."""

import re
from datetime import datetime

from bot.errors import BadCommand, Problem
from bot.model import INSTANCE_ID_PATTERN
from bot.parse.times import read_span, read_time
from bot.parse.vocabulary import HERE, looks_like_region, nearest_word
from bot.parse.words import Word

# Beginnings of ids in the API examples of each product (github.com/TencentCloud/tencentcloud-cli);
# `mariadb` is what people make of `tdsql`.
PRODUCTS = {
    "cdb": "TencentDB for MySQL",
    "cdbro": "TencentDB for MySQL",
    "ckafka": "CKafka",
    "cls": "Tencent Kubernetes Engine",
    "crs": "TencentDB for Redis",
    "cynosdbmysql": "TDSQL-C for MySQL",
    "cynosdbpg": "TDSQL-C for PostgreSQL",
    "dcdbt": "TDSQL for MySQL",
    "es": "Elasticsearch Service",
    "ins": "Cloud Virtual Machine",
    "lb": "Cloud Load Balancer",
    "lhins": "Lighthouse",
    "mariadb": "TencentDB for MariaDB",
    "mssql": "TencentDB for SQL Server",
    "mssqlro": "TencentDB for SQL Server",
    "postgres": "TencentDB for PostgreSQL",
    "tdsql": "TencentDB for MariaDB",
    "tdsqlshard": "TDSQL for MySQL",
}
_PRODUCT_ID = re.compile(rf"(?<![a-z0-9-])({'|'.join(PRODUCTS)})-(?:ins-|cluster-)?[a-z0-9]{{5,}}")

# Both forms of a TaskId occur in the vendor's documentation; people also paste a beginning.
_EXPORT_ID = re.compile(r"export-[0-9a-f]{8}[0-9a-f-]*|[0-9a-f]{24}")

_ID_START = "cmgo"
_ONE_LETTER_OFF = re.compile(r".?mgo|c.?go|cm.?o|cmg.?|.cmgo|c.mgo|cm.go|cmg.o|cmgo.|cmongo")
_ID_SEPARATOR = re.compile(r"[\W_]")
_UNSEPARATED_ID = re.compile(r"([cmgo]{4})([a-z0-9]{6,16})")
_ID_INSIDE = re.compile(rf"{INSTANCE_ID_PATTERN}(?![a-z0-9])")
_ID_REST = re.compile(r"[a-z0-9]{6,16}")


def explain(word: Word, *, now: datetime, zone: str) -> BadCommand:
    """The error that says most about a word which is none of ours."""
    plain = word.plain
    if _EXPORT_ID.fullmatch(plain):
        return BadCommand(Problem.EXPORT_ID, word=word.typed)
    if product := _PRODUCT_ID.search(plain):
        return BadCommand(Problem.OTHER_PRODUCT, word=word.typed, nearest=PRODUCTS[product[1]])
    if (meant := meant_id(plain)) is not None:
        return BadCommand(Problem.MISSPELT_ID, word=word.typed, nearest=meant)
    if looks_like_region(plain):
        return BadCommand(Problem.BAD_REGION, word=word.typed)
    return BadCommand(
        Problem.UNKNOWN_WORD, word=word.typed, nearest=_suggest(word, now=now, zone=zone)
    )


def meant_id(word: str) -> str | None:
    """The id that a misspelt one was probably meant to be; "" when that can't be told.

    None when the word does not look like an instance id at all.
    """
    if inside := _ID_INSIDE.search(word):
        return inside[0]
    if unseparated := _UNSEPARATED_ID.fullmatch(word):
        start, rest = unseparated.groups()
        return _completed(rest) if _resembles_start(start) else None
    start, *rests = _ID_SEPARATOR.split(word)
    if start != _ID_START and not (rests and _resembles_start(start)):
        return None
    first = next((rest for rest in rests if rest), "")
    return _completed(first) or _completed("".join(rests))


def _completed(rest: str) -> str:
    return f"{_ID_START}-{rest}" if _ID_REST.fullmatch(rest) else ""


def _resembles_start(start: str) -> bool:
    is_shuffled = sorted(start) == sorted(_ID_START)
    return is_shuffled or _ONE_LETTER_OFF.fullmatch(start) is not None


def _suggest(word: Word, *, now: datetime, zone: str) -> str:
    """The nearest word; for a time without its keyword, both."""
    if word.plain[:1].isdecimal():
        if read_span(word.plain):
            return f"last {word.plain}"
        if read_time(word.plain, now=now, zone=zone):
            return f"since {word.plain}"
    if not word.plain:  # a name that resembles a word of ours is still a name
        return HERE if word.typed == f"@{HERE}" else ""
    return nearest_word(word.plain)
