"""Every error has its own words, and they say whose turn it is."""

from collections.abc import Iterator

import pytest

from bot import errors
from bot.errors import BadCommand, CloudError, MongologError, Problem, Refusal, Refused
from bot.render.trouble import Explanation, explain

UNEXPECTED = explain(ZeroDivisionError("secret detail"))
TURNS = {"Your turn", "An admin's turn", "Wait", "Our turn"}
DETAIL = "secret detail"
STORE_CODES = ("locked", "full", "read_only", "newer_schema", "unreachable", "damaged")


def leaves(kind: type[MongologError]) -> Iterator[type[MongologError]]:
    below = kind.__subclasses__()
    if below:
        for each in below:
            yield from leaves(each)
    else:
        yield kind


def errors_of(leaf: type[MongologError]) -> Iterator[MongologError]:
    if issubclass(leaf, CloudError):
        yield leaf("Some.Code", message=DETAIL)
    elif leaf is BadCommand:
        for problem in Problem:
            yield BadCommand(problem, word="typed")
            yield BadCommand(problem, word="typed", nearest="close")
    elif leaf is Refused:
        yield from (Refused(reason) for reason in Refusal)
    elif leaf is errors.SlackRefused:
        yield errors.SlackRefused("invalid_blocks")
    elif leaf is errors.StoreError:
        yield from (errors.StoreError(code) for code in STORE_CODES)
    else:
        assert leaf is errors.SettingsError, f"say here how to make a {leaf.__name__}"
        yield errors.SettingsError((DETAIL,))


LEAVES = [leaf for leaf in leaves(MongologError) if leaf.__module__ == errors.__name__]


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_every_leaf_of_the_tree_has_its_own_sentence(leaf: type[MongologError]) -> None:
    for error in errors_of(leaf):
        said = explain(error)

        assert said.what != UNEXPECTED.what
        assert said.turn in TURNS
        assert said.next_step


def test_no_two_kinds_of_trouble_sound_alike() -> None:
    said = [explain(error).what for leaf in LEAVES for error in errors_of(leaf)]
    near = sum(len(list(Problem)) for leaf in LEAVES if leaf is BadCommand)

    assert len(set(said)) >= len(said) - near


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_the_text_of_an_exception_is_never_shown(leaf: type[MongologError]) -> None:
    for error in errors_of(leaf):
        assert DETAIL not in str(words(explain(error)))


def test_anything_else_is_on_our_side() -> None:
    assert UNEXPECTED.what.startswith("Something broke on our side")
    assert UNEXPECTED.turn == "Our turn"
    assert DETAIL not in str(words(UNEXPECTED))


@pytest.mark.parametrize("problem", Problem, ids=lambda problem: problem.name.lower())
def test_a_near_word_is_offered_where_there_is_one(problem: Problem) -> None:
    said = explain(BadCommand(problem, word="typed", nearest="close"))

    can_be_near = {Problem.UNKNOWN_WORD, Problem.MISSPELT_ID, Problem.OTHER_PRODUCT}
    assert ("`close`" in str(words(said))) == (problem in can_be_near)


def test_a_silent_region_means_waiting() -> None:
    error = errors.NoSuchInstance("code", silent_regions=("ap-singapore",))

    assert explain(error).turn == "Wait"
    assert "ap-singapore" in explain(error).what


def test_a_rule_is_named_when_it_says_no() -> None:
    said = explain(Refused(Refusal.RULE, rule="prod `only`"))

    assert said.what == "The rule `prod 'only'` says no."


@pytest.mark.parametrize(
    ("reason", "turn"),
    [
        pytest.param(Refusal.TOO_MANY, "Wait", id="too-many"),
        pytest.param(Refusal.NOT_A_MEMBER, "Your turn", id="not-a-member"),
        pytest.param(Refusal.NO_AUDIT, "An admin's turn", id="no-audit"),
    ],
)
def test_a_refusal_says_who_can_end_it(reason: Refusal, turn: str) -> None:
    assert explain(Refused(reason)).turn == turn


def words(said: Explanation) -> tuple[str, str, str]:
    return said.what, said.turn, said.next_step
