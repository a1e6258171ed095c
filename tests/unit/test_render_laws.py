"""Laws of the layouts: whatever the cloud says, Slack takes the message and nothing leaks."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unicodedata import category

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.block_kit import message_faults
from bot.demo.block_kit_views import view_faults
from bot.errors import CloudBroken, CloudRefused, CloudUnreachable, NoSuchInstance
from bot.link import Link
from bot.model import STATES, Export, Failure, InstanceId, Lookup, Message, Outcome, Report
from bot.render.answer import answer
from bot.render.home import home_of
from bot.render.ids import MESSAGE_VIEW
from bot.render.modals import Share, modal_of
from bot.render.simplest import simplest
from bot.render.terminal import document, text
from bot.render.view import Earlier, Surface, View
from bot.render.words import capitalised, kind_words, state_words
from bot.slack.values import AskFor, read_order
from tests.unit.render_scenes import GUANGZHOU, HOSTILE, NOW, SCENES, SECRET, SINGAPORE, VIEW

MOST_TEXT = 250
LOCK_SCREEN = 60
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # controls, bidi and zero width, surrogates, breaks

FOREIGN = st.one_of(st.text(max_size=60), st.just(HOSTILE), st.just("`" * 80), st.just("&" * 400))
TIMES = st.none() | st.datetimes(timezones=st.just(UTC))
LINKS = st.none() | st.builds(
    lambda host, pad: Link(f"https://{host}/x?q-signature={SECRET}{'0' * pad}"),
    st.sampled_from(["a.myqcloud.com", "evil.example", "*evil*`.example", ""]),
    st.sampled_from([0, 3000]),
)
EXPORTS = st.builds(
    Export,
    id=FOREIGN,
    kind=st.none() | st.sampled_from(["slow", "error"]) | FOREIGN.map("unknown:{}".format),
    state=st.none() | st.sampled_from(STATES) | FOREIGN.map("unknown:{}".format),
    progress_percent=st.none() | st.integers(0, 100),
    size_bytes=st.none() | st.integers(0, 10**30),
    created_at=TIMES,
    updated_at=TIMES,
    link=LINKS,
)
INSTANCES = st.from_regex(r"cmgo-[a-z0-9]{6,16}", fullmatch=True).map(InstanceId)
ERRORS = st.sampled_from([CloudBroken, CloudRefused, CloudUnreachable, NoSuchInstance]).flatmap(
    lambda kind: st.builds(
        kind, FOREIGN, message=FOREIGN, request_id=st.none() | FOREIGN, region=FOREIGN
    )
)


def reports(instance: InstanceId, exports: tuple[Export, ...]) -> st.SearchStrategy[Report]:
    return st.builds(
        Report,
        instance=st.just(instance),
        region=st.sampled_from([GUANGZHOU, SINGAPORE]) | FOREIGN,
        regions_asked=st.just((GUANGZHOU, SINGAPORE)),
        exports=st.integers(0, len(exports)).map(lambda count: exports[:count]),
        complete=st.booleans(),
        as_of=st.just(NOW),
        took=st.timedeltas(timedelta(), timedelta(seconds=20)),
    )


def failures(instance: InstanceId, exports: tuple[Export, ...]) -> st.SearchStrategy[Failure]:
    return st.builds(
        Failure,
        instance=st.just(instance),
        error=ERRORS,
        last_known=st.none() | reports(instance, exports),
    )


@st.composite
def lookups(draw: st.DrawFn) -> tuple[tuple[Outcome, ...], Lookup]:
    instances = tuple(draw(st.lists(INSTANCES, min_size=1, max_size=10, unique=True)))
    few = tuple(draw(st.lists(EXPORTS, max_size=4)))  # repeated: many are slow to draw
    outcomes: tuple[Outcome, ...] = tuple(
        draw(reports(each, few * 5) | failures(each, few * 5)) for each in instances
    )
    lookup = Lookup(
        instances=instances,
        states=draw(st.frozensets(st.sampled_from(["active", *STATES]))),
        kinds=draw(st.frozensets(st.sampled_from(["slow", "error"]))),
        since=draw(TIMES),
        until=draw(TIMES),
        zone=draw(st.sampled_from(["", "America/New_York", "no/such"])),
        page=draw(st.integers(1, 9)),
        limit=draw(st.none() | st.integers(1, 100)),
    )
    return outcomes, lookup


VIEWS = st.builds(
    View,
    now=st.just(NOW),
    zone=st.sampled_from(["Asia/Shanghai", "no/such"]),
    reference=st.just("ml-7K2Q"),
    links=st.booleans(),
    link_denied=st.booleans(),
    ask_group=st.sampled_from(["", "S0614TZR7", HOSTILE]),
    shared_by=st.sampled_from([None, "U024BE7LH", HOSTILE]),
    surface=st.sampled_from([each for each in Surface if each is not Surface.TERMINAL]),
    console=st.sampled_from(["", "https://console.tencentcloud.com/mongodb"]),
    earlier=st.none() | st.just(Earlier(user="U024BE7LH", at=NOW)),
)


def taken(message: Message) -> bool:
    payload: dict[str, Any] = {"text": message.text, "blocks": list(message.blocks)}
    return message_faults(payload) == ()


def controls(message: Message) -> list[dict[str, Any]]:
    """Everything that can be pressed or chosen."""
    found: list[dict[str, Any]] = []
    for block in message.blocks:
        for element in (block.get("accessory"), *block.get("elements", ())):
            if element and element["type"] in ("button", "overflow", "static_select"):
                found += element.get("options", [element])
    return found


@settings(max_examples=30, deadline=None)
@given(lookups(), VIEWS)
def test_any_answer_is_one_that_slack_takes(
    asked: tuple[tuple[Outcome, ...], Lookup], view: View
) -> None:
    message = answer(*asked, view)

    assert taken(message)
    assert taken(simplest(message))
    assert 0 < len(message.text) <= MOST_TEXT
    assert "<" not in message.text
    assert SECRET not in message.text
    assert SECRET not in repr(simplest(message))


@settings(max_examples=30, deadline=None)
@given(lookups(), VIEWS)
def test_a_link_stands_only_where_one_person_may_have_it(
    asked: tuple[tuple[Outcome, ...], Lookup], view: View
) -> None:
    message = answer(*asked, view)

    is_private = view.surface in (Surface.EPHEMERAL, Surface.MODAL)
    assert (view.links and is_private and not view.shared_by) or SECRET not in repr(message)
    assert sum("url" in each and "style" in each for each in controls(message)) <= 1


@settings(max_examples=30, deadline=None)
@given(lookups(), VIEWS)
def test_nobody_is_notified_by_an_answer_that_others_see(
    asked: tuple[tuple[Outcome, ...], Lookup], view: View
) -> None:
    seen = replace(view, surface=Surface.CHANNEL, shared_by=None)

    assert not re.search(r"<[@!](?!date)", repr(answer(*asked, seen).blocks))


@settings(max_examples=30, deadline=None)
@given(lookups(), VIEWS)
def test_every_control_is_read_back_as_what_it_was_made_for(
    asked: tuple[tuple[Outcome, ...], Lookup], view: View
) -> None:
    outcomes, lookup = asked
    lookup = replace(
        lookup,  # with times that somebody can have typed
        since=NOW - timedelta(days=3) if lookup.since else None,
        until=NOW if lookup.until else None,
        zone="America/New_York" if lookup.since or lookup.until else "",
    )
    values = [each.get("value", "") for each in controls(answer(outcomes, lookup, view))]
    for order in [read_order(value) for value in values if value and value != view.console]:
        if isinstance(order, AskFor):
            assert set(order.lookup.instances) <= set(lookup.instances)
            assert order.lookup.kinds in (lookup.kinds, frozenset())
        else:
            assert order.instance in lookup.instances


@settings(max_examples=30, deadline=None)
@given(lookups(), VIEWS)
def test_any_answer_fits_a_modal_and_app_home(
    asked: tuple[tuple[Outcome, ...], Lookup], view: View
) -> None:
    message, lookup = answer(*asked, replace(view, surface=Surface.MODAL)), asked[1]
    for share in (None, *Share):
        modal = modal_of(
            message,
            callback_id=MESSAGE_VIEW,
            metadata="",
            rest=lookup.instances,
            share=share,
            question=lookup,
        )
        assert view_faults(modal, "modal") == ()
    assert view_faults(home_of(message), "home") == ()


@settings(max_examples=15, deadline=None)
@given(EXPORTS, INSTANCES)
def test_a_lock_screen_shows_state_kind_and_instance(export: Export, instance: InstanceId) -> None:
    report = Report(
        instance=instance, region=GUANGZHOU, exports=(export,), as_of=NOW, took=timedelta()
    )

    start = answer((report,), Lookup(instances=(instance,)), VIEW).text[:LOCK_SCREEN]

    assert start.startswith(f"{capitalised(state_words(export))}: {kind_words(export.kind)} of ")
    assert instance in start


@settings(max_examples=15, deadline=None)
@given(lookups())
def test_no_control_character_reaches_the_terminal(
    asked: tuple[tuple[Outcome, ...], Lookup],
) -> None:
    shown = text(*asked, now=NOW, zone="no/such", links=True)

    assert not {category(character) for character in shown.replace("\n", "")} & HIDDEN
    assert SECRET not in text(*asked, now=NOW, zone="UTC", links=False)
    assert SECRET not in str(document(*asked, links=False))


def test_a_moment_at_the_edge_of_time_is_shown() -> None:
    instance = InstanceId("cmgo-k2p5su09")
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    export = Export(id="x", state="done", created_at=first, updated_at=last)
    report = Report(
        instance=instance, region=GUANGZHOU, exports=(export,), as_of=NOW, took=timedelta()
    )

    assert taken(answer((report,), Lookup(instances=(instance,)), VIEW))


def test_a_shared_answer_has_no_link_even_when_links_are_on() -> None:
    done = SCENES["done"]

    shared = answer(done.outcomes, done.lookup, replace(VIEW, shared_by="U024BE7LH"))

    assert SECRET in repr(answer(done.outcomes, done.lookup, VIEW))
    assert SECRET not in repr(shared)
