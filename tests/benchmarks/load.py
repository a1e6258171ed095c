"""Sends commands at their moments, whatever became of those before, and keeps what came of them."""

import asyncio
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.demo.cloud_mishap import Normal
from tests.benchmarks.figures import percentile
from tests.benchmarks.rig import INSTANCES, PEOPLE, Stand

WARM_UP_PER_S = 100
PATIENCE_S = 10.0  # with nothing heard for so long, the rest stays unanswered


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`/mongolog instance`, typed by somebody `at_s` seconds after the load began."""

    at_s: float
    instance: str
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of one command.

    Attributes:
        ack_s: until it was acknowledged; None when it was not, or not with HTTP 200.
        end: `answer`, `error`, or None for silence.
        end_s: from sending to that message; None for silence.
        told_to_wait: whether a note came meanwhile.
        call_after_s: from sending to the first call for this instance that the cloud saw.
    """

    command: Command
    ack_s: float | None
    end: str | None
    end_s: float | None
    told_to_wait: bool
    call_after_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One load on one app: its commands, and how many calls reached the cloud meanwhile."""

    sent: tuple[Sent, ...]
    calls: int

    def count(self, end: str | None) -> int:
        """How many ended so."""
        return sum(each.end == end for each in self.sent)

    @property
    def refused(self) -> int:
        """How many were not acknowledged as Slack wants it."""
        return sum(each.ack_s is None for each in self.sent)

    def ack_ms(self, percent: float) -> float:
        """A percentile of the time to the acknowledgement."""
        return percentile([1000 * each.ack_s for each in self.sent if each.ack_s], percent)

    def answer_ms(self, percent: float) -> float:
        """A percentile of the time to the answer, of those that got one."""
        return percentile([1000 * each.end_s for each in self.answered if each.end_s], percent)

    @property
    def answered(self) -> tuple[Sent, ...]:
        """Those that got an answer."""
        return tuple(each for each in self.sent if each.end == "answer")


def joined(runs: Collection[Run]) -> Run:
    """Several runs as one."""
    sent = tuple(each for run in runs for each in run.sent)
    return Run(sent=sent, calls=sum(run.calls for run in runs))


def evenly(
    per_s: float, seconds: float, *, instances: int, people: int = 60
) -> tuple[Command, ...]:
    """A command every 1/per_s seconds, over the instances and the people in turn."""
    return tuple(
        Command(
            at_s=number / per_s,
            instance=INSTANCES[number % instances],
            user=PEOPLE[number % people],
        )
        for number in range(round(per_s * seconds))
    )


async def warm_up(*stands: Stand, people: int = 60) -> None:
    """Let everybody who will ask ask once, so that connections and names are there."""
    load = evenly(WARM_UP_PER_S, people / WARM_UP_PER_S, instances=1, people=people)
    async with asyncio.TaskGroup() as group:
        for stand in stands:
            group.create_task(_warm_up(stand, load))
    await asyncio.sleep(2.1)  # no answer of now may be given again, nor count in the cloud's limit


async def _warm_up(stand: Stand, load: Sequence[Command]) -> None:
    usual, stand.cloud.every_answer = stand.cloud.every_answer, Normal()  # a slow cloud can wait
    await drive(stand, load)
    stand.cloud.every_answer = usual


async def drive(stand: Stand, commands: Sequence[Command]) -> Run:
    """Send the commands; wait for the end of each."""
    calls_before = len(stand.cloud.requests)
    wall_minus_timer = time.time() - time.perf_counter()
    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_send(stand, each, started)) for each in commands]
    typed = [task.result() for task in tasks]
    await stand.ear.all_final([each.delivery for each in typed], PATIENCE_S)
    calls = list(stand.cloud.requests)[calls_before:]
    arrived = [(call.at.timestamp() - wall_minus_timer, call.body["InstanceId"]) for call in calls]
    return Run(sent=tuple(_outcome(stand, each, arrived) for each in typed), calls=len(calls))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    command: Command
    at: float
    ack_s: float | None
    delivery: str


async def _send(stand: Stand, command: Command, started: float) -> _Typed:
    await asyncio.sleep(started + command.at_s - time.perf_counter())
    at = time.perf_counter()
    delivery = await stand.slack.command(command.instance, user=command.user)
    ack_s = delivery.seconds if delivery.outcome == "ok" else None
    return _Typed(command=command, at=at, ack_s=ack_s, delivery=delivery.id)


def _outcome(stand: Stand, typed: _Typed, calls: Sequence[tuple[float, str]]) -> Sent:
    final = stand.ear.final(typed.delivery)
    instance = typed.command.instance
    own = (at - typed.at for at, asked in calls if asked == instance and at >= typed.at)
    return Sent(
        command=typed.command,
        ack_s=typed.ack_s,
        end=final[1] if final else None,
        end_s=final[0] - typed.at if final else None,
        told_to_wait=stand.ear.is_told_to_wait(typed.delivery),
        call_after_s=next(own, None),
    )
