"""Tells the user if a file no longer parses once a reply is in it."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from ..lsp.documents.documents import OpenDocument
from ..lsp.edits.page import Page
from ..lsp.jobs.job import Job
from ..syntax.check import TOO_LARGE, broken
from ..syntax.languages import grammar_of
from ..text.document import Document, Edit, Span, split_lines, without_end

if TYPE_CHECKING:
    from ..lsp.session import Session

PATIENCE = 1.0
"""Seconds that the end of a job waits for what is known of its file."""
BROKEN = "After {title} the file no longer parses (line {line}): Retry, or discard it."


async def checked(session: "Session", job: Job, document: OpenDocument, page: Page) -> str:
    """What the user was told of the file that a whole reply is in; '' if nothing.

    Where it takes long it comes later, and the job ends without it.
    """
    written = Written.of(document, page)
    if written is None:
        return ""
    checking = session.spawn(_told(session, job, written))
    # Who stops the job now comes too late: the reply is in the file, and the job has an end.
    with suppress(asyncio.CancelledError):
        await asyncio.wait({checking}, timeout=PATIENCE)
    is_known = checking.done() and not checking.cancelled() and not checking.exception()
    return checking.result() if is_known else ""


@dataclass(frozen=True)
class Written:
    """A document as it was when a reply had just been written to `region`."""

    document: OpenDocument
    version: int
    lines: Sequence[str]
    region: Span
    original: Sequence[str]

    @classmethod
    def of(cls, document: OpenDocument, page: Page) -> "Written | None":
        """What a page has written; None where there is nothing to be checked.

        Of a document that isn't too large: costs a copy of its list of lines.
        """
        if grammar_of(document.language_id) is None or len(document.lines) >= TOO_LARGE:
            return None
        rows = page.lines
        is_there = [
            without_end(line) for line in split_lines(document.document.slice(page.region))
        ] == rows
        if not is_there or tuple(rows) == page.original:
            return None
        return cls(document, document.version, list(document.lines), page.region, page.original)

    def broken_row(self, given_up: Callable[[], bool]) -> int | None:
        """The row at which it no longer parses, if it did before. Takes long."""
        if sum(map(len, self.lines)) >= TOO_LARGE:
            return None
        before = Document.of_lines(self.lines)
        before.apply(Edit(self.region, before.line_end.join(self.original)))
        after, language = "".join(self.lines), self.document.language_id
        return broken(before.text, after, language, given_up=given_up)

    def row_now(self, row: int) -> int:
        """Where `row` is by now; where it was if that can't be known."""
        place = types.Position(row, 0)
        now = self.document.range_now(types.Range(place, place), self.version)
        return now.start.line if now else row


async def _told(session: "Session", job: Job, written: Written) -> str:
    row = await _broken_row(written)
    if row is None or session.documents.open_document(job.uri) is not written.document:
        return ""
    warning = BROKEN.format(title=job.title, line=written.row_now(row) + 1)
    session.editor.say(warning, types.MessageType.Warning)
    session.proposals.warn(job, warning)
    return warning


async def _broken_row(written: Written) -> int | None:
    given_up = threading.Event()
    try:
        return await asyncio.to_thread(written.broken_row, given_up.is_set)
    finally:
        # The thread can't be cancelled, and the process would wait for it to come to its end.
        given_up.set()
