"""People and groups of Slack's as mrkdwn, so that nobody is notified by it. Pure.

A mention notifies nobody in what one person alone sees and nobody keeps; everywhere else the id
stands as it is. https://docs.slack.dev/messaging/formatting-message-text
"""

import re

from bot.render.foreign import code
from bot.render.view import View

USER = re.compile(r"[UW][A-Z0-9]{1,20}")
GROUP = re.compile(r"S[A-Z0-9]{1,20}")


def person(user: str, view: View) -> str:
    """A person by id."""
    is_quiet = view.is_private and USER.fullmatch(user)
    return f"<@{user}>" if is_quiet else code(user)


def group(group_id: str, view: View) -> str:
    """A user group by id; "" when it is none."""
    if not GROUP.fullmatch(group_id):
        return ""
    return f"<!subteam^{group_id}>" if view.is_private else code(group_id)
