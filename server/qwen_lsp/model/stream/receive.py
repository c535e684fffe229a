"""An HTTP answer becomes the pieces of a reply, or the error that it is.

Imports httpx, so it is imported when it is used.
"""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx

from qwen_lsp.errors import ReplyCut, Unreachable
from qwen_lsp.model.chat import Piece
from qwen_lsp.model.failures.complaint import plain_id
from qwen_lsp.model.failures.failures import FailureContext, ServiceResponse, failure_of
from qwen_lsp.model.limits.pauses import asked_again, asked_pause
from qwen_lsp.model.stream.chunks import ChunkReader
from qwen_lsp.model.stream.sse import Event, EventReader, EventTooLong
from qwen_lsp.model.transport.exchange import Silence, blocks, body_of_answer
from qwen_lsp.model.transport.timeouts import Patience

# Once the service has said that it is done, its connection is worth keeping but no waiting.
_AFTER_FINISH_SECONDS = 5.0
_AFTER_DONE_SECONDS = 0.25
# DashScope gives what there is after five minutes (qwen-services, 5.2).
_PARTIAL = "x-dashscope-partialresponse"
# What begins so is JSON or a page, and no field of an event stream.
_DOCUMENTS = (b"{", b"[", b"<")


async def pieces_of(
    response: httpx.Response, reply: ChunkReader, asked: FailureContext, patience: Patience
) -> AsyncGenerator[Piece, None]:
    """The pieces of the reply in `response`; raises the error that it is instead."""
    document = bytearray()
    is_stream = response.status_code == 200 and not _is_document(response)
    if is_stream:
        async with aclosing(_events(response, reply, patience, document)) as events:
            async for event in events:
                for piece in reply.read(event):
                    yield piece
    else:
        document += await body_of_answer(response)
    if not is_stream or document:
        completion = _completion(bytes(document), response, asked)
        is_whole = response.headers.get(_PARTIAL, "").lower() != "true"
        for piece in reply.read_at_once(completion, is_whole=is_whole):
            yield piece
    for piece in reply.end():
        yield piece


async def _events(
    response: httpx.Response, reply: ChunkReader, patience: Patience, before: bytearray
) -> AsyncGenerator[Event, None]:
    """The events of the stream. What comes `before` any and looks like a document is kept."""
    is_kept_alive = False
    silence = Silence(lambda: _seconds(reply, patience, is_kept_alive=is_kept_alive))
    reader = EventReader()
    try:
        waiting = blocks(response, silence, outlasts_sleep=patience.outlasts_sleep)
        async with aclosing(waiting) as stream:
            has_begun = False
            async for block in stream:
                if reply.done:
                    return
                events = reader.feed(block)
                has_begun = has_begun or bool(events)
                _keep(block, before, is_stream=has_begun)
                before_these = reply.characters
                for event in events:
                    yield event
                # A comment that keeps the line open is no sign of life of the model, and an event
                # without a word is none for longer than the first word may take.
                if events:
                    is_kept_alive = reply.characters == before_these
                    if not is_kept_alive and not reply.is_whole:
                        silence.heard()
    except EventTooLong:
        raise ReplyCut(
            "A part of the reply is too long to be one; run the action again.", meaning="too much"
        ) from None
    except ReplyCut as cut:
        if not reply.is_whole:
            raise cut if reply.has_begun else _not_begun(cut) from None
    for event in reader.close():
        before.clear()
        yield event


def _keep(block: bytes, before: bytearray, *, is_stream: bool) -> None:
    if is_stream:
        before.clear()
    elif before or block.lstrip()[:1] in _DOCUMENTS:
        before += block


def _not_begun(cut: ReplyCut) -> Unreachable:
    return Unreachable(str(cut), meaning=cut.meaning, after=cut.after)


def _seconds(reply: ChunkReader, patience: Patience, *, is_kept_alive: bool) -> float:
    if reply.done:
        return _AFTER_DONE_SECONDS
    if reply.is_whole:
        return _AFTER_FINISH_SECONDS
    if reply.has_begun and not is_kept_alive:
        return patience.idle
    return max(patience.first, patience.idle)


def _is_document(response: httpx.Response) -> bool:
    """Whether the body says that it is one document and no stream. Some streams say nothing."""
    kind = response.headers.get("content-type", "").lower()
    return "html" in kind or kind.startswith("application/json")


def _completion(body: bytes, response: httpx.Response, asked: FailureContext) -> object:
    """The completion that came whole, as some gateways send it. Raises ModelError for all else."""
    if response.status_code == 200:
        try:
            completion = json.loads(body)
        except (ValueError, RecursionError):
            completion = None
        if isinstance(completion, dict) and completion.get("choices"):
            return completion
    sent = response.headers
    kind, place = sent.get("content-type", ""), sent.get("location", "")
    if response.status_code == 200:
        kind = _kind_of(body) or kind
    pause, again = asked_pause(sent), asked_again(sent)
    request_id = plain_id(sent.get("x-request-id") or sent.get("x-dashscope-request-id"))
    answer = ServiceResponse(response.status_code, kind, body, place, pause, again, request_id)
    raise failure_of(answer, asked)


def _kind_of(body: bytes) -> str:
    """What a body looks like, whatever it is said to be."""
    return {b"{": "application/json", b"<": "text/html"}.get(body.lstrip()[:1], "")
