"""What stands around the rows of an answer: who shares it, pages, oddities, origin. Pure."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.model import FAILED, Lookup, Report
from bot.render.blocks import Block, context, date_token
from bot.render.foreign import bare, code, escaped, quoted
from bot.render.pages import PAGE_SIZE, Page
from bot.render.question import times_as_read, words_to_ask
from bot.render.rows import WHOLE_ID_LENGTH
from bot.render.times import elapsed, span
from bot.render.view import View
from bot.render.words import joined

COMMAND_LENGTH = 1000  # never cut in truth: a command that is cut asks another thing
CLOCKS_AGREE = timedelta(minutes=5)
AGE_WORTH_TELLING = timedelta(seconds=1)

CLOCK_AHEAD = (
    ":warning: An export seems to come from the future, so these times may be wrong: "
    "an admin should check `MONGOLOG_API_TIMEZONE`."
)


def shared_line(view: View) -> Iterator[Block]:
    """Who shares this answer, when somebody does."""
    if view.shared_by is None:
        return
    is_id = re.fullmatch(r"[UW][A-Z0-9]{1,20}", view.shared_by)
    yield context("shared", f"Shared by {f'<@{is_id[0]}>' if is_id else code(view.shared_by)}")


def page_line(page: Page) -> Iterator[Block]:
    """Which rows these are, when there is more than one page."""
    if page.count > 1 and page.rows:
        where = f"page {page.number} of {page.count}"
        yield context("page", joined(f"{page.span} of {len(page.whole):,}", where))


def notes(lookup: Lookup, reports: tuple[Report, ...], view: View) -> Iterator[Block]:
    """What a reader must know to trust the answer."""
    if lookup.limit is not None and lookup.limit > PAGE_SIZE:
        yield context("limit", f"Here a page has at most {PAGE_SIZE} rows.")
    if any(comes_from_future(report, view.now) for report in reports):
        yield context("clock", CLOCK_AHEAD)
    for report in reports:
        if not report.complete:
            yield context("part", escaped(unread(report)))
        if report.silent_regions:
            yield context("silent", f":warning: {escaped(unheard(report))}")
    if read := times_as_read(lookup):
        yield context("times", f"{escaped(read)}.")


def failed_note(report: Report, page: Page) -> Iterator[Block]:
    """What to do about the newest failed export on this page."""
    failed = next((export for export in page.rows if export.state == FAILED), None)
    if failed:
        yield context(
            "failed",
            "The cloud gives no reason why an export failed. Next: export a shorter period in the "
            f"console; if it fails again, open a ticket with {code(report.instance)} and "
            f"{code(failed.id, WHOLE_ID_LENGTH)}.",
        )


def small_line(reports: tuple[Report, ...], view: View) -> Block:
    """Region, time, duration and reference; of the oldest and slowest when there are several."""
    regions = (place(reports[0]),) if len(reports) == 1 else (bare(r.region) for r in reports)
    oldest = min(report.as_of for report in reports)
    age = view.now - oldest
    is_told = age >= AGE_WORTH_TELLING or any(report.age for report in reports)
    return context(
        "foot",
        joined(
            escaped(", ".join(dict.fromkeys(regions))),
            f"as of {date_token(oldest, view.zone)}" + (f" ({span(age)} ago)" if is_told else ""),
            f"took {elapsed(max(report.took for report in reports))}",
            f"ref {code(view.reference)}",
        ),
    )


def reference_line(view: View, *parts: str) -> Block:
    """The last line when there is no report: `parts`, the time and the reference."""
    now = f"as of {date_token(view.now, view.zone)}"
    return context("foot", joined(*parts, now, f"ref {code(view.reference)}"))


def place(report: Report) -> str:
    """The region, a phrase; `found in …` when it is not the one that is asked first."""
    region = bare(report.region)
    is_elsewhere = report.regions_asked and report.region != report.regions_asked[0]
    return f"found in {region}" if is_elsewhere else region


def comes_from_future(report: Report, now: datetime) -> bool:
    """Whether the API's clock seems to be read in the wrong zone."""
    return any(
        export.created_at is not None and export.created_at - now > CLOCKS_AGREE
        for export in report.exports
    )


def unread(report: Report) -> str:
    """That a report is not the whole, a phrase."""
    count = len(report.exports)
    if not count:
        return (
            f"The cloud counts exports of {quoted(report.instance)} but lists none of them. "
            "Ask again in a minute, or look in the console."
        )
    return (
        f"{quoted(report.instance)} has more exports than I could read: "
        f"these are the newest I could see of at least {count:,}."
    )


def unheard(report: Report) -> str:
    """That exports may be where nobody answered, a phrase."""
    regions = ", ".join(bare(region) for region in report.silent_regions)
    return (
        f"{regions} did not answer: {quoted(report.instance)} may have exports there. "
        "Ask again in a minute."
    )


def ask(lookup: Lookup, report: Report, view: View, *, page: int = 1) -> str:
    """The command that asks the same about one instance, as a code span."""
    words = words_to_ask(lookup, report.instance, view.zone, page=page)
    return code(f"{view.command} {words}", COMMAND_LENGTH)
