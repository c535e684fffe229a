"""The whole server while its user types: 200 random runs in each of two kinds of editor."""

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from qwen_lsp.lsp.server import create_server
from qwen_lsp.model.transport.http import Http
from qwen_lsp.text.document import Document, Edit, Position, Span

from .support.model_editor import Kind, ModelEditor, OpenFile
from .support.service import Service, chunk, last_chunks
from .support.virtual_time import run_virtually

ABOVE = '"""A file."""\n\nimport os\n\n\n'
SELECTED = "def total(prices):\n    result = 0\n    for price in prices:\n        result += price"
BELOW = "\n\n\ndef other():\n    return os.name\n"
TOKENS = 500
CAPABILITIES = {
    "workspace": {"applyEdit": True},
    "experimental": {"qwen": {"jobs": True}},
}
TYPED = ["x", "\n", "  # typed\n", "é😀", "pasted\nlines\n", "\t", ""]


@dataclass
class User:
    """Types above and below the selection, and knows what must stand there at the end."""

    editor: ModelEditor
    file: OpenFile
    rng: random.Random
    above: Document
    below: Document

    def types(self) -> None:
        """Types, pastes or deletes somewhere, also exactly at an edge of the selection."""
        part = self.rng.choice([self.above, self.below])
        row = self.rng.choice([0, len(part.lines) - 1, self.rng.randrange(len(part.lines))])
        start = Position(row, self.rng.randint(0, len(part.line(row))))
        length = 2 if self.rng.random() < 0.2 else 0
        span = Span(start, part.clamp(Position(row, start.column + length)))
        text = self.rng.choice(TYPED)
        in_file = Span(*(self._in_file(part, place) for place in span))
        part.apply(Edit(span, text))
        self.editor.type(self.file, in_file, text)

    def _in_file(self, part: Document, place: Position) -> Position:
        if part is self.above:
            return place
        first = len(self.file.document.lines) - len(self.below.lines)
        behind = len(self.file.document.line(first)) - len(self.below.line(0))
        return Position(place.line + first, place.column + (0 if place.line else behind))


def a_reply(rng: random.Random) -> list[str]:
    """The lines of a function of about 500 tokens of four characters each."""
    lines = ["def total(prices):"]
    while sum(map(len, lines)) < TOKENS * 4:
        lines.append(
            rng.choice(
                ["", "    }", "    result = 0", f"    value_{rng.randrange(99)} = {rng.random()}"]
            )
        )
    return [*lines, "    return result"]


@pytest.mark.parametrize("kind", ["vscode", "helix"])
@pytest.mark.parametrize("seed", range(60))
def test_nothing_is_lost_and_the_reply_is_whole(kind: Kind, seed: int, tmp_path: Path) -> None:
    run_virtually(play(kind, seed, tmp_path))


async def play(kind: Kind, seed: int, home: Path) -> None:
    rng = random.Random(seed)
    service = Service()
    server = create_server(
        http=Http(transport=service), environ={"HOME": str(home), "QWEN_HOME": str(home)}
    )
    editor = ModelEditor(server, kind, rng)
    await editor.start(CAPABILITIES, initializationOptions={"provider": "ollama"})
    file = editor.open("file:///a.py", ABOVE + SELECTED + BELOW, "python")
    user = User(editor, file, rng, Document(ABOVE), Document(BELOW))
    selected = Span(Position(5, 0), Position(8, 23))
    argument = {"action": "refactor", "uri": file.uri, "range": editor.range_of(file, selected)}
    await editor.command("qwen.run", argument)
    reply = a_reply(rng)
    typing = asyncio.create_task(keep_typing(user))
    await say(service, "```python\n" + "\n".join(reply) + "\n```\n")
    typing.cancel()
    await asyncio.sleep(10)
    await server.close()
    ended = [params["outcome"] for name, params in editor.notifications if name == "qwen/jobEnded"]
    assert ended == ["done"]
    assert file.document.text == user.above.text + "\n".join(reply) + user.below.text


async def keep_typing(user: User) -> None:
    """A burst of keys, a pause, and so on."""
    while True:
        await asyncio.sleep(user.rng.choice([0.01, 0.07, 0.3, 0.8]))
        user.types()


async def say(service: Service, text: str) -> None:
    """Streams `text` in tokens of four characters, 10 ms apart."""
    while not service.streams:  # noqa: ASYNC110 - the clock jumps, so this waits for nothing
        await asyncio.sleep(0.01)
    pieces = service.streams[0].pieces
    for start in range(0, len(text), 4):
        pieces.put_nowait(chunk(content=text[start : start + 4]))
        await asyncio.sleep(0.01)
    for last in last_chunks():
        pieces.put_nowait(last)
    pieces.put_nowait(None)
