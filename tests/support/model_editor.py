"""An editor that speaks LSP and takes edits as VS Code or as Helix does (order, versions, pace)."""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

from qwen_lsp.lsp.framing import Splitter, frame
from qwen_lsp.lsp.serving import Server, connect
from qwen_lsp.text.document import Document, Edit, Position, Span, split_lines

Kind = Literal["vscode", "helix"]
Json = dict[str, Any]

ENCODINGS = {"vscode": ["utf-16"], "helix": ["utf-8", "utf-32", "utf-16"]}


@dataclass(eq=False)
class OpenFile:
    """A file in the editor."""

    uri: str
    document: Document
    version: int = 1
    edits: list[list[Edit]] = field(default_factory=list)
    """What the server's requests changed, in the order in which they were made."""


class ModelEditor:
    """One client of `server`, in memory. What the server shows is kept in lists."""

    def __init__(self, server: Server, kind: Kind, rng: random.Random | None = None) -> None:
        self.kind = kind
        self.rng = rng or random.Random(0)
        self.encoding = "utf-16"
        self.files: dict[str, OpenFile] = {}
        self.messages: list[tuple[int, str]] = []
        self.notifications: list[tuple[str, Json]] = []
        self.opened: list[Json] = []
        self.refusals = 0
        self.refused = 0
        self.settings: Json = {}
        self.received_bytes = 0
        self.on_edit: Callable[[OpenFile], None] | None = None
        self._ids = count(1)
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._splitter = Splitter()
        self._feed = connect(server, self._receive)

    async def start(self, capabilities: Json, **params: Any) -> Json:
        """Says hello with the encodings that this kind of editor offers."""
        capabilities.setdefault("general", {})["positionEncodings"] = ENCODINGS[self.kind]
        answer = await self.request("initialize", {"capabilities": capabilities, **params})
        self.encoding = answer["result"]["capabilities"]["positionEncoding"]
        self.notify("initialized", {})
        return answer

    def open(self, uri: str, text: str, language: str) -> OpenFile:
        """Opens a file."""
        file = self.files[uri] = OpenFile(uri, Document(text))
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return file

    def close(self, file: OpenFile) -> None:
        """Closes a file."""
        del self.files[file.uri]
        self.notify("textDocument/didClose", {"textDocument": {"uri": file.uri}})

    def save(self, file: OpenFile, *, formatted: Callable[[], None]) -> None:
        """Saves a file by hand; `formatted` is what a formatter does to it then."""
        identifier = {"uri": file.uri}
        self.notify("textDocument/willSave", {"textDocument": identifier, "reason": 1})
        formatted()
        self.notify("textDocument/didSave", {"textDocument": identifier})

    def type(self, file: OpenFile, span: Span, text: str) -> None:
        """The user changes the file."""
        change = self._reported(file, Edit(span, text))
        file.document.apply(Edit(span, text))
        file.version += 1
        self._did_change(file, [change])

    async def command(self, name: str, argument: Json | None = None) -> Json:
        """The whole answer to a command."""
        params: Json = {"command": name, "arguments": [argument] if argument else []}
        return await self.request("workspace/executeCommand", params)

    async def request(self, method: str, params: Any) -> Json:
        """The whole answer to a request."""
        id_ = next(self._ids)
        self._answers[id_] = asyncio.get_running_loop().create_future()
        self._write({"id": id_, "method": method, "params": params})
        return await self._answers[id_]

    def notify(self, method: str, params: Any) -> None:
        """Tells the server something."""
        self._write({"method": method, "params": params})

    def range_of(self, file: OpenFile, span: Span) -> Json:
        """`span` as an LSP range."""
        return {
            name: {"line": place.line, "character": self._units(file, place)}
            for name, place in (("start", span.start), ("end", span.end))
        }

    def _write(self, message: Json) -> None:
        self._feed(frame(json.dumps({"jsonrpc": "2.0", **message}).encode()))

    def _receive(self, data: bytes) -> None:
        for body in self._splitter.feed(data):
            asyncio.get_running_loop().call_soon(self._handle, json.loads(body), len(body))

    def _handle(self, message: Json, size: int) -> None:
        if "method" not in message:
            self._answers.pop(message["id"]).set_result(message)
        elif "id" in message:
            self._asked(message, size)
        elif message["method"] == "window/showMessage":
            self.messages.append((message["params"]["type"], message["params"]["message"]))
        else:
            self.notifications.append((message["method"], message["params"]))

    def _asked(self, message: Json, size: int) -> None:
        params = message["params"]
        match message["method"]:
            case "workspace/applyEdit":
                self.received_bytes += size
                takes = self.rng.uniform(0.011, 0.05) if self.kind == "vscode" else 0.001
                loop = asyncio.get_running_loop()
                loop.call_later(takes, self._apply, message["id"], params)
            case "workspace/configuration":
                self._answer(message["id"], [self.settings])
            case "window/showDocument":
                self.opened.append(params)
                self._answer(message["id"], {"success": True})
            case _:
                self._answer(message["id"], None)

    def _apply(self, id_: int, params: Json) -> None:
        (change,) = params["edit"]["documentChanges"]
        file = self.files.get(change["textDocument"]["uri"])
        stale = file is None or change["textDocument"]["version"] != file.version
        if file is None or stale or self.refusals:
            self.refusals = max(0, self.refusals - 1)
            self.refused += 1
            self._answer(id_, {"applied": False})
            return
        made = sorted((self._edit(file, edit) for edit in change["edits"]), reverse=True)
        reported = [self._reported(file, edit) for edit in made]
        for edit in made:
            file.document.apply(edit)
        file.edits.append(made[::-1])
        file.version += 1
        if self.kind == "helix":
            self._did_change(file, reported)
            self._answer(id_, {"applied": True})
        else:
            self._answer(id_, {"applied": True})
            self._did_change(file, reported)
        if self.on_edit:
            self.on_edit(file)

    def _answer(self, id_: int, result: Any) -> None:
        self._write({"id": id_, "result": result})

    def _did_change(self, file: OpenFile, changes: list[Json]) -> None:
        identifier = {"uri": file.uri, "version": file.version}
        self.notify(
            "textDocument/didChange", {"textDocument": identifier, "contentChanges": changes}
        )

    def _reported(self, file: OpenFile, edit: Edit) -> Json:
        """An edit as didChange has it. VS Code and Helix report bottom up, so all ranges hold."""
        return {"range": self.range_of(file, edit.span), "text": edit.text}

    def _edit(self, file: OpenFile, edit: Json) -> Edit:
        start, end = (
            self._position(file, edit["range"][name]["line"], edit["range"][name]["character"])
            for name in ("start", "end")
        )
        return Edit(Span(start, end), edit["newText"])

    def _position(self, file: OpenFile, line: int, character: int) -> Position:
        """As an editor has it: a line that isn't there, or half a character, is a mistake."""
        raw = file.document.line(line).encode(self._codec, "surrogatepass")
        assert character * self._unit <= len(raw), "a column beyond the end of its line"
        before = raw[: character * self._unit].decode(self._codec, "surrogatepass")
        return Position(line, len(before))

    def _units(self, file: OpenFile, place: Position) -> int:
        before = file.document.line(place.line)[: place.column]
        return len(before.encode(self._codec, "surrogatepass")) // self._unit

    @property
    def _codec(self) -> str:
        return {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[self.encoding]

    @property
    def _unit(self) -> int:
        return {"utf-8": 1, "utf-16": 2, "utf-32": 4}[self.encoding]


def span_of(text: str, part: str) -> Span:
    """Where `part` stands in `text` for the first time."""
    at = text.index(part)
    return Span(_place(text[:at]), _place(text[: at + len(part)]))


def _place(before: str) -> Position:
    lines = split_lines(before)
    return Position(len(lines) - 1, len(lines[-1]))
