"""Rows of a document that nobody writes to yet, found again after every change of it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from lsprotocol import types

from ...text.document import Position, Span
from ...text.edits import moved_span
from ...text.region import Hull, edges_of, exactly, fitted, found, hull_of, moved_by_rows
from .documents import OpenDocument, Revision


class TrackedRange:
    """Rows `first` up to, not including, `last` of a document, and what they held at first."""

    def __init__(self, document: OpenDocument, first: int, last: int) -> None:
        self.document = document
        lines = document.document
        self.original = tuple(lines.line(row) for row in range(first, last))
        self.region = Span(Position(first, 0), Position(last - 1, len(self.original[-1])))
        self.has_moved_on = False
        """Whether the document has changed, anywhere."""
        self._edges = edges_of(lines, self.region)
        self._expected: Sequence[str] | None = None
        self._come = asyncio.Event()

    @property
    def rows(self) -> tuple[int, int]:
        """The first row, and the row after the last."""
        return self.region.start.line, self.region.end.line + 1

    @property
    def range(self) -> types.Range:
        """Where the rows are now."""
        return self.document.to_range(self.region)

    @property
    def is_as_it_was(self) -> bool:
        """Whether the rows hold what they held at first. Costs all of them."""
        document, first = self.document.document, self.region.start.line
        held = range(first, min(first + len(self.original), len(document.lines)))
        return tuple(document.line(row) for row in held) == self.original

    def expect(self, lines: Sequence[str]) -> None:
        """Some edit that was asked for is to make `lines` of the rows."""
        self._expected = lines
        self._come.clear()

    async def has_come(self, *, within: float) -> bool:
        """Whether a change has made what is expected, at the latest `within` these seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._come.wait()
        self._expected = None
        return self._come.is_set()

    def changed(self, revision: Revision) -> None:
        """The document has changed. Costs the rows touched."""
        if hull := hull_of(revision.edits):
            self.has_moved_on = True
            region = self._expected_at(hull) or self._found(hull, revision)
            self.region = region
            self._edges = edges_of(self.document.document, region)

    def _expected_at(self, hull: Hull) -> Span | None:
        if self._expected is None:
            return None
        document = self.document.document
        fit = fitted(hull, document, self.region, self._edges)
        come = exactly(document, self.region, self._edges, fit, _Lines(self._expected))
        if come:
            self._expected = None
            self._come.set()
        return come

    def _found(self, hull: Hull, revision: Revision) -> Span:
        near = moved_span(self.region, revision.edits)
        rows = _Lines(self.original)
        document = self.document.document
        return (
            moved_by_rows(self.region, hull)
            or found(document, self.region, hull, rows, near.start.line)
            or near
        )


class _Lines:
    """Lines as rows."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines

    def __len__(self) -> int:
        return len(self._lines)

    def line(self, row: int, /) -> str:
        return self._lines[row]
