"""An HTTP answer becomes the pieces of a reply, or the error that it is.

Imports httpx, so it is imported when it is used.
"""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx

from qwen_lsp.errors import ReplyCut, Unreachable
from qwen_lsp.model.chat import Piece
from qwen_lsp.model.chunks import ChunkReader
from qwen_lsp.model.exchange import blocks, body_of_answer
from qwen_lsp.model.failures import Answer, Asked, failure_of
from qwen_lsp.model.patience import Patience
from qwen_lsp.model.sse import Event, EventReader, EventTooLong

# Once the service has said that it is done, its connection is worth keeping but no waiting.
_AFTER_FINISH_SECONDS = 5.0
_AFTER_DONE_SECONDS = 0.25


async def pieces_of(
    response: httpx.Response, reply: ChunkReader, asked: Asked, patience: Patience
) -> AsyncGenerator[Piece, None]:
    """The pieces of the reply in `response`; raises the error that it is instead."""
    if response.status_code == 200 and not _is_document(response):
        async with aclosing(_events(response, reply, patience)) as events:
            async for event in events:
                for piece in reply.read(event):
                    yield piece
    else:
        for piece in reply.read_whole(await _completion(response, asked)):
            yield piece
    for piece in reply.end():
        yield piece


async def _events(
    response: httpx.Response, reply: ChunkReader, patience: Patience
) -> AsyncGenerator[Event, None]:
    events = EventReader()
    try:
        waiting = blocks(
            response, lambda: _seconds(reply, patience), outlasts_sleep=patience.outlasts_sleep
        )
        async with aclosing(waiting) as stream:
            async for block in stream:
                if reply.done:
                    return
                for event in events.feed(block):
                    yield event
    except EventTooLong:
        raise ReplyCut("A part of the reply is too long to be one; run the action again.") from None
    except ReplyCut as cut:
        if not reply.is_whole:
            raise cut if reply.has_begun else Unreachable(str(cut)) from None
    for event in events.close():
        yield event


def _seconds(reply: ChunkReader, patience: Patience) -> float:
    if reply.done:
        return _AFTER_DONE_SECONDS
    if reply.is_whole:
        return _AFTER_FINISH_SECONDS
    return patience.idle if reply.has_begun else patience.first


def _is_document(response: httpx.Response) -> bool:
    """Whether the body says that it is one document and no stream. Some streams say nothing."""
    kind = response.headers.get("content-type", "").lower()
    return "html" in kind or kind.startswith("application/json")


async def _completion(response: httpx.Response, asked: Asked) -> object:
    """The completion that came whole, as some gateways send it. Raises ModelError for all else."""
    body = await body_of_answer(response)
    if response.status_code == 200:
        try:
            completion = json.loads(body)
        except (ValueError, RecursionError):
            completion = None
        if isinstance(completion, dict) and completion.get("choices"):
            return completion
    kind = response.headers.get("content-type", "")
    location = response.headers.get("location", "")
    raise failure_of(Answer(response.status_code, kind, body, location), asked)
