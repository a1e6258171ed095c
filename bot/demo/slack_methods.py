"""The Web API methods of the simulated Slack: arguments in, answer out. Pure.

    Request → scopes → arguments → what the channel allows → the answer

A method that is not in `METHODS` does not exist here.
"""

from collections.abc import Mapping
from typing import Any

from bot.demo.slack_arguments import Request, checked
from bot.demo.slack_call import Call, Method, NewLink, missing_scope
from bot.demo.slack_methods_chat import CHAT_METHODS
from bot.demo.slack_methods_places import PLACE_METHODS
from bot.demo.slack_methods_views import VIEW_METHODS
from bot.demo.slack_surfaces import Surfaces
from bot.demo.slack_triggers import Triggers
from bot.demo.workspace import BOT, BOT_USER, TEAM, TEAM_DOMAIN, Workspace


def answer(
    name: str,
    request: Request,
    *,
    workspace: Workspace,
    surfaces: Surfaces,
    triggers: Triggers,
    scopes: frozenset[str],
    now: float,
    new_link: NewLink,
) -> dict[str, Any]:
    """The answer of the method `name` of `METHODS` to a call whose token is right.

    Raises:
        SlackRefusal: with the error word Slack would use.
    """
    method = METHODS[name]
    if method.scopes and not scopes.intersection(method.scopes):
        raise missing_scope(method.scopes[0], scopes)
    sent = request.arguments if method.takes_json or not request.is_json else {}
    arguments = checked(sent, required=method.required, optional=(*method.optional, WORKSPACE))
    call = Call(
        workspace=workspace,
        surfaces=surfaces,
        triggers=triggers,
        scopes=scopes,
        now=now,
        arguments=arguments,
        new_link=new_link,
    )
    warning = {"warning": "missing_charset"} if request.lacks_charset else {}
    return {"ok": True, **method.answer(call), **warning}


def _apps_connections_open(call: Call) -> dict[str, Any]:
    return {"url": call.new_link()}


def _auth_test(_call: Call) -> dict[str, Any]:
    return {
        "url": f"https://{TEAM_DOMAIN}.slack.com/",
        "team": TEAM_DOMAIN.title(),
        "user": "mongolog",
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


WORKSPACE = "team_id"  # every method takes it, for tokens of a whole organisation
METHODS: Mapping[str, Method] = {
    "apps.connections.open": Method(answer=_apps_connections_open, caller="app"),
    "auth.test": Method(answer=_auth_test),
    **PLACE_METHODS,
    **CHAT_METHODS,
    **VIEW_METHODS,
}
COVERAGE: Mapping[str, tuple[str, ...]] = {name: each.scopes for name, each in METHODS.items()}
