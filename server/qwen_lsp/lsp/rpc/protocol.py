"""The methods of LSP that are answered the same way for every server: pygls' own, put right.

pygls is put right in this module and those that it builds on: `framing`, `messages`, `outgoing`,
`incoming` and `documents` say at their top what they replace. Each part has a test that fails
without it, so that it can go when pygls has it.
"""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any, cast

from cattrs import Converter
from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder
from pygls.lsp.server import LanguageServer
from pygls.progress import Progress
from pygls.protocol import lsp_method
from pygls.uris import from_fs_path

from ...errors import RequestError
from .incoming import Incoming
from .text_sync import TextSync

log = logging.getLogger(__name__)

SYNC = types.TextDocumentSyncOptions(
    open_close=True,
    change=types.TextDocumentSyncKind.Incremental,
    will_save=False,
    will_save_wait_until=False,
    save=types.SaveOptions(include_text=False),
)


@dataclass(frozen=True, slots=True)
class CommandCall:
    """One workspace/executeCommand: its only argument as it was sent, and the client's token."""

    argument: dict[str, Any] | None
    work_done_token: types.ProgressToken | None


Handler = Callable[[Any], object]
"""Answers a method, from its parameters: a plain function, or a coroutine function.

A plain function sees the documents exactly as they were when the message was sent; so does a
coroutine up to its first wait.
"""

Command = Callable[[CommandCall], Awaitable[object] | object]


class Protocol(Incoming):
    """The methods of LSP that are answered the same way for every server."""

    documents: TextSync
    """Set by the server, right after this is made."""

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        self.progress = ProgressTokens(self)
        self.commands: dict[str, Command] = {}
        self.initialized = asyncio.Event()

    def refusal(self, method: str) -> types.ResponseError | None:
        """LSP 3.17, "Initialize Request" and "Shutdown Request"."""
        code, reason = types.ErrorCodes.InvalidRequest, ""
        if method == types.EXIT:
            return None
        if self._shutdown:
            reason = "The server was told to shut down."
        elif method == types.INITIALIZE:
            reason = "The server is initialized already." if self._workspace else ""
        elif not self.initialized.is_set():
            code, reason = types.ErrorCodes.ServerNotInitialized, "Not initialized yet."
        return types.ResponseError(code, reason) if reason else None

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(
        self, params: types.InitializeParams
    ) -> Generator[Any, Any, types.InitializeResult]:
        """Opens the workspace, lets the server's own handler look, and says what there is."""
        self._server.process_id = params.process_id
        self.trace = params.trace or types.TraceValue.Off
        self.client_capabilities = params.capabilities
        encoding = types.PositionEncodingKind(
            ServerCapabilitiesBuilder.choose_position_encoding(params.capabilities)
        )
        root = params.root_uri or (params.root_path and from_fs_path(params.root_path)) or None
        self._workspace = self.documents.begin(root, params.workspace_folders, encoding)
        try:
            if handler := self.fm.features.get(types.INITIALIZE):
                yield handler, (params,), None
            self.server_capabilities = self._capabilities(encoding)
        except BaseException:
            self._workspace = None
            raise
        self.initialized.set()
        return types.InitializeResult(self.server_capabilities, self.server_info)

    def _capabilities(self, encoding: types.PositionEncodingKind) -> types.ServerCapabilities:
        builder = ServerCapabilitiesBuilder(
            self.client_capabilities,
            {*self.fm.features, *self.fm.builtin_features},
            self.fm.feature_options,
            [],
            types.TextDocumentSyncKind.Incremental,
            position_encoding=encoding.value,
        )
        capabilities: types.ServerCapabilities = builder.build()  # type: ignore[no-untyped-call]
        capabilities.text_document_sync = SYNC
        capabilities.execute_command_provider = types.ExecuteCommandOptions(
            commands=list(self.commands), work_done_progress=True
        )
        return capabilities

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *args: Any) -> Generator[Any, Any, None]:
        """Cancels what is running, and answers when the server's own handler is done."""
        self._shutdown = True
        self.cancel_all()
        if handler := self.fm.features.get(types.SHUTDOWN):
            yield handler, args, None

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> None:  # type: ignore[override]
        """Ends the connection."""
        self.end()

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Keeps the document."""
        self.documents.did_open(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Makes the changes, at a cost that follows what they change."""
        self.documents.did_change(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_SAVE)
    def lsp_text_document__did_save(self, params: types.DidSaveTextDocumentParams) -> None:
        """Passes on that the document was saved."""
        self.documents.did_save(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Forgets the document."""
        self.documents.did_close(params)

    @lsp_method(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def lsp_work_done_progress_cancel(
        self, params: types.WorkDoneProgressCancelParams
    ) -> Generator[Any, Any, None]:
        """Cancels pygls' future for the token, if it has one, and calls the server's handler."""
        if future := self.progress.tokens.pop(params.token, None):
            future.cancel()
        if handler := self.fm.features.get(types.WINDOW_WORK_DONE_PROGRESS_CANCEL):
            yield handler, (params,), None

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    def lsp_workspace__execute_command(self, params: types.ExecuteCommandParams) -> Any:
        """Calls the command within the request, so that cancelling one cancels the other."""
        command = self.commands.get(params.command)
        if command is None:
            raise RequestError(f"There is no command “{params.command}”; update Qwen's server.")
        result = command(CommandCall(_argument(params), params.work_done_token))
        if inspect.isawaitable(result) and not inspect.iscoroutine(result):
            return _awaiting(result)
        return result


class ProgressTokens(Progress):
    """pygls' progress, which forgets a token when its work has ended."""

    def end(self, token: types.ProgressToken, value: types.WorkDoneProgressEnd) -> None:
        """Tells the client that the work has ended."""
        super().end(token, value)
        self.tokens.pop(token, None)


def _argument(params: types.ExecuteCommandParams) -> dict[str, Any] | None:
    arguments = [argument for argument in params.arguments or () if argument is not None]
    if len(arguments) > 1 or not all(isinstance(argument, dict) for argument in arguments):
        raise RequestError(f"{params.command} takes one object as its argument, or nothing.")
    return cast("dict[str, Any]", arguments[0]) if arguments else None


async def _awaiting(result: Awaitable[object]) -> object:
    return await result
