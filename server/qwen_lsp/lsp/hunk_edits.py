"""The edits of a document that change rows in a region of it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..text.document import Edit, Position, Span
from ..text.hunks import Hunk
from ..text.region import Rows


class RowsAt(NamedTuple):
    """Rows as they stand in `region`, and the line end between them."""

    rows: Rows
    region: Span
    line_end: str

    def edits(self, hunks: Sequence[Hunk]) -> list[Edit]:
        """One edit for each hunk, all in the positions before the first is made."""
        return _joined(self._edit(hunk) for hunk in hunks)

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


def parted(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """What is put in and what is taken away as edits of their own, so that a report tells which."""
    return tuple(part for edit in edits for part in _parts(edit))


def _joined(edits: Iterable[Edit]) -> list[Edit]:
    """The edits, those that meet as one: editors differ in what comes first at one place."""
    joined: list[Edit] = []
    for span, text in edits:
        if joined and joined[-1].span.end == span.start:
            before = joined.pop()
            joined.append(Edit(Span(before.span.start, span.end), before.text + text))
        else:
            joined.append(Edit(span, text))
    return joined


def _parts(edit: Edit) -> tuple[Edit, ...]:
    (start, end), text = edit
    if start == end or not text:
        return (edit,)
    return (Edit(Span(start, end), ""), Edit(Span(end, end), text))
