"""The Responses API, whose service keeps the conversation: `qwen.conversation: service`.

Its requests are made of those of Chat Completions, and its events are read as their chunks.
"""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from qwen_lsp.errors import ServiceRefused
from qwen_lsp.model.chat import Kept, Piece, Request, Text
from qwen_lsp.model.failures.failures import FailureContext
from qwen_lsp.model.stream.chunks import ChunkReader
from qwen_lsp.model.stream.sse import Event

PATH = "/responses"
_NEEDLESS = ("messages", "stream_options", "top_k", "repetition_penalty")
_LIMITS = ("max_tokens", "max_completion_tokens")
_REASONING = ("response.reasoning_text.delta", "response.reasoning_summary_text.delta")
NO_NOTICE = "The service took no notice of the conversation that it keeps; run the action again."
_NOT_THAT_WAY = ("other", "address", "model", "tokens")
"""What a refusal may mean that is about the Responses API, or about what the service has kept."""


def kept_at(home: str, request: Request) -> Request:
    """The request as it goes to `home`: of what another service keeps it says nothing."""
    is_there = request.kept is None or request.kept.home == home
    return request if is_there else replace(request, kept=None)


def new_to_service(request: Request) -> Request:
    """What the service does not know yet of the conversation."""
    known = request.kept.count if request.kept else 0
    return replace(request, messages=request.messages[known:])


def responses_body(body: Mapping[str, Any], kept: Kept | None) -> dict[str, Any]:
    """The body of a Chat Completion as one for `/responses`, going on from `kept`."""
    made = {name: value for name, value in body.items() if name not in (*_NEEDLESS, *_LIMITS)}
    made["input"] = [
        {"type": "message", "role": message["role"], "content": _said(message["content"])}
        for message in body["messages"]
    ]
    for name in _LIMITS:
        if name in body:
            made["max_output_tokens"] = body[name]
    if effort := made.pop("reasoning_effort", None):
        made["reasoning"] = {"effort": effort}
    if kept:
        made["previous_response_id"] = kept.id
    return made


class ResponsesReader(ChunkReader):
    """Is fed the events of one streamed response. Says at its end what is kept of it."""

    def __init__(
        self,
        asked: FailureContext,
        kept: Kept,
        *,
        limit: int | None = None,
        restores_tokens: bool = False,
    ) -> None:
        """`kept` is what the service is to have kept by its end, under the id of what it has."""
        super().__init__(asked, limit=limit, restores_tokens=restores_tokens)
        self._kept = kept
        self._id = ""

    def end(self) -> Iterator[Piece]:
        """What was held back, and what is kept. Raises ModelError unless the reply is whole."""
        yield from super().end()
        if self._id:
            yield replace(self._kept, id=self._id)

    def _decoded(self, event: Event) -> object:
        value = super()._decoded(event)
        if not isinstance(value, Mapping):
            return value
        response = value.get("response")
        if isinstance(response, Mapping):
            self._note(response)
        return chunk_of(value)

    def _note(self, response: Mapping[str, Any]) -> None:
        """Raises ServiceRefused where it says that it goes on from something else, or nothing.

        Some that keep nothing answer all the same, to what is new alone.
        """
        if isinstance(response.get("id"), str):
            self._id = response["id"]
        if self._kept.id and response.get("previous_response_id", self._kept.id) != self._kept.id:
            raise ServiceRefused(NO_NOTICE)


def chunk_of(event: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The chunk that says what `event` says; None where that is nothing about the reply."""
    kind = event.get("type")
    if kind in ("response.output_text.delta", "response.refusal.delta"):
        return _chunk({"content": event.get("delta")})
    if kind in _REASONING:
        return _chunk({"reasoning_content": event.get("delta")})
    response = event.get("response")
    fields: Mapping[str, Any] = response if isinstance(response, Mapping) else {}
    if kind == "response.completed":
        return {**_chunk({}, "stop"), "usage": fields.get("usage")}
    if kind == "response.incomplete":
        return {**_chunk({}, _finish(fields)), "usage": fields.get("usage")}
    if kind == "response.failed":
        return {"error": fields.get("error") or {"message": "response.failed"}}
    if kind == "error" or not kind:
        return event if "error" in event or not kind else {"error": event}
    return None


async def kept_or_not(
    request: Request, attempt: Callable[[Request], AsyncGenerator[Piece, None]]
) -> AsyncGenerator[Piece, None]:
    """The reply to `request`, where the service may keep it; else, by our own memory, without.

    What it has kept it may have forgotten, and it may not have this API: then it is told all of the
    conversation, and is last asked by Chat Completions. Raises ModelError.
    """
    left = [request] + ([replace(request, kept=None)] if request.kept else [])
    if request.may_be_kept:
        left.append(replace(request, may_be_kept=False, kept=None))
    while left:
        asked, has_text = left.pop(0), False
        try:
            async with aclosing(attempt(asked)) as pieces:
                async for piece in pieces:
                    has_text = has_text or isinstance(piece, Text)
                    yield piece
            return
        except ServiceRefused as refused:
            if has_text or not left or refused.meaning not in _NOT_THAT_WAY:
                raise


def _chunk(delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def _finish(response: Mapping[str, Any]) -> str | None:
    """The finish reason of a response that is not complete; None where none is known."""
    details = response.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, Mapping) else None
    return {"max_output_tokens": "length", "content_filter": "content_filter"}.get(str(reason))


def _said(content: Any) -> Any:
    """What a message says, in that API's words: what marks it for a cache is no field here."""
    if not isinstance(content, list):
        return content
    if all(part["type"] == "text" for part in content):
        return "".join(part["text"] for part in content)
    return [
        {"type": "input_text", "text": part["text"]}
        if part["type"] == "text"
        else {"type": "input_image", "image_url": part["image_url"]["url"]}
        for part in content
    ]
