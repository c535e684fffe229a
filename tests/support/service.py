"""A Qwen service without a network: what it answers is said by the test, piece by piece."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any, Literal

import httpx

Cut = Literal["whole", "lines", "characters"]

END = None
"""Ends a stream."""


class Stream(httpx.AsyncByteStream):
    """The body of an answer that goes on for as long as the test wants."""

    def __init__(self) -> None:
        self.pieces: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (piece := await self.pieces.get()) is not END:
            yield piece

    async def aclose(self) -> None:
        self.is_closed = True


class Service(httpx.AsyncBaseTransport):
    """Answers chat requests from `streams` or `refusals`, others from `answers`, in order."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.streams: list[Stream] = []
        self.refusals: list[httpx.Response] = []
        self.answers: list[httpx.Response | Exception] = []
        self.is_down = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        if not request.url.path.endswith("/chat/completions"):
            answer = self.answers.pop(0) if self.answers else httpx.ConnectError("nobody answers")
            if isinstance(answer, Exception):
                raise answer
            return answer
        if self.is_down:
            raise httpx.ConnectError("refused") from ConnectionRefusedError(111, "refused")
        if self.refusals:
            return self.refusals.pop(0)
        stream = Stream()
        self.streams.append(stream)
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=stream)

    @property
    def chats(self) -> list[Any]:
        """The bodies of all chat requests."""
        return [
            json.loads(request.content)
            for request in self.requests
            if request.url.path.endswith("/chat/completions")
        ]


def chunk(**delta: Any) -> bytes:
    """One event of a stream, as the OpenAI wire format has it."""
    return event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})


def event(value: object) -> bytes:
    """One event with any value."""
    return f"data: {json.dumps(value)}\n\n".encode()


def last_chunks() -> list[bytes]:
    """How a stream ends that is whole."""
    usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
    return [
        event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}),
        event({"choices": [], "usage": usage}),
        b"data: [DONE]\n\n",
    ]


def pieces(text: str, cut: Cut) -> Iterable[str]:
    """`text` in the pieces in which it comes."""
    if cut == "whole":
        return [text]
    return text.splitlines(keepends=True) if cut == "lines" else text
