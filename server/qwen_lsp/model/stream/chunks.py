"""The events of a streamed Chat Completion become pieces of the reply, or the error they are.

Takes what Qwen's services, gateways and local engines really send, not only what OpenAI's
reference says; text that a service sends as an error is never part of the reply.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from qwen_lsp.errors import ReplyCut
from qwen_lsp.model.chat import Piece, Text, Thought, Usage
from qwen_lsp.model.failures.complaint import status_in
from qwen_lsp.model.failures.failures import (
    FailureContext,
    cut_by_limit,
    failure_in_stream,
    without_text,
)
from qwen_lsp.model.special_tokens import TokenRestorer
from qwen_lsp.model.stream.bounds import Bounds
from qwen_lsp.model.stream.deltas import Characters, Deltas
from qwen_lsp.model.stream.sse import Event

_ERRORS = ("error_finish", "error")
_NO_FIELDS: Mapping[str, Any] = {}


class _Stage(Protocol):
    """Takes a text in pieces and gives it on, changed or later."""

    def add(self, text: str) -> str: ...
    def end(self) -> str: ...


class ChunkReader:
    """Is fed the events of one stream. `done` is true when no more text can come."""

    def __init__(
        self, asked: FailureContext, *, limit: int | None = None, restores_tokens: bool = False
    ) -> None:
        """`limit` is the number of tokens that the request allowed the reply.

        `restores_tokens` where special tokens were taken out of the request.
        """
        self._asked = asked
        self._limit = limit
        self._halves = Characters(), Characters()
        self._thought: list[_Stage] = [Deltas(), self._halves[0]]
        self._text: list[_Stage] = [Deltas(), self._halves[1]]
        if restores_tokens:
            self._text.append(TokenRestorer())
        self._bounds = Bounds(asked.service)
        self._usage = Usage()
        self._finish = ""
        self.done = False
        self.has_text = self.has_thought = False
        self.characters = 0
        """How many have come, of thoughts and of text."""

    @property
    def has_begun(self) -> bool:
        """Whether anything has come."""
        return self.characters > 0

    @property
    def is_whole(self) -> bool:
        """Whether the service has said that the reply is at its end."""
        return self.done or bool(self._finish)

    def read(self, event: Event) -> Iterator[Piece]:
        """The pieces in `event`. Raises ModelError for an error that it carries."""
        if self.done:
            return
        if event.data.lstrip().startswith("[DONE]"):
            self.done = True
            return
        chunk = self._decoded(event)
        if chunk is not None:
            yield from self._chunk(chunk, event)

    def read_at_once(self, completion: object, *, is_whole: bool) -> Iterator[Piece]:
        """The pieces of a reply that came as one JSON value although a stream was asked for."""
        yield from self._chunk(completion, Event(data=""))
        self.done = is_whole
        self._finish = self._finish if is_whole else ""

    def end(self) -> Iterator[Piece]:
        """The pieces that were held back. Raises ModelError unless the reply is whole."""
        if not self.is_whole:
            for half in self._halves:
                half.drop()
        yield from self._pieces(_rest(self._thought), _rest(self._text))
        if self._finish in ("length", "max_tokens"):
            raise cut_by_limit(self._asked, self._limit, has_text=self.has_text)
        if self._finish == "content_filter":
            raise failure_in_stream({"code": "content_filter"}, self._asked)
        if not self.is_whole:
            raise ReplyCut(
                f"The reply of {self._asked.service} broke off before its end; run the action "
                "again.",
                meaning="cut",
            )
        if not self.has_text:
            raise without_text(self._asked, has_thought=self.has_thought)

    def _decoded(self, event: Event) -> object:
        """The JSON of the event, or an error in bare text; None for broken JSON after the end."""
        try:
            return json.loads(event.data)
        except (ValueError, RecursionError):
            if event.event == "error" or status_in(event.comments):
                return event.data
        if self.is_whole:
            return None
        raise ReplyCut(
            f"{self._asked.service} sent a broken part of the reply; run the action again.",
            meaning="cut",
        )

    def _chunk(self, chunk: object, event: Event) -> Iterator[Piece]:
        if _is_error(chunk, event):
            raise failure_in_stream(chunk, self._asked, status_in(event.comments))
        fields = _fields(chunk)
        choice = _first_choice(fields)
        delta = _fields(choice.get("delta") or choice.get("message"))
        finish = choice.get("finish_reason")
        text = _text(delta.get("content"))
        if finish in _ERRORS:
            raise failure_in_stream(text, self._asked, status_in(event.comments))
        self._finish = finish if isinstance(finish, str) and finish else self._finish
        thought = _text(delta.get("reasoning_content")) or _text(delta.get("reasoning"))
        yield from self._pieces(_settled(self._thought, thought), _settled(self._text, text))
        yield from self._counted(fields.get("usage") or choice.get("usage"))

    def _pieces(self, thought: str, text: str) -> Iterator[Piece]:
        self.characters += len(thought) + len(text)
        if thought:
            self.has_thought = True
            self._bounds.think(thought)
            yield Thought(thought)
        if text:
            self._bounds.write(text)
            self.has_text = True
            yield Text(text)

    def _counted(self, value: object) -> Iterator[Usage]:
        """The usage, where it says something new: some services send zeros in every chunk."""
        if not value:
            return
        usage = _usage(_fields(value))
        if usage not in (Usage(), self._usage):
            self._usage = usage
            yield usage


def _settled(stages: Sequence[_Stage], text: str) -> str:
    for stage in stages:
        text = stage.add(text)
    return text


def _rest(stages: Sequence[_Stage]) -> str:
    rest = ""
    for stage in stages:
        rest = stage.add(rest) + stage.end()
    return rest


def _is_error(chunk: object, event: Event) -> bool:
    """Whether the event is an error in any form of qwen-services, section 5.2 and 7."""
    if event.event == "error" or status_in(event.comments) >= 400 or isinstance(chunk, str):
        return True
    fields = _fields(chunk)
    if fields.get("error") or fields.get("object") == "error":
        return True
    return not fields.get("choices") and bool(fields.get("code")) and "message" in fields


def _first_choice(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The choice with index 0, or without any; none where `choices` is missing or empty."""
    choices = fields.get("choices")
    listed = [_fields(choice) for choice in choices] if isinstance(choices, list) else []
    return next((choice for choice in listed if not choice.get("index")), _NO_FIELDS)


def _usage(fields: Mapping[str, Any]) -> Usage:
    prompt = _fields(fields.get("prompt_tokens_details") or fields.get("input_tokens_details"))
    reply = _fields(fields.get("completion_tokens_details") or fields.get("output_tokens_details"))
    return Usage(
        prompt_tokens=_count(fields, "prompt_tokens", "input_tokens"),
        cached_tokens=_count(prompt, "cached_tokens"),
        completion_tokens=_count(fields, "completion_tokens", "output_tokens"),
        reasoning_tokens=_count(reply, "reasoning_tokens"),
    )


def _count(fields: Mapping[str, Any], *names: str) -> int:
    counts = (fields.get(name) for name in names)
    return next((n for n in counts if isinstance(n, int) and n > 0), 0)


def _text(value: object) -> str:
    """Text as it is, or the text of a list of content parts."""
    if isinstance(value, list):
        return "".join(_text(_fields(part).get("text")) for part in value)
    return value if isinstance(value, str) else ""


def _fields(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else _NO_FIELDS
