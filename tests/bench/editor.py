"""A client of the real server process that takes its edits as VS Code does."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from qwen_lsp.lsp.rpc.framing import Splitter, frame
from qwen_lsp.text.document import Document, Edit, Position, Span

Json = dict[str, Any]

ANSWERS_AFTER = 0.014
"""Seconds from an edit's arrival to its answer, as measured in VS Code."""

SERVER = Path(sys.executable).with_name("qwen-lsp")
"""The server of this tree."""

SECONDS_TO_WAIT = 30.0
URI = "file:///project/orders.py"
CAPABILITIES: Json = {
    "general": {"positionEncodings": ["utf-16"]},
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "workspaceEdit": {"normalizesLineEndings": True},
    },
    "window": {"workDoneProgress": True},
    "textDocument": {
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["refactor"]}}}
    },
    "experimental": {"qwen": {"jobs": True, "edits": "checked"}},
}


class Arrival(NamedTuple):
    """An edit of the server's: when it came, and how many bytes of text it brought."""

    at: float
    size: int


class Editor:
    """One client and its server, with at most one file. All that it is asked is in ASCII."""

    def __init__(self, process: asyncio.subprocess.Process, settings: Json) -> None:
        self.pid = process.pid
        self.arrivals: list[Arrival] = []
        self.ended: asyncio.Queue[Json] = asyncio.Queue()
        self.file = Document()
        self._version = 1
        self._process = process
        self._settings = settings
        self._ids = count(1)
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, home: Path, settings: Json, server: Path = SERVER) -> "Editor":
        """Starts a server that has `home` to itself, and says hello."""
        process = await asyncio.create_subprocess_exec(
            server,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(home),
        )
        editor = cls(process, settings)
        params = {"processId": os.getpid(), "rootUri": None, "capabilities": CAPABILITIES}
        await editor.request("initialize", params)
        editor.notify("initialized", {})
        return editor

    async def stop(self) -> None:
        """Ends the server in good order."""
        await self.request("shutdown", None)
        self.notify("exit", None)
        await self._process.wait()
        await self._reading

    def open(self, text: str) -> None:
        """Opens the file."""
        self.file = Document(text)
        item = {"uri": URI, "languageId": "python", "version": self._version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def replace(self, first: int, last: int, text: str) -> None:
        """The user puts `text` in the place of rows `first` up to, not including, `last`."""
        span = Span(Position(first, 0), Position(last, 0))
        self._change([Edit(span, text)])

    async def request(self, method: str, params: object) -> Any:
        """The result; raises RuntimeError for an error."""
        id_ = next(self._ids)
        self._answers[id_] = asyncio.get_running_loop().create_future()
        self._write({"id": id_, "method": method, "params": params})
        async with asyncio.timeout(SECONDS_TO_WAIT):
            answer = await self._answers[id_]
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def notify(self, method: str, params: object) -> None:
        """Tells the server something."""
        self._write({"method": method, "params": params})

    def _write(self, message: Mapping[str, object]) -> None:
        assert self._process.stdin
        self._process.stdin.write(frame(json.dumps({"jsonrpc": "2.0", **message}).encode()))

    async def _read(self) -> None:
        assert self._process.stdout
        splitter = Splitter()
        try:
            while received := await self._process.stdout.read(2**16):
                for body in splitter.feed(received):
                    self._handle(json.loads(body))
        finally:
            for waiting in self._answers.values():
                waiting.set_exception(RuntimeError("the server has ended"))

    def _handle(self, message: Json) -> None:
        match message.get("method"):
            case None:
                self._answers.pop(message["id"]).set_result(message)
            case "workspace/applyEdit":
                self._take(message["id"], message["params"])
            case "workspace/configuration":
                self._write({"id": message["id"], "result": [self._settings]})
            case "qwen/jobEnded":
                self.ended.put_nowait(message["params"])
            case _ if "id" in message:
                self._write({"id": message["id"], "result": None})

    def _take(self, id_: int, params: Json) -> None:
        loop = asyncio.get_running_loop()
        (change,) = params["edit"]["documentChanges"]
        size = sum(len(edit["newText"].encode()) for edit in change["edits"])
        self.arrivals.append(Arrival(loop.time(), size))
        loop.call_later(ANSWERS_AFTER, self._apply, id_, change)

    def _apply(self, id_: int, change: Json) -> None:
        applied = change["textDocument"]["version"] == self._version
        self._write({"id": id_, "result": {"applied": applied}})
        if applied:
            self._change(sorted(map(_edit, change["edits"]), reverse=True))

    def _change(self, edits: list[Edit]) -> None:
        self._version += 1
        for edit in edits:
            self.file.apply(edit)
        changes = [{"range": _range(edit.span), "text": edit.text} for edit in edits]
        identifier = {"uri": URI, "version": self._version}
        params = {"textDocument": identifier, "contentChanges": changes}
        self.notify("textDocument/didChange", params)


def range_of(first: int, last: int) -> Json:
    """Rows `first` up to, not including, `last` as LSP has it."""
    return _range(Span(Position(first, 0), Position(last, 0)))


def _range(span: Span) -> Json:
    ends = {"start": span.start, "end": span.end}
    return {name: {"line": at.line, "character": at.column} for name, at in ends.items()}


def _edit(edit: Json) -> Edit:
    start, end = (
        Position(edit["range"][name]["line"], edit["range"][name]["character"])
        for name in ("start", "end")
    )
    return Edit(Span(start, end), edit["newText"])


def _environment(home: Path) -> dict[str, str]:
    """This process's, but with no one's sign-in, keys, proxies or logs."""
    private = ("_API_KEY", "_PROXY", "_BASE_URL", "QWEN_", "XDG_")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not any(part in name.upper() for part in private)
    }
    return {**kept, "HOME": str(home), "USERPROFILE": str(home), "LOCALAPPDATA": str(home)}
