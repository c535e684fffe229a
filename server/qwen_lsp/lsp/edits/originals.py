"""The originals of this session's jobs, kept in the journal for as long as they may be missed."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from lsprotocol import types

from ...journal.entry import Entry, neighbours
from ...journal.journal import Journal
from ...model.chat import Piece, Request
from ...perform import Model
from ...text.enclosing import Rows
from ..client.client import Editor
from ..documents.documents import OpenDocument
from ..documents.tracked_rows import TrackedRange
from .writer import JobLabel, RegionHandle

log = logging.getLogger(__name__)

Written = Callable[["KeptOriginal"], Awaitable[None]]

WRITTEN_WITHIN = 2.0
"""Seconds that the first edit of a job waits for the disk."""
CLOSED_WITHIN = 1.0
"""Seconds that the end of the session waits for the disk."""
NOT_KEPT = (
    "The original can't be kept for after a crash ({reason}); until that is put right, only your "
    "editor's undo brings it back."
)


@dataclass(eq=False)
class KeptOriginal:
    """An entry of a job of this session."""

    job: str
    uri: str
    writing: asyncio.Task[None]
    has_ended: bool = False
    """The job is over, and its user has seen how: what stands there now is theirs to decide on."""
    is_left: bool = False
    """The job could not put things right any more: its document was closed, or fell silent."""


class _Watched(NamedTuple):
    """What a job is going to write to, and the id of the job whose reply is there."""

    job: JobLabel
    document: OpenDocument
    handle: RegionHandle
    instead_of: str | None


class OriginalsJournal:
    """Writes the original of each job before its first edit, and erases it when it is not needed.

    What goes to the disk goes there in order, and off the event loop.
    """

    def __init__(self, editor: Editor, journal: Journal) -> None:
        self.journal = journal
        self._editor = editor
        self._watched: dict[str, _Watched] = {}
        self._entries: dict[str, str] = {}
        """The entry of each job, by their ids."""
        self._kept: dict[str, KeptOriginal] = {}
        self._turn = asyncio.Lock()
        self._pending: set[asyncio.Task[Any]] = set()
        self._has_warned = False

    def watch(
        self,
        job: JobLabel,
        document: OpenDocument,
        handle: RegionHandle,
        *,
        instead_of: str | None = None,
    ) -> None:
        """The job is going to write to the region of `handle` in `document`.

        `instead_of` is the id of the job whose reply gives way to its own.
        """
        self._watched[job.id] = _Watched(job, document, handle, instead_of)

    def before(self, job: str, model: Model) -> Model:
        """`model`, whose reply comes no sooner than the original of `job` is on the disk."""
        if job not in self._watched:
            return model
        return _AfterWriting(model, partial(self._keep_of_region, job), self._written)

    async def before_keeping(self, job: JobLabel, place: TrackedRange) -> None:
        """What the preview of `job` is to give way to is on the disk after this."""
        await self._written(self._keep(job, place.document, place.rows, place.original))

    async def ended(self, job: str) -> None:
        """The job has ended: its original is erased where it is back, or nothing was written."""
        watched, kept = self._watched.pop(job, None), self._of(job)
        if watched is None:
            return
        handle = watched.handle
        if watched.instead_of and tuple(handle.lines) == handle.original:
            self.forget(watched.instead_of)
        if kept is None or kept.is_left:
            return
        how = (await handle.end()).ended if handle.noticed_end() else "failed"
        kept.has_ended = how in ("done", "takenOver")
        kept.is_left = not kept.has_ended
        if kept.has_ended and tuple(handle.lines) == handle.original:
            self.forget(job)

    def reopened(self, job: str) -> None:
        """What the job has done is being taken back, and the user may not see how that ends."""
        if kept := self._of(job):
            kept.has_ended = False

    def settled(self, job: str) -> None:
        """It was not taken back: what stands there now is the user's to decide on."""
        if kept := self._of(job):
            kept.has_ended = True

    def forget(self, job: str) -> None:
        """The user has decided what stays: the original of `job` is erased."""
        self.erase(self._entries.pop(job, ""))

    def erase(self, entry_id: str) -> None:
        """Erases an entry, of whatever session."""
        kept = self._kept.pop(entry_id, None)
        if kept and self._entries.get(kept.job) == entry_id:
            del self._entries[kept.job]
        if entry_id:
            self.do(self.journal.erase, entry_id)

    async def left(self, uri: str) -> list[Entry]:
        """What jobs that came to no good end have left of a document, the newest last."""
        found: list[Entry] = await self.do(self.journal.left, uri)
        return [entry for entry in found if self._is_left(entry)]

    def closed(self, document: OpenDocument) -> None:
        """A document was closed: what a job has done in it stays, what it was doing may not."""
        for entry_id, kept in list(self._kept.items()):
            if kept.uri == document.uri and kept.has_ended:
                self.erase(entry_id)
            elif kept.uri == document.uri:
                kept.is_left = True

    async def settle(self) -> None:
        """The session ends in good order: what its jobs have done stays."""
        for entry_id, kept in list(self._kept.items()):
            if kept.has_ended:
                self.erase(entry_id)
        await self._all_done()

    async def close(self) -> None:
        """Lets go of what is left, for whoever opens the document next."""
        self.do(self.journal.close)
        await self._all_done()

    def do(self, work: Callable[..., Any], *args: Any) -> asyncio.Task[Any]:
        """Has something done on the disk once all that was asked for before is done."""
        task = asyncio.create_task(self._in_turn(work, *args))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)
        return task

    async def _in_turn(self, work: Callable[..., Any], *args: Any) -> Any:
        async with self._turn:
            return await asyncio.to_thread(work, *args)

    async def _all_done(self) -> None:
        if self._pending:
            await asyncio.wait(self._pending, timeout=CLOSED_WITHIN)

    def _of(self, job: str) -> KeptOriginal | None:
        return self._kept.get(self._entries.get(job, ""))

    def _is_left(self, entry: Entry) -> bool:
        kept = self._kept.get(entry.id)
        return kept.is_left if kept else not self.journal.is_own(entry.id)

    def _keep_of_region(self, job: str) -> KeptOriginal:
        label, document, handle, instead_of = self._watched[job]
        rows = handle.region.start.line, handle.region.end.line + 1
        kept = self._keep(label, document, rows, handle.original)
        if instead_of:
            self.forget(instead_of)
        return kept

    def _keep(
        self, job: JobLabel, document: OpenDocument, rows: Rows, original: tuple[str, ...]
    ) -> KeptOriginal:
        """Begins to write the original, in place of one that is kept for the job already."""
        above, below = neighbours(document.document, *rows)
        entry = Entry(
            id=self.journal.new_id(document.uri),
            uri=document.uri,
            title=job.title,
            when=time.time(),
            row=rows[0],
            original=original,
            above=above,
            below=below,
            line_end=document.document.line_end,
        )
        writing = self.do(self.journal.write, entry)
        writing.add_done_callback(self._was_written)
        kept = self._kept[entry.id] = KeptOriginal(job.id, document.uri, writing)
        self.forget(job.id)
        self._entries[job.id] = entry.id
        return kept

    async def _written(self, kept: KeptOriginal) -> None:
        await asyncio.wait({kept.writing}, timeout=WRITTEN_WITHIN)
        if not kept.writing.done():
            self._warn("the disk takes too long")

    def _was_written(self, writing: asyncio.Task[None]) -> None:
        error = None if writing.cancelled() else writing.exception()
        if isinstance(error, OSError):
            self._warn(error.strerror or str(error))
        elif error:
            log.error("An original can't be kept", exc_info=error)
            self._warn("see the log")

    def _warn(self, reason: str) -> None:
        """Tells the user, once a session."""
        log.warning("An original can't be kept: %s", reason)
        if not self._has_warned:
            self._has_warned = True
            self._editor.say(NOT_KEPT.format(reason=reason), types.MessageType.Warning)


class _AfterWriting:
    """A model whose reply begins when the original is on the disk; both are asked for at once."""

    def __init__(self, model: Model, keep: Callable[[], KeptOriginal], written: Written) -> None:
        self._model, self._keep, self._written = model, keep, written

    async def stream(self, request: Request) -> AsyncGenerator[Piece]:
        kept = self._keep()
        is_first = True
        async with aclosing(self._model.stream(request)) as pieces:
            async for piece in pieces:
                if is_first:
                    await self._written(kept)
                    is_first = False
                yield piece
