"""`mongolog get`: the newest done export that has a link, fetched to disk; httpx alone, no Slack.

    words → Lookup → Report → its newest done export with a link → Download → the path on stdout

All but the path goes to stderr. The link is shown nowhere.
"""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot.cli.file_name import file_name
from bot.cli.get_words import (
    CODES,
    NO_DIRECTORY,
    NOTHING_TO_FETCH,
    ONE_INSTANCE,
    USAGE,
    kept_note,
    sentence,
    size_note,
    there_note,
)
from bot.cli.lookup import ASKER, CLOUD_FAILED, NO_SUCH_INSTANCE, exit_code
from bot.cli.lookup import DONE as ALL_WELL
from bot.cli.progress import Progress
from bot.cloud.download import Download, open_storage
from bot.cloud.fetching import Fetched, NotFetched, Reason
from bot.cloud.part import Part
from bot.errors import BadCommand, CloudError, Problem, SettingsError
from bot.link import Link
from bot.memory import BoundedMemory
from bot.model import DONE, Export, Failure, Lookup, Outcome, Report
from bot.parse import parse
from bot.query import Query, open_query
from bot.render.explanations import explain
from bot.render.foreign import plain
from bot.render.frame import unread
from bot.render.headline import subject, tally
from bot.render.terminal import text
from bot.render.times import moment
from bot.settings import Settings, load, machine_zone
from bot.telemetry import set_up_logs


def run(words: list[str], directory: str) -> int:
    """Fetch and print the path; gives the exit code.

    Args:
        words: as of a look-up: one instance, and `slow` or `error`, a period, a region.
        directory: where the file is to be; made when it is not there.
    """
    try:
        lookup = _understand(" ".join(words), machine_zone() or "UTC")
        where = _directory(directory)
        settings = load("lookup")
        zone = machine_zone() or settings.api_timezone
        lookup = _understand(" ".join(words), zone)
        set_up_logs(settings.secrets, style=settings.log, level="warning")
        return asyncio.run(_get(settings, lookup, where, zone))
    except BadCommand as error:
        said = explain(error)
        return _refuse(plain(f"{said.what} {said.turn}: {said.next_step}"))
    except SettingsError as error:
        return _refuse(*error.faults)


def _understand(words: str, zone: str) -> Lookup:
    match parse(words, now=datetime.now(UTC), zone=zone):
        case Lookup(here=True):
            raise BadCommand(Problem.NO_CHANNEL, word="here")
        case Lookup(instances=(_,), page=1, limit=None, states=states) as lookup if states <= {
            DONE
        }:
            return lookup
        case Lookup():
            raise SettingsError((ONE_INSTANCE,))
        case _:
            raise BadCommand(Problem.NO_INSTANCE)


def _directory(path: str) -> Path:
    where = Path(path)
    if where.exists() and not where.is_dir():
        raise SettingsError((NO_DIRECTORY,))
    return where


def _refuse(*lines: str) -> int:
    print(*lines, sep="\n", file=sys.stderr)
    return USAGE


async def _get(settings: Settings, lookup: Lookup, where: Path, zone: str) -> int:
    query = open_query(settings, BoundedMemory())
    try:
        (outcome,) = await query.ask(lookup, who=ASKER)
        getting = _Getting(
            query=query, settings=settings, lookup=lookup, zone=zone, progress=Progress(sys.stderr)
        )
        return await getting.from_outcome(outcome, where)
    finally:
        await query.aclose()


class _Getting:
    """One run, from what the cloud said to the file."""

    def __init__(
        self, *, query: Query, settings: Settings, lookup: Lookup, zone: str, progress: Progress
    ) -> None:
        self._query = query
        self._settings = settings
        self._lookup = lookup
        self._zone = zone
        self._progress = progress

    async def from_outcome(self, outcome: Outcome, where: Path) -> int:
        """Fetch what there is; gives the exit code."""
        if isinstance(outcome, Failure):
            self._explain(outcome)
            return exit_code((outcome,))
        export = next(self._wanted(outcome), None)
        if export is None:
            self._progress.note(NOTHING_TO_FETCH)
            self._explain(outcome)
            return NO_SUCH_INSTANCE if outcome.is_whole else CLOUD_FAILED
        self._introduce(outcome, export)
        try:
            target = await self._fetch(outcome, export, where)
        except NotFetched as error:
            self._progress.note(sentence(error))
            return CODES[error.reason]
        except CloudError as error:  # the cloud, asked for a fresh link
            failure = Failure(instance=outcome.instance, error=error)
            self._explain(failure)
            return exit_code((failure,))
        print(target)
        return ALL_WELL

    def _wanted(self, report: Report) -> Iterator[Export]:
        for export in self._lookup.matching(report.exports):
            if export.state == DONE and export.link is not None:
                yield export

    def _explain(self, outcome: Outcome) -> None:
        said = text((outcome,), self._lookup, now=datetime.now(UTC), zone=self._zone, links=False)
        self._progress.note(said)

    def _introduce(self, report: Report, export: Export) -> None:
        created = f", created {moment(export.created_at, self._zone)}" if export.created_at else ""
        self._progress.note(f"{subject(export, report.instance)}{created}")
        matching = self._lookup.matching(report.exports)
        if newer := matching[: matching.index(export)]:
            self._progress.note(f"Newer, but not to be fetched: {tally(newer)}.")
        if not report.complete:
            self._progress.note(plain(unread(report)))

    async def _fetch(self, report: Report, export: Export, where: Path) -> Path:
        link = export.link or Link("")
        target = where / file_name(report.instance, export, link)
        async with open_storage(self._settings.tls) as http:
            with Part(target, export.id) as part:
                fetched = await self._run(
                    part,
                    Download(
                        http=http,
                        part=part,
                        link=link,
                        renew=lambda: self._fresh_link(report, export),
                        watcher=self._progress,
                        link_hosts=self._settings.link_hosts,
                    ),
                )
        for note in (there_note(fetched), size_note(fetched.size_bytes, export.size_bytes)):
            if note:
                self._progress.note(note)
        return target

    async def _run(self, part: Part, download: Download) -> Fetched:
        try:
            return await download.run()
        except (asyncio.CancelledError, NotFetched):
            if part.can_be_continued:
                self._progress.note(kept_note(part))
            raise
        finally:
            self._progress.end()

    async def _fresh_link(self, report: Report, export: Export) -> Link:
        lookup = replace(self._lookup, region=report.region)
        (outcome,) = await self._query.ask(lookup, who=ASKER, is_fresh=True)
        if isinstance(outcome, Failure):
            raise outcome.error
        links = (each.link for each in outcome.exports if each.id == export.id)
        link = next(links, None)
        if link is None:
            raise NotFetched(Reason.GONE)
        return link
