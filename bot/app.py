"""Builds everything from Settings, opens it, and closes it in reverse; the only wiring.

signal → stop intake → drain what is under way, say goodbye (25 s) → close the face, Slack, cloud
"""

import asyncio
import errno
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    suppress,
)
from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot import __version__
from bot.errors import SettingsError, SlackRefused
from bot.health import Health
from bot.metrics import Metrics, metrics_listening
from bot.model import Condition
from bot.policy import Rules
from bot.query import Query, open_query
from bot.render.waiting import RESTARTING
from bot.rules_file import open_rules
from bot.settings import Mode, Settings, hide_from_bolt, revealed
from bot.slack.call import result_of
from bot.slack.listen import listen
from bot.slack.opening import open_desk, open_rights
from bot.slack.session import is_local, open_session, web_client
from bot.slack.work import Work
from bot.socket_mode import SocketFace
from bot.store import Store, open_store
from bot.telemetry import event, observing, telling_later
from bot.web import Face, listening

# Platforms kill a process about 30 s after they asked it to end. A look-up takes 20 s at most from
# its first call, so that who is cut short has not had a turn yet; 3 s are left for goodbyes.
DRAIN_S = 22.0
NO_RULES = "none: every full member may do everything, links included"
HELLO_PAUSES_S = (1, 2, 4, 8, 15)  # between attempts to learn who we are, at start
# What auth.test says of a token that will not become good by waiting.
BAD_TOKEN = frozenset(
    {
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    }
)


@asynccontextmanager
async def running(settings: Settings, mode: Mode = "http") -> AsyncIterator[int]:
    """Open the whole product; gives the port of its HTTP face. Leaving drains and closes it.

    Args:
        settings: everything that can be set.
        mode: how Slack's deliveries come: to the HTTP face, or over websockets.

    Raises:
        SettingsError: when the port can't be used or Slack refuses a token.
        SlackRefused: when Slack can't be reached.
    """
    async with AsyncExitStack() as stack:
        rules = open_rules(settings.policy)
        health = await _open_metrics(settings, stack)
        store = await stack.enter_async_context(_store(settings))
        health.register("store", store.trouble)
        query = open_query(settings, store.memory, store.shared_permits)
        stack.push_async_callback(query.aclose)
        session = await stack.enter_async_context(open_session(settings))
        slack = web_client(settings, session)
        identity = await _identify(slack)
        work = Work()
        desk = open_desk(
            settings,
            query=query,
            store=store,
            rights=open_rights(settings, slack, identity, rules),
            session=session,
            slack=slack,
            condition=_condition(settings, mode, query=query, health=health, rules=rules),
        )
        bolt = _bolt(slack, identity)
        me, bot = (str(identity.get(name) or "") for name in ("user_id", "bot_id"))
        listen(bolt, desk, work, app=me, bot=bot)
        port = await stack.enter_async_context(
            _open_doors(bolt, slack, settings, mode=mode, work=work, health=health)
        )
        event("app.ready", version=__version__, mode=mode, port=port, team=identity.get("team_id"))
        event("app.rules", rules=len(rules.rules) if settings.policy else NO_RULES)
        yield port


def _store(settings: Settings) -> AbstractAsyncContextManager[Store]:
    return open_store(
        settings.database_url,
        audit_days=settings.audit_days,
        requests_per_s=settings.requests_per_s,
    )


def _condition(
    settings: Settings, mode: Mode, *, query: Query, health: Health, rules: Rules
) -> Callable[[], Condition]:
    started_at = datetime.now(UTC)
    return lambda: Condition(
        version=__version__,
        mode=mode,
        started_at=started_at,
        troubles=health.troubles(),
        regions=query.states,
        waiting=query.waiting,
        requests_per_s=settings.requests_per_s,
        rules=len(rules.rules) if settings.policy else None,
        rules_default=rules.default,
    )


async def _open_metrics(settings: Settings, stack: AsyncExitStack) -> Health:
    metrics, health = Metrics(version=__version__), Health()
    stack.enter_context(observing(metrics.observe))
    await stack.enter_async_context(metrics_listening(metrics, health, address=settings.metrics))
    return health


@asynccontextmanager
async def _open_doors(
    bolt: AsyncApp,
    slack: AsyncWebClient,
    settings: Settings,
    *,
    mode: Mode,
    work: Work,
    health: Health,
) -> AsyncIterator[int]:
    """Let Slack in; leaving stops the intake first, then drains, then closes the doors."""
    async with AsyncExitStack() as stack:
        dispatch = bolt.async_dispatch if mode == "http" else None
        secret = revealed(settings.slack_signing_secret)
        goodbye = " ".join(RESTARTING)
        face = Face(dispatch, signing_secret=secret, health=health, goodbye=goodbye)
        port = await stack.enter_async_context(_open_port(face, settings, mode))
        sockets = await _socket_face(bolt, slack, settings, goodbye) if mode == "socket" else None
        if sockets:
            health.register("slack", sockets.trouble)
            await stack.enter_async_context(sockets.connected())
        stack.push_async_callback(work.drain, DRAIN_S)
        stack.callback(face.stop_intake)
        if sockets:
            stack.callback(sockets.stop_intake)
        yield port


async def _socket_face(
    bolt: AsyncApp, slack: AsyncWebClient, settings: Settings, goodbye: str
) -> SocketFace:
    """Raises SettingsError when Slack refuses the app token."""
    app_token = revealed(settings.slack_app_token)
    try:
        await result_of(slack.apps_connections_open(app_token=app_token))
    except SlackRefused as refusal:
        if refusal.code in BAD_TOKEN:
            fault = f"SLACK_APP_TOKEN: Slack refuses it ({refusal.code})"
            raise SettingsError((fault,)) from None
        event("slack.unreachable", logging.WARNING, code=refusal.code)
    return SocketFace(
        bolt.async_dispatch,
        app_token=app_token,
        slack=slack,
        uses_proxy=not is_local(settings),
        goodbye=goodbye,
    )


async def serve(settings: Settings, mode: Mode) -> None:
    """Run until SIGTERM or SIGINT, then drain.

    Raises:
        SettingsError, SlackRefused: as `running`.
    """
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_log_loop_fault)
    serving = asyncio.create_task(_serve_until_cancelled(settings, mode))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _end_once, serving)
    with telling_later(loop.call_later):
        with suppress(asyncio.CancelledError):  # also while it is still being opened
            await serving
        event("app.stopped")


async def _serve_until_cancelled(settings: Settings, mode: Mode) -> None:
    async with running(settings, mode):
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        event("app.stopping")


def _end_once(serving: asyncio.Task[None]) -> None:
    if not serving.cancelling():  # a second signal would cut the drain short
        serving.cancel()


def _log_loop_fault(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    # asyncio's own handler prints the exception's text.
    error = context.get("exception")
    event("loop.fault", logging.ERROR, error=type(error).__name__ if error else "none")


async def _identify(slack: AsyncWebClient) -> dict[str, Any]:
    """Who this app is at Slack; asked once, at start.

    Raises:
        SettingsError: when Slack refuses the token.
        SlackRefused: when Slack can't be reached.
    """
    for pause_s in HELLO_PAUSES_S:
        try:
            return await result_of(slack.auth_test())
        except SlackRefused as refusal:
            if refusal.code in BAD_TOKEN:
                fault = f"SLACK_BOT_TOKEN: Slack refuses it ({refusal.code})"
                raise SettingsError((fault,)) from None
            event("slack.unreachable", logging.WARNING, code=refusal.code, next_try_s=pause_s)
            await asyncio.sleep(pause_s)
    return await result_of(slack.auth_test())


def _bolt(slack: AsyncWebClient, identity: dict[str, Any]) -> AsyncApp:
    known = AuthorizeResult(
        enterprise_id=identity.get("enterprise_id"),
        team_id=identity.get("team_id"),
        bot_id=identity.get("bot_id"),
        bot_user_id=identity.get("user_id"),
        bot_token=slack.token,
    )

    async def authorize() -> AuthorizeResult:
        return known  # Bolt would ask auth.test inside the first request

    hide_from_bolt()
    return AsyncApp(
        logger=logging.getLogger("slack_bolt"),  # else Bolt's own would follow the root's level
        client=AsyncWebClient(base_url=slack.base_url),  # unused: listeners never call Slack by it
        authorize=authorize,
        process_before_response=True,  # else Bolt looks for the acknowledgement every 10 ms
        request_verification_enabled=False,  # the guard in web.py has done it
        ssl_check_enabled=False,  # the same
    )


@asynccontextmanager
async def _open_port(face: Face, settings: Settings, mode: Mode) -> AsyncIterator[int]:
    async with AsyncExitStack() as stack:
        door = listening(face, host=settings.host_in(mode), port=settings.port)
        try:
            port = await stack.enter_async_context(door)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise SettingsError(("PORT: the port is taken by another program",)) from None
            raise SettingsError(("HOST, PORT: can't listen there",)) from None
        yield port
