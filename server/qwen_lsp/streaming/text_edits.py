"""The edits of a document that change rows in a region of it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from ..text.document import Document, Edit, Position, Span, split_lines, without_end
from ..text.hunks import Hunk


class Rows(Protocol):
    """Lines without their line ends."""

    def __len__(self) -> int: ...
    def line(self, row: int, /) -> str: ...


class Lines(NamedTuple):
    """A sequence of lines as rows."""

    lines: Sequence[str]

    def __len__(self) -> int:
        return len(self.lines)

    def line(self, row: int, /) -> str:
        """Row `row`."""
        return self.lines[row]


class RowsAt(NamedTuple):
    """Rows as they stand in `region`, and the line end between them."""

    rows: Rows
    region: Span
    line_end: str

    def edits(self, hunks: Iterable[Hunk]) -> tuple[Edit, ...]:
        """One edit for each hunk, top down, all in the positions before the first is made."""
        return joined(self._edit(hunk) for hunk in hunks)

    def stands_in(self, document: Document, hunks: Iterable[Hunk]) -> bool:
        """Whether the document holds the rows of `hunks`, and those next to them, where they
        should be. Costs these rows."""
        start, end = self.region
        if end.line - start.line + 1 != len(self.rows) or end.line >= len(document.lines):
            return False
        near = {row for hunk in hunks for row in range(hunk.first - 1, hunk.last + 1)}
        near |= {0, len(self.rows) - 1}
        return all(self._stands(document, row) for row in near if 0 <= row < len(self.rows))

    def _stands(self, document: Document, row: int) -> bool:
        line = document.line(self.region.start.line + row)
        first = self.region.start.column if row == 0 else 0
        last = self.region.end.column if row == len(self.rows) - 1 else len(line)
        return line[first:last] == self.rows.line(row)

    def _edit(self, hunk: Hunk) -> Edit:
        if hunk.last < len(self.rows):
            text = "".join(line + self.line_end for line in hunk.lines)
            return Edit(Span(self._start(hunk.first), self._start(hunk.last)), text)
        if hunk.first == 0:
            return Edit(self.region, self.line_end.join(hunk.lines))
        text = "".join(self.line_end + line for line in hunk.lines)
        return Edit(Span(self._end(hunk.first - 1), self.region.end), text)

    def _start(self, row: int) -> Position:
        return Position(self.region.start.line + row, 0) if row else self.region.start

    def _end(self, row: int) -> Position:
        if row == len(self.rows) - 1:
            return self.region.end
        column = len(self.rows.line(row)) + (0 if row else self.region.start.column)
        return Position(self.region.start.line + row, column)


def rows_in(document: Document, span: Span) -> list[str]:
    """The rows that a document holds in `span`, without their line ends."""
    return [without_end(line) for line in split_lines(document.slice(span))]


def span_of(start: Position, rows: Rows) -> Span:
    """Where rows end that begin at `start`."""
    last = len(rows) - 1
    column = len(rows.line(last)) + (0 if last else start.column)
    return Span(start, Position(start.line + last, column))


def joined(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The edits, those that meet as one: clients differ in what comes first at one place."""
    found: list[Edit] = []
    for span, text in edits:
        if found and found[-1].span.end == span.start:
            before = found.pop()
            found.append(Edit(Span(before.span.start, span.end), before.text + text))
        else:
            found.append(Edit(span, text))
    return tuple(found)
