"""Builds the Slack half from its parts: who may, what may be found, and what is sent how."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.model import Condition
from bot.policy import Rules
from bot.query import Query
from bot.render.console import console_url
from bot.settings import Settings
from bot.slack.apps import Apps
from bot.slack.desk import Desk
from bot.slack.errand import Means
from bot.slack.groups import Groups
from bot.slack.ledger import Ledger
from bot.slack.lookups import Lookups
from bot.slack.newest import Newest
from bot.slack.once import Once
from bot.slack.people import People
from bot.slack.recent import Recent
from bot.slack.reply import Replies
from bot.slack.rights import Rights
from bot.slack.screens import Screens
from bot.slack.session import open_session
from bot.store import Store


def open_rights(
    settings: Settings, slack: AsyncWebClient, identity: dict[str, Any], rules: Rules
) -> Rights:
    """Who may do what; `identity` is the answer of auth.test."""
    people = People(
        slack,
        team=str(identity.get("team_id") or ""),
        enterprise=str(identity.get("enterprise_id") or ""),
        zone=settings.api_timezone,
        clock=time.monotonic,
    )
    return Rights(rules=rules, people=people, groups=Groups(slack, rules.groups, time.monotonic))


def open_desk(
    settings: Settings,
    *,
    query: Query,
    store: Store,
    rights: Rights,
    session: aiohttp.ClientSession,
    slack: AsyncWebClient,
    condition: Callable[[], Condition],
) -> Desk:
    """Whatever somebody may want, ready to be served."""
    replies = Replies(
        session=session,
        slack=slack,
        hosts=settings.response_url_hosts,
        open_fresh=partial(open_session, settings),
    )
    ledger = Ledger(store=store, team=rights.people.team)
    means = Means(
        lookups=Lookups(query=query, rights=rights, ledger=ledger, link_hosts=settings.link_hosts),
        rights=rights,
        replies=replies,
        screens=Screens(slack),
        ledger=ledger,
        condition=condition,
        once=Once(time.monotonic),
        apps=Apps(rights.rules.apps, time.monotonic),
        newest=Newest(),
        homes=Recent(time.monotonic),
    )
    return Desk(means=means, console=console_url(settings.cloud_endpoint))
