"""What can be asked of the editor, whatever it can do and however long it takes to answer."""

from collections.abc import Coroutine, Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from lsprotocol import types

from ..errors import RequestError
from .protocol import Protocol

TIME_LIMIT = 10.0
"""Seconds in which an editor answers a request."""
CONFIRMED_WITHIN = 600.0
"""Seconds in which its user agrees to an edit, or does not."""
ANNOTATION = "qwen"


class UndoStops(NamedTuple):
    """Whether undo can go back to before an edit, and to behind it."""

    before: bool
    behind: bool


class Editor:
    """The client at the other end of the connection."""

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._announced: Mapping[str, Any] = {}

    def meet(self, params: types.InitializeParams) -> None:
        """Learns what the client says of itself in `initialize`."""
        self._announced = _announced(params)

    def announces(self, ability: str) -> bool:
        """Whether the client says that it has one of our own abilities, as `status` or `jobs`."""
        return bool(self._announced.get(ability))

    @property
    def takes_edits(self) -> bool:
        workspace = self._capabilities.workspace
        return bool(workspace and workspace.apply_edit)

    @property
    def shows_documents(self) -> bool:
        window = self._capabilities.window
        return bool(window and window.show_document and window.show_document.support)

    @property
    def shows_progress(self) -> bool:
        window = self._capabilities.window
        return bool(window and window.work_done_progress)

    @property
    def confirms_edits(self) -> bool:
        """Whether it asks its user before it makes an edit that says so."""
        workspace = self._capabilities.workspace
        edits = workspace.workspace_edit if workspace else None
        return bool(edits and edits.document_changes and edits.change_annotation_support)

    @property
    def reads_code_actions(self) -> bool:
        """Whether it knows code actions that are more than a command."""
        document = self._capabilities.text_document
        action = document.code_action if document else None
        return bool(action and action.code_action_literal_support)

    @property
    def hover_kind(self) -> types.MarkupKind:
        """Markdown, unless it says that it can show nothing but plain text by hover."""
        document = self._capabilities.text_document
        formats = document.hover.content_format if document and document.hover else None
        if formats and types.MarkupKind.Markdown not in formats:
            return types.MarkupKind.PlainText
        return types.MarkupKind.Markdown

    @property
    def reads_tags(self) -> bool:
        """Whether a code action may say that a model is behind it (LSP 3.18)."""
        document = self._capabilities.text_document
        action = document.code_action if document else None
        tags = action.tag_support.value_set if action and action.tag_support else ()
        return types.CodeActionTag.LlmGenerated in tags

    @property
    def has_settings(self) -> bool:
        """Whether it can be asked for its settings."""
        workspace = self._capabilities.workspace
        return bool(workspace and workspace.configuration)

    @property
    def registers_configuration(self) -> bool:
        """Whether it lets itself be asked to tell when its settings change."""
        workspace = self._capabilities.workspace
        changes = workspace.did_change_configuration if workspace else None
        return bool(changes and changes.dynamic_registration)

    @property
    def _capabilities(self) -> types.ClientCapabilities:
        return self._protocol.client_capabilities

    def apply(
        self, edit: types.TextDocumentEdit, *, stops: UndoStops | None = None
    ) -> Coroutine[Any, Any, str | None]:
        """Asks for `edit` at once; to be awaited: None if it was made, else the reason why not.

        `stops` is where the editor's user can go back to by undo, for one that can be told.
        Raises TimeoutError if there is no answer.
        """
        changes = types.WorkspaceEdit(document_changes=[edit])
        if stops is None:
            params = types.ApplyWorkspaceEditParams(changes)
            return self._applied(self._ask(types.WORKSPACE_APPLY_EDIT, params))
        wish = {"edit": changes, "undoStopBefore": stops.before, "undoStopAfter": stops.behind}
        return self._applied(self._ask("qwen/applyEdit", wish))

    async def _applied(self, asked: Coroutine[Any, Any, object]) -> str | None:
        answer = await asked
        if isinstance(answer, types.ResponseError):
            return answer.message
        if _entry(answer, "applied") is True:
            return None
        reason = _entry(answer, "failure_reason") or _entry(answer, "failureReason")
        return reason if isinstance(reason, str) else ""

    def confirm(
        self,
        place: types.OptionalVersionedTextDocumentIdentifier,
        edits: Iterable[types.TextEdit],
        title: str,
    ) -> Coroutine[Any, Any, bool]:
        """Asks for `edits`, made only if the user agrees; whether the editor says so.

        Raises TimeoutError if there is no answer, RequestError if the editor fails.
        """
        note = types.ChangeAnnotation(title, needs_confirmation=True)
        noted = [types.AnnotatedTextEdit(ANNOTATION, e.range, e.new_text) for e in edits]
        changes = types.WorkspaceEdit(
            document_changes=[types.TextDocumentEdit(place, noted)],
            change_annotations={ANNOTATION: note},
        )
        params = types.ApplyWorkspaceEditParams(changes)
        asked = self._protocol.request(types.WORKSPACE_APPLY_EDIT, params, timeout=CONFIRMED_WITHIN)
        return self._confirmed(asked)

    async def _confirmed(self, asked: Coroutine[Any, Any, object]) -> bool:
        answer = await asked
        if isinstance(answer, types.ResponseError):
            raise RequestError(f"The editor does not put the text in ({answer.message}).")
        return _entry(answer, "applied") is True

    async def show_document(
        self, uri: str, *, external: bool = False, takes_focus: bool = True
    ) -> bool:
        """Opens `uri` in the editor or, if `external`, in the browser; whether it says it did."""
        if not self.shows_documents:
            return False
        takes_focus = takes_focus and not external
        params = types.ShowDocumentParams(uri, external=external, take_focus=takes_focus)
        try:
            answer = await self._ask(types.WINDOW_SHOW_DOCUMENT, params)
        except TimeoutError:
            return False
        return isinstance(answer, types.ShowDocumentResult) and answer.success

    async def configuration(self, section: str) -> object:
        """The client's settings of `section`; None if it has none.

        Raises TimeoutError if there is no answer.
        """
        if not self.has_settings:
            return None
        params = types.ConfigurationParams([types.ConfigurationItem(section=section)])
        answer = await self._ask(types.WORKSPACE_CONFIGURATION, params)
        return answer[0] if isinstance(answer, (list, tuple)) and answer else None

    async def register(self, registration: types.Registration) -> None:
        """Registers for something; an editor that refuses or is silent goes without."""
        with suppress(TimeoutError):
            await self._ask(
                types.CLIENT_REGISTER_CAPABILITY, types.RegistrationParams([registration])
            )

    def say(self, text: str, kind: types.MessageType = types.MessageType.Info) -> None:
        """Shows a short message."""
        self.notify(types.WINDOW_SHOW_MESSAGE, types.ShowMessageParams(kind, text))

    async def begin_progress(self, token: str, title: str) -> bool:
        """Opens a progress that can be cancelled; whether there is one."""
        if not self.shows_progress:
            return False
        params = types.WorkDoneProgressCreateParams(token)
        try:
            answer = await self._ask(types.WINDOW_WORK_DONE_PROGRESS_CREATE, params)
        except TimeoutError:
            return False
        if isinstance(answer, types.ResponseError):
            return False
        self._progress(token, types.WorkDoneProgressBegin(title, cancellable=True))
        return True

    def end_progress(self, token: str) -> None:
        """Closes a progress."""
        self._progress(token, types.WorkDoneProgressEnd())

    def notify(self, method: str, params: object) -> None:
        """Sends a notification."""
        self._protocol.notify(method, params)

    def _progress(self, token: str, value: object) -> None:
        self.notify(types.PROGRESS, types.ProgressParams(token, value))

    def _ask(self, method: str, params: object) -> Coroutine[Any, Any, object]:
        return self._protocol.request(method, params, timeout=TIME_LIMIT)


def _announced(params: types.InitializeParams) -> Mapping[str, Any]:
    """`capabilities.experimental.qwen`, or `initializationOptions.client` in its place."""
    experimental = params.capabilities.experimental
    for holder, key in ((experimental, "qwen"), (params.initialization_options, "client")):
        announced = _entry(holder, key)
        if isinstance(announced, Mapping):
            return announced
    return {}


def _entry(holder: object, key: str) -> object:
    if isinstance(holder, Mapping):
        return holder.get(key)
    return getattr(holder, key, None)
