"""A service on loopback that streams one reply, a token every ten milliseconds.

It runs on the event loop of the client that measures, so that both read the same clock and the
server under test is the only other process at work; or in a process of its own, with another pace.
"""

import asyncio
import json
import re
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from .reply import Reply

PACE = 0.01

_LENGTH = re.compile(rb"(?i)content-length: *([0-9]+)")
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


class Upstream:
    """Answers every request with `reply`. `first_line_at` is when its first line was whole."""

    def __init__(self, pace: float = PACE) -> None:
        """`pace`: seconds from one token to the next."""
        self.reply = Reply(1)
        self._pace = pace
        self.first_line_at = 0.0
        self._server: asyncio.Server
        self._watchers: list[Callable[[int], None]] = []

    def watch(self, watcher: Callable[[int], None]) -> None:
        """Has `watcher` called with the number of every piece, right before that is sent."""
        self._watchers.append(watcher)

    async def open(self) -> str:
        """Begins to listen; gives the base URL."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    def close(self) -> None:
        """Stops listening."""
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                await reader.readexactly(int(length[1]) if length else 0)
                await self._stream(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        writer.write(_HEAD)
        begun = loop.time()
        for count, piece in enumerate(self.reply.pieces):
            await asyncio.sleep(begun + count * self._pace - loop.time())
            for watcher in self._watchers:
                watcher(count)
            if count == self.reply.first_line:
                self.first_line_at = loop.time()
            writer.write(_chunk(_delta({"content": piece}, None)))
        writer.write(_chunk(_delta({}, "stop")) + _chunk(b"data: [DONE]\n\n") + _chunk(b""))
        await writer.drain()


@asynccontextmanager
async def apart(tokens: int, pace: float) -> AsyncGenerator[str]:
    """The base URL of one in a process of its own, with a reply of so many tokens."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, str(tokens), str(pace)), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


async def _serve_for_ever(tokens: int, pace: float) -> None:
    upstream = Upstream(pace)
    upstream.reply = Reply(tokens)
    sys.stdout.write(await upstream.open() + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def _delta(delta: dict[str, str], reason: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    event = {
        "id": "chatcmpl-0123456789abcdef",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": "bench",
        "choices": [choice],
    }
    return f"data: {json.dumps(event)}\n\n".encode()


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


if __name__ == "__main__":
    asyncio.run(_serve_for_ever(int(sys.argv[1]), float(sys.argv[2])))
