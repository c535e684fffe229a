"""A whole session in memory: a real server, an editor with one file, and a service."""

import asyncio
from pathlib import Path

from qwen_lsp.journal.journal import journal_folder
from qwen_lsp.lsp.server import create_server
from qwen_lsp.model.transport.http import Http
from qwen_lsp.text.document import Position, Span

from .client import CAPABILITIES, homes
from .model_editor import Json, ModelEditor, OpenFile
from .service import Service, chunk, last_chunks

URI = "file:///project/a.py"
TEXT = "def total(prices):\n    a = 1\n    return a\n"
GREETING: Json = {"provider": "ollama"}


class SlowEditor(ModelEditor):
    """Answers the question for its settings after `waits` seconds."""

    waits = 0.5
    is_silent = False
    refusal: str | None = None

    def _asked(self, message: Json) -> None:
        is_edit = message["method"] == "workspace/applyEdit"
        if is_edit and self.is_silent:
            return
        if is_edit and self.refusal is not None:
            self._answer(message["id"], {"applied": False, "failureReason": self.refusal})
        elif message["method"] == "workspace/configuration":
            loop = asyncio.get_running_loop()
            loop.call_later(self.waits, super()._asked, message)
        else:
            super()._asked(message)


class Stage:
    """A server, an editor with one open file, and a service."""

    file: OpenFile

    def __init__(self, home: Path) -> None:
        self.service = Service()
        environ = homes(home)
        self.journal = journal_folder(environ)
        self.server = create_server(http=Http(transport=self.service), environ=environ)
        self.editor = SlowEditor(self.server, "vscode")
        self.editor.settings = GREETING

    async def begin(self, greeting: Json = GREETING) -> None:
        await self.editor.start(CAPABILITIES, initializationOptions=greeting)
        self.file = self.editor.open(URI, TEXT, "python")

    def run(self, action: str = "refactor") -> asyncio.Task[Json]:
        """Asks for a job on lines 1 and 2; the request leaves at once."""
        span = Span(Position(1, 0), Position(3, 0))
        range_ = self.editor.range_of(self.file, span)
        argument = {"action": action, "uri": URI, "range": range_}
        return self._ask("qwen.run", argument)

    def stop(self) -> asyncio.Task[Json]:
        return self._ask("qwen.stop", None)

    def say(self, *lines: str, ends: bool = False) -> None:
        """What the model says on the newest stream."""
        pieces = self.service.streams[-1].pieces
        for line in lines:
            pieces.put_nowait(chunk(content=f"{line}\n"))
        for last in (*last_chunks(), None) if ends else ():
            pieces.put_nowait(last)

    @property
    def ended(self) -> list[str]:
        notifications = self.editor.notifications
        return [params["outcome"] for method, params in notifications if method == "qwen/jobEnded"]

    @property
    def errors(self) -> list[str]:
        return [text for kind, text in self.editor.messages if kind == 1]

    def _ask(self, command: str, argument: Json | None) -> asyncio.Task[Json]:
        return asyncio.ensure_future(self.editor.command(command, argument))
