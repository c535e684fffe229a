"""A proxy on loopback that passes bytes on as they come and keeps those of the answers."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from ..support.listening import listening

RESPONSES_TEXT = "response.output_text.delta"


class Recording:
    """What an upstream sent, byte for byte, and what it means. Knows nothing of our own parsers."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.received: list[bytearray] = []
        self.sent: list[bytearray] = []
        self.open: set[asyncio.StreamWriter] = set()
        self.gates: list[asyncio.Event] = []

    def cut(self) -> None:
        """Breaks every connection at once."""
        for writer in self.open:
            writer.transport.abort()

    def stall(self) -> None:
        """Passes no more on of what comes on the connections that there are."""
        for gate in self.gates:
            gate.clear()

    @property
    def chunks(self) -> list[Any]:
        """Every event of every stream, decoded."""
        lines = b"".join(_bodies(bytes(raw)) for raw in self.received).split(b"\n")
        found = (line[6:] for line in lines if line.startswith(b"data: {"))
        return [json.loads(each) for each in found]

    @property
    def asked(self) -> list[Any]:
        """The bodies of all requests, in order."""
        heads = b"".join(self.sent).split(b"POST ")[1:]
        return [json.loads(each.partition(b"\r\n\r\n")[2]) for each in heads]

    @property
    def content(self) -> str:
        """The text of all replies."""
        choices = [choice for chunk in self.chunks for choice in chunk.get("choices", [])]
        said = [choice["delta"].get("content") or "" for choice in choices]
        return "".join(said) or "".join(
            chunk["delta"] for chunk in self.chunks if chunk.get("type") == RESPONSES_TEXT
        )

    @property
    def usage(self) -> dict[str, Any]:
        """The usage that the last stream told."""
        found: dict[str, Any] = next(
            chunk["usage"] for chunk in reversed(self.chunks) if chunk.get("usage")
        )
        return found


@asynccontextmanager
async def recording(base_url: str) -> AsyncIterator[Recording]:
    """A proxy before `base_url` for as long as the context lasts."""
    upstream = urlsplit(base_url)
    recorded = Recording("")

    async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked, kept = bytearray(), bytearray()
        recorded.sent.append(asked)
        recorded.received.append(kept)
        far_reader, far_writer = await asyncio.open_connection(upstream.hostname, upstream.port)
        ways = _open_gate(), _open_gate()
        recorded.gates += ways
        there = asyncio.create_task(_pass(reader, far_writer, asked, ways[0]))
        back = asyncio.create_task(_pass(far_reader, writer, kept, ways[1]))
        recorded.open |= {writer, far_writer}
        try:
            # An end on either side ends both, as without a proxy.
            await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in (there, back):
                each.cancel()
            far_writer.close()
            recorded.open -= {writer, far_writer}

    async with listening(exchange) as port:
        recorded.base_url = f"http://127.0.0.1:{port}{upstream.path}"
        yield recorded


def _open_gate() -> asyncio.Event:
    gate = asyncio.Event()
    gate.set()
    return gate


async def _pass(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    kept: bytearray,
    gate: asyncio.Event,
) -> None:
    with suppress(ConnectionError):
        while block := await reader.read(65536):
            kept += block
            await gate.wait()
            writer.write(block)
            await writer.drain()


def _bodies(raw: bytes) -> bytes:
    """The bodies of the HTTP/1.1 responses on one connection, as far as they came."""
    bodies = b""
    while raw:
        head, _, raw = raw.partition(b"\r\n\r\n")
        headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        if headers.get(b"transfer-encoding") == b"chunked":
            body, raw = _unchunked(raw)
        else:
            length = int(headers.get(b"content-length", b"0"))
            body, raw = raw[:length], raw[length:]
        bodies += body + b"\n"
    return bodies


def _unchunked(raw: bytes) -> tuple[bytes, bytes]:
    """A body sent in chunks (RFC 9112, section 7.1), and what comes after it."""
    body = b""
    while raw:
        size, _, raw = raw.partition(b"\r\n")
        length = int(size or b"0", 16)
        body += raw[:length]
        raw = raw[length + 2 :]
        if not length:
            break
    return body, raw
