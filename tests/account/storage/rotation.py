"""An authorization server that rotates: a refresh token that is used twice ends the sign-in."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs

LIFETIME = 21600


class Rotation:
    """Knows one sign-in, which is at its `generation`, and which process each request is from.

    It does not hear what a process sent before it was killed: where that gets through, the token
    is lost between two programs, and no program can help it.
    """

    def __init__(self, file: Path) -> None:
        self.generation = 1
        self.reused = 0
        self.killed: set[int] = set()
        self.asked: Callable[[int], Awaitable[None]] = _nothing
        self.renewed: Callable[[int], Awaitable[None]] = _nothing
        self._file = file
        self._given_to: int | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[int]:
        """The port on loopback that it listens on."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]

    def begins(self, now: float, **more: object) -> None:
        """Somebody signs in, and the file says so."""
        self.generation += 1
        self.reused = 0
        self._given_to = None
        expiry_date = round((now + LIFETIME) * 1000)
        token = self._token() | {"token_type": "Bearer", "expiry_date": expiry_date} | more
        self._file.touch(mode=0o600)
        self._file.write_text(json.dumps(token))

    def is_between(self, process: int) -> bool:
        """Whether a process was given a token that is not in the file yet."""
        written = f"refresh-{self.generation}." in self._file.read_text()
        return process == self._given_to and not written

    def _token(self) -> dict[str, object]:
        at = self.generation
        return {"access_token": f"access-{at}.", "refresh_token": f"refresh-{at}."}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            lines = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
            body = await reader.readexactly(int(lines["content-length"]))
            process = int(lines["x-process"])
            await self.asked(process)
            if process in self.killed:
                return
            status, answer = self._answer(process, parse_qs(body.decode()))
            text = json.dumps(answer)
            writer.write(
                f"HTTP/1.1 {status} It\r\nContent-Type: application/json\r\nConnection: close\r\n"
                f"Content-Length: {len(text)}\r\n\r\n{text}".encode()
            )
            await self.renewed(process)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, process: int, form: dict[str, list[str]]) -> tuple[int, dict[str, object]]:
        if form["refresh_token"] != [f"refresh-{self.generation}."] or self.reused:
            self.reused += 1
            return 400, {"error": "invalid_request"}
        self.generation += 1
        self._given_to = process
        return 200, self._token() | {"expires_in": LIFETIME}


async def _nothing(process: int) -> None:
    pass
