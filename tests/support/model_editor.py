"""An editor that speaks LSP and takes edits as one of four real ones does."""

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from qwen_lsp.lsp.rpc.endpoint import Server, connect
from qwen_lsp.lsp.rpc.framing import Splitter, frame
from qwen_lsp.text.document import Document, Edit, Position, Span, split_lines

from .kinds import TRAITS, Kind, Telling, in_order, refusal, verdict
from .open_file import Json, OpenFile, Step
from .reporting import Reporter

__all__ = ["Json", "Kind", "ModelEditor", "OpenFile", "span_of"]

CAN_NOT_ASK = "?"
"""In place of an answer: this editor does not know questions."""


class ModelEditor:
    """One client of `server`, in memory. What the server shows is kept in lists."""

    def __init__(
        self,
        server: Server,
        kind: Kind,
        rng: random.Random | None = None,
        telling: Telling = "usual",
    ) -> None:
        self.kind = kind
        self.rng = rng or random.Random(0)
        self.files: dict[str, OpenFile] = {}
        self.messages: list[tuple[int, str]] = []
        self.notifications: list[tuple[str, Json]] = []
        self.opened: list[Json] = []
        self.refusals = 0
        self.refused = 0
        self.settings: Json = {}
        self.choices: list[str] = []
        self.on_request: Callable[[Json], None] | None = None
        self.on_edit: Callable[[OpenFile], None] | None = None
        self._ids = count(1)
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._splitter = Splitter()
        self._feed = connect(server, self._receive)
        self._reporter = Reporter(kind, self.notify, telling)

    async def start(self, capabilities: Json, **params: Any) -> Json:
        """Says hello with the encodings that this kind of editor offers."""
        encodings = list(TRAITS[self.kind].encodings)
        capabilities.setdefault("general", {})["positionEncodings"] = encodings
        edits = capabilities.setdefault("workspace", {}).setdefault("workspaceEdit", {})
        edits |= TRAITS[self.kind].edits
        params.setdefault("clientInfo", TRAITS[self.kind].client)
        answer = await self.request("initialize", {"capabilities": capabilities, **params})
        self._reporter.encoding = answer["result"]["capabilities"]["positionEncoding"]
        self.notify("initialized", {})
        return answer

    # What its user does.

    def open(self, uri: str, text: str, language: str) -> OpenFile:
        """Opens a file."""
        version = TRAITS[self.kind].opens_at
        file = self.files[uri] = OpenFile(uri, Document(text), version)
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return file

    def close(self, file: OpenFile) -> None:
        """Closes a file. eglot keeps to itself what it has not reported by then."""
        if self.kind != "eglot":
            self.flush(file)
        file.stop_timer()
        del self.files[file.uri]
        self.notify("textDocument/didClose", {"textDocument": {"uri": file.uri}})

    def save(self, file: OpenFile, *, formatted: Callable[[], None]) -> None:
        """Saves a file; `formatted` is what a formatter does to it then."""
        identifier = {"uri": file.uri}
        self.flush(file)
        formatted()
        self.flush(file)
        self.notify("textDocument/didSave", {"textDocument": identifier})

    def type(self, file: OpenFile, span: Span, text: str) -> None:
        """The user changes the file, in an undo step of its own."""
        file.made_by_user(self._change(file, [Edit(span, text)]))

    def undo(self, file: OpenFile) -> bool:
        """The user takes the newest step back; False if there is none."""
        if not file.steps:
            return False
        file.undone.append(self._change(file, file.steps.pop().edits))
        file.close_step()
        return True

    def redo(self, file: OpenFile) -> None:
        """The user does again what they have undone last."""
        file.steps.append(Step(self._change(file, file.undone.pop()), is_open=False))

    async def command(self, name: str, argument: Json | None = None) -> Json:
        """The whole answer to a command."""
        params: Json = {"command": name, "arguments": [argument] if argument else []}
        return await self.request("workspace/executeCommand", params)

    async def request(self, method: str, params: Any) -> Json:
        """The whole answer to a request. All that has changed is reported before it."""
        for file in self.files.values():
            self.flush(file)
            file.close_step()
        id_ = next(self._ids)
        self._answers[id_] = asyncio.get_running_loop().create_future()
        self._write({"id": id_, "method": method, "params": params})
        return await self._answers[id_]

    def notify(self, method: str, params: Any) -> None:
        """Tells the server something."""
        self._write({"method": method, "params": params})

    def flush(self, file: OpenFile) -> None:
        """Reports what has changed and was not reported yet."""
        self._reporter.flush(file)

    @property
    def encoding(self) -> str:
        """The position encoding that was agreed on."""
        return self._reporter.encoding

    def range_of(self, file: OpenFile, span: Span) -> Json:
        """`span` as an LSP range."""
        return self._reporter.range_in(file.document, span)

    # What the server sends.

    def _write(self, message: Json) -> None:
        self._feed(frame(json.dumps({"jsonrpc": "2.0", **message}).encode()))

    def _receive(self, data: bytes) -> None:
        for body in self._splitter.feed(data):
            asyncio.get_running_loop().call_soon(self._handle, json.loads(body))

    def _handle(self, message: Json) -> None:
        if "method" not in message:
            self._answers.pop(message["id"]).set_result(message)
        elif "id" in message:
            self._asked(message)
        elif message["method"] == "window/showMessage":
            self.messages.append((message["params"]["type"], message["params"]["message"]))
        else:
            self.notifications.append((message["method"], message["params"]))

    def _asked(self, message: Json) -> None:
        params = message.setdefault("params", {})
        if self.on_request:
            self.on_request(message)
        match message["method"]:
            case "workspace/applyEdit" | "qwen/applyEdit":
                seconds = self.rng.uniform(*TRAITS[self.kind].seconds)
                loop = asyncio.get_running_loop()
                loop.call_later(seconds, self._apply, message["id"], params)
            case "workspace/configuration":
                self._answer(message["id"], [self.settings])
            case "window/showMessageRequest":
                self._choose(message["id"])
            case "window/showDocument":
                self.opened.append(params)
                self._answer(message["id"], {"success": True})
            case _:
                self._answer(message["id"], None)

    def _choose(self, id_: int) -> None:
        """Its user answers a question: with the next of `choices`, else with nothing."""
        title = self.choices.pop(0) if self.choices else ""
        if title == CAN_NOT_ASK:
            self._write({"id": id_, "error": {"code": -32601, "message": "not known"}})
        else:
            self._answer(id_, {"title": title} if title else None)

    def _apply(self, id_: int, params: Json) -> None:
        """Takes an edit, or doesn't, and says so before or after it reports the change."""
        (change,) = params["edit"]["documentChanges"]
        file = self.files.get(change["textDocument"]["uri"])
        if file is None or self.refusals:
            self.refusals = max(0, self.refusals - 1)
            judged = refusal(self.kind)
        else:
            judged = verdict(self.kind, file, change["textDocument"]["version"])
        if file is None or not judged.is_made:
            self.refused += 1
            self._write({"id": id_, **judged.answer})
            return
        self._make(file, change["edits"], params)
        if self.kind == "helix":
            self.flush(file)
        self._write({"id": id_, **judged.answer})
        self._reporter.flush_if_due(file)
        if self.on_edit:
            self.on_edit(file)

    def _make(self, file: OpenFile, edits: list[Json], params: Json) -> None:
        """Makes the edits of one request, as undo steps of this kind of editor."""
        found = [self._reporter.edit_in(file, edit) for edit in edits]
        if any(edit.text or edit.span.start < edit.span.end for edit in found):
            file.edits.append(sorted(found, key=lambda edit: edit.span))
        back = self._reporter.change(file, in_order(self.kind, found), by_server=True)
        file.made_by_server(
            back,
            joins=self.kind == "eglot" or not params.get("undoStopBefore", True),
            stays_open=self.kind == "eglot" or not params.get("undoStopAfter", True),
        )

    def _change(self, file: OpenFile, edits: Sequence[Edit]) -> list[Edit]:
        back = self._reporter.change(file, edits, by_server=False)
        self._reporter.flush_if_due(file)
        return back

    def _answer(self, id_: int, result: Any) -> None:
        self._write({"id": id_, "result": result})


def span_of(text: str, part: str) -> Span:
    """Where `part` stands in `text` for the first time."""
    at = text.index(part)
    return Span(_place(text[:at]), _place(text[: at + len(part)]))


def _place(before: str) -> Position:
    lines = split_lines(before)
    return Position(len(lines) - 1, len(lines[-1]))
