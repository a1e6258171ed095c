"""The views methods of the simulated Slack: modals and Home tabs. Pure.

A view that Slack would not take is refused before its trigger id is looked at, so that the id
stays good. Slack documents no order.
"""

from collections.abc import Mapping
from typing import Any

from bot.demo.block_kit_views import view_faults
from bot.demo.json_rules import Fault
from bot.demo.slack_call import Call, Method
from bot.demo.slack_objects import view_object
from bot.demo.slack_refusal import SlackRefusal, refuse_faults
from bot.demo.slack_surfaces import View


def _views_open(call: Call) -> dict[str, Any]:
    refuse_faults(view_faults(call["view"], "modal"))
    trigger = call.triggers.spend(call["trigger_id"])
    opened = call.surfaces.open(trigger.user, call["view"], conversation=trigger.conversation)
    return _shown(call, opened)


def _views_push(call: Call) -> dict[str, Any]:
    refuse_faults(view_faults(call["view"], "modal"))
    trigger = call.triggers.spend(call["trigger_id"])
    below = call.surfaces.find_modal(trigger.view_id or "")
    if below is None:
        raise SlackRefusal("not_found")
    return _shown(call, call.surfaces.push(below, call["view"]))


def _views_update(call: Call) -> dict[str, Any]:
    refuse_faults(view_faults(call["view"], "modal"))
    current = _named(call)
    if current is None or current.is_home:
        raise SlackRefusal("not_found")
    _refuse_older(call, current)
    return _shown(call, call.surfaces.update(current, call["view"]))


def _views_publish(call: Call) -> dict[str, Any]:
    if not call.surfaces.has_home:
        raise SlackRefusal("not_enabled")
    refuse_faults(view_faults(call["view"], "home"))
    if call.workspace.person(call["user_id"]) is None:  # Slack documents no word for this
        raise _invalid("/user_id", "must be the id of a user")
    current = call.surfaces.home_of(call["user_id"])
    if current is not None:
        _refuse_older(call, current)
    return _shown(call, call.surfaces.publish(call["user_id"], call["view"]))


def _named(call: Call) -> View | None:
    if call["view_id"]:
        return call.surfaces.find(call["view_id"])
    if not call["external_id"]:
        raise _invalid("", "missing required field: view_id or external_id")
    return call.surfaces.find_named(call["external_id"])


def _refuse_older(call: Call, current: View) -> None:
    if call["hash"] and call["hash"] != current.hash:
        raise SlackRefusal("hash_conflict")


def _invalid(pointer: str, message: str) -> SlackRefusal:
    return SlackRefusal("invalid_arguments", faults=[Fault(pointer=pointer, message=message)])


def _shown(call: Call, view: View) -> dict[str, Any]:
    return {"view": view_object(view, call.surfaces.values(view))}


VIEW_METHODS: Mapping[str, Method] = {
    "views.open": Method(answer=_views_open, required=("trigger_id", "view")),
    "views.push": Method(answer=_views_push, required=("trigger_id", "view")),
    "views.update": Method(
        answer=_views_update, required=("view",), optional=("view_id", "external_id", "hash")
    ),
    "views.publish": Method(
        answer=_views_publish, required=("user_id", "view"), optional=("hash",)
    ),
}
