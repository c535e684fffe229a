"""A service on loopback that a test plays by hand: it sees bytes come, and connections go."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Answering = Callable[["Call"], Awaitable[None]]


@dataclass
class Call:
    """One request, and the connection that it came on."""

    head: str
    body: bytes
    writer: asyncio.StreamWriter
    reader: asyncio.StreamReader

    @property
    def json(self) -> dict[str, Any]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found

    async def begin(self, status: int = 200, kind: str = "text/event-stream") -> None:
        """The head of an answer whose body ends with the connection's last chunk."""
        await self.send_raw(
            f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n"
            "Transfer-Encoding: chunked\r\nSet-Cookie: seen=1\r\n\r\n".encode()
        )

    async def send(self, text: str) -> None:
        block = text.encode()
        await self.send_raw(b"%x\r\n%s\r\n" % (len(block), block))

    async def say(self, text: str, finish: str | None = None) -> None:
        chunk = {"choices": [{"delta": {"content": text}, "finish_reason": finish}]}
        await self.send(f"data: {json.dumps(chunk)}\n\n")

    async def end(self) -> None:
        await self.send("data: [DONE]\n\n")
        await self.send_raw(b"0\r\n\r\n")

    async def send_raw(self, block: bytes) -> None:
        self.writer.write(block)
        await self.writer.drain()

    async def gone(self) -> None:
        """Waits until the other side has closed the connection."""
        assert await self.reader.read() == b""

    def drop(self) -> None:
        """Breaks the connection off."""
        self.writer.transport.abort()


@dataclass
class Wire:
    """What the service was asked, and where it listens."""

    base_url: str = ""
    calls: list[Call] = field(default_factory=list)
    connections: int = 0
    has_seen_close: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def wire(answering: Answering, secured: ssl.SSLContext | None = None) -> AsyncIterator[Wire]:
    """A service that answers every request with `answering`; by TLS, where it is `secured`."""
    seen = Wire()
    serving: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        serving.add(asyncio.create_task(serve(reader, writer)))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (call := await _read_call(reader, writer)) is not None:
                seen.calls.append(call)
                await answering(call)
        except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            pass
        finally:
            seen.has_seen_close.set()
            writer.close()
            with suppress(ConnectionError, TimeoutError, ssl.SSLError):
                await writer.wait_closed()

    # Who is no longer there does not answer the end of TLS.
    patience = 0.2 if secured else None
    server = await asyncio.start_server(
        connected, "127.0.0.1", 0, ssl=secured, ssl_shutdown_timeout=patience
    )
    scheme = "https" if secured else "http"
    seen.base_url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield seen
    finally:
        server.close()
        # Who was let in just now is on the way to `connected`.
        await asyncio.sleep(0.01)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


async def _read_call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Call | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
    except asyncio.IncompleteReadError:
        return None
    lines = [line.partition(":") for line in head.split("\r\n")]
    length = next((int(value) for name, _, value in lines if name.lower() == "content-length"), 0)
    return Call(head, await reader.readexactly(length), writer, reader)
