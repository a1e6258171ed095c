"""The names by which Slack tells us what was pressed, submitted or chosen; in one place. Pure.

Within one block a second action of a kind has its number behind it: `ml.page.2`.
"""

ACTIONS = "ml."  # every action begins so
REFRESH = "ml.refresh"
PAGE = "ml.page"
FILTER = "ml.filter"
SHARE = "ml.share"
LINK = "ml.link"
DOWNLOAD = "ml.download"
CONSOLE = "ml.console"
DIRECT_MESSAGE = "ml.dm"
RETRY = "ml.retry"
MORE = "ml.more"

LOOKUP_VIEW = "ml.lookup"  # the form, and its answer
MESSAGE_VIEW = "ml.message"  # what the shortcut on a message opens

LOOKUP_SHORTCUT = "mongolog_lookup"
MESSAGE_SHORTCUT = "mongolog_lookup_message"

# Fields of forms: block and action have the same name.
INSTANCE_FIELD = "instance"
STATE_FIELD = "state"
CONVERSATION_FIELD = "conversation"
