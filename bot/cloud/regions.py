"""Several regions asked at once: which listing is the answer, and what all their errors mean.

ask(region) for each → the first listing with exports → else what proves that the instance is there
                     → else an empty listing → else one error
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.cloud.client import Listing
from bot.errors import CloudError, CloudRefused, NoSuchInstance, NotAuthorised

ANSWERS = (NoSuchInstance, CloudRefused)
Ask = Callable[[str], Awaitable[Listing]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A region, its listing, and when that is empty the regions that did not say."""

    region: str
    listing: Listing
    silent_regions: tuple[str, ...] = ()


async def first_listing(regions: tuple[str, ...], ask: Ask) -> Found:
    """What the region says that answers for an instance.

    An empty list is the answer only when no other region lists any exports: it does not prove that
    the instance is there.

    Args:
        regions: at least one; of those that list exports at the same moment, the first wins.
        ask: asks one region; its CloudError counts only when no region has a listing.

    Raises:
        CloudError: when every region failed.
    """
    if len(regions) == 1:
        return Found(region=regions[0], listing=await ask(regions[0]))
    asked = {region: asyncio.create_task(_listing_or_error(region, ask)) for region in regions}
    try:
        return await _first_success(asked)
    finally:
        for task in asked.values():
            task.cancel()


async def _listing_or_error(region: str, ask: Ask) -> Listing | CloudError:
    try:
        return await ask(region)
    except CloudError as error:
        return error


async def _first_success(asked: Mapping[str, asyncio.Task[Listing | CloudError]]) -> Found:
    pending = set(asked.values())
    while pending:
        _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for region, task in asked.items():
            listing = task.result() if task.done() else None
            if isinstance(listing, Listing) and listing.exports:
                return Found(region=region, listing=listing)
    return _without_exports({region: task.result() for region, task in asked.items()})


def _without_exports(answers: Mapping[str, Listing | CloudError]) -> Found:
    errors = [answer for answer in answers.values() if isinstance(answer, CloudError)]
    silent = tuple(error.region for error in errors if not isinstance(error, ANSWERS))
    there = [error for error in errors if _proves_it_is_there(error)]
    for region, answer in answers.items():
        if isinstance(answer, Listing) and not there:
            return Found(region=region, listing=answer, silent_regions=silent)
    raise _verdict(errors, there, silent)


def _verdict(
    errors: list[CloudError], there: list[CloudError], silent: tuple[str, ...]
) -> CloudError:
    """What several regions' errors mean together; never empty.

    A key that is refused is refused for all; a locked instance is where it is locked; else it is
    not found where somebody answered, or nobody did.
    """
    refused = [error for error in errors if isinstance(error, NotAuthorised)]
    missing = [error for error in errors if isinstance(error, NoSuchInstance)]
    if refused or there or not missing:
        return (refused or there or errors)[0]
    first = missing[0]
    return NoSuchInstance(
        first.code,
        message=first.message,
        request_id=first.request_id,
        region=", ".join(error.region for error in missing),
        silent_regions=silent,
    )


def is_about_instance(error: CloudError) -> bool:
    """Whether the API answered for the instance: it is not there, or can't be asked about now."""
    return _proves_it_is_there(error) or isinstance(error, NoSuchInstance)


def _proves_it_is_there(error: CloudError) -> bool:
    return isinstance(error, CloudRefused) and "Region" not in error.code
