"""pytest-lsp's client, made an editor: it keeps documents, takes edits, and its user types."""

import asyncio
import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsprotocol import types
from pytest_lsp import LanguageClient
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

from tests.support.converter import client_converter

from .open_file import OpenFile
from .wire import keep

CLIENTS = Path(__file__).with_name("clients")
SECONDS = 15.0

Json = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """A client as it really is: what it announces, and how it takes edits."""

    name: str
    edit_seconds: float = 0.0
    reports_first: bool = False
    """Whether didChange comes before the answer to the edit."""
    debounce: float = 0.0
    """Seconds between two reports of changes, which gather meanwhile."""
    admits_stale: bool = True
    """Whether it answers that it did not make an edit of an older version."""
    is_bare: bool = False
    """It says nothing of itself, and sends the whole document for every change."""

    @property
    def capabilities(self) -> Json:
        """As recorded from the client of this version."""
        if self.is_bare:
            return {}
        (path,) = CLIENTS.glob(f"{self.name}_v*.json")
        capabilities: Json = json.loads(path.read_text(encoding="utf-8"))
        return capabilities


VSCODE = Kind("visual_studio_code", edit_seconds=0.012)
NEOVIM = Kind("neovim", debounce=0.15, admits_stale=False)
HELIX = Kind("helix", reports_first=True)
converter = functools.cache(client_converter)
"""One for all editors: it takes longer to make than a server needs to answer."""

BARE = Kind("bare", is_bare=True)


class Editor(LanguageClient):
    """An editor with one server, which it starts."""

    def __init__(self, kind: Kind, settings: Json) -> None:
        super().__init__(converter_factory=client_converter, configuration={"": {"qwen": settings}})
        self.kind = kind
        self.encoding = "utf-16"
        self.greeting: Json = {}
        self.files: dict[str, OpenFile] = {}
        self.wire, self.stderr = bytearray(), bytearray()
        self.ended: list[Json] = []
        self.registered: list[str] = []
        self.edits = 0
        self._happened = asyncio.Event()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        register_lsp_features(self, DEFAULT_CLIENT_FEATURES | FEATURES)

    async def start_io(self, cmd: str, *args: Any, **kwargs: Any) -> None:
        """Starts the server; what it writes is kept as it came."""
        await super().start_io(cmd, *args, **kwargs)
        assert self._server
        keep(self._server.stdout, self.wire)
        keep(self._server.stderr, self.stderr)

    async def stop(self) -> None:
        """Stops listening, and reports nothing more."""
        for timer in self._timers.values():
            timer.cancel()
        await super().stop()  # type: ignore[no-untyped-call]

    async def greet(self, **params: Any) -> None:
        """Says hello as this kind of client does."""
        sent: Json = {"capabilities": self.kind.capabilities, "processId": None, **params}
        if not self.kind.is_bare:
            sent["capabilities"]["experimental"] = {"qwen": {"jobs": True}}
            name = self.kind.name.replace("_", " ")
            sent |= {"clientInfo": {"name": name}, "rootUri": "file:///project"}
        converter = self.protocol._converter
        result = await self.initialize_session(converter.structure(sent, types.InitializeParams))
        self.greeting = converter.unstructure(result)
        self.encoding = self.greeting["capabilities"]["positionEncoding"]

    def open(self, text: str, *, uri: str = "file:///project/sample.py") -> OpenFile:
        """Opens a Python file."""
        file = self.files[uri] = OpenFile(uri, text, self.encoding)
        item = types.TextDocumentItem(uri=uri, language_id="python", version=1, text=text)
        self.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return file

    def close(self, file: OpenFile) -> None:
        """Closes a file."""
        del self.files[file.uri]
        identifier = types.TextDocumentIdentifier(file.uri)
        self.text_document_did_close(types.DidCloseTextDocumentParams(identifier))

    def type(self, file: OpenFile, at: int, text: str) -> None:
        """The user types. Unless changes gather, those before are reported before."""
        if not self.kind.debounce:
            self.report(file)
        file.change(at, at, text)
        file.version += 1
        self.report_in(file, self.kind.debounce)

    async def command(self, name: str, **argument: Any) -> Any:
        """A command's result; changes are reported before, as editors do."""
        for file in self.files.values():
            self.report(file)
        params = types.ExecuteCommandParams(command=name, arguments=[argument] if argument else [])
        async with asyncio.timeout(SECONDS):
            return await self.workspace_execute_command_async(params)

    async def run(self, action: str, file: OpenFile, part: str, **more: Any) -> str:
        """Starts an action on `part` of the file; gives the job's id."""
        at = file.text.index(part)
        range_ = self.protocol._converter.unstructure(file.range(at, at + len(part)))
        asked = {"action": action, "uri": file.uri, "range": range_, **more}
        answer = await self.command("qwen.run", **asked)
        job: str = answer["job"]
        return job

    async def hover(self, file: OpenFile, at: int) -> str:
        """What is shown over a place in the file."""
        hover = await self.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(file.uri), file.position(at))
        )
        assert hover
        assert isinstance(hover.contents, types.MarkupContent)
        return hover.contents.value

    async def end_of(self, job: str, *, seconds: float = SECONDS) -> Json:
        """What `qwen/jobEnded` said of the job; waits for it."""
        await self.until(lambda: any(each["job"] == job for each in self.ended), seconds=seconds)
        return next(each for each in self.ended if each["job"] == job)

    async def until(self, holds: Callable[[], bool], *, seconds: float = SECONDS) -> None:
        """Waits for what the server has to say."""
        async with asyncio.timeout(seconds):
            while not holds():
                self._happened.clear()
                await self._happened.wait()

    def happened(self) -> None:
        """Something was said."""
        self._happened.set()

    @property
    def said(self) -> list[tuple[types.MessageType, str]]:
        """The messages that the user saw."""
        return [(each.type, each.message) for each in self.messages]

    def report_in(self, file: OpenFile, seconds: float) -> None:
        """Reports the changes by then at the latest."""
        if not seconds:
            self.report(file)
        elif file.uri not in self._timers:
            loop = asyncio.get_running_loop()
            self._timers[file.uri] = loop.call_later(seconds, self.report, file)

    def report(self, file: OpenFile) -> None:
        """Tells the server what has changed since it was told last."""
        if timer := self._timers.pop(file.uri, None):
            timer.cancel()
        if file.unreported:
            identifier = types.VersionedTextDocumentIdentifier(file.version, file.uri)
            changes = self._changes(file)
            self.text_document_did_change(types.DidChangeTextDocumentParams(identifier, changes))

    def _changes(self, file: OpenFile) -> Sequence[types.TextDocumentContentChangeEvent]:
        if self.kind.is_bare:
            file.exact_report()
            return [types.TextDocumentContentChangeWholeDocument(file.text)]
        return file.exact_report()


async def apply_edit(
    editor: Editor, params: types.ApplyWorkspaceEditParams
) -> types.ApplyWorkspaceEditResult:
    """Makes an edit, if it is for the text as it is by then."""
    assert params.edit.document_changes
    (change,) = params.edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    await asyncio.sleep(editor.kind.edit_seconds)
    file = editor.files[change.text_document.uri]
    if change.text_document.version != file.version:
        return types.ApplyWorkspaceEditResult(applied=not editor.kind.admits_stale)
    file.apply([edit for edit in change.edits if isinstance(edit, types.TextEdit)])
    editor.edits += 1
    editor.happened()
    editor.report_in(file, 0.0 if editor.kind.reports_first else editor.kind.debounce or 0.001)
    return types.ApplyWorkspaceEditResult(applied=True)


def register_capability(editor: Editor, params: types.RegistrationParams) -> None:
    """The server asks to be told of something."""
    editor.registered += [each.method for each in params.registrations]


def job_ended(editor: Editor, params: Json) -> None:
    """`qwen/jobEnded`."""
    editor.ended.append(params)
    editor.happened()


def refresh(editor: Editor, params: None) -> None:
    """Code lenses are out of date; nobody looks at them here."""


def show_message(editor: Editor, params: types.ShowMessageParams) -> None:
    """In place of pytest-lsp's own, to be waited for."""
    editor.messages.append(params)
    editor.happened()


def show_document(editor: Editor, params: types.ShowDocumentParams) -> types.ShowDocumentResult:
    """In place of pytest-lsp's own, to be waited for."""
    editor.shown_documents.append(params)
    editor.happened()
    return types.ShowDocumentResult(success=True)


FEATURES = {
    types.WORKSPACE_APPLY_EDIT: apply_edit,
    types.CLIENT_REGISTER_CAPABILITY: register_capability,
    types.WORKSPACE_CODE_LENS_REFRESH: refresh,
    types.WINDOW_SHOW_MESSAGE: show_message,
    types.WINDOW_SHOW_DOCUMENT: show_document,
    "qwen/jobEnded": job_ended,
}
