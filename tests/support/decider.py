"""A user whose job is done in an editor, and who now decides on what it has written."""

import asyncio
import copy
import random
from pathlib import Path
from typing import NamedTuple, Self

from qwen_lsp.lsp.server import create_server
from qwen_lsp.model.transport.http import Http
from qwen_lsp.text.document import Position, Span

from .client import CAPABILITIES, homes
from .kinds import Kind
from .model_editor import Json, ModelEditor
from .service import Service, chunk, last_chunks

URI = "file:///project/a.txt"
ABOVE, BELOW = ["top one", "top two"], ["end one", "end two"]
WORDS = ["alpha", "beta", "}", "", "gamma"]
QUIET = 3.0
"""Seconds after which each kind of editor has reported and made everything."""


class DecidedRows(NamedTuple):
    """What is selected, and what the model says instead: alike, and often the same twice."""

    original: list[str]
    written: list[str]

    @classmethod
    def of(cls, rng: random.Random) -> Self:
        """Some rows; none is blank at an edge of the selection, which would be left out of it."""
        original = rng.choices(WORDS, k=rng.randint(2, 6))
        for edge in (0, -1):
            original[edge] = original[edge] or "alpha"
        written = rng.choices(WORDS, k=rng.randint(2, 6))
        return cls(original, written if any(written) else ["beta", *written])


class Decider:
    """One editor of some kind, its file and its user."""

    def __init__(self, kind: Kind, rows: DecidedRows, home: Path, **settings: str) -> None:
        self.kind, self.rows, self.home = kind, rows, home
        self.service = Service()
        self.server = create_server(http=Http(transport=self.service), environ=homes(home))
        self.editor = ModelEditor(self.server, kind)
        self.editor.settings = {"provider": "ollama", **settings}
        self.before = "\n".join([*ABOVE, *rows.original, *BELOW, ""])

    async def begin(self) -> None:
        """Runs the job to its end."""
        settings = self.editor.settings
        await self.editor.start(copy.deepcopy(CAPABILITIES), initializationOptions=settings)
        self.file = self.editor.open(URI, self.before, "plaintext")
        await asyncio.sleep(1)
        original = self.rows.original
        last = Position(len(ABOVE) + len(original) - 1, len(original[-1]))
        range_ = self.editor.range_of(self.file, Span(Position(len(ABOVE), 0), last))
        argument = {"action": "refactor", "uri": URI, "range": range_}
        assert "result" in await self.editor.command("qwen.run", argument)
        await asyncio.sleep(1)
        pieces = self.service.streams[-1].pieces
        for line in ("```", *self.rows.written, "```"):
            pieces.put_nowait(chunk(content=f"{line}\n"))
        for last_one in (*last_chunks(), None):
            pieces.put_nowait(last_one)
        await asyncio.sleep(QUIET)
        self.after = self.text

    async def twin(self) -> "Decider":
        """Another user, with the same job in the same file, which is done."""
        other = Decider(self.kind, self.rows, self.home / "twin")
        await other.begin()
        assert other.after == self.after
        return other

    @property
    def text(self) -> str:
        return self.file.document.text

    async def changes(self) -> list[Json]:
        """What the lenses name to discard: each change, or all where there is but one."""
        asked = {"textDocument": {"uri": URI}}
        lenses = (await self.editor.request("textDocument/codeLens", asked))["result"] or []
        found = [
            lens["command"]["arguments"][0]
            for lens in lenses
            if lens["command"]["command"] == "qwen.discard"
        ]
        return [argument for argument in found if "range" in argument] or found

    async def decide(self, name: str, argument: Json) -> bool:
        """Whether the command was taken; if not, nothing has changed by it."""
        before = self.text
        answer = await self.editor.command(f"qwen.{name}", argument)
        await asyncio.sleep(QUIET)
        if "error" in answer:
            assert self.text == before, "refused, and yet something has changed"
        return "result" in answer

    async def undo(self) -> None:
        """Takes the newest step back."""
        assert self.editor.undo(self.file)
        await asyncio.sleep(QUIET)

    async def redo(self) -> None:
        """Does it again."""
        self.editor.redo(self.file)
        await asyncio.sleep(QUIET)

    async def put_row(self, row: int, text: str, *, behind: bool) -> None:
        """Types a row above another, or `behind` it."""
        place = Position(row, len(self.file.document.line(row)) if behind else 0)
        typed = f"\n{text}" if behind else f"{text}\n"
        self.editor.type(self.file, Span(place, place), typed)
        await asyncio.sleep(QUIET)

    async def type_into(self, row: int, text: str) -> None:
        """Types at the end of a row."""
        place = Position(row, len(self.file.document.line(row)))
        self.editor.type(self.file, Span(place, place), text)
        await asyncio.sleep(QUIET)
