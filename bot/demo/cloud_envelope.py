"""What every answer of the cloud API is wrapped in, and how it says no. Pure."""

from typing import Any

Envelope = dict[str, Any]


class ApiFault(Exception):
    """The API processed the request and refuses it: HTTP 200 with a code and a message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def wrap(fields: dict[str, Any], request_id: str) -> Envelope:
    """The envelope of a success."""
    return {"Response": {**fields, "RequestId": request_id}}


def wrap_fault(fault: ApiFault, request_id: str) -> Envelope:
    """The envelope of a refusal."""
    return wrap({"Error": {"Code": fault.code, "Message": fault.message}}, request_id)
