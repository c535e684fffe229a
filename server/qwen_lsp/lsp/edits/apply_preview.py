"""What a preview holds gets into the user's file: at once, or when the editor's user agrees."""

from collections.abc import Sequence

from lsprotocol import types

from ...errors import RequestError
from ...streaming.text_edits import Lines, RowsAt
from ...text.edits import common
from ...text.hunks import Hunk
from ..client.client import Editor
from .originals import OriginalsJournal
from .preview import Preview
from .writer import Writers

MADE_WITHIN = 2.0
"""Seconds in which an edit that the user has agreed to is seen in the document."""
CHANGED = (
    "The lines that the preview is of have changed in {name}, so it was not put in; put them back "
    "(undo), or copy what you want from the preview."
)
BUSY = "Qwen is writing to these lines of {name}; stop that first (Qwen: Stop), or wait."
ASKING = "{title}: {name} has changed since this was made; tick it to put it in"
MOVED_ON = "{name} has changed while you were asked, so nothing was put in; run Qwen: Keep again."
UNANSWERED = (
    "The editor has not said whether the preview of {name} is to be put in; run Qwen: Keep again."
)


class PreviewApplier:
    """Puts what previews hold into the files that they are of."""

    def __init__(self, editor: Editor, writers: Writers, originals: OriginalsJournal) -> None:
        self._editor, self._writers, self._originals = editor, writers, originals

    def check(self, preview: Preview) -> None:
        """Raises RequestError if what the preview holds can't be put into the file."""
        place = preview.place
        if not place.is_as_it_was:
            raise RequestError(CHANGED.format(name=preview.of))
        if self._writers.overlaps(place.document, *place.rows):
            raise RequestError(BUSY.format(name=preview.of))

    async def apply(self, preview: Preview) -> bool:
        """Puts what the preview holds into the file; whether its user agreed, where asked.

        They are asked where the file has changed since the preview was made, if the editor can ask.
        Raises RequestError if it can't be done.
        """
        differs = tuple(preview.rows) != preview.place.original
        if differs and preview.place.has_moved_on and self._editor.confirms_edits:
            return await self._asked(preview)
        await self._put_in(preview)
        return True

    async def _put_in(self, preview: Preview) -> None:
        place, originals = preview.place, self._originals
        handle = self._writers.begin(place.document, *place.rows)
        originals.watch(preview.job, place.document, handle)
        await originals.before_keeping(preview.job, place)
        handle.replace(preview.rows)
        end = await handle.end()
        await originals.ended(preview.job.id)
        if end.ended == "done":
            originals.forget(preview.job.id)
        elif not preview.is_dropped:
            is_failed = end.ended == "failed"
            raise RequestError(end.message if is_failed else CHANGED.format(name=preview.of))

    async def _asked(self, preview: Preview) -> bool:
        await self._originals.before_keeping(preview.job, preview.place)
        try:
            self.check(preview)
            is_in = await self._agreed(preview)
        except TimeoutError:
            # It may still be made: the original stays in the journal.
            raise RequestError(UNANSWERED.format(name=preview.of)) from None
        except RequestError:
            self._originals.forget(preview.job.id)
            raise
        self._originals.forget(preview.job.id)
        return is_in

    async def _agreed(self, preview: Preview) -> bool:
        """Whether the user agreed, and the edit is in the document. Raises TimeoutError."""
        place, document = preview.place, preview.place.document
        version = document.version
        rows = preview.rows
        place.expect(rows)
        has_agreed = await self._editor.confirm(
            types.OptionalVersionedTextDocumentIdentifier(document.uri, version),
            _edits(preview, rows),
            ASKING.format(title=preview.job.title, name=preview.of),
        )
        if has_agreed and await place.has_come(within=MADE_WITHIN):
            return True
        if document.version != version and not preview.is_dropped:
            raise RequestError(MOVED_ON.format(name=preview.of))
        return False


def _edits(preview: Preview, rows: list[str]) -> list[types.TextEdit]:
    """One replacement: of several, an editor would let its user choose some that make no sense."""
    place, document = preview.place, preview.place.document
    at = RowsAt(Lines(place.original), place.region, document.document.line_end)
    edits = at.edits([_whole_change(place.original, rows)])
    return [types.TextEdit(document.to_range(span), text) for span, text in edits]


def _whole_change(old: Sequence[str], new: Sequence[str]) -> Hunk:
    head = common(old, new)
    tail = common(old[head:][::-1], new[head:][::-1])
    return Hunk(head, len(old) - tail, tuple(new[head : len(new) - tail]))
