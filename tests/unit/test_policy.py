"""Who may do what while there are no rules: every combination."""

from itertools import product

import pytest

from bot.errors import Fixer, Refusal, Refused
from bot.policy import NOBODY, Action, Actor, Kind, Place, check

OWN = Place(channel="C0OWN", is_shared=False)
SHARED = Place(channel="C0SHARED", is_shared=True)


def actor(kind: Kind) -> Actor:
    return Actor(user="U0SOMEONE", team="T0OURS", kind=kind)


def refusal(kind: Kind, action: Action, place: Place | None) -> Refusal | None:
    try:
        check(actor(kind), action, place)
    except Refused as error:
        return error.reason
    return None


@pytest.mark.parametrize("place", [None, OWN, SHARED], ids=["nowhere", "own", "shared"])
def test_members_may_look_up_anywhere(place: Place | None) -> None:
    assert refusal(Kind.MEMBER, Action.LOOK_UP, place) is None


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        pytest.param(OWN, None, id="own channel"),
        pytest.param(SHARED, Refusal.SHARED_CHANNEL, id="shared channel"),
        pytest.param(None, Refusal.SHARED_CHANNEL, id="a place that is not known"),
    ],
)
def test_members_may_share_only_where_no_other_organisation_reads(
    place: Place | None, reason: Refusal | None
) -> None:
    assert refusal(Kind.MEMBER, Action.SHARE, place) is reason


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        pytest.param(Kind.GUEST, Refusal.GUEST, id="guest"),
        pytest.param(Kind.FOREIGN, Refusal.FOREIGN, id="another organisation"),
        pytest.param(Kind.UNKNOWN, Refusal.UNKNOWN_PERSON, id="unknown"),
    ],
)
def test_everyone_else_may_do_nothing_anywhere(kind: Kind, reason: Refusal) -> None:
    for action, place in product(Action, (None, OWN, SHARED)):
        assert refusal(kind, action, place) is reason


def test_every_kind_but_member_is_refused() -> None:
    assert set(NOBODY) == set(Kind) - {Kind.MEMBER}


def test_a_refusal_is_for_an_admin_to_mend() -> None:
    with pytest.raises(Refused) as refused:
        check(actor(Kind.GUEST), Action.LOOK_UP)
    assert refused.value.fixer is Fixer.ADMIN
