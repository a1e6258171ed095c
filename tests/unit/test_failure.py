"""The table of the vendor's error codes: each of the documented ones, and the unknown ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cloud.failure import ERRORS, error_for
from bot.errors import (
    CloudBroken,
    CloudError,
    CloudRefused,
    CloudUnreachable,
    CloudUnreadable,
    Fixer,
    NoSuchExport,
    NoSuchInstance,
    NotAuthorised,
    Throttled,
)

# The common codes (https://cloud.tencent.com/document/api/213/30435) and the product's own
# (https://cloud.tencent.com/document/product/240/124620, and the SDK's list).
DOCUMENTED: dict[type[CloudError], str] = {
    Throttled: """
        RequestLimitExceeded RequestLimitExceeded.UinLimitExceeded
        RequestLimitExceeded.GlobalRegionUinLimitExceeded RequestLimitExceeded.IPLimitExceeded
        LimitExceeded.TooManyRequests
    """,
    NotAuthorised: """
        AuthFailure AuthFailure.InvalidAuthorization AuthFailure.InvalidSecretId
        AuthFailure.MFAFailure AuthFailure.SecretIdNotFound AuthFailure.SignatureExpire
        AuthFailure.SignatureFailure AuthFailure.TokenFailure AuthFailure.UnauthorizedOperation
        UnauthorizedOperation UnauthorizedOperation.NoAccess IpInBlacklist IpNotInWhitelist
        InvalidParameter.PermissionDenied
    """,
    NoSuchInstance: """
        InvalidParameterValue.NotFoundInstance InvalidParameterValue.InstanceHasBeenDeleted
        ResourceNotFound ResourceNotFound.InstanceNotFundError
    """,
    CloudBroken: """
        InternalError InternalError.DBError InternalError.DBOperateError
        InternalError.DBOperationError InternalError.DatabaseAccessError
        InternalError.FindInstanceFailed InternalError.HttpError InternalError.InnerCommonError
        InternalError.CosError InternalError.JSONError InternalError.UnknownError
        ServiceUnavailable ResourceUnavailable ResourceInsufficient
        FailedOperation.KernelResponseTimeout
    """,
    CloudRefused: """
        FailedOperation FailedOperation.OperationNotAllowedInInstanceLocking
        InvalidParameter InvalidParameterValue InvalidParameterValue.StatusAbnormal
        InvalidParameterValue.IllegalInstanceStatus InvalidParameterValue.InstanceHasBeenIsolated
        InvalidParameterValue.LimitParaOutOfRange InvalidParameterValue.OffsetParaOutOfRange
        InvalidParameterValue.QueryOutOfRange InvalidParameterValue.TimeFormatErr
        InvalidParameterValue.StartTimeNotBeforeThanEndTime
        InvalidParameterValue.QueryTimeOutOfRange
        InvalidParameterValue.QueryTimeRangeBeyondLimit InvalidParameterValue.RegionError
        InvalidParameterValue.RegionNotSupportOperation LimitExceeded ResourceInUse
        UnsupportedOperation UnsupportedOperation.VersionNotSupport
        UnsupportedOperation.KernelVersionNotSupport UnsupportedRegion
    """,
    CloudUnreadable: """
        ActionOffline DryRunOperation InvalidAction InvalidRequest MissingParameter NoSuchProduct
        NoSuchVersion RequestSizeLimitExceeded ResponseSizeLimitExceeded UnknownParameter
        UnsupportedProtocol
    """,
}
CODES = [(code, leaf) for leaf, codes in DOCUMENTED.items() for code in codes.split()]


def error_of(code: str) -> CloudError:
    return error_for(code, message="Simulated.", request_id="r-1", region="ap-guangzhou")


@pytest.mark.parametrize(("code", "leaf"), [pytest.param(*row, id=row[0]) for row in CODES])
def test_documented_code_becomes_the_error_that_fits(code: str, leaf: type[CloudError]) -> None:
    assert type(error_of(code)) is leaf


def test_every_code_of_the_table_is_documented() -> None:
    assert set(ERRORS) <= {code for code, _ in CODES}


def test_every_leaf_but_no_answer_at_all_comes_out_of_the_table() -> None:
    # An export that is gone is missed in a list; the API itself names no such thing.
    ours = {CloudUnreachable, NoSuchExport}
    assert {*ERRORS.values(), *ours} == set(CloudError.__subclasses__())


@pytest.mark.parametrize(
    ("code", "fixer"),
    [
        pytest.param("AuthFailure.SecretIdNotFound", Fixer.ADMIN, id="wrong key"),
        pytest.param("InvalidParameter.PermissionDenied", Fixer.ADMIN, id="right missing"),
        pytest.param("InvalidParameterValue.NotFoundInstance", Fixer.USER, id="wrong instance"),
        pytest.param("RequestLimitExceeded", Fixer.WAIT, id="too many requests"),
        pytest.param("InternalError", Fixer.WAIT, id="their trouble"),
        pytest.param("MissingParameter", Fixer.US, id="our request"),
    ],
)
def test_error_says_whose_turn_it_is(code: str, fixer: Fixer) -> None:
    assert error_of(code).fixer is fixer


@pytest.mark.parametrize(
    ("code", "leaf"),
    [
        pytest.param("AuthFailure.OfTomorrow", NotAuthorised, id="below a known word"),
        pytest.param("InternalError.Of.Tomorrow", CloudBroken, id="two below a known word"),
        pytest.param("RequestLimitExceeded.New", Throttled, id="a new limit"),
        pytest.param("InvalidParameter.PermissionDenied.New", NotAuthorised, id="longest prefix"),
        pytest.param("LimitExceeded.New", CloudRefused, id="a new quota"),
    ],
)
def test_unlisted_code_is_judged_by_its_longest_known_prefix(
    code: str, leaf: type[CloudError]
) -> None:
    assert type(error_of(code)) is leaf


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("SomethingNew", id="no known word"),
        pytest.param("AuthFailures", id="a longer word"),
        pytest.param("authfailure", id="lower case"),
        pytest.param("未知", id="another script"),
        pytest.param("..", id="dots"),
        pytest.param("", id="empty"),
    ],
)
def test_unknown_code_is_the_apis_trouble(code: str) -> None:
    assert type(error_of(code)) is CloudBroken


@given(code=st.text(max_size=60))
def test_facts_stay_on_the_error_whatever_the_code(code: str) -> None:
    error = error_of(code)
    facts = (error.code, error.message, error.request_id, error.region)
    assert facts == (code, "Simulated.", "r-1", "ap-guangzhou")
