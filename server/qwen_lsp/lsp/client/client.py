"""What can be asked of the editor, whatever it can do and however long it takes to answer."""

from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from lsprotocol import types

from ...errors import RequestError
from .capabilities import Abilities, entry

TIME_LIMIT = 10.0
"""Seconds in which an editor answers a request."""
CONFIRMED_WITHIN = 600.0
"""Seconds in which its user agrees to an edit, or does not."""
ANNOTATION = "qwen"


class UndoStops(NamedTuple):
    """Whether undo can go back to before an edit, and to behind it.

    `may_be_hidden`: the edit may be applied to a document that no editor shows.
    """

    before: bool
    behind: bool
    may_be_hidden: bool = False


class Answered(NamedTuple):
    """What the client says of an edit: applied, or why not.

    `is_hidden`: because no editor shows the document, so that undo could not stop at it.
    """

    applied: bool
    reason: str = ""
    is_hidden: bool = False


class Editor(Abilities):
    """The client at the other end of the connection."""

    async def refresh_lenses(self) -> None:
        """Has the editor ask for code lenses again. Raises TimeoutError."""
        await self._ask(types.WORKSPACE_CODE_LENS_REFRESH, None)

    def apply(
        self, edit: types.TextDocumentEdit, *, stops: UndoStops | None = None
    ) -> Coroutine[Any, Any, Answered]:
        """Asks for `edit` at once; to be awaited: what the client says of it.

        `stops` is where its user can go back to by undo, for a client that takes `qwen/applyEdit`.
        There is no time limit: an edit may be applied however late the answer comes.
        """
        changes = types.WorkspaceEdit(document_changes=[edit])
        if stops is None:
            method, params = types.WORKSPACE_APPLY_EDIT, types.ApplyWorkspaceEditParams(changes)
            return self._answered(self._protocol.request(method, params, timeout=None))
        wish = {
            "edit": changes,
            "undoStopBefore": stops.before,
            "undoStopAfter": stops.behind,
            "mayBeHidden": stops.may_be_hidden,
        }
        return self._answered(self._protocol.request("qwen/applyEdit", wish, timeout=None))

    async def _answered(self, asked: Coroutine[Any, Any, object]) -> Answered:
        answer = await asked
        if isinstance(answer, types.ResponseError):
            return Answered(applied=False, reason=answer.message)
        reason = entry(answer, "failure_reason") or entry(answer, "failureReason")
        return Answered(
            applied=entry(answer, "applied") is True,
            reason=reason if isinstance(reason, str) else "",
            is_hidden=entry(answer, "isHidden") is True,
        )

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
        return entry(answer, "applied") is True

    async def show_document(
        self,
        uri: str,
        *,
        external: bool = False,
        takes_focus: bool = True,
        selection: types.Range | None = None,
    ) -> bool:
        """Opens `uri` in the editor or, if `external`, in the browser; whether it says it did.

        The cursor goes to `selection`.
        """
        if not self.shows_documents:
            return False
        takes_focus = takes_focus and not external
        params = types.ShowDocumentParams(
            uri, external=external, take_focus=takes_focus, selection=selection
        )
        try:
            answer = await self._ask(types.WINDOW_SHOW_DOCUMENT, params)
        except TimeoutError:
            return False
        return isinstance(answer, types.ShowDocumentResult) and answer.success

    async def configuration(self, section: str, folders: Sequence[str]) -> list[object]:
        """The client's settings of `section`, and those of each folder; None where it has none.

        Raises TimeoutError if there is no answer.
        """
        scopes = [None, *folders]
        if not self.has_settings:
            return [None for _ in scopes]
        items = [types.ConfigurationItem(scope_uri=uri, section=section) for uri in scopes]
        answer = await self._ask(types.WORKSPACE_CONFIGURATION, types.ConfigurationParams(items))
        given = answer if isinstance(answer, (list, tuple)) else ()
        return [given[place] if place < len(given) else None for place in range(len(scopes))]

    async def register(self, registration: types.Registration) -> None:
        """Registers for something; an editor that refuses or is silent goes without."""
        with suppress(TimeoutError):
            await self._ask(
                types.CLIENT_REGISTER_CAPABILITY, types.RegistrationParams([registration])
            )

    async def choose(self, question: str, answers: Iterable[str]) -> str | None:
        """What the user answers; None if that is nothing, or the editor can't ask."""
        try:
            return await self.chosen_from(question, answers)
        except RequestError:
            return None

    async def chosen_from(self, question: str, answers: Iterable[str]) -> str | None:
        """What the user answers, None if that is nothing. Raises RequestError if it can't ask."""
        actions = [types.MessageActionItem(title=each) for each in answers]
        params = types.ShowMessageRequestParams(types.MessageType.Info, question, actions)
        asked = self._protocol.request(
            types.WINDOW_SHOW_MESSAGE_REQUEST, params, timeout=CONFIRMED_WITHIN
        )
        try:
            answer = await asked
        except TimeoutError:
            return None
        if isinstance(answer, types.ResponseError):
            raise RequestError("The editor can't ask its user.")
        title = entry(answer, "title")
        return title if isinstance(title, str) else None

    def say(self, text: str, kind: types.MessageType = types.MessageType.Info) -> None:
        """Shows a short message."""
        self.notify(types.WINDOW_SHOW_MESSAGE, types.ShowMessageParams(kind, text))

    def warn(self, text: str) -> None:
        """Shows a short message of something that did not go as it should."""
        self.say(text, types.MessageType.Warning)

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

    def report_progress(self, token: str, message: str) -> None:
        """Shows a message beside the title of a progress."""
        self._progress(token, types.WorkDoneProgressReport(message=message))

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
