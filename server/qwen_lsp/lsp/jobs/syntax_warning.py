"""Tells the user if a file no longer parses once a reply is in it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from lsprotocol import types

from ...generation.syntax_check import WrittenReply, find_broken_row
from ..client.client import Editor
from ..client.tasks import Tasks
from ..documents.documents import Documents, OpenDocument
from ..edits.writer import RegionHandle
from .events import JobEvents
from .job import Job

PATIENCE = 1.0
"""Seconds that the end of a job waits for what is known of its file."""
BROKEN = "After {title} the file no longer parses (line {line}): Retry, or discard it."


class SyntaxWarnings:
    """Has a file checked in the background when a job has written to it."""

    def __init__(
        self, editor: Editor, documents: Documents, events: JobEvents, tasks: Tasks
    ) -> None:
        self._editor, self._documents = editor, documents
        self._events, self._tasks = events, tasks

    async def after(self, job: Job, handle: RegionHandle) -> str:
        """What the user has read of the file that a whole reply is in; '' if nothing.

        Where it takes long it comes later, and the job ends without it.
        """
        document = job.document
        written = WrittenReply.of(
            document.document, document.language_id, handle.region, handle.lines, handle.original
        )
        if written is None:
            return ""
        row_now = partial(_row_now, document, document.version)
        checking = self._tasks.spawn(self._check(job, written, row_now))
        # Who stops the job now comes too late: the reply is in the file, and the job has an end.
        with suppress(asyncio.CancelledError):
            await asyncio.wait({checking}, timeout=PATIENCE)
        is_known = checking.done() and not checking.cancelled() and not checking.exception()
        return checking.result() if is_known else ""

    async def _check(self, job: Job, written: WrittenReply, row_now: Callable[[int], int]) -> str:
        row = await find_broken_row(written)
        if row is None or self._documents.open_document(job.uri) is not job.document:
            return ""
        warning = BROKEN.format(title=job.title, line=row_now(row) + 1)
        self._editor.say(warning, types.MessageType.Warning)
        self._events.warn(job, warning)
        return warning


def _row_now(document: OpenDocument, version: int, row: int) -> int:
    """Where `row` of `version` is now; where it was if that can't be known."""
    start = types.Position(row, 0)
    now = document.range_now(types.Range(start, start), version)
    return now.start.line if now else row
