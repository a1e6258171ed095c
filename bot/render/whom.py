"""Whom to ask when a rule said no, and which rule it was. Pure."""

from bot.errors import Refusal, Refused
from bot.render.foreign import code
from bot.render.names import group
from bot.render.refusals import RULE_LENGTH
from bot.render.view import View


def whom_to_ask(error: BaseException, view: View) -> str:
    """More mrkdwn behind the next step of a refusal; "" where no rule decided."""
    if not isinstance(error, Refused):
        return ""
    is_named = not error.rule or error.reason is Refusal.RULE
    rule = "" if is_named else f" It was the rule {code(error.rule, RULE_LENGTH)}."
    asked = group(error.ask, view)
    return f"{rule} Ask {asked} for the right." if asked else rule
