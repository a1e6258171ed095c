"""An answer for everybody in a conversation: without links, and only where the sharer may."""

import logging
from dataclasses import dataclass, replace

from bot.errors import SlackRefused
from bot.model import Failure, Message, Report
from bot.record import AuditEntry, Deed
from bot.render.answer import answer
from bot.render.trouble import beside
from bot.render.view import Surface
from bot.slack.errand import Means
from bot.slack.inquiry import Found, Inquiry
from bot.slack.work import to_its_end
from bot.telemetry import event


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What became of it.

    Attributes:
        own: the answer for the sharer alone, which says so when it was not shared.
        is_done: everybody there sees it now.
    """

    own: Message
    is_done: bool


async def share(means: Means, inquiry: Inquiry, *, channel: str, thread_ts: str = "") -> Shared:
    """Ask, and post the answer in a conversation; trouble goes to the sharer.

    Args:
        means: what errands work with.
        inquiry: the question; its `share_in` is what is known of that conversation.
        channel: where to post.
        thread_ts: in which thread; "" for none.

    Raises:
        Refused: when the sharer may not, there.
    """
    # The sharer's own answer is shown only when sharing fails: no link of it is shown for sure.
    inquiry = replace(inquiry, view=replace(inquiry.view, links=False))
    found = await means.lookups.find(inquiry)
    own = answer(found.outcomes, inquiry.lookup, found.view)
    if all(isinstance(outcome, Failure) for outcome in found.outcomes):
        return Shared(own=own, is_done=False)
    try:
        shared = _for_everybody(found, inquiry)
        await to_its_end(means.replies.share(channel, shared, thread_ts=thread_ts))
    except SlackRefused as refusal:  # the asker gets what was found, whoever else does not
        event("reply.not_shared", logging.WARNING, code=refusal.code)
        return Shared(own=beside(own, refusal), is_done=False)
    # Not a link: a post that the store can't note is no reason to take it back.
    await means.ledger.written(*_entries(means, inquiry, found, channel))
    return Shared(own=own, is_done=True)


def _for_everybody(found: Found, inquiry: Inquiry) -> Message:
    view = replace(
        found.view,
        links=False,
        shared_by=inquiry.person.actor.user,
        surface=Surface.CHANNEL,
        earlier=None,
    )
    return answer(found.outcomes, inquiry.lookup, view)


def _entries(means: Means, inquiry: Inquiry, found: Found, channel: str) -> list[AuditEntry]:
    actor = inquiry.person.actor
    return [
        AuditEntry(
            at=means.now(),
            user=actor.user,
            team=actor.team,
            channel=channel,
            instance=outcome.instance,
            region=outcome.region,
            export="",
            deed=Deed.SHARED,
            reference=inquiry.view.reference,
        )
        for outcome in found.outcomes
        if isinstance(outcome, Report)
    ]
