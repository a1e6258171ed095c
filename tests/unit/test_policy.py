"""Who may do what: the defaults, the keys of a rule, and laws for any rules."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Refusal
from bot.model import InstanceId
from bot.policy import (
    EVERY_MEMBER,
    NOBODY,
    Action,
    Actor,
    Decision,
    Kind,
    Place,
    Rule,
    Rules,
    Verdict,
    decide,
)
from bot.policy.deciding import ELSEWHERE
from bot.policy.nouns import SEEN_BY_OTHERS

ALLOWED, REFUSED, OPEN = Verdict.ALLOWED, Verdict.REFUSED, Verdict.OPEN
PROD, TEST = InstanceId("cmgo-prod0001"), InstanceId("cmgo-test0001")
TOKYO, FRANKFURT, NOWHERE = "ap-tokyo", "eu-frankfurt", ""
OWN = Place(channel="C0OWN", is_shared=False)
SHARED = Place(channel="C0SHARED", is_shared=True)
PLACES = (None, OWN, SHARED)


def actor(kind: Kind = Kind.MEMBER, *, user: str = "U0ANNA", app: str = "", **facts: str) -> Actor:
    groups = frozenset(filter(None, (facts.get("group"),)))
    return Actor(user=user, team="T0OURS", kind=kind, app=app, groups=groups)


def verdict(rules: Rules, who: Actor, action: Action = Action.LOOK_UP, **asked: object) -> Verdict:
    return ask(rules, who, action, **asked).verdict


def ask(rules: Rules, who: Actor, action: Action = Action.LOOK_UP, **asked: object) -> Decision:
    question = {"instance": PROD, "region": TOKYO, "place": OWN, **asked}
    return decide(rules, who, action, **question)  # type: ignore[arg-type]


def only(**keys: object) -> Rules:
    """One rule that allows, and nothing else allowed."""
    return Rules(default="deny", rules=(Rule(name="one", line=3, **keys),))  # type: ignore[arg-type]


# Without a file


@pytest.mark.parametrize("place", PLACES, ids=["nowhere", "own", "shared"])
@pytest.mark.parametrize("action", set(Action) - SEEN_BY_OTHERS)
def test_members_may_do_everything_that_only_they_see(action: Action, place: Place | None) -> None:
    assert verdict(EVERY_MEMBER, actor(), action, place=place) is ALLOWED


@pytest.mark.parametrize("action", SEEN_BY_OTHERS)
@pytest.mark.parametrize(
    ("place", "reason"),
    [
        pytest.param(OWN, None, id="own channel"),
        pytest.param(SHARED, Refusal.SHARED_CHANNEL, id="shared channel"),
        pytest.param(None, Refusal.SHARED_CHANNEL, id="a place that is not known"),
    ],
)
def test_what_others_see_stays_where_no_other_organisation_reads(
    action: Action, place: Place | None, reason: Refusal | None
) -> None:
    decision = ask(EVERY_MEMBER, actor(), action, place=place)

    assert (decision.reason, decision.rule, decision.line) == (reason, "", None)
    assert decision.verdict is (REFUSED if reason else ALLOWED)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        pytest.param(Kind.GUEST, Refusal.GUEST, id="guest"),
        pytest.param(Kind.FOREIGN, Refusal.FOREIGN, id="another organisation"),
        pytest.param(Kind.UNKNOWN, Refusal.UNKNOWN_PERSON, id="unknown"),
    ],
)
def test_everyone_else_may_do_nothing_anywhere(kind: Kind, reason: Refusal) -> None:
    for action, place in product(Action, PLACES):
        decision = ask(EVERY_MEMBER, actor(kind), action, place=place)
        assert (decision.verdict, decision.reason) == (REFUSED, reason)


def test_every_kind_but_member_is_refused() -> None:
    assert set(NOBODY) == set(Kind) - {Kind.MEMBER}


def test_an_app_may_do_nothing_whatever_kind_it_is() -> None:
    for kind, action in product(Kind, Action):
        assert verdict(EVERY_MEMBER, actor(kind, app="A0ALERTS"), action) is REFUSED


# One rule


@pytest.mark.parametrize(
    ("keys", "fits", "fails"),
    [
        pytest.param({"actions": (Action.LOOK_UP,)}, {}, {"action": Action.LINK}, id="actions"),
        pytest.param({"instances": ("cmgo-prod*",)}, {}, {"instance": TEST}, id="instances"),
        pytest.param({"instances": ("*",)}, {}, {"instance": None}, id="about no instance"),
        pytest.param({"regions": (TOKYO,)}, {}, {"region": FRANKFURT}, id="regions"),
        pytest.param({"regions": (TOKYO,)}, {}, {"region": NOWHERE}, id="no region ever"),
        pytest.param({"channels": ("C0OWN",)}, {}, {"place": SHARED}, id="channels"),
        pytest.param({"channels": ("C0OWN",)}, {}, {"place": None}, id="no channel"),
        pytest.param({"users": ("U0ANNA",)}, {}, {"who": actor(user="U0BEN")}, id="users"),
        pytest.param(
            {"groups": ("S0DBA", "S0SRE")}, {"who": actor(group="S0SRE")}, {}, id="groups"
        ),
        pytest.param(
            {"kinds": (Kind.GUEST,)}, {"who": actor(Kind.GUEST)}, {"who": actor()}, id="kinds"
        ),
        pytest.param({"apps": ("A0ALERTS",)}, {"who": actor(app="A0ALERTS")}, {}, id="apps"),
        pytest.param({}, {}, {"who": actor(app="A0ALERTS")}, id="an app that no rule names"),
    ],
)
def test_each_key_that_is_given_must_match(
    keys: dict[str, object], fits: dict[str, object], fails: dict[str, object]
) -> None:
    def asked(facts: dict[str, object]) -> Verdict:
        return verdict(only(**keys), **{"who": actor(), **facts})  # type: ignore[arg-type]

    assert asked(fits) is ALLOWED
    assert asked(fails) is REFUSED


def test_all_keys_that_are_given_must_match() -> None:
    rules = only(users=("U0ANNA",), groups=("S0DBA",), instances=("cmgo-prod*",))

    assert verdict(rules, actor(group="S0DBA")) is ALLOWED
    assert verdict(rules, actor(group="S0SRE")) is REFUSED
    assert verdict(rules, actor(group="S0DBA", user="U0BEN")) is REFUSED
    assert verdict(rules, actor(group="S0DBA"), instance=TEST) is REFUSED


@pytest.mark.parametrize(
    ("pattern", "is_match"),
    [
        pytest.param("cmgo-prod0001", True, id="the id"),
        pytest.param("cmgo-prod*", True, id="a beginning"),
        pytest.param("*0001", True, id="an end"),
        pytest.param("*", True, id="any"),
        pytest.param("cmgo-prod????", True, id="four characters"),
        pytest.param("cmgo-prod???", False, id="three characters"),
        pytest.param("cmgo-prod", False, id="no more than a beginning"),
        pytest.param("prod*", False, id="from the middle"),
        pytest.param("cmgo-prod0001*", True, id="nothing left"),
        pytest.param("cmgo-test*", False, id="another"),
        pytest.param("*" * 39 + "x", False, id="many stars"),
        pytest.param("*?" * 19 + "x", False, id="many stars and marks"),
    ],
)
def test_a_pattern_fits_the_whole_id(pattern: str, is_match: bool) -> None:
    expected = ALLOWED if is_match else REFUSED

    assert verdict(only(instances=(pattern,)), actor()) is expected


@pytest.mark.parametrize("kind", NOBODY)
def test_whoever_is_no_member_is_named_by_kind_or_by_id_alone(kind: Kind) -> None:
    stranger = actor(kind, group="S0DBA")

    assert verdict(only(), stranger) is REFUSED
    assert verdict(only(groups=("S0DBA",)), stranger) is REFUSED
    assert verdict(only(kinds=(Kind.MEMBER,), users=("U0ANNA",)), stranger) is REFUSED
    assert verdict(only(users=("U0ANNA",)), stranger) is ALLOWED
    assert verdict(only(kinds=(kind,)), stranger) is ALLOWED


def test_a_rule_that_refuses_is_about_everybody_unless_it_says_kinds() -> None:
    guests = Rule(name="guests look", kinds=(Kind.GUEST,))
    an_app = Rule(name="an app", apps=("A0ALERTS",))
    shut = Rule(name="shut", effect="deny")
    shut_for_members = Rule(name="shut", effect="deny", kinds=(Kind.MEMBER,))
    app = actor(Kind.UNKNOWN, app="A0ALERTS", user="U0BOT")

    assert verdict(Rules(rules=(shut, guests)), actor(Kind.GUEST)) is REFUSED
    assert verdict(Rules(rules=(shut, an_app)), app) is REFUSED
    assert verdict(Rules(rules=(shut_for_members, guests)), actor(Kind.GUEST)) is ALLOWED


def test_an_app_is_named_by_its_own_id_alone() -> None:
    app = actor(Kind.UNKNOWN, app="A0ALERTS", user="U0BOT")

    assert verdict(only(users=("U0BOT",)), app) is REFUSED
    assert verdict(only(kinds=(Kind.UNKNOWN,)), app) is REFUSED
    assert verdict(only(apps=("A0OTHER",)), app) is REFUSED
    assert verdict(only(apps=("A0ALERTS",)), app) is ALLOWED


@pytest.mark.parametrize("action", SEEN_BY_OTHERS)
def test_a_shared_channel_is_opened_by_a_rule_that_names_it_and_by_no_other(action: Action) -> None:
    any_channel = Rules(rules=(Rule(name="anywhere", actions=(action,)),))
    this_channel = Rules(rules=(Rule(name="there", channels=("C0SHARED",)),))

    assert ask(any_channel, actor(), action, place=SHARED).reason is Refusal.SHARED_CHANNEL
    assert verdict(any_channel, actor(), action, place=OWN) is ALLOWED
    assert verdict(this_channel, actor(), action, place=SHARED) is ALLOWED
    assert verdict(this_channel, actor(Kind.GUEST), action, place=SHARED) is REFUSED


def test_a_rule_may_refuse_in_a_shared_channel_without_naming_it() -> None:
    rules = Rules(rules=(Rule(name="no", effect="deny"), Rule(name="yes", channels=("C0SHARED",))))

    assert ask(rules, actor(), Action.SHARE, place=SHARED).rule == "no"


def test_a_refusal_names_the_rule_its_line_and_whom_to_ask() -> None:
    decision = ask(only(effect="deny", ask="S0DBA"), actor())

    assert decision == Decision(
        verdict=REFUSED, rule="one", line=3, ask="S0DBA", reason=Refusal.RULE
    )


def test_who_is_allowed_is_not_sent_to_anybody() -> None:
    assert ask(only(ask="S0DBA"), actor()) == Decision(verdict=ALLOWED, rule="one", line=3)


def test_the_default_of_the_file_decides_when_no_rule_does() -> None:
    decision = ask(Rules(default="deny"), actor())

    assert (decision.verdict, decision.reason, decision.line) == (REFUSED, Refusal.RULE, None)
    assert verdict(Rules(default="allow"), actor()) is ALLOWED


def test_the_groups_that_must_be_known_are_those_that_decide() -> None:
    rules = Rules(
        rules=(
            Rule(name="a", groups=("S0DBA", "S0SRE")),
            Rule(name="b", groups=("S0DBA",), ask="S0BOSS"),
        )
    )

    assert rules.groups == {"S0DBA", "S0SRE"}
    assert EVERY_MEMBER.groups == frozenset()


# The region


def test_what_depends_on_the_region_stays_open_until_it_is_known() -> None:
    rules = Rules(rules=(Rule(name="tokyo", regions=(TOKYO,), effect="deny"),))

    assert ask(rules, actor(), region=None) == Decision(verdict=OPEN)
    assert verdict(rules, actor(), region=TOKYO) is REFUSED
    assert verdict(rules, actor(), region=FRANKFURT) is ALLOWED
    assert verdict(rules, actor(), region=ELSEWHERE) is ALLOWED


def test_an_instance_that_is_nowhere_looks_like_a_forbidden_one() -> None:
    refusing = Rules(rules=(Rule(name="tokyo", regions=(TOKYO,), effect="deny"),))
    allowing = Rules(rules=(Rule(name="tokyo", regions=(TOKYO,)),), default="deny")

    assert ask(refusing, actor(), region=NOWHERE) == ask(refusing, actor(), region=TOKYO)
    assert verdict(allowing, actor(), region=NOWHERE) is REFUSED


def test_a_rule_that_is_never_reached_leaves_nothing_open() -> None:
    late = Rule(name="late", regions=(TOKYO,), effect="deny")
    same = Rule(name="same", regions=(TOKYO,))

    assert verdict(Rules(rules=(Rule(name="all"), late)), actor(), region=None) is ALLOWED
    assert verdict(Rules(rules=(same, late)), actor(), region=None) is ALLOWED


# Laws

USERS, GROUPS, CHANNELS = ("U0ANNA", "U0BEN"), ("S0DBA", "S0SRE"), ("C0OWN", "C0SHARED")
REGIONS, APPS = (TOKYO, FRANKFURT), ("A0ALERTS",)
PATTERNS = ("cmgo-prod*", "cmgo-t???0001", "*")
EXAMPLES = settings(max_examples=60, deadline=None)


def some(*values: object) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


RULES = st.lists(
    st.builds(
        Rule,
        name=st.text("ab", min_size=1, max_size=3),
        line=st.integers(1, 9),
        instances=some(*PATTERNS),
        regions=some(*REGIONS),
        users=some(*USERS),
        groups=some(*GROUPS),
        kinds=some(*Kind),
        channels=some(*CHANNELS),
        apps=some(*APPS),
        actions=some(*Action),
        effect=st.sampled_from(("allow", "deny")),
        ask=st.sampled_from(("", "S0BOSS")),
    ),
    max_size=5,
).map(tuple)
FILES = st.builds(Rules, rules=RULES, default=st.sampled_from(("allow", "deny")))
ACTORS = st.builds(
    Actor,
    user=st.sampled_from(USERS),
    team=st.just("T0OURS"),
    kind=st.sampled_from(Kind),
    groups=st.frozensets(st.sampled_from(GROUPS)),
    app=st.sampled_from(("", *APPS)),
)
ACTIONS = st.sampled_from(Action)
QUESTIONS = st.fixed_dictionaries(
    {"instance": st.sampled_from((None, PROD, TEST)), "place": st.sampled_from(PLACES)}
)
ANYWHERE = st.sampled_from((None, NOWHERE, *REGIONS))


@EXAMPLES
@given(rules=FILES, who=ACTORS, action=ACTIONS, asked=QUESTIONS)
def test_it_is_open_exactly_when_two_regions_would_differ(
    rules: Rules, who: Actor, action: Action, asked: dict[str, object]
) -> None:
    each = {verdict(rules, who, action, region=name, **asked) for name in (ELSEWHERE, *REGIONS)}

    assert verdict(rules, who, action, region=None, **asked) is (
        OPEN if len(each) > 1 else each.pop()
    )


@EXAMPLES
@given(rules=FILES, who=ACTORS, action=ACTIONS, asked=QUESTIONS, region=ANYWHERE, at=st.integers(0))
def test_a_rule_that_cannot_match_changes_nothing(
    rules: Rules, who: Actor, action: Action, asked: dict[str, object], region: str, at: int
) -> None:
    alien = Rule(name="alien", users=("U0NOBODY",), effect="deny")
    place = at % (len(rules.rules) + 1)
    more = Rules(default=rules.default, rules=(*rules.rules[:place], alien, *rules.rules[place:]))

    before = ask(rules, who, action, region=region, **asked)
    assert ask(more, who, action, region=region, **asked) == before


@EXAMPLES
@given(rules=FILES, who=ACTORS, action=ACTIONS, asked=QUESTIONS, effect=st.booleans())
def test_the_first_rule_that_matches_decides_whatever_follows(
    rules: Rules, who: Actor, action: Action, asked: dict[str, object], effect: bool
) -> None:
    # Everybody, every app and every channel is named, so that nothing keeps it from matching.
    first = Rule(
        name="first",
        effect="allow" if effect else "deny",
        users=USERS,
        kinds=tuple(Kind),
        apps=("", *APPS),
        channels=(*CHANNELS, "") if asked["place"] else (),
    )
    decision = ask(Rules(rules=(first, *rules.rules)), who, action, region=None, **asked)

    is_nowhere = asked["place"] is None and action in SEEN_BY_OTHERS and effect
    assert is_nowhere or decision.rule == "first"


@EXAMPLES
@given(rules=FILES, who=ACTORS, action=ACTIONS, asked=QUESTIONS, region=ANYWHERE)
def test_whoever_is_no_member_is_never_allowed_by_a_rule_that_names_neither_kind_nor_id(
    rules: Rules, who: Actor, action: Action, asked: dict[str, object], region: str
) -> None:
    nameless = tuple(
        rule
        for rule in rules.rules
        if who.kind not in rule.kinds and not rule.users and not rule.apps
    )
    decision = ask(
        Rules(default=rules.default, rules=nameless), who, action, region=region, **asked
    )

    assert who.kind is Kind.MEMBER or decision.verdict is REFUSED


@EXAMPLES
@given(rules=FILES, who=ACTORS, action=ACTIONS, asked=QUESTIONS, region=ANYWHERE)
def test_a_decision_says_no_more_than_the_rule_it_names(
    rules: Rules, who: Actor, action: Action, asked: dict[str, object], region: str
) -> None:
    decision = ask(rules, who, action, region=region, **asked)

    assert (decision.reason is not None) is (decision.verdict is REFUSED)
    assert (decision.line is None) is (decision.rule == "")
    assert decision.verdict is REFUSED or not decision.ask
    if decision.rule:
        effect = "allow" if decision.verdict is ALLOWED else "deny"
        told = (decision.rule, decision.line, effect)
        assert told in {(rule.name, rule.line, rule.effect) for rule in rules.rules}


@EXAMPLES
@given(rules=FILES, who=ACTORS, asked=QUESTIONS, region=ANYWHERE)
def test_nothing_that_others_see_is_allowed_in_a_shared_channel_without_its_name(
    rules: Rules, who: Actor, asked: dict[str, object], region: str
) -> None:
    for action in SEEN_BY_OTHERS:
        decision = ask(rules, who, action, region=region, **{**asked, "place": SHARED})
        allowing = {rule.name for rule in rules.rules if "C0SHARED" in rule.channels}
        assert decision.verdict is not ALLOWED or decision.rule in allowing
