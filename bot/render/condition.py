"""How the app itself is: an answer of its own, and one line under what is watched. Pure."""

from collections.abc import Iterator

from bot.errors import CloudError
from bot.model import Condition, Message, RegionState
from bot.render.blocks import Block, context, message, section
from bot.render.explanations import explain, headline
from bot.render.foreign import code, escaped
from bot.render.frame import reference_line
from bot.render.times import span
from bot.render.view import View
from bot.render.words import capitalised, joined

WELL, SO_FAR, NOT_WELL = "All is well", "All is well so far", "Not all is well"
EMOJI = {True: ":white_check_mark:", False: ":warning:"}
EDGES = {
    "http": "Slack: over HTTP; this question came through",
    "socket": "Slack: Socket Mode; this question came through",
}
NO_RULES = (
    "Rules: none, so every full member may do everything, links included; guests and people of "
    "other organisations nothing"
)
STORE_WELL = "Store: open"
NOTHING_WATCHED = "Nothing is watched here"


def health(condition: Condition, view: View) -> Message:
    """What `health` says: well or not first, then each part of the app on a line."""
    verdict = _verdict(condition)
    title = f"{EMOJI[condition.is_well]} *{verdict}* · mongolog {escaped(condition.version)}"
    lines = "\n".join([*_parts(condition, view), *_inside(condition)])
    up = f"up for {span(view.now - condition.started_at)}"
    spoken = (f"{verdict}: mongolog {condition.version}.", *_faults(condition, view))
    blocks = (section("health", title), section("parts", lines), reference_line(view, up))
    return message(spoken, blocks)


def in_short(condition: Condition, view: View) -> Block:
    """The health in one line, for a place that is about something else."""
    return context("health", _in_a_line(condition, view))


def watch_status(condition: Condition, view: View) -> Message:
    """What `status` says in a place where nothing is watched; its last line is the health."""
    once = code(f"{view.command} cmgo-k2p5su09")
    blocks = (
        section("watched", f":bell: *{NOTHING_WATCHED}.* {once} tells how one instance stands."),
        in_short(condition, view),
    )
    return message((f"{NOTHING_WATCHED}.", f"{_verdict(condition)}."), blocks)


def _in_a_line(condition: Condition, view: View) -> str:
    verdict = f"{EMOJI[condition.is_well]} {_verdict(condition)}"
    faults = (escaped(fault).removesuffix(".") for fault in _faults(condition, view))
    whole = f"{code(f'{view.command} health')} tells more"
    return joined(verdict, *faults, whole, f"ref {code(view.reference)}")


def _verdict(condition: Condition) -> str:
    if not condition.is_well:
        return NOT_WELL
    has_answered = all(each.as_of and not each.is_outrun for each in condition.regions)
    return WELL if has_answered else SO_FAR


def _faults(condition: Condition, view: View) -> Iterator[str]:
    """What is not well, in plain phrases."""
    yield from (f"{capitalised(trouble)}." for trouble in condition.troubles)
    yield from (f"{_answered(each, view)}." for each in condition.regions if each.error)


def _parts(condition: Condition, view: View) -> Iterator[str]:
    yield EDGES[condition.mode]
    yield from (f":warning: {escaped(capitalised(trouble))}" for trouble in condition.troubles)
    for region in condition.regions:
        yield f"{':warning: ' if region.error else ''}{escaped(_answered(region, view))}"
        if region.error:
            said = explain(region.error)
            trace = f" {code(region.error.code)}" if isinstance(region.error, CloudError) else ""
            yield f"      *{said.turn}:* {escaped(said.next_step)}{trace}"


def _answered(region: RegionState, view: View) -> str:
    place = f"Cloud API in {region.region}"
    if region.as_of is None:
        return f"{place}: not asked since the start"
    ago = f"{span(view.now - region.as_of)} ago"
    if region.is_outrun:
        return f"{place}: asked {ago}, another region answered first"
    return f"{place}: {f'{headline(region.error)},' if region.error else 'answered'} {ago}"


def _inside(condition: Condition) -> Iterator[str]:
    yield _budget(condition)
    if not any("store" in trouble for trouble in condition.troubles):
        yield STORE_WELL
    rules = condition.rules
    if rules is None:
        yield NO_RULES
    else:
        others = "allow" if condition.rules_default == "allow" else "deny"
        yield f"Rules: {rules:,}; what none of them is about: {others}"


def _budget(condition: Condition) -> str:
    queue = f"calls that wait for their turn: {condition.waiting:,}"
    return f"Budget: {condition.requests_per_s:g} calls a second; {queue}"
