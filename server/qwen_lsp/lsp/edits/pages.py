"""The documents that replies are being written to, and the edits on their way there."""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress

from lsprotocol import types

from ...settings.settings import Settings
from ..client.client import Editor, UndoStops
from ..delivery import Delivery
from ..documents.documents import OpenDocument, Revision
from ..flight import Send
from ..manner import Kind, Manner
from .page import Page

SAVING = 2.0
"""Seconds after the announcement of a save in which a change counts as a formatter's."""
NEVER = float("-inf")
SAVED = 0.3
"""Seconds after the save itself in which it still does: some editors report changes so late."""


class Sheet:
    """One document: lets its delivery send when it wants to, and tells it what became of that."""

    def __init__(self, document: OpenDocument, editor: Editor, manner: Manner) -> None:
        self.document = document
        self.delivery = Delivery(document.document, document.version, manner)
        self.delivery.has_undo_stops = editor.announces("undoStops")
        self.folds = False
        self._editor = editor
        self._pages: list[Page] = []
        self._timer: asyncio.TimerHandle | None = None
        self._sending: set[asyncio.Task[None]] = set()

    def begin(self, first: int, last: int, original: Sequence[str] | None) -> Page:
        """A page of rows `first` up to, not including, `last`."""
        page = Page(self, self.delivery.begin(first, last, original))
        self._pages.append(page)
        return page

    def changed(self, revision: Revision, *, by_save: bool) -> None:
        """The document has changed; `by_save` while it is saved."""
        self.delivery.changed(
            revision.version,
            revision.edits,
            removed=revision.removed,
            now=_now(),
            by_save=by_save,
            is_compared=revision.is_compared,
        )
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
        if isinstance(due, Send):
            task = asyncio.create_task(self._sent(due, self._apply(due)))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
            due = self.delivery.next(_now())
        if isinstance(due, float):
            self._timer = asyncio.get_running_loop().call_at(due, self.pump)
        self._pages = [page for page in self._pages if not page.noticed_end()]

    def _apply(self, send: Send) -> Awaitable[str | None]:
        can_stop = self.delivery.has_undo_stops
        stops = UndoStops(before=send.is_first, behind=send.is_last) if can_stop else None
        return self._editor.apply(self._edit(send), stops=stops)

    def _edit(self, send: Send) -> types.TextDocumentEdit:
        edits = [types.TextEdit(self.document.to_range(span), text) for span, text in send.edits]
        identifier = types.OptionalVersionedTextDocumentIdentifier(self.document.uri, send.version)
        return types.TextDocumentEdit(identifier, edits)

    async def _sent(self, send: Send, applied: Awaitable[str | None]) -> None:
        """Waits for the answer; that there is none the delivery notices by itself."""
        with suppress(TimeoutError):
            refusal = await applied
            accepted = refusal is None
            self.delivery.answered(send, _now(), applied=accepted, reason=refusal or "")
        self.pump()


class Pages:
    """The sheets of all the documents that are written to."""

    def __init__(self, editor: Editor) -> None:
        self.manner = Manner()
        self.folds = True
        self._editor = editor
        self._sheets: dict[str, Sheet] = {}
        self._saving_until: dict[str, float] = {}

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
        if sheet is None or sheet.document is not document:
            sheet = self._sheets[document.uri] = Sheet(document, self._editor, self.manner)
        sheet.folds = self.folds
        return sheet.begin(first, last, original)

    def take_settings(self, settings: Settings) -> None:
        """Goes on with these settings."""
        self.manner.forced = self._promised if settings.delivery == "auto" else settings.delivery
        self.manner.is_terse = not self._editor.tells_how_it_edits
        self.folds = settings.undo == "fold"

    @property
    def _promised(self) -> Kind | None:
        """What the client says of itself: who takes undo stops looks at versions."""
        return "echo" if self._editor.announces("undoStops") else None

    def overlaps(self, document: OpenDocument, first: int, last: int) -> bool:
        """Whether a page takes up some of these rows."""
        sheet = self._sheets.get(document.uri)
        return sheet is not None and sheet.delivery.overlaps(first, last)

    def is_saving(self, document: OpenDocument) -> bool:
        """Whether what changes a document now is most likely a formatter."""
        return _now() < self._saving_until.get(document.uri, NEVER)

    def changed(self, document: OpenDocument, revision: Revision) -> None:
        """A document has changed."""
        if sheet := self._sheets.get(document.uri):
            sheet.changed(revision, by_save=self.is_saving(document))

    def will_save(self, document: OpenDocument) -> None:
        """A document is about to be saved: its formatter may change it."""
        self._saving_until[document.uri] = _now() + SAVING

    def saved(self, document: OpenDocument) -> None:
        """A document was saved: what changes it from now on is its user."""
        until = self._saving_until.get(document.uri, NEVER)
        self._saving_until[document.uri] = min(until, _now() + SAVED)

    def closed(self, document: OpenDocument) -> None:
        """A document was closed."""
        self._saving_until.pop(document.uri, None)
        if sheet := self._sheets.pop(document.uri, None):
            sheet.close()

    def close(self) -> None:
        """Nothing more is written anywhere."""
        for sheet in self._sheets.values():
            sheet.close()
        self._sheets.clear()


def _now() -> float:
    return asyncio.get_running_loop().time()
