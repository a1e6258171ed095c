"""A question of somebody in some place → what may be shown to them of the answer.

    rights ──► turn (caps) ──► cloud, or what was known last ──► rights again, now that the region
    is known ──► links, written into the audit before they are shown ──► who else asked here

What the store can't say or keep is left out; only a link that can't be audited is not shown.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.errors import CloudBroken, CloudError, CloudUnreachable, Throttled
from bot.model import Export, Failure, InstanceId, Lookup, Message, Outcome, Report
from bot.policy import Action, Decision, Verdict
from bot.query import Query
from bot.record import AuditEntry, Deed
from bot.render.shown import links_shown
from bot.render.view import View
from bot.render.waiting import still_asking, waiting_for_own, waiting_turn
from bot.slack.caps import Caps
from bot.slack.inquiry import Found, Inquiry, is_barred
from bot.slack.ledger import Ledger
from bot.slack.rights import Rights, refused
from bot.telemetry import event

HEAD_START_S = 0.005
# Failures that tell nothing of the instance: the cloud is down, or busy.
SAYS_NOTHING = (CloudUnreachable, CloudBroken, Throttled)
PATIENCE_S = 2.0  # then the asker is told that the cloud is still being asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookups:
    """Answers inquiries.

    Attributes:
        query: asks the cloud.
        rights: who may do what.
        ledger: what is written down of it.
        caps: how much one person may ask at once.
        link_hosts: hosts of download links beside the vendor's own.
        patience_s: how long an answer may take before the asker is told that it takes longer.
        now: the current time, aware.
    """

    query: Query
    rights: Rights
    ledger: Ledger
    caps: Caps = field(default_factory=Caps)
    link_hosts: tuple[str, ...] = ()
    patience_s: float = PATIENCE_S
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def find(self, inquiry: Inquiry) -> Found:
        """The outcomes that this person may see, in the order of the question.

        Raises:
            Refused: when nothing of it is allowed, or too much is under way.
        """
        decisions = {
            instance: self._decide(inquiry, instance, None) for instance in inquiry.lookup.instances
        }
        barred = [each for each in decisions.values() if each.verdict is Verdict.REFUSED]
        if len(barred) == len(decisions):
            raise refused(barred[0])
        asking = asyncio.create_task(self._ask(inquiry, decisions))
        try:
            # The store is read while the cloud works on it, not before the question has left.
            await asyncio.wait([asking], timeout=HEAD_START_S)
            earlier = await self.ledger.earlier(inquiry)
            asked = await asking
        finally:
            asking.cancel()
        outcomes = tuple(self._judged(inquiry, outcome, decisions) for outcome in asked)
        failures = [each.error for each in outcomes if isinstance(each, Failure)]
        if all(is_barred(outcome) for outcome in outcomes):
            raise failures[0]
        log_outcomes(outcomes)
        view = await self._with_links(inquiry, outcomes, replace(inquiry.view, now=self.now()))
        self.ledger.remember(inquiry, outcomes)
        return Found(outcomes=outcomes, view=replace(view, earlier=earlier))

    async def _ask(
        self, inquiry: Inquiry, decisions: dict[InstanceId, Decision]
    ) -> tuple[Outcome, ...]:
        """Ask for what is not refused; the others are in their places, refused."""
        allowed = tuple(
            each for each in decisions if decisions[each].verdict is not Verdict.REFUSED
        )
        answers = await self._patiently(inquiry, replace(inquiry.lookup, instances=allowed))
        found = {outcome.instance: outcome for outcome in answers}
        return tuple(
            found.get(each) or Failure(instance=each, error=refused(decisions[each]))
            for each in decisions
        )

    async def _patiently(self, inquiry: Inquiry, lookup: Lookup) -> tuple[Outcome, ...]:
        """Ask in turn; say that it takes a while when it does."""
        has_turn = asyncio.Event()
        asking = asyncio.create_task(self._in_turn(inquiry, lookup, has_turn))
        try:
            done, _ = await asyncio.wait([asking], timeout=self.patience_s)
            if not done:
                await inquiry.note(self._on_the_way(lookup, has_turn)(lookup, inquiry.view))
            return await asking
        finally:
            asking.cancel()

    def _on_the_way(
        self, lookup: Lookup, has_turn: asyncio.Event
    ) -> Callable[[Lookup, View], Message]:
        if not has_turn.is_set():
            return waiting_for_own
        return waiting_turn if self.query.is_waiting(lookup) else still_asking

    async def _in_turn(
        self, inquiry: Inquiry, lookup: Lookup, has_turn: asyncio.Event
    ) -> tuple[Outcome, ...]:
        user, question = inquiry.person.actor.user, replace(lookup, page=1, limit=None)
        async with self.caps.turn(user, question):
            has_turn.set()
            return await self.query.ask(lookup, who=user, is_fresh=inquiry.is_fresh)

    def _decide(self, inquiry: Inquiry, instance: InstanceId, region: str | None) -> Decision:
        """Whether it may be looked up, and shared when it is to be; `region` None: not known."""
        looked_up = self.rights.decide(
            inquiry.person, Action.LOOK_UP, inquiry.place, instance=instance, region=region
        )
        if inquiry.share_in is None or looked_up.verdict is Verdict.REFUSED:
            return looked_up
        shared = self.rights.decide(
            inquiry.person, Action.SHARE, inquiry.share_in, instance=instance, region=region
        )
        return looked_up if shared.verdict is Verdict.ALLOWED else shared

    def _judged(
        self, inquiry: Inquiry, outcome: Outcome, decisions: dict[InstanceId, Decision]
    ) -> Outcome:
        """The outcome, or a refusal when its region, now known, forbids it."""
        if decisions[outcome.instance].verdict is not Verdict.OPEN:
            return outcome
        decision = self._decide(inquiry, outcome.instance, _region(outcome))
        if decision.verdict is Verdict.ALLOWED:
            return outcome
        if isinstance(outcome, Failure) and isinstance(outcome.error, SAYS_NOTHING):
            return replace(outcome, last_known=None)
        return Failure(instance=outcome.instance, error=refused(decision))

    async def _with_links(
        self, inquiry: Inquiry, outcomes: tuple[Outcome, ...], view: View
    ) -> View:
        """The view with links, when all of them may be shown and the audit has them."""
        decisions = {
            each.instance: self.rights.decide(
                inquiry.person,
                Action.LINK,
                inquiry.place,
                instance=each.instance,
                region=each.region,
            )
            for each in outcomes
            if isinstance(each, Report)
        }
        denied = {
            each: decision
            for each, decision in decisions.items()
            if decision.verdict is not Verdict.ALLOWED
        }
        if denied and len(denied) == len(decisions):
            ask_group = next(iter(denied.values())).ask
            return replace(view, links=False, link_denied=True, ask_group=ask_group)
        view = replace(view, links_denied=frozenset(denied))
        entries = [
            self._entry(inquiry, Deed.SHOWN, report, export, decisions[report.instance])
            for report, export in links_shown(outcomes, inquiry.lookup, view)
        ]
        return view if await self.ledger.written(*entries) else replace(view, links=False)

    def _entry(
        self, inquiry: Inquiry, deed: Deed, report: Report, export: Export, decision: Decision
    ) -> AuditEntry:
        actor = inquiry.person.actor
        return AuditEntry(
            at=self.now(),
            user=actor.user,
            team=actor.team,
            channel=inquiry.place.channel,
            instance=report.instance,
            region=report.region,
            export=export.id,
            deed=deed,
            rule=decision.rule,
            reference=inquiry.view.reference,
        )


def _region(outcome: Outcome) -> str:
    """Where the instance is; "" when that will not be known."""
    if isinstance(outcome, Report):
        return outcome.region
    return outcome.last_known.region if outcome.last_known else ""


def log_outcomes(outcomes: tuple[Outcome, ...]) -> None:
    """One event for each instance asked about."""
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            error = outcome.error
            event(
                "lookup.failed",
                instance=outcome.instance,
                error=type(error).__name__,
                reason=str(error),
                last_known=isinstance(error, CloudError) and outcome.last_known is not None,
            )
        else:
            event(
                "lookup.answered",
                instance=outcome.instance,
                region=outcome.region,
                exports=len(outcome.exports),
                complete=outcome.complete,
                took_ms=round(1000 * outcome.took.total_seconds()),
            )
