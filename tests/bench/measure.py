"""What is measured, and how: each figure comes from the process as an editor would see it."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles

from .editor import SERVER, URI, Arrival, Editor, Json, range_of
from .process import processor_seconds, resident_mib
from .reply import SELECTED, Reply, file_of
from .upstream import Upstream

STARTS = 9
MENUS = 500
MENU_LINES = 10_000
SECONDS_TO_SETTLE = 0.5
SECONDS_TO_REST = 0.5
"""After what the user does: an edit waits a little for the next key of somebody who types."""
SECONDS_TO_END = 30.0


@dataclass(frozen=True)
class Start:
    """One start of the server; seconds and MiB."""

    seconds: float
    memory: float | None


@dataclass(frozen=True)
class Menus:
    """How long `textDocument/codeAction` takes, in seconds."""

    median: float
    slowest_hundredth: float

    @classmethod
    def of(cls, taken: Sequence[float]) -> "Menus":
        """The figures of so many requests."""
        return cls(median(taken), quantiles(taken, n=100)[-1])


@dataclass(frozen=True)
class Job:
    """One reply on its way into a document. Seconds; `new_text` in bytes for each byte of code.

    `last_to_first` is the processor time of its last thousand tokens by that of its first.
    """

    first_edit: float
    new_text: float
    edits_per_second: float
    processor_per_token: float | None
    last_to_first: float | None = None


class Bench:
    """One server with a service behind it and a file in its editor."""

    def __init__(self, editor: Editor, upstream: Upstream, lines: int) -> None:
        self.editor, self.upstream = editor, upstream
        self._lines = lines
        self._text = file_of(lines)
        self._first = (lines - SELECTED) // 2
        self._times: dict[int, float | None] = {}
        upstream.watch(self._note)
        editor.open(self._text)

    async def job(self, reply: Reply) -> Job:
        """Has the selection replaced and puts it back. Raises RuntimeError if that goes wrong."""
        editor, upstream, first = self.editor, self.upstream, self._first
        upstream.reply = reply
        editor.arrivals.clear()
        self._times.clear()
        before = processor_seconds(editor.pid)
        selected = range_of(first, first + SELECTED)
        argument = {"action": "refactor", "uri": URI, "range": selected}
        await editor.request(
            "workspace/executeCommand", {"command": "qwen.run", "arguments": [argument]}
        )
        async with asyncio.timeout(reply.tokens / 50 + SECONDS_TO_END):
            ended = await editor.ended.get()
        after = processor_seconds(editor.pid)
        self._put_back(reply, ended)
        await asyncio.sleep(SECONDS_TO_REST)
        processor = None if before is None or after is None else after - before
        job = _job(reply, upstream.first_line_at, editor.arrivals, processor)
        return replace(job, last_to_first=last_to_first([*map(self._times.get, reply.thousands)]))

    async def menu(self, number: int) -> float:
        """Asks for the menu at another selection for each `number`; the seconds that it takes."""
        loop = asyncio.get_running_loop()
        first = number * 7919 % (self._lines - SELECTED)
        params: Json = {"textDocument": {"uri": URI}, "range": range_of(first, first + SELECTED)}
        params["context"] = {"diagnostics": [], "triggerKind": 1}
        begun = loop.time()
        if not await self.editor.request("textDocument/codeAction", params):
            raise RuntimeError("nothing is offered")
        return loop.time() - begun

    def _note(self, piece: int) -> None:
        """Remembers the processor time at the places that are to be compared."""
        if piece in self.upstream.reply.thousands:
            self._times[piece] = processor_seconds(self.editor.pid)

    def _put_back(self, reply: Reply, ended: Json) -> None:
        lines = self._text.splitlines(keepends=True)
        before, after = lines[: self._first], lines[self._first + SELECTED :]
        count = reply.code.count("\n")
        if ended["outcome"] != "done" or self.editor.file.text != "".join(
            [*before, reply.code, *after]
        ):
            raise RuntimeError(f"the reply is not what stands in the document: {ended}")
        old = "".join(lines[self._first : self._first + SELECTED])
        self.editor.replace(self._first, self._first + count, old)


@asynccontextmanager
async def bench(lines: int, server: Path = SERVER) -> AsyncGenerator[Bench]:
    """A server that has done one job already, so that what it needs is loaded."""
    upstream = Upstream()
    address = await upstream.open()
    settings = {"provider": "custom", "baseUrl": address, "model": "bench", "undo": "leave"}
    with tempfile.TemporaryDirectory() as home:
        editor = await Editor.start(Path(home), settings, server)
        try:
            warm = Bench(editor, upstream, lines)
            await warm.job(Reply(100))
            yield warm
        finally:
            await editor.stop()
            upstream.close()


async def side_by_side(short: Bench, long: Bench, reply: Reply) -> tuple[Job, Job]:
    """The same reply into both files at once: what else the machine does touches both alike."""
    return await asyncio.gather(short.job(reply), long.job(reply))


def last_to_first(times: Sequence[float | None]) -> float | None:
    """How the last span compares to the first; `times` are the beginnings and ends of both.

    None where a time is not known, and where the spans overlap.
    """
    known = [time for time in times if time is not None]
    if len(known) < len(times) or known != sorted(known):
        return None
    first, first_end, last, end = known
    return (end - last) / (first_end - first) if first_end > first else None


async def starts() -> list[Start]:
    """Starts one server after the other."""
    return [await start() for _ in range(STARTS)]


async def menus() -> Menus:
    """Asks for the menu at many selections of one long file."""
    async with bench(MENU_LINES) as large:
        return Menus.of([await large.menu(count) for count in range(MENUS)])


async def start(server: Path = SERVER) -> Start:
    """Starts the server once, and ends it."""
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory() as home:
        begun = loop.time()
        editor = await Editor.start(Path(home), {}, server)
        seconds = loop.time() - begun
        await asyncio.sleep(SECONDS_TO_SETTLE)
        memory = resident_mib(editor.pid)
        await editor.stop()
    return Start(seconds, memory)


def _job(reply: Reply, whole_at: float, arrivals: list[Arrival], processor: float | None) -> Job:
    lasted = arrivals[-1].at - arrivals[0].at
    return Job(
        first_edit=arrivals[0].at - whole_at,
        new_text=sum(arrival.size for arrival in arrivals) / len(reply.code.encode()),
        edits_per_second=(len(arrivals) - 1) / lasted,
        processor_per_token=None if processor is None else processor / len(reply.pieces),
    )
