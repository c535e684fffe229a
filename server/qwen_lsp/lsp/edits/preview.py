"""A document of its own in which the user sees what a job would make of some rows."""

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

from ...perform import ReplyEnd
from ...text.rewrite import Rewrite
from ..client.client import Editor
from ..client.private_files import PrivateFiles
from ..client.tasks import Tasks
from ..documents.documents import OpenDocument
from ..documents.tracked_rows import TrackedRange
from .writer import JobLabel, RegionHandle, Writers

OPENED_WITHIN = 2.0
"""Seconds in which an editor that lets us follow what it shows has opened the preview."""
LONGEST_NAME = 50
"""Characters of a file's name that the name of its preview ends with."""
UNWRITABLE = (
    "The preview can't be written to a file ({reason}); see that there is room in the temporary "
    "folder, or choose another way by the setting qwen.edits."
)


class Preview:
    """What would stand in the rows at `place`, which are untouched until it is applied.

    Once its job writes no more it can be kept, or it is dropped.
    """

    def __init__(
        self,
        job: JobLabel,
        place: TrackedRange,
        *,
        editor: Editor,
        private_files: PrivateFiles,
        tasks: Tasks,
    ) -> None:
        self.job, self.place = job, place
        self._editor, self._private_files, self._tasks = editor, private_files, tasks
        self.uri = ""
        self.can_be_kept = self.is_dropped = False
        self._rows = list(place.original)
        self._name = ""
        self._document: OpenDocument | None = None
        self._opened = asyncio.Event()

    @property
    def of(self) -> str:
        """The name of the file that it is of."""
        return self.place.document.name

    @property
    def rows(self) -> list[str]:
        """What it holds, as the user may have changed it; once it is closed, what it held then."""
        return _rows_of(self._document) if self._document else self._rows

    def is_shown_by(self, document: OpenDocument) -> bool:
        """Whether `document` is it."""
        return bool(self.uri) and _same(self.uri, document.uri)

    def is_about(self, uri: str) -> bool:
        """Whether the document with this URI is it, or is the one that it is of."""
        return uri == self.place.document.uri or (bool(self.uri) and _same(self.uri, uri))

    async def open(self) -> OpenDocument | None:
        """Shows the rows as they are; gives the document if the editor lets us follow it.

        Raises OSError.
        """
        editor = self._editor
        if not editor.shows_documents:
            return None
        self._name = f"Qwen preview {self.job.id} of {_plain(self.of)}"
        await self._write()
        self._tasks.spawn(editor.show_document(self.uri, takes_focus=False))
        try:
            async with asyncio.timeout(OPENED_WITHIN):
                await self._opened.wait()
        except TimeoutError:
            return None
        document = self._document
        return document if document and _rows_of(document) == self._rows else None

    async def show(self, rows: Sequence[str]) -> None:
        """Shows `rows` in a file that holds them all from the start. Raises OSError.

        It has another name: not every editor reads a file again that it has open.
        """
        self._rows, self._document = list(rows), None
        self._name = f"Qwen preview {self.job.id} (whole) of {_plain(self.of)}"
        path = await self._write()
        editor = self._editor
        if not await editor.show_document(self.uri, takes_focus=False):
            editor.say(f"The preview is in {path}; run Qwen: Keep to put it into {self.of}.")

    async def _write_again(self) -> None:
        """Writes what it held when it was closed, for who opens it once more."""
        with suppress(OSError):
            await self._write()

    def opened(self, document: OpenDocument) -> None:
        """The editor has opened it."""
        self._document = document
        self._opened.set()

    def closed(self) -> None:
        """The editor has closed it; what it held stays known."""
        if self._document:
            self._rows, self._document = _rows_of(self._document), None
            self._tasks.spawn(self._write_again())

    def drop(self) -> None:
        """Nobody wants it any more."""
        self.is_dropped = True
        self._opened.set()

    async def _write(self) -> Path:
        line_end = self.place.document.document.line_end
        text = "".join(row + line_end for row in self._rows)
        path = await asyncio.to_thread(self._private_files.written, self._name, text)
        self.uri = path.as_uri()
        return path


class PreviewSink:
    """The target of a reply in rows `first` up to, not including, `last` of a preview.

    It is streamed where the editor lets us, else written at its end. Nothing is shown before the
    first line is known, so that a failure leaves nothing behind.
    """

    def __init__(self, writers: Writers, preview: Preview, first: int, last: int) -> None:
        self.preview = preview
        self.can_be_kept = False
        self.is_broken_off = False
        self._writers = writers
        self._first, self._last = first, last
        self._known: list[str] = []
        self._handle: RegionHandle | None = None
        self._close: Callable[[RegionHandle], None] | None = None
        self._begun, self._over = asyncio.Event(), asyncio.Event()

    def extend(self, lines: Iterable[str]) -> None:
        """More lines of the reply are known."""
        more = list(lines)
        self._known += more
        self._begun.set()
        if self._handle:
            self._handle.extend(more)

    def finish(self) -> None:
        """The reply is whole."""
        self._end_with(RegionHandle.finish)

    def keep(self) -> None:
        """The reply broke off, and what came of it stays in the preview."""
        self.is_broken_off = True
        self._end_with(RegionHandle.keep)

    def restore(self) -> None:
        """The preview shows again what there was at first."""
        self.is_broken_off = True
        self._end_with(RegionHandle.restore)
        if self._handle is None and not self.can_be_kept:
            self.preview.drop()

    async def end(self) -> ReplyEnd:
        """How it ended, once nothing more is written."""
        await self._begun.wait()
        try:
            end = await self._written()
        except OSError as error:
            return ReplyEnd("failed", UNWRITABLE.format(reason=error.strerror))
        self.can_be_kept = bool(self._known) and (self._stays or end.ended == "takenOver")
        return end

    @property
    def _stays(self) -> bool:
        return self._close is not RegionHandle.restore and not self.preview.is_dropped

    async def _written(self) -> ReplyEnd:
        document = await self.preview.open() if self._known else None
        if document and (end := await self._streamed(document)):
            return end
        await self._over.wait()
        if self._known and self._stays:
            await self.preview.show(self._all())
        return ReplyEnd("done")

    async def _streamed(self, document: OpenDocument) -> ReplyEnd | None:
        """How it ended; None if that is because the preview was closed."""
        self._handle = self._writers.begin(document, self._first, self._last)
        self._handle.extend(self._known)
        if self._close:
            self._close(self._handle)
        end = await self._handle.end()
        self._handle = None
        if end.ended == "takenOver":
            # What a user makes of a preview is what they want; there is nothing to say.
            return ReplyEnd("takenOver")
        return None if end.ended == "stopped" else end

    def _end_with(self, close: Callable[[RegionHandle], None]) -> None:
        self._close = close
        self._begun.set()
        self._over.set()
        if self._handle:
            close(self._handle)

    def _all(self) -> list[str]:
        """All rows of the preview, with what is known of the reply."""
        rows = self.preview.place.original
        written = Rewrite(rows[self._first : self._last])
        written.extend(self._known)
        if not self.is_broken_off:
            written.finish()
        written.land(written.step())
        return [*rows[: self._first], *written.lines, *rows[self._last :]]


def _rows_of(document: OpenDocument) -> list[str]:
    """The rows of a document whose last one ends with a line end, or lacks it."""
    lines = document.document
    rows = [lines.line(row) for row in range(len(lines.lines))]
    return rows[:-1] if len(rows) > 1 and not rows[-1] else rows


def _plain(name: str) -> str:
    """`name` as every file system takes it, with its extension."""
    return re.sub(r"[^\w.+ -]", "_", name)[-LONGEST_NAME:]


def _same(uri: str, other: str) -> bool:
    """Whether both name one file, however they are written."""
    return unquote(uri).casefold() == unquote(other).casefold()
