"""What jobs that came to no good end have left: it is offered where it was, and goes back there."""

import asyncio

from lsprotocol import types

from ...errors import RequestError
from ...journal.entry import Entry
from ...journal.restoring import Restoration, place_of
from ...text.document import Document
from ..client.client import Editor
from ..client.tasks import Tasks
from ..documents.documents import Documents, OpenDocument
from .originals import OriginalsJournal
from .writer import RegionHandle, Writers

INTERRUPTED = (
    "Qwen was interrupted in {name}; run Qwen: Restore the original to get your text back."
)
NOTHING = "There is nothing to restore: Qwen was not interrupted {where}."
IS_BACK = "The original is in {name} already."
WRITING = "Qwen is writing here; stop that first (Qwen: Stop), or wait for its end."
TYPED = (
    "You changed the text while the original came back; run Qwen: Restore the original again for "
    "the rest of it."
)
NO_PLACE = "Where Qwen has written in {name} can't be told any more"
NO_EDITS = "This editor takes no edits from a language server"
OPENED = "so the original is open in a file of its own; copy from there what you miss."
NO_FILE = "The original can't be shown: a file for it can't be written ({reason})."


class Recovery:
    """The documents in which an original may be missed, by what is known from the disk."""

    def __init__(
        self,
        editor: Editor,
        documents: Documents,
        *,
        writers: Writers,
        originals: OriginalsJournal,
        tasks: Tasks,
    ) -> None:
        self._editor, self._documents, self._tasks = editor, documents, tasks
        self._writers, self._originals = writers, originals
        self._offered: set[OpenDocument] = set()
        self._told: set[str] = set()

    def offers(self, document: OpenDocument) -> bool:
        """Whether there is something to restore in a document, by what is in memory."""
        return document in self._offered

    def opened(self, document: OpenDocument) -> None:
        """A document was opened: its user is told if there is something to restore in it."""
        self._tasks.spawn(self._tell(document))

    def closed(self, document: OpenDocument) -> None:
        """A document was closed."""
        self._offered = {each for each in self._offered if each.uri != document.uri}

    async def begin(self, uri: str | None) -> None:
        """Begins to put the newest original back, or to show it where it has no place any more.

        `uri` is the document, or the one opened last that has something to restore is meant.
        Raises RequestError if there is nothing to restore, or a job is writing there.
        """
        document, entry = await self._newest(uri)
        place = place_of(document.document, entry)
        if place is None or not self._editor.takes_edits:
            why = NO_EDITS if place else NO_PLACE.format(name=document.name)
            self._tasks.spawn(self._show(document, entry, why=why))
            return
        if place.holds_original:
            self._originals.erase(entry.id)
            self._tasks.spawn(self._left(document))
            raise RequestError(IS_BACK.format(name=document.name))
        if self._writers.overlaps(document, place.first, place.last):
            raise RequestError(WRITING)
        handle = self._writers.begin(document, place.first, place.last)
        self._tasks.spawn(self._restore(document, entry, place, handle))

    async def _newest(self, uri: str | None) -> tuple[OpenDocument, Entry]:
        if uri is not None:
            asked = [self._documents.get_text_document(uri)]
        else:
            asked = list(self._documents.text_documents.values())[::-1]
        for document in asked:
            if left := await self._left(document):
                return document, left[-1]
        where = f"in {asked[0].name}" if uri is not None else "in any file that is open"
        raise RequestError(NOTHING.format(where=where))

    async def _tell(self, document: OpenDocument) -> None:
        left = await self._left(document)
        untold = {entry.id for entry in left} - self._told
        if untold:
            self._told |= untold
            self._editor.say(INTERRUPTED.format(name=document.name))

    async def _left(self, document: OpenDocument) -> list[Entry]:
        """What is missed in a document, the newest last; from now on that is offered there.

        An entry whose original stands in the document is erased.
        """
        left = await self._originals.left(document.uri)
        missed = []
        for entry in left:
            text = Document.of_lines(document.lines)
            place = await asyncio.to_thread(place_of, text, entry)
            if place and place.holds_original:
                self._originals.erase(entry.id)
            else:
                missed.append(entry)
        self._offer(document, missed)
        return missed

    def _offer(self, document: OpenDocument, missed: list[Entry]) -> None:
        is_open = self._documents.open_document(document.uri) is document
        if missed and is_open:
            self._offered.add(document)
        else:
            self._offered.discard(document)

    async def _restore(
        self, document: OpenDocument, entry: Entry, place: Restoration, handle: RegionHandle
    ) -> None:
        handle.replace(place.lines)
        end = await handle.end()
        if end.ended == "done":
            self._originals.erase(entry.id)
            await self._left(document)
        elif end.ended == "takenOver":
            self._editor.say(TYPED, types.MessageType.Warning)
        elif end.ended == "failed":
            self._editor.say(end.message, types.MessageType.Error)

    async def _show(self, document: OpenDocument, entry: Entry, *, why: str) -> None:
        """Opens the original as a document, in a file that stays until it is old."""
        originals, editor = self._originals, self._editor
        try:
            path = await originals.do(originals.journal.shown, entry)
        except OSError as error:
            reason = error.strerror or str(error)
            editor.say(NO_FILE.format(reason=reason), types.MessageType.Error)
            return
        originals.erase(entry.id)
        await self._left(document)
        if await editor.show_document(path.as_uri()):
            editor.say(f"{why}, {OPENED}")
        else:
            editor.say(f"{why}, so the original is in a file of its own: {path}.")
