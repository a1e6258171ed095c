"""A rules file: what is read, and every fault told with its line and in our own words."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli.rules import run
from bot.errors import SettingsError
from bot.policy import EVERY_MEMBER, Action, Kind, Rule, Rules, read_rules
from bot.policy.example import EXAMPLE
from bot.policy.reading import KEYS, MOST_CHARACTERS, MOST_FAULTS, MOST_RULES
from bot.rules_file import MOST_BYTES, open_rules

RULE = '[[rule]]\nname = "one"\neffect = "allow"\n'
IDS = {"users": "U0A", "groups": "S0A", "channels": "C0A", "apps": "A0A"}


def faults(text: str) -> list[str]:
    """What is wrong with it, without the variable's name."""
    with pytest.raises(SettingsError) as refused:
        read_rules(text)
    assert all(fault.startswith("MONGOLOG_POLICY: ") for fault in refused.value.faults)
    return [fault.removeprefix("MONGOLOG_POLICY: ") for fault in refused.value.faults]


# What is read


def test_every_key_is_read() -> None:
    text = """
default = "deny"

[[rule]]
name = "DBAs: links"
effect = "deny"
instances = ["cmgo-prod*", "cmgo-?????0001"]
regions = ["ap-tokyo", "ap-shanghai-fsi"]
users = ["U0A", "W0B"]
groups = ["S0A"]
kinds = ["member", "guest", "foreign", "unknown"]
channels = ["C0A", "G0B", "D0C"]
apps = ["A0A"]
actions = ["lookup", "link", "watch", "share", "admin"]
ask = "S0B"
"""
    rule = Rule(
        name="DBAs: links",
        line=4,
        effect="deny",
        instances=("cmgo-prod*", "cmgo-?????0001"),
        regions=("ap-tokyo", "ap-shanghai-fsi"),
        users=("U0A", "W0B"),
        groups=("S0A",),
        kinds=tuple(Kind),
        channels=("C0A", "G0B", "D0C"),
        apps=("A0A",),
        actions=tuple(Action),
        ask="S0B",
    )
    assert read_rules(text) == Rules(default="deny", rules=(rule,))
    assert set(KEYS) == set(Rule.__slots__) - {"line"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("# soon\n", id="a comment"),
        pytest.param('default = "allow"', id="the default"),
        pytest.param("rule = []", id="an empty list"),
    ],
)
def test_a_file_without_rules_is_what_no_file_is(text: str) -> None:
    assert read_rules(text) == EVERY_MEMBER


@pytest.mark.parametrize(
    ("before", "line"),
    [
        pytest.param("", 1, id="at once"),
        pytest.param("\n\n# [[rule]]\n", 4, id="a comment"),
        pytest.param('default = "deny" # "[[rule]]\n', 2, id="a quote in a comment"),
        pytest.param('[[rule]]\nname = """\\\n  x"""\neffect = "deny"\n', 5, id="folded text"),
        pytest.param(
            '[[rule]]\nname = "#\\"[[rule]]"\neffect = "deny"\n', 4, id="an escaped quote"
        ),
        pytest.param(
            "[[rule]]\nname = 'a\\'\neffect = 'deny'\nusers = [\n  'U0A', # [[rule]]\n\n]\n",
            8,
            id="a list over lines",
        ),
        pytest.param(
            '[[rule]]\nname = """a"""" # """"\neffect = "deny"\n'
            '[[rule]]\nname = "b"\neffect = "deny" # """\n',
            7,
            id="a quote at the end of long text",
        ),
        pytest.param("[[ rule ]]\r\nname='x'\r\neffect='deny'\r\n", 4, id="ends of lines"),
    ],
)
def test_a_rule_knows_its_line(before: str, line: int) -> None:
    assert read_rules(before + RULE).rules[-1].line == line


def test_the_example_works_as_it_stands() -> None:
    rules = read_rules(EXAMPLE)

    lines = EXAMPLE.splitlines()
    assert {lines[rule.line - 1] for rule in rules.rules} == {"[[rule]]"}
    assert [f'name = "{rule.name}"' for rule in rules.rules] == [
        lines[rule.line] for rule in rules.rules
    ]


def test_the_example_explains_every_key_and_every_word() -> None:
    comments = "".join(line for line in EXAMPLE.splitlines(keepends=True) if line[0] == "#")

    assert {key for key in KEYS if f"#   {key} " not in comments} == set()
    assert {word for word in (*Action, *Kind) if word.value not in comments} == set()
    assert max(map(len, EXAMPLE.splitlines())) <= 100


# What is wrong


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param(
            f"{RULE}colour = 'red'\n", "line 4: `colour` is no key of a rule", id="unknown key"
        ),
        pytest.param(
            f"colour = 1\n{RULE}", "line 1: `colour` is no key of a rules file", id="unknown on top"
        ),
        pytest.param(
            f"{RULE}\n[rules]\n", "line 5: `rules` is no key of a rules file", id="another table"
        ),
        pytest.param(
            f"{RULE}[rule.more]\n", "line 1: `more` is no key of a rule", id="a table in a rule"
        ),
        pytest.param(
            f"{RULE}\ndefault = 'deny'\n",
            "line 5: `default` stands above the first [[rule]]",
            id="the default below",
        ),
        pytest.param(
            "\ndefault = 'Deny'", "line 2: `default` must be allow or deny", id="the default"
        ),
        pytest.param(
            "\ndefault = ['deny']", "line 2: `default` must be allow or deny", id="a list of it"
        ),
        pytest.param(
            "\n[rule]\nname = 'x'\n",
            "line 2: each rule begins with [[rule]] on a line of its own",
            id="one bracket",
        ),
        pytest.param(
            "\nrule = [{name = 'x', effect = 'deny'}]\n",
            "line 2: each rule begins with [[rule]] on a line of its own",
            id="rules in a list",
        ),
        pytest.param(
            "[['rule']]\nname = 'x'\neffect = 'deny'\n",
            "line 1: each rule begins with [[rule]] on a line of its own",
            id="quotes in the brackets",
        ),
        pytest.param(
            "rule = 1", "line 1: each rule begins with [[rule]] on a line of its own", id="a number"
        ),
        pytest.param("[[rule]]\neffect = 'deny'", "line 1: `name` is missing", id="no name"),
        pytest.param("\n[[rule]]\nname = 'x'", "line 2: `effect` is missing", id="no effect"),
        pytest.param(
            "[[rule]]\nname = 'x'\neffect = 'permit'",
            "line 3: `effect` must be allow or deny",
            id="an unknown effect",
        ),
        pytest.param(
            f"{RULE}\n{RULE}", "line 6: another rule has this name already", id="the same name"
        ),
        pytest.param(
            "[[rule]]\nname = '<!here>'\neffect = 'deny'",
            "line 2: `name` must be a name of 1 to 60 characters without ` | < > &",
            id="markup in a name",
        ),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, fault: str) -> None:
    assert faults(text) == [fault]


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        pytest.param(
            "actions",
            ["look"],
            "has an entry that must be one of lookup, link, watch, share, admin",
            id="unknown action",
        ),
        pytest.param(
            "kinds",
            ["member", "admin"],
            "has an entry that must be one of member, guest, foreign, unknown",
            id="unknown kind",
        ),
        pytest.param("users", "U0A", "must be a list that is not empty", id="no list"),
        pytest.param("users", [], "must be a list that is not empty", id="an empty list"),
        pytest.param(
            "users",
            ["@anna"],
            "has an entry that must be the id of a user, such as U0123456789",
            id="a name",
        ),
        pytest.param(
            "users",
            [7],
            "has an entry that must be the id of a user, such as U0123456789",
            id="a number",
        ),
        pytest.param(
            "groups",
            ["U0A"],
            "has an entry that must be the id of a user group, such as S0123456789",
            id="a user for a group",
        ),
        pytest.param(
            "channels",
            ["#db-oncall"],
            "has an entry that must be the id of a channel, such as C0123456789",
            id="the name of a channel",
        ),
        pytest.param(
            "apps",
            ["B0A"],
            "has an entry that must be the id of an app, such as A0123456789",
            id="a bot for an app",
        ),
        pytest.param(
            "instances",
            ["CMGO-PROD*"],
            "has an entry that must be a pattern such as cmgo-prod*",
            id="capitals",
        ),
        pytest.param(
            "instances",
            ["cmgo-[ab]*"],
            "has an entry that must be a pattern such as cmgo-prod*",
            id="another sort of pattern",
        ),
        pytest.param(
            "instances",
            ["cmgo-test*", "prod*"],
            "has an entry that fits no instance: ids are cmgo- and 6 to 16 letters or digits,"
            " as in cmgo-prod*",
            id="a pattern that protects nothing",
        ),
        pytest.param(
            "regions",
            ["Tokyo"],
            "has an entry that must be a region such as ap-tokyo",
            id="no region",
        ),
        pytest.param(
            "ask", ["S0A"], "must be the id of a user group, such as S0123456789", id="a list"
        ),
    ],
)
def test_a_value_of_the_wrong_sort_is_told(key: str, value: object, fault: str) -> None:
    assert faults(f"{RULE}{key} = {json.dumps(value)}\n") == [f"line 4: `{key}` {fault}"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(f"{RULE}users = [U0A]\n", 4, id="no quotes"),
        pytest.param(f'{RULE}users = ["U0A"\n\n', 5, id="no bracket"),
        pytest.param('\ndefault = "deny', 2, id="no end of a quote"),
        pytest.param(f'{RULE}name = "two"\n', 4, id="a key twice"),
        pytest.param(f"{RULE}number = {'9' * 5000}\n", 5, id="a number without end"),
        pytest.param("x = " + "[" * 5000, 1, id="brackets without end"),
        pytest.param('"(at line 77, column 1)" = 1\n"(at line 77, column 1)" = 2\n', 2, id="sly"),
    ],
)
def test_what_is_no_toml_is_told_in_our_own_words(text: str, line: int) -> None:
    words = "this can't be read as TOML: is a quote, a bracket or a comma missing here or above?"
    (fault,) = faults(text)

    assert fault.endswith(words)
    assert abs(int(fault.split(":")[0].removeprefix("line ")) - line) <= 1


def test_all_faults_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = f"colour = 1\n{RULE}users = ['x']\n{RULE}kinds = 1\nsize = 2\n"

    lines = [fault.split(":")[0] for fault in faults(text)]
    assert lines == ["line 1", "line 5", "line 7", "line 9", "line 10"]


def test_so_many_faults_are_told_and_no_more() -> None:
    assert len(faults("[[rule]]\n" * 30)) == MOST_FAULTS


def test_there_may_be_so_many_rules_and_no_more() -> None:
    def file(count: int) -> str:
        return "".join(f"[[rule]]\nname='{number}'\neffect='deny'\n" for number in range(count))

    assert len(read_rules(file(MOST_RULES)).rules) == MOST_RULES
    assert faults(file(MOST_RULES + 1)) == ["line 1: there may be 500 rules at most"]


def test_a_file_may_be_so_long_and_no_longer() -> None:
    assert read_rules("#" * MOST_CHARACTERS) == EVERY_MEMBER
    assert faults("#" * (MOST_CHARACTERS + 1)) == ["the file is longer than 256 KiB"]


def test_a_rule_far_down_a_long_file_knows_its_line() -> None:
    text = "#\n" * 100_000 + RULE

    assert read_rules(text).rules[0].line == 100_001


def test_what_is_repeated_of_a_file_fits_one_line() -> None:
    (fault,) = faults(r'"\u001b[2J\n' + "x" * 50_000 + '" = 1')

    assert fault.isprintable()
    assert len(fault) < 100


# Laws

LISTS = {
    "instances": st.text("abc*?", max_size=9).map("cmgo-*".__add__),
    "regions": st.sampled_from(("ap-tokyo", "eu-frankfurt")),
    "kinds": st.sampled_from([kind.value for kind in Kind]),
    "actions": st.sampled_from([action.value for action in Action]),
    **{key: st.text("AZ09", max_size=9).map(start.__add__) for key, start in IDS.items()},
}
KEPT = {key: st.lists(each, min_size=1, max_size=3) for key, each in LISTS.items()}
PLAIN = st.text("abz [#'\"=\\]", min_size=1, max_size=12).filter(lambda name: name == name.strip())
TABLES = st.fixed_dictionaries(
    {"name": PLAIN, "effect": st.sampled_from(("allow", "deny"))},
    optional={**KEPT, "ask": st.just("S0BOSS")},
)
GAPS = st.sampled_from(("", "\n", "# [[rule]]\n", "\n# '''\n\n", "  \t\n"))
QUICK = settings(max_examples=60, deadline=None)


@QUICK
@given(st.lists(st.tuples(GAPS, TABLES), max_size=5, unique_by=lambda pair: pair[1]["name"]))
def test_what_is_written_is_read_in_its_order_and_at_its_line(
    written: list[tuple[str, dict[str, object]]],
) -> None:
    text, lines = "", []
    for gap, table in written:
        text += gap
        lines.append(text.count("\n") + 1)
        text += "[[rule]]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in table.items())
    read = read_rules(text).rules

    assert [rule.line for rule in read] == lines
    for rule, (_, table) in zip(read, written, strict=True):
        for key in KEYS:
            value = getattr(rule, key)
            assert (list(value) if key in KEPT else value) == table.get(
                key, [] if key in KEPT else ""
            )


@QUICK
@given(
    st.text()
    | st.lists(st.sampled_from([*EXAMPLE.splitlines(), "[[rule]]", '"""', "x = [", "]"])).map(
        "\n".join
    )
)
def test_any_text_is_rules_or_says_what_is_wrong_with_it(text: str) -> None:
    try:
        read_rules(text)
        told: tuple[str, ...] = ()
    except SettingsError as error:
        told = error.faults or ("",)
    assert len(told) <= MOST_FAULTS
    assert all(fault and fault.isprintable() for fault in told)


# The file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rules.toml"


def fault_of(path: Path) -> str:
    with pytest.raises(SettingsError) as refused:
        open_rules(str(path))
    (fault,) = refused.value.faults
    assert str(path) not in fault
    return fault


def test_without_a_file_every_member_may_do_everything() -> None:
    assert open_rules(None) is EVERY_MEMBER


def test_a_file_is_read_with_or_without_its_mark(path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig"):
        path.write_text(RULE, encoding=encoding)
        assert [(rule.name, rule.line) for rule in open_rules(str(path)).rules] == [("one", 1)]


def test_a_file_that_is_not_there_is_a_fault(path: Path) -> None:
    assert fault_of(path) == "MONGOLOG_POLICY: the file can't be read"
    assert fault_of(path.parent) == "MONGOLOG_POLICY: the file can't be read"


def test_a_file_in_another_encoding_is_a_fault(path: Path) -> None:
    path.write_bytes('# für\ndefault = "deny"'.encode("latin-1"))

    assert fault_of(path) == "MONGOLOG_POLICY: the file must be text in UTF-8"


def test_a_file_that_is_too_long_is_a_fault(path: Path) -> None:
    path.write_bytes(b"#" * (MOST_BYTES + 1))

    assert fault_of(path).startswith("MONGOLOG_POLICY: the file is longer than")


# `mongolog rules`


def test_the_example_can_be_kept_and_read(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(example=True, path=None) == 0
    path.write_text(capsys.readouterr().out, encoding="utf-8")

    assert run(example=False, path=str(path)) == 0
    assert capsys.readouterr().out.startswith("line 37  No links in the demo channel: refuses link")


def test_rules_are_listed_in_words_with_their_lines(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text(
        f"""default = "deny"
{RULE}
[[rule]]
name = "two"
effect = "deny"
actions = ["link", "share"]
instances = ["cmgo-a*", "cmgo-b*"]
regions = ["ap-tokyo"]
groups = ["S0A", "S0B", "S0C"]
kinds = ["guest", "member"]
channels = ["C0A"]
ask = "S0D"
[[rule]]
name = "three"
effect = "allow"
users = ["U0A"]
kinds = ["guest"]
[[rule]]
name = "four"
effect = "allow"
apps = ["A0A"]
users = ["U0B"]
""",
        encoding="utf-8",
    )

    assert run(example=False, path=str(path)) == 0
    assert capsys.readouterr().out.splitlines()[:-1] == [
        "line 2  one: allows everything to members.",
        (
            "line 6  two: refuses link, share to guests or members in group S0A, S0B or S0C"
            " for cmgo-a* or cmgo-b* in ap-tokyo in channel C0A; ask S0D."
        ),
        "line 16  three: allows everything to U0A among guests.",
        "line 21  four: allows everything to app A0A as U0B.",
        "otherwise: nobody may do anything.",
    ]


def test_faults_are_told_beside_the_output(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text("default = 1\nrules = []\n", encoding="utf-8")

    assert run(example=False, path=str(path)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "MONGOLOG_POLICY: line 1: `default` must be allow or deny",
        "MONGOLOG_POLICY: line 2: `rules` is no key of a rules file",
    ]


def test_the_file_that_is_set_is_listed_when_none_is_named(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    monkeypatch.delenv("MONGOLOG_POLICY", raising=False)
    assert run(example=False, path=None) == 0
    assert capsys.readouterr().out.startswith("MONGOLOG_POLICY is not set: every full member")

    path.write_text(RULE, encoding="utf-8")
    monkeypatch.setenv("MONGOLOG_POLICY", str(path))
    assert run(example=False, path=None) == 0
    assert capsys.readouterr().out.startswith("line 1  one: allows everything to members.\n")
