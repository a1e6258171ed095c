"""On which lines the rules of a file and their keys stand; tomllib does not tell. Pure."""

import re
from dataclasses import dataclass, field

# Strings and comments first, so that what looks like a table or a key within one is passed over.
TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?!")|\'\'\'.*?\'\'\'(?!\')|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*'
    r"|(?P<rule>^[ \t]*\[\[[ \t]*rule[ \t]*\]\])"
    r"|^[ \t]*\[[ \t]*(?P<table>[\w-]+)[ \t]*\]"
    r"|^[ \t]*(?P<key>[\w-]+)[ \t]*=",
    re.DOTALL | re.MULTILINE | re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One rule, or what stands above the rules.

    Attributes:
        line: where it begins, from 1.
        keys: where each of its keys stands; those written in unusual ways are left out.
    """

    line: int
    keys: dict[str, int] = field(default_factory=dict)

    def line_of(self, key: str) -> int:
        """Where the key stands; where the section begins when the key was not found."""
        return self.keys.get(key, self.line)


def sections(text: str) -> list[Section]:
    """What stands above the rules, then each [[rule]], in the order of the file.

    Args:
        text: that tomllib has read without a fault.
    """
    top = Section(line=1)
    found, line, counted = [top], 1, 0
    for token in TOKEN.finditer(text):
        line += text.count("\n", counted, token.end())
        counted = token.end()
        match token.lastgroup:
            case "rule":
                found.append(Section(line=line))
            case "table":
                top.keys.setdefault(token["table"], line)
            case "key":
                found[-1].keys.setdefault(token["key"], line)
    return found
