"""Plays a script to a client at its pace, and notices when the client goes away."""

import asyncio
from collections.abc import Sequence

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .received import Sent
from .script import Frame, Script


class Play(Response):
    """A response whose bytes come with pauses. `closing` ends it early: the simulator stops."""

    def __init__(self, script: Script, sent: Sent, closing: asyncio.Event) -> None:
        self.status_code = 200
        self.background = None
        self.init_headers({"content-type": script.content_type, "cache-control": "no-cache"})
        self._script = script
        self._sent = sent
        self._closing = closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's own signature.
        """Sends the response. One that does not end stays without its last message, and is cut."""
        watched = [
            asyncio.create_task(_disconnected(receive)),
            asyncio.create_task(_set(self._closing)),
        ]
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if await self._frames(watched, send):
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._sent.ended = _now()
            for task in watched:
                task.cancel()
            await asyncio.gather(*watched, return_exceptions=True)

    async def _frames(self, watched: Sequence[asyncio.Task[None]], send: Send) -> bool:
        """Sends the frames; whether the response is to be ended in good order."""
        due = _now()
        for frame in self._script.frames:
            due += frame.wait / 1000
            if await self._ends_within(watched, due - _now()):
                return False
            await send({"type": "http.response.body", "body": frame.data, "more_body": True})
            self._note(frame)
        if self._script.ending == "silence":
            await self._ends_within(watched, None)
            return False
        self._sent.outcome = "whole" if self._script.is_whole else "cut"
        return self._script.ending == "close"

    async def _ends_within(
        self, watched: Sequence[asyncio.Task[None]], seconds: float | None
    ) -> bool:
        """Whether the client goes away, or the simulator stops, within so many seconds."""
        timeout = None if seconds is None else max(0.0, seconds)
        over, _ = await asyncio.wait(watched, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if over:
            self._sent.outcome = "disconnected" if watched[0] in over else "cut"
        return bool(over)

    def _note(self, frame: Frame) -> None:
        if (frame.text or frame.thought) and self._sent.first is None:
            self._sent.first = _now()
        self._sent.tokens += bool(frame.text or frame.thought)
        self._sent.text += frame.text
        self._sent.thought += frame.thought


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _set(event: asyncio.Event) -> None:
    await event.wait()


def _now() -> float:
    return asyncio.get_running_loop().time()
