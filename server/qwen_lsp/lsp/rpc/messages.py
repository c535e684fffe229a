"""What the client said, read tolerantly: a newer client is served, a broken one is answered.

lsprotocol refuses a whole message for one enum value that it does not know; here such a value
stays as it came. Whatever can't be read becomes a `InvalidMessage` that says how to answer it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, get_args

import attrs
from cattrs import Converter, transform_error
from lsprotocol import converters, types

from .framing import BadHeader

MessageId = int | str


@dataclass(frozen=True, slots=True)
class RequestMessage:
    id: MessageId
    method: str
    params: Any


@dataclass(frozen=True, slots=True)
class NotificationMessage:
    method: str
    params: Any


@dataclass(frozen=True, slots=True)
class ResponseMessage:
    """The client's answer to a request of ours; `result` as it came."""

    id: MessageId | None
    result: Any
    error: types.ResponseError | None


@dataclass(frozen=True, slots=True)
class InvalidMessage:
    """A message that can't be read. A broken notification gets no answer (JSON-RPC 2.0, 4.1)."""

    id: MessageId | None
    error: types.ResponseError
    answered: bool = True


Message = RequestMessage | NotificationMessage | ResponseMessage | InvalidMessage


def decode(body: bytes, converter: Converter) -> Message:
    """The message in `body`. Never raises."""
    if isinstance(body, BadHeader):
        return _refused(None, types.ErrorCodes.ParseError, "A header has no usable Content-Length.")
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return _refused(None, types.ErrorCodes.ParseError, "The message is not valid JSON.")
    if not isinstance(message, dict):
        return _invalid(None, "A message must be one object; batches are not part of LSP.")
    id_ = message.get("id")
    if id_ is not None and (isinstance(id_, bool) or not isinstance(id_, int | str)):
        return _invalid(None, "The id of a message must be a number or a string.")
    if message.get("jsonrpc") != "2.0":
        return _invalid(id_, 'A message must say "jsonrpc": "2.0".')
    if "method" not in message:
        return _answer(message)
    return _call(message, converter)


def _call(message: dict[str, Any], converter: Converter) -> Message:
    id_, method = message.get("id"), message["method"]
    if not isinstance(method, str):
        return _invalid(id_, "The method of a message must be a string.")
    if "id" in message and id_ is None:
        return _invalid(None, "The id of a request must not be null.")
    try:
        params = read_params(method, message.get("params"), converter)
    except Exception as error:  # noqa: BLE001 The structure hooks raise whatever they stumble over.
        reason = f"The parameters of {method} can't be read: {_reasons(error)}."
        refusal = types.ResponseError(types.ErrorCodes.InvalidParams, reason)
        return InvalidMessage(id_, refusal, answered=id_ is not None)
    return (
        NotificationMessage(method, params) if id_ is None else RequestMessage(id_, method, params)
    )


def read_params(method: str, params: Any, converter: Converter) -> Any:
    """The parameters as lsprotocol's type for `method`, as sent if it doesn't know the method."""
    if method not in types.METHOD_TO_TYPES:
        return params
    expected: Any = types.METHOD_TO_TYPES[method][2]
    if expected is None:
        return None
    if not isinstance(params, Mapping | None):
        raise TypeError("they must be an object")
    return converter.structure(params or {}, expected)


def read_result(method: str, result: Any, converter: Converter) -> Any:
    """A client's result as lsprotocol's type for `method`. Raises what the hooks raise."""
    if method not in types.METHOD_TO_TYPES:
        return result
    response: Any = types.METHOD_TO_TYPES[method][1]
    return converter.structure({"id": 0, "jsonrpc": "2.0", "result": result}, response).result


def tolerant_converter() -> Converter:
    """lsprotocol's converter, which keeps enum values that it doesn't know as they came."""
    converter = converters.get_converter()
    for enum in types.ALL_TYPES_MAP.values():
        if isinstance(enum, type) and issubclass(enum, Enum):
            converter.register_structure_hook(enum, _enum_or_as_sent)
    changes = attrs.fields(types.DidChangeTextDocumentParams).content_changes.type
    converter.register_structure_hook(
        get_args(changes)[0], lambda sent, _: converter.structure(sent, _change_type(sent))
    )
    return converter


def _change_type(sent: Any) -> type[Any]:
    # Some clients say "range": null for the whole document, where lsprotocol wants no range.
    if sent.get("range") is None:
        return types.TextDocumentContentChangeWholeDocument
    return types.TextDocumentContentChangePartial


def _enum_or_as_sent(sent: Any, enum: type[Enum]) -> Any:
    if not isinstance(sent, int | str):
        raise TypeError(f"expected a value of {enum.__name__}")
    try:
        return enum(sent)
    except ValueError:
        return sent


def _answer(message: dict[str, Any]) -> Message:
    if "error" not in message and "result" not in message:
        return _invalid(message.get("id"), "A message needs a method, a result or an error.")
    error = message.get("error")
    if error is None:
        return ResponseMessage(message.get("id"), message.get("result"), None)
    sent: dict[str, Any] = error if isinstance(error, dict) else {}
    code, text = sent.get("code"), sent.get("message")
    return ResponseMessage(
        message.get("id"),
        None,
        types.ResponseError(
            code if isinstance(code, int) else types.ErrorCodes.InternalError,
            text if isinstance(text, str) else "",
            sent.get("data"),
        ),
    )


def _reasons(error: Exception) -> str:
    """Where the parameters are wrong, without what they hold."""
    try:
        reasons = transform_error(error)
    except Exception:  # noqa: BLE001 Describing an error must not be one.
        reasons = []
    return "; ".join(reasons[:3]) or "they are not as LSP says"


def _invalid(id_: MessageId | None, reason: str) -> InvalidMessage:
    return _refused(id_, types.ErrorCodes.InvalidRequest, reason)


def _refused(id_: MessageId | None, code: types.ErrorCodes, reason: str) -> InvalidMessage:
    return InvalidMessage(id_, types.ResponseError(code, reason))
