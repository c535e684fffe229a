"""What it costs to read a reply: from the socket to the planned edit, and beside a bare loop.

The service streams in a process of its own. Here are the server's own reader, reply and planning,
with an editor that makes each edit at once and costs next to nothing.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, cast

import httpx
from lsprotocol import types

from qwen_lsp.actions.library import builtin_actions
from qwen_lsp.actions.prompt import prompt
from qwen_lsp.actions.reply.placing import placing_of
from qwen_lsp.actions.selection import Selection
from qwen_lsp.lsp.client.client import Answered
from qwen_lsp.lsp.documents.documents import OpenDocument
from qwen_lsp.lsp.edits.writer import DocumentWriter
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.chat import Request
from qwen_lsp.model.qwen import Qwen
from qwen_lsp.model.transport.http import Http
from qwen_lsp.model.transport.network import Network
from qwen_lsp.model.transport.routes import Routes
from qwen_lsp.perform import perform
from qwen_lsp.streaming.client_profile import CHECKED
from tests.model.engine import NoKey

from .reply import SELECTED, Reply, file_of
from .upstream import apart

if TYPE_CHECKING:
    from qwen_lsp.lsp.client.client import Editor

TOKENS = 2_000
PACE = 0.005
"""Seconds from token to token of a fast service: 200 tokens a second."""
PACED, FAST = 3, 15
"""How often a reply is read in each way, at that pace and as fast as it comes."""

LINES = 200
FIRST = 80
MICRO = 1_000_000


@dataclass(frozen=True)
class ReadingTimes:
    """Seconds for which replies were read, in pairs, bare and by us, and of ours for each chunk."""

    bare: list[float]
    ours: list[float]
    chunks: list[float]

    @property
    def ratio(self) -> float:
        """Ours to the bare loop's: the middle of the pairs."""
        return median(ours / bare for bare, ours in zip(self.bare, self.ours, strict=True))

    @property
    def added(self) -> tuple[float, float]:
        """Microseconds that we add to a chunk: in the middle, and of a hundred the slowest."""
        return median(self.chunks) * MICRO, quantiles(self.chunks, n=100)[-1] * MICRO


async def reading(pace: float, times: int) -> ReadingTimes:
    """Reads a reply in turn bare and by us, after once each that does not count."""
    async with apart(TOKENS, pace) as base_url, httpx.AsyncClient(trust_env=False) as client:
        clocked = _Clocked()
        http = Http(transport=clocked)
        await _bare(client, base_url)
        await _ours(http, base_url)
        found = ReadingTimes([], [], clocked.chunks)
        clocked.chunks.clear()
        for _ in range(times):
            found.bare.append(await _bare(client, base_url))
            found.ours.append(await _ours(http, base_url))
        await http.aclose()
    return found


async def _bare(client: httpx.AsyncClient, base_url: str) -> float:
    """Seconds for a loop that does nothing with what it reads."""
    begun = perf_counter()
    body = {"model": "bench", "stream": True}
    async with client.stream("POST", f"{base_url}/chat/completions", json=body) as response:
        async for _ in response.aiter_bytes():
            pass
    return perf_counter() - begun


async def _ours(http: Http, base_url: str) -> float:
    """Seconds until the last edit is in the document. Raises RuntimeError if that goes wrong."""
    item = types.TextDocumentItem("file:///project/orders.py", "python", 1, file_of(LINES))
    document = OpenDocument(item, "utf-16")
    rows = FIRST, FIRST + SELECTED
    selection = Selection.of_rows(
        document.document, rows, path="orders.py", language="python", tokens=0
    )
    action = next(action for action in builtin_actions() if action.id == "refactor")
    model = Qwen(providers()["custom"], NoKey(base_url), http, "0")
    begun = perf_counter()
    outcome = await perform(
        Request(prompt(action, selection), "bench"),
        placing_of(action, selection),
        model=model,
        reader=_Nobody(),
        target=_Desk(document).writer.begin(*rows, None, lambda: False),
        keeps_on_stop=lambda: False,
    )
    seconds = perf_counter() - begun
    text = file_of(LINES).splitlines(keepends=True)
    text[slice(*rows)] = [Reply(TOKENS).code]
    if outcome.ended != "done" or document.source != "".join(text):
        raise RuntimeError(f"the reply is not what stands in the document: {outcome}")
    return seconds


class _Desk:
    """An editor that makes each edit as soon as it can and says so."""

    def __init__(self, document: OpenDocument) -> None:
        self._document = document
        self.writer = DocumentWriter(document, cast("Editor", self), CHECKED)

    def announces(self, name: str) -> bool:
        del name
        return False

    async def apply(self, edit: types.TextDocumentEdit, *, stops: object) -> Answered:
        del stops
        changes = [
            types.TextDocumentContentChangePartial(each.range, each.new_text)
            for each in reversed(edit.edits)
            if isinstance(each, types.TextEdit)
        ]
        self.writer.changed(self._document.change(changes, self._document.version + 1))
        return Answered(applied=True)


class _Nobody:
    """Reads nothing: the reply is code."""

    def add(self, markdown: str) -> None: ...
    def done(self, *, cut: bool) -> None: ...


@dataclass
class _Clocked(httpx.AsyncBaseTransport):
    """The usual way to the network. `chunks` are the seconds from a block to the wait for the next.

    All that is done with a block lies between: httpx's and our reading, and the plan of an edit. As
    nothing is waited for there, they are of processor time, which no other process lengthens.
    """

    chunks: list[float] = field(default_factory=list)
    _routes: Routes = field(default_factory=lambda: Routes(Network()))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._routes.handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _ClockedStream(response.stream, self.chunks)
        return response

    async def aclose(self) -> None:
        await self._routes.aclose()


class _ClockedStream(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, chunks: list[float]) -> None:
        self._stream, self._chunks = stream, chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for block in self._stream:
            begun = thread_time()
            yield block
            self._chunks.append(thread_time() - begun)

    async def aclose(self) -> None:
        await self._stream.aclose()
