"""When to ask again: (error, attempts so far) → seconds to wait, or give up. Pure.

The call only reads, so asking twice does no harm. Which codes are worth it: the API's own advice
for its limits (https://cloud.tencent.com/document/api/213/30435), and whatever may have been a
moment's trouble. A wrong key, a missing right or a bad question is not asked again.
"""

import random

from bot.errors import OUR_OWN_LIMIT, CloudBroken, CloudError, CloudUnreachable, Throttled

ATTEMPTS = 3
# An internal error of theirs often comes again at once: one more attempt, not two.
ATTEMPTS_AT_BROKEN = 2
FIRST_DELAY_S = 0.2
THROTTLED_DELAY_S = 0.6  # the limit is counted per second; both pauses end within 2 s

CLOCK_FAULT = "AuthFailure.SignatureExpire"  # our clock is more than 5 minutes off
TOKEN_FAULT = "AuthFailure.TokenFailure"  # noqa: S105 - temporary credentials have run out
# Credentials that may have been replaced in their file; with the last two a wrong key begins too.
KEY_FAULTS = (TOKEN_FAULT, "AuthFailure.SecretIdNotFound", "AuthFailure.SignatureFailure")
REPAIRABLE = (CLOCK_FAULT, TOKEN_FAULT)  # worth one more attempt once `TC3Auth` has mended itself
# These say "not now"; the others of their family say that something broke.
GATEWAYS = ("HTTP5", "ServiceUnavailable", "ResourceUnavailable")


def delay_s(error: CloudError, attempts: int, chance: random.Random) -> float | None:
    """Seconds to wait before the next attempt; None: give up.

    Delays double and are drawn from their upper half, so that callers who failed together do not
    come back together.

    Args:
        error: how the last attempt ended.
        attempts: how many there were, from 1.
        chance: the source of the jitter.
    """
    if attempts >= _most_attempts(error):
        return None
    first = THROTTLED_DELAY_S if isinstance(error, Throttled) else FIRST_DELAY_S
    longest = first * 2 ** (attempts - 1)
    return chance.uniform(longest / 2, longest)


def _most_attempts(error: CloudError) -> int:
    match error:
        case Throttled(code=code) if code == OUR_OWN_LIMIT:
            return 1  # that was a minute's wait for a turn
        case CloudUnreachable() | Throttled():
            return ATTEMPTS
        case CloudBroken():
            return ATTEMPTS if error.code.startswith(GATEWAYS) else ATTEMPTS_AT_BROKEN
        case _:
            return 1
