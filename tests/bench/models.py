"""The same replies into the models of four editors, on a clock that jumps: nothing takes time.

What is measured is what crosses the wire, and what has to be waited for.
"""

import asyncio
import os
import random
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median
from typing import Literal
from unittest.mock import patch

from qwen_lsp.lsp.server import create_server
from qwen_lsp.model.transport.http import Http
from qwen_lsp.text.document import Position, Span
from tests.support.model_editor import Json, Kind, ModelEditor, OpenFile
from tests.support.service import Service, chunk, last_chunks
from tests.support.virtual_time import run_virtually

from .reply import SELECTED, Reply, file_of

Undo = Literal["leave", "fold"]

LINES = 200
FIRST = 80
"""The first row of those that are replaced."""
PACE = 0.01
"""Seconds between two tokens."""
KEYS = 0.07
"""Seconds between two keys of who types."""
TYPING = 6.0
"""Seconds for which somebody types, the first half of one before the job begins."""
SECONDS_TO_SETTLE = 10.0
STARTS = 5
"""How often the first line is waited for: in VS Code an edit takes now longer, now shorter."""
FOLDERS = ("HOME", "LOCALAPPDATA", "XDG_STATE_HOME")
"""Where a server keeps what is nobody else's business."""
CAPABILITIES: Json = {
    "workspace": {"applyEdit": True},
    "experimental": {"qwen": {"jobs": True}},
}


@dataclass(frozen=True)
class Cost:
    """What one reply costs: requests, and bytes of text in them for each byte of code."""

    edits: int
    new_text: float


class Session:
    """A server that streams one reply into one file of an editor's model."""

    def __init__(self, editor: ModelEditor, service: Service, reply: Reply) -> None:
        self.sizes: list[int] = []
        self.landed: list[float] = []
        self.first_line_at = self.first_line_shown_at = 0.0
        self._editor, self._service, self._reply = editor, service, reply
        self._file: OpenFile = editor.open("file:///project/orders.py", file_of(LINES), "python")
        self._typed = ""
        self._row = Position(FIRST, 0)
        editor.on_request, editor.on_edit = self._asked, self._edited

    async def run(self) -> None:
        """Has the selection replaced; it ends when nothing happens any more."""
        selected = Span(self._row, Position(FIRST + SELECTED, 0))
        range_ = self._editor.range_of(self._file, selected)
        argument = {"action": "refactor", "uri": self._file.uri, "range": range_}
        await self._editor.command("qwen.run", argument)
        await asyncio.sleep(1)
        pieces = self._service.streams[0].pieces
        for count, piece in enumerate(self._reply.pieces):
            await asyncio.sleep(PACE)
            if count == self._reply.first_line:
                self.first_line_at = _now()
            pieces.put_nowait(chunk(content=piece))
        for last in (*last_chunks(), None):
            pieces.put_nowait(last)
        await asyncio.sleep(SECONDS_TO_SETTLE)
        self._check()

    async def type(self) -> None:
        """Types at the top of the file, then rests: some editors wait for that."""
        until = _now() + TYPING
        while _now() < until:
            self._typed += "x"
            top = Position(0, 0)
            self._editor.type(self._file, Span(top, top), "x")
            await asyncio.sleep(KEYS)

    def _asked(self, message: Json) -> None:
        if message["method"] == "workspace/applyEdit":
            (change,) = message["params"]["edit"]["documentChanges"]
            self.sizes.append(sum(len(edit["newText"].encode()) for edit in change["edits"]))

    def _edited(self, file: OpenFile) -> None:
        self.landed.append(_now())
        is_shown = self._reply.code.startswith(file.document.lines[self._row.line])
        if is_shown and not self.first_line_shown_at:
            self.first_line_shown_at = _now()

    def _check(self) -> None:
        """Raises RuntimeError if the reply is not in the file as it should be."""
        rows = file_of(LINES).splitlines(keepends=True)
        rows[FIRST : FIRST + SELECTED] = [self._reply.code]
        if self._file.document.text != self._typed + "".join(rows):
            raise RuntimeError(f"{self._editor.kind}: the reply is not what is in the file")


def cost(kind: Kind, reply: Reply, undo: Undo) -> Cost:
    """What it costs to bring `reply` into a file that nobody types into."""
    session = _streamed(kind, reply, undo=undo)
    return Cost(len(session.sizes), sum(session.sizes) / len(reply.code.encode()))


def first_line(kind: Kind, reply: Reply) -> float:
    """Seconds from the first whole line to its text in the document: the middle of several."""
    sessions = [_streamed(kind, reply, seed=seed) for seed in range(STARTS)]
    return median(each.first_line_shown_at - each.first_line_at for each in sessions)


def while_typing(kind: Kind, reply: Reply) -> float:
    """Seconds from the first token until all is in the file, with keys above all the time."""
    session = _streamed(kind, reply, is_typing=True)
    begun = session.first_line_at - (reply.first_line + 1) * PACE
    return session.landed[-1] - begun


def _streamed(
    kind: Kind, reply: Reply, *, undo: Undo = "fold", seed: int = 0, is_typing: bool = False
) -> Session:
    async def played() -> Session:
        async with _session(kind, reply, undo=undo, seed=seed) as session:
            if is_typing:
                typing = asyncio.ensure_future(session.type())
                await asyncio.sleep(0.5)
            await session.run()
            if is_typing:
                await typing
            return session

    return run_virtually(played())


@asynccontextmanager
async def _session(kind: Kind, reply: Reply, *, undo: Undo, seed: int) -> AsyncGenerator[Session]:
    service = Service()
    with (
        tempfile.TemporaryDirectory() as home,
        patch.dict(os.environ, dict.fromkeys(FOLDERS, home)),
    ):
        environ = {"HOME": home, "QWEN_HOME": home}
        server = create_server(http=Http(transport=service), environ=environ)
        editor = ModelEditor(server, kind, random.Random(seed))
        options = {"provider": "ollama", "undo": undo}
        await editor.start(CAPABILITIES, initializationOptions=options)
        try:
            yield Session(editor, service, reply)
        finally:
            await server.close()


def _now() -> float:
    return asyncio.get_running_loop().time()
