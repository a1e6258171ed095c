"""One table: the vendor's error codes → our errors. Pure.

Sources: the API's common errors (https://cloud.tencent.com/document/api/213/30435), the product's
list (https://cloud.tencent.com/document/product/240/124620), and the SDK's `errorcodes.py`, whose
spelling mistakes are the API's own.
"""

from bot.errors import (
    CloudBroken,
    CloudError,
    CloudRefused,
    CloudUnreadable,
    NoSuchInstance,
    NotAuthorised,
    Throttled,
)

# The longest prefix of a dotted code decides.
ERRORS: dict[str, type[CloudError]] = {
    "RequestLimitExceeded": Throttled,
    "LimitExceeded.TooManyRequests": Throttled,
    "AuthFailure": NotAuthorised,
    "UnauthorizedOperation": NotAuthorised,
    "InvalidParameter.PermissionDenied": NotAuthorised,  # a permission error in disguise
    "IpInBlacklist": NotAuthorised,
    "IpNotInWhitelist": NotAuthorised,
    "InvalidParameterValue.NotFoundInstance": NoSuchInstance,
    "InvalidParameterValue.InstanceHasBeenDeleted": NoSuchInstance,
    "ResourceNotFound": NoSuchInstance,  # with .InstanceNotFundError (sic) below it
    "InternalError": CloudBroken,
    "ServiceUnavailable": CloudBroken,
    "ResourceUnavailable": CloudBroken,
    "ResourceInsufficient": CloudBroken,
    "FailedOperation.KernelResponseTimeout": CloudBroken,
    "FailedOperation": CloudRefused,
    "InvalidParameter": CloudRefused,
    "InvalidParameterValue": CloudRefused,
    "LimitExceeded": CloudRefused,
    "ResourceInUse": CloudRefused,
    "UnsupportedOperation": CloudRefused,
    "UnsupportedRegion": CloudRefused,
    "ActionOffline": CloudUnreadable,
    "DryRunOperation": CloudUnreadable,
    "InvalidAction": CloudUnreadable,
    "InvalidRequest": CloudUnreadable,
    "MissingParameter": CloudUnreadable,
    "NoSuchProduct": CloudUnreadable,
    "NoSuchVersion": CloudUnreadable,
    "RequestSizeLimitExceeded": CloudUnreadable,
    "ResponseSizeLimitExceeded": CloudUnreadable,
    "UnknownParameter": CloudUnreadable,
    "UnsupportedProtocol": CloudUnreadable,
}


def error_for(code: str, *, message: str, request_id: str | None, region: str) -> CloudError:
    """The error that fits a code; a code nobody has listed is the API's trouble, CloudBroken."""
    prefix = code
    while prefix and prefix not in ERRORS:
        prefix = prefix.rpartition(".")[0]
    leaf = ERRORS.get(prefix, CloudBroken)
    return leaf(code, message=message, request_id=request_id, region=region)
