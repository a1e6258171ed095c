"""Several regions asked at once: which listing is the answer, and what all their errors mean.

ask(region) for each → the first listing with exports → else an empty one → else one error
"""

import asyncio
from collections.abc import Awaitable, Callable

from bot.cloud.client import Listing
from bot.errors import CloudError, NoSuchInstance, NotAuthorised

Ask = Callable[[str], Awaitable[Listing]]


async def first_listing(regions: tuple[str, ...], ask: Ask) -> tuple[str, Listing]:
    """The region that answers for an instance, and its listing.

    An empty list is the answer only when no other region lists any exports: it does not prove that
    the instance is there.

    Args:
        regions: at least one; of those that list exports at the same moment, the first wins.
        ask: asks one region; its CloudError counts only when no region has a listing.

    Raises:
        CloudError: when every region failed.
    """
    if len(regions) == 1:
        return regions[0], await ask(regions[0])
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


async def _first_success(
    asked: dict[str, asyncio.Task[Listing | CloudError]],
) -> tuple[str, Listing]:
    pending = set(asked.values())
    found: list[tuple[str, Listing]] = []
    while pending:
        _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        found = _listings(asked)
        if full := [each for each in found if each[1].exports]:
            return full[0]
    if found:
        return found[0]
    answers = [task.result() for task in asked.values()]
    raise _verdict([answer for answer in answers if isinstance(answer, CloudError)])


def _listings(
    asked: dict[str, asyncio.Task[Listing | CloudError]],
) -> list[tuple[str, Listing]]:
    done = [(region, task.result()) for region, task in asked.items() if task.done()]
    return [(region, answer) for region, answer in done if isinstance(answer, Listing)]


def _verdict(errors: list[CloudError]) -> CloudError:
    """What several regions' errors mean together; never empty."""
    missing = [error for error in errors if isinstance(error, NoSuchInstance)]
    others = [error for error in errors if not isinstance(error, NoSuchInstance)]
    refused = [error for error in others if isinstance(error, NotAuthorised)]
    if refused or not missing:
        return (refused or others)[0]
    first = missing[0]
    return NoSuchInstance(
        first.code,
        message=first.message,
        request_id=first.request_id,
        region=", ".join(error.region for error in missing),
        silent_regions=tuple(error.region for error in others),
    )
