"""The documents that replies are being written to, and the edits on their way there."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from lsprotocol import types

from ...settings.settings import Settings
from ...streaming.client_profile import ClientProfile, profile_of
from ...streaming.delivery import Delivery, VersionedEdit
from ..client.client import Answered, Editor, UndoStops
from ..documents.documents import OpenDocument, Revision
from .page import WAITING, WAITING_AFTER, Page


class Sheet:
    """One document: sends the edits of its delivery, and passes on what becomes of them."""

    def __init__(self, document: OpenDocument, editor: Editor, profile: ClientProfile) -> None:
        self.document = document
        self.delivery = Delivery(document.document, document.version, profile)
        self.delivery.has_undo_stops = editor.announces("undoStops")
        self._editor = editor
        self._pages: list[Page] = []
        self._timer: asyncio.TimerHandle | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._has_said_waiting = False

    def begin(
        self, first: int, last: int, original: Sequence[str] | None, folds: Callable[[], bool]
    ) -> Page:
        """A page of rows `first` up to, not including, `last`."""
        region = self.delivery.begin(first, last, original)
        page = Page(self.document, region, pump=self.pump, folds=folds)
        self._pages.append(page)
        self._has_said_waiting = False
        return page

    def changed(self, revision: Revision) -> None:
        """The document has changed."""
        self.delivery.changed(
            revision.version, revision.changes, _now(), is_whole_text=revision.is_whole_text
        )
        self.pump()

    def saved(self) -> None:
        """The document was saved."""
        self.delivery.saved()
        self.pump()

    def close(self) -> None:
        """The document is closed."""
        self.delivery.close()
        self.pump()

    def pump(self) -> None:
        """Sends what may leave now, and sees to it that it is called again when it must be."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        due = self.delivery.next(_now())
        if isinstance(due, VersionedEdit):
            task = asyncio.create_task(self._sent(due, self._apply(due)))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
            due = self.delivery.next(_now())
        due = self._with_waiting(due if isinstance(due, float) else None)
        if due is not None:
            self._timer = asyncio.get_running_loop().call_at(due, self.pump)
        self._pages = [page for page in self._pages if not page.noticed_end()]

    def _with_waiting(self, due: float | None) -> float | None:
        """The time for the next look, which may be that for a word about a long wait."""
        since = self.delivery.stalled_since
        if since is None or self._has_said_waiting or not self.delivery.regions:
            return due
        late = since + WAITING_AFTER
        if _now() < late:
            return late if due is None else min(due, late)
        self._has_said_waiting = True
        self._editor.warn(WAITING.format(name=self.document.name))
        return due

    async def _sent(self, edit: VersionedEdit, answered: Awaitable[Answered]) -> None:
        answer = await answered
        self.delivery.answered(
            edit, _now(), applied=answer.applied, reason=answer.reason, is_hidden=answer.is_hidden
        )
        self.pump()

    def _apply(self, edit: VersionedEdit) -> Awaitable[Answered]:
        stops = None
        if self.delivery.has_undo_stops:
            stops = UndoStops(edit.is_first, edit.is_last, may_be_hidden=edit.may_be_hidden)
        return self._editor.apply(self._text_document_edit(edit), stops=stops)

    def _text_document_edit(self, edit: VersionedEdit) -> types.TextDocumentEdit:
        edits = [types.TextEdit(self.document.to_range(span), text) for span, text in edit.edits]
        identifier = types.OptionalVersionedTextDocumentIdentifier(self.document.uri, edit.version)
        return types.TextDocumentEdit(identifier, edits)


class Pages:
    """The sheets of all the documents that are written to."""

    def __init__(self, editor: Editor) -> None:
        self.folds = True
        self._setting = "auto"
        self._editor = editor
        self._sheets: dict[str, Sheet] = {}

    @property
    def profile(self) -> ClientProfile:
        """How the client applies edits."""
        return profile_of(
            self._editor.client_name,
            self._editor.client_version,
            says_checked=self._editor.checks_versions,
            setting=self._setting,
        )

    def begin(
        self,
        document: OpenDocument,
        first: int,
        last: int,
        *,
        original: Sequence[str] | None = None,
    ) -> Page:
        """A page of rows `first` up to, not including, `last` of `document`.

        Where `original` is given, the rows turn back into that before the reply is written.
        """
        sheet = self._sheets.get(document.uri)
        is_idle = sheet is not None and not sheet.delivery.regions
        if sheet is None or sheet.document is not document or is_idle:
            sheet = self._sheets[document.uri] = Sheet(document, self._editor, self.profile)
        return sheet.begin(first, last, original, lambda: self.folds)

    def take_settings(self, settings: Settings) -> None:
        """Goes on with these settings."""
        self._setting = settings.delivery
        self.folds = settings.undo == "fold"

    def overlaps(self, document: OpenDocument, first: int, last: int) -> bool:
        """Whether a page takes up some of these rows."""
        sheet = self._sheets.get(document.uri)
        return sheet is not None and sheet.delivery.overlaps(first, last)

    def changed(self, document: OpenDocument, revision: Revision) -> None:
        """A document has changed."""
        if sheet := self._sheets.get(document.uri):
            sheet.changed(revision)

    def saved(self, document: OpenDocument) -> None:
        """A document was saved."""
        if sheet := self._sheets.get(document.uri):
            sheet.saved()

    def closed(self, document: OpenDocument) -> None:
        """A document was closed."""
        if sheet := self._sheets.pop(document.uri, None):
            sheet.close()

    def close(self) -> None:
        """Nothing more is written anywhere."""
        for sheet in self._sheets.values():
            sheet.close()
        self._sheets.clear()


def _now() -> float:
    return asyncio.get_running_loop().time()
