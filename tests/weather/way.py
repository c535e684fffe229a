"""The way to a simulated service: it turns the simulator for each request, and breaks by itself.

One request goes over each connection, so that whatever comes back until its end is the answer.
"""

import asyncio
import json
import re
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ..support.listening import listening
from .plan import Fate, Plan

_NUMBER = re.compile(rb"totals_(\d+)")
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_CONNECTION = re.compile(rb"\r\nconnection: [^\r]*", re.IGNORECASE)
READ_SECONDS = 0.1
"""In which what was sent before a reset is read, mostly; it is lost else."""
_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: what closes then sends a reset."""


@dataclass
class Way:
    """Where it is, and what came back over it, by the number of the job that asked."""

    base_url: str = ""
    asked: Counter[int] = field(default_factory=Counter)
    answers: dict[int, list[bytearray]] = field(default_factory=dict)
    open: set[asyncio.StreamWriter] = field(default_factory=set)
    """Those by whom something was asked that is still under way."""

    def texts(self, job: int) -> list[str]:
        """The text of each answer that the job had, which is forgotten then."""
        del self.asked[job]
        return [_text_in(bytes(answer)) for answer in self.answers.pop(job, [])]


@asynccontextmanager
async def way_to(base_url: str, plan_of: Callable[[int], Plan]) -> AsyncIterator[Way]:
    """A way to the simulator at `base_url` for as long as the context lasts."""
    target = urlsplit(base_url)
    way = Way()

    async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far = await asyncio.open_connection(target.hostname, target.port)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await _Exchange(way, plan_of, (reader, writer), far).run()
        finally:
            far[1].close()
            way.open.discard(writer)

    async with listening(exchange) as port:
        way.base_url = f"http://127.0.0.1:{port}{target.path}"
        yield way


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Exchange:
    """One request and its answer."""

    def __init__(self, way: Way, plan_of: Callable[[int], Plan], near: Ends, far: Ends) -> None:
        self._way, self._plan_of = way, plan_of
        self._near, self._far = near, far

    async def run(self) -> None:
        reader, writer = self._near
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await reader.readexactly(int(length[1]) if length else 0)
        self._way.open.add(writer)
        fate, knobs, kept = self._met(body)
        head = _CONNECTION.sub(b"", head[:-2]) + b"Connection: close\r\n"
        self._far[1].write(head + f"X-Simulate: {knobs}\r\n\r\n".encode() + body)
        answered = asyncio.create_task(self._answer(fate, kept))
        gone = asyncio.create_task(reader.read())
        # Who goes away ends it on the other side too.
        await asyncio.wait((answered, gone), return_when=asyncio.FIRST_COMPLETED)
        for task in (answered, gone):
            task.cancel()
        await asyncio.gather(answered, gone, return_exceptions=True)
        if fate.resets:
            await asyncio.sleep(READ_SECONDS)
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE
            )

    def _met(self, body: bytes) -> tuple[Fate, str, bytearray]:
        """The fate of the request, the knobs that are turned for it, what keeps its answer."""
        number = _NUMBER.search(body)
        if not number:
            return Fate(), "", bytearray()
        job, kept = int(number[1]), bytearray()
        plan = self._plan_of(job)
        fate = plan.fate(self._way.asked[job])
        self._way.asked[job] += 1
        self._way.answers.setdefault(job, []).append(kept)
        return fate, ", ".join(filter(None, (plan.pace, fate.simulate))), kept

    async def _answer(self, fate: Fate, kept: bytearray) -> None:
        reader, writer = self._far[0], self._near[1]
        while block := await reader.read(65536):
            end = _cut_in(kept, block, fate)
            kept += block[:end]
            writer.write(block[:end])
            await writer.drain()
            if end is not None:
                return


def _cut_in(before: bytearray, block: bytes, fate: Fate) -> int | None:
    """How much of `block` comes through; None where it does not break here."""
    if fate.cut is None or fate.cut >= len(before) + len(block):
        return None
    first = max(fate.cut - len(before), 0)
    if not fate.splits:
        return first
    leads = (at for at in range(first, len(block) - 1) if block[at] >= 0xC0)
    return next((at + 1 for at in leads), None)


def _text_in(answer: bytes) -> str:
    said = ""
    for event in answer.replace(b"\r\n", b"\n").split(b"\n\n"):
        with suppress(ValueError):
            chunk = json.loads(event[event.find(b"data: {") + len(b"data: ") :])
            said += "".join(map(_said, chunk.get("choices", [])))
    return said


def _said(choice: dict[str, Any]) -> str:
    # A service that breaks off so writes its error where the text was.
    is_error = choice["finish_reason"] == "error_finish"
    return "" if is_error else choice["delta"].get("content") or ""
