"""A reply as the frames that will cross the wire, with their pauses, faults and all. No I/O."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, repeat
from typing import Any, Literal

from .answers import THOUGHT, token_count, tokens
from .knobs import Fault, Knobs

Ending = Literal["close", "reset", "silence"]

_BETWEEN_COMMENTS = 200


@dataclass(frozen=True)
class Frame:
    """Some bytes, the milliseconds to wait before them, and what of the reply is in them."""

    data: bytes
    wait: float = 0
    text: str = ""
    thought: str = ""


@dataclass(frozen=True)
class Script:
    """All frames of a reply, and how it ends."""

    frames: Iterator[Frame]
    content_type: str
    ending: Ending = "close"
    is_whole: bool = True


@dataclass(frozen=True)
class Order:
    """What a chat request asks for beside its prompt."""

    id: str
    model: str
    created: int
    prompt_tokens: int
    usage: bool = False
    most_tokens: int | None = None


def streamed(text: str, order: Order, knobs: Knobs) -> Script:
    """The reply as a stream of server-sent events."""
    if knobs.fault == "json":
        body = json.dumps(_native("InternalError", "The service could not stream this reply."))
        return Script(iter((Frame(body.encode()),)), "application/json", is_whole=False)
    ending: Ending = knobs.fault if knobs.fault in ("reset", "silence") else "close"
    is_whole = knobs.fault in (None, "length")
    return Script(_events(text, order, knobs), "text/event-stream; charset=utf-8", ending, is_whole)


def at_once(text: str, order: Order, knobs: Knobs) -> Script:
    """The reply as one JSON object, after the time that its tokens take."""
    thought = _thought(knobs)
    most = _most(text, order, knobs)
    pieces = list(tokens(text))[:most]
    message: dict[str, Any] = {"role": "assistant", "content": "".join(pieces)}
    if thought:
        message["reasoning_content"] = thought
    reason = "stop" if len(pieces) == token_count(text) else "length"
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
    usage = _usage(order, len(pieces), token_count(thought))
    body = _object(order, "chat.completion", [choice]) | {"usage": usage}
    wait = knobs.first_token + knobs.pace * (len(pieces) + token_count(thought))
    frame = Frame(json.dumps(body).encode(), wait, message["content"], thought)
    if knobs.fault in (None, "length"):
        return Script(iter((frame,)), "application/json")
    return Script(iter((Frame(b"", wait),)), "application/json", "reset", is_whole=False)


def _events(text: str, order: Order, knobs: Knobs) -> Iterator[Frame]:
    thought = _thought(knobs)
    wait = knobs.first_token
    yield Frame(_delta(order, {"role": "assistant", "content": ""}), wait)
    for piece in tokens(thought):
        delta = {"content": None, "reasoning_content": piece}
        yield Frame(_delta(order, delta), knobs.pace, thought=piece)
    sent = 0
    for piece in list(tokens(text))[: _most(text, order, knobs)]:
        yield Frame(_delta(order, {"content": piece}), knobs.pace, piece)
        sent += 1
    if knobs.fault and knobs.fault != "length":
        yield from _fault(knobs.fault, order)
        return
    reason = "stop" if sent == token_count(text) else "length"
    yield Frame(_delta(order, {"content": ""}, reason), knobs.pace)
    if order.usage:
        usage = _usage(order, sent, token_count(thought))
        yield Frame(_event(_object(order, "chat.completion.chunk", []) | {"usage": usage}))
    yield Frame(b"data: [DONE]\n\n")


def _fault(fault: Fault, order: Order) -> Iterator[Frame]:
    """An error in the middle of a stream, in one of the forms that services are known to send."""
    said = "Request rate increased too quickly."
    code = "Throttling.AllocationQuota"
    error = {"message": said, "type": code, "param": None, "code": code}
    if fault == "object":
        yield Frame(_event({"error": error}))
    elif fault == "text":
        yield Frame(_event({"error": said}))
    elif fault == "prefixed":
        yield Frame(_event({"error": error | {"message": f"<429> InternalError.Algo: {said}"}}))
    elif fault == "finish":
        yield Frame(_delta(order, {"content": said}, "error_finish"))
        yield Frame(b"data: [DONE]\n\n")
    elif fault == "native":
        body = json.dumps(_native(code, said))
        yield Frame(f"id:1\nevent:error\n:HTTP_STATUS/429\ndata:{body}\n\n".encode())
    elif fault == "garbage":
        yield Frame(b'data: {"choices": [{"delta": {"content"\n\n')
    elif fault == "half":
        yield Frame(_delta(order, {"content": ""}).split(b'"content": ""')[0] + b'"content": "\xe4')
    elif fault == "comments":
        yield from repeat(Frame(b":\n\n", _BETWEEN_COMMENTS))


def _most(text: str, order: Order, knobs: Knobs) -> int:
    """How many tokens of the answer are sent at most."""
    most = token_count(text) if order.most_tokens is None else order.most_tokens
    return min(most, knobs.after) if knobs.fault else most


def _thought(knobs: Knobs) -> str:
    wanted = list(
        islice(tokens(THOUGHT * (knobs.thinking // token_count(THOUGHT) + 1)), knobs.thinking)
    )
    return "".join(wanted)


def _delta(order: Order, delta: Mapping[str, Any], reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    return _event(_object(order, "chat.completion.chunk", [choice]))


def _object(order: Order, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": order.id,
        "object": kind,
        "created": order.created,
        "model": order.model,
        "choices": choices,
        "usage": None,
    }


def _usage(order: Order, sent: int, thought: int) -> dict[str, Any]:
    return {
        "prompt_tokens": order.prompt_tokens,
        "completion_tokens": sent + thought,
        "total_tokens": order.prompt_tokens + sent + thought,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": thought},
    }


def _native(code: str, message: str) -> dict[str, str]:
    return {"request_id": "simulated", "code": code, "message": message}


def _event(body: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n".encode()
