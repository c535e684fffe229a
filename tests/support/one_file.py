"""A model editor with one file, that notes when it said what."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from qwen_lsp.text.document import Position, Span

from .handlers import in_memory
from .kinds import Kind, Telling
from .model_editor import Json, ModelEditor, OpenFile
from .virtual_time import run_virtually

TEXT = "one\ntwo\nthree\n"


class Scene(ModelEditor):
    """An editor with one file, and the milliseconds at which it said something."""

    def __init__(self, kind: Kind, telling: Telling = "usual") -> None:
        super().__init__(in_memory(), kind, random.Random(1), telling)
        self.told: list[tuple[int, Json]] = []
        self.file: OpenFile = self.open("file:///project/a.py", TEXT, "python")
        self.opened_at = self.told.pop()[1]["params"]["textDocument"]["version"]

    def _write(self, message: Json) -> None:
        milliseconds = asyncio.get_running_loop().time() * 1000
        self.told.append((round(milliseconds), message))

    @property
    def changes(self) -> list[tuple[int, list[Json]]]:
        """When `didChange` was said, and what."""
        said = [(when, each["params"]) for when, each in self.told if "params" in each]
        return [(when, each["contentChanges"]) for when, each in said if "contentChanges" in each]

    @property
    def answers(self) -> list[Json]:
        """What it has said to requests."""
        return [message for _, message in self.told if "method" not in message]

    def key(self, row: int, text: str = "x") -> None:
        """The user types at the beginning of a row."""
        self.type(self.file, Span(Position(row, 0), Position(row, 0)), text)

    def edit(self, version: int, *edits: tuple[int, int, str], **stops: bool) -> None:
        """The server's edit arrives: rows FIRST up to LAST give way to a text."""
        places = [{"line": row, "character": 0} for edit in edits for row in edit[:2]]
        changes = [
            {"range": {"start": start, "end": end}, "newText": text}
            for start, end, (*_, text) in zip(places[::2], places[1::2], edits, strict=True)
        ]
        identifier = {"uri": self.file.uri, "version": version}
        edit = {"documentChanges": [{"textDocument": identifier, "edits": changes}]}
        method = "qwen/applyEdit" if stops else "workspace/applyEdit"
        self._asked({"id": 7, "method": method, "params": {"edit": edit, **stops}})


def play(scene: Callable[[], Awaitable[None]]) -> None:
    """Plays a scene in virtual time."""

    async def played() -> None:
        await scene()

    run_virtually(played())
