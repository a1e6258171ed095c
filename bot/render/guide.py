"""How to ask: the menu, and help on a topic. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bot.model import MAX_INSTANCES, InstanceId, Lookup, Message
from bot.render.blocks import Block, actions, button, context, message, numbered, section
from bot.render.foreign import code, escaped, quoted
from bot.render.ids import PAGE
from bot.render.values import ask_value
from bot.render.view import View

MOST_RECENTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A page of help.

    Attributes:
        title: what it is about.
        spoken: the gist in one sentence, for notifications and screen readers.
        lines: mrkdwn of ours; `{ask}` stands for how a question begins here.
    """

    title: str
    spoken: str
    lines: tuple[str, ...]


EVERYWHERE = (
    "`{ask} cmgo-k2p5su09` how its log exports stand",
    f"`{{ask}} cmgo-k2p5su09 cmgo-b6nit818p` up to {MAX_INSTANCES} instances at once",
    "`{ask} cmgo-k2p5su09 failed` by state: active, queued, running, done, failed",
    "`{ask} cmgo-k2p5su09 slow last 6h` by kind (slow, error) and by time",
)
OVERVIEW = Topic(
    title="How to ask",
    spoken="Give an instance id, then words that narrow the answer.",
    lines=(
        *EVERYWHERE,
        "`{ask} cmgo-k2p5su09 here` shares the answer in this channel, without links",
        "`{ask} health` whether this app is well",
    ),
)
IN_TERMINAL = replace(
    OVERVIEW,
    lines=(
        *EVERYWHERE,
        "`{ask} cmgo-k2p5su09 page 2 limit 20` some rows of many",
        "`{ask} cmgo-k2p5su09 window '2024-03-07 9:22..2024-03-07 11:22'` the API's own period",
        "`{ask} cmgo-k2p5su09 --json` one document with everything; `--links` with the links",
    ),
)

TOPICS: Mapping[str, Topic] = {
    "states": Topic(
        title="States",
        spoken="queued, running, done, failed; active means queued or running.",
        lines=(
            ":clock3: `queued` the cloud has not begun",
            ":hourglass_flowing_sand: `running` with its progress; at 100% it is packing the file",
            ":white_check_mark: `done` the file is there; its link ends after a while",
            ":x: `failed` the cloud gives no reason: export a shorter period",
            "`active` whatever has not ended",
            "Several words mean any of them: `{ask} cmgo-k2p5su09 failed running`",
        ),
    ),
    "periods": Topic(
        title="Periods",
        spoken="last 6h, since and until a time, today, yesterday: when an export was created.",
        lines=(
            "They choose exports by when they were created, in your own Slack time zone.",
            "`last 6h` · `last 3d` · `today` · `yesterday`",
            "`since 2024-03-07 9:22` · `until 2024-03-07`",
            "`since 9:22` a clock time still to come means yesterday",
            "The small line under the answer says which day and zone were taken.",
        ),
    ),
    "links": Topic(
        title="Download links",
        spoken="Who has a link can read the logs, so links go to one person alone.",
        lines=(
            "Who has a link can read production logs, so a link is a secret.",
            "*Download* stands in answers that you alone see, beside the newest done export.",
            "*Get link* fetches a fresh link and shows it to you alone, wherever you press it.",
            "Every link shown, given or refused is written into the app's audit.",
            "A link ends after a while; asking again brings a fresh one if the cloud has it.",
            "Done with no link issued: export again in the console.",
        ),
    ),
    "doors": Topic(
        title="Where you can ask",
        spoken="By command, mention, direct message, shortcut, and in App Home.",
        lines=(
            "`/mongolog cmgo-k2p5su09` in any channel: you alone see the answer",
            "`@mongolog cmgo-k2p5su09` in a channel or thread: everybody there sees it",
            "a direct message to this app: the same words",
            "*Look up Mongo logs* among the actions of any message, such as an alert",
            "*Mongo log exports* among your shortcuts: a form",
            "the *Home* of this app: what you asked about lately",
        ),
    ),
    "health": Topic(
        title="Health",
        spoken="health says whether this app is well; status what is watched here.",
        lines=(
            "`{ask} health` whether this app is well, and how the cloud answered last",
            "`{ask} status` what is watched here, and the health in a line",
            "Neither asks the cloud anything. `mongolog check` in a terminal tries everything.",
        ),
    ),
    "regions": Topic(
        title="Regions",
        spoken="An instance is looked for in every region of the app's settings.",
        lines=(
            "An instance is looked for in every region of the app's settings.",
            "The answer says where it was found.",
            "`{ask} cmgo-k2p5su09 region ap-singapore` asks only there.",
            "Not found may mean another region: an admin adds it to `TENCENTCLOUD_REGION`.",
        ),
    ),
}


def menu(
    view: View, mine: tuple[InstanceId, ...] = (), here: tuple[InstanceId, ...] = ()
) -> Message:
    """What to see when asked with no words at all.

    Args:
        view: who reads it, and where.
        mine: what the reader asked about lately, newest first.
        here: what was asked about in this channel lately, newest first.
    """
    others = tuple(each for each in mine if each not in here)
    blocks = (
        section("menu", ":wave: *Which instance?* I tell how its log exports stand."),
        *recents("here", "Asked about here lately:", here),
        *recents("mine", "Asked about by you lately:", others),
        *how_to_ask(view),
    )
    sentences = ("Which instance?", f"Ask {view.command} cmgo-k2p5su09.", OVERVIEW.spoken)
    return message(sentences, blocks)


def help_on(topic: str, view: View, *, overview: Topic = OVERVIEW) -> Message:
    """Help on `topic`; on an unknown one the overview, which names it."""
    known = TOPICS.get(topic.strip().lower())
    if known:
        return message(
            (f"{known.title}: {known.spoken}",),
            (section("help", f":book: *{known.title}*"), *_page(known, view)),
        )
    stray = f"I have no help on {quoted(topic)}." if topic.strip() else ""
    return message(
        (f"{overview.title}: {overview.spoken}", stray),
        (section("help", f":book: *{overview.title}* {escaped(stray)}"), *_page(overview, view)),
    )


def recents(kind: str, title: str, instances: tuple[InstanceId, ...]) -> Iterator[Block]:
    """Instances as buttons, five at most, under a line that says whose they are."""
    buttons = [
        button(
            instance, action=numbered(PAGE, number), value=ask_value(Lookup(instances=(instance,)))
        )
        for number, instance in enumerate(instances[:MOST_RECENTS], start=1)
    ]
    if buttons:
        yield context(f"{kind}_title", title)
        yield actions(kind, buttons)


def how_to_ask(view: View) -> tuple[Block, ...]:
    """The first words of the grammar."""
    return _page(OVERVIEW, view)


def _page(topic: Topic, view: View) -> tuple[Block, ...]:
    lines = "\n".join(topic.lines).format(ask=view.command)
    more = " · ".join(code(f"{view.command} help {name}") for name in TOPICS)
    return section("guide", lines), context("topics", f"More: {more}")
