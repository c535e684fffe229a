"""Where the rows of a rewrite are in a document that others change too.

Found by what the rows hold, not by what the change says of itself: editors report the same change
in many ways, and one report may hold our text and the user's together.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from .document import Document, Edit, Position, Span, after
from .edits import moved_span


class ExpectedRows(Protocol):
    """Lines that are expected in a region, without their line ends."""

    def __len__(self) -> int: ...
    def line(self, row: int, /) -> str: ...


class Hull(NamedTuple):
    """The rows that a change touched: from `first` to `old_last` before it, to `new_last` after."""

    first: int
    old_last: int
    new_last: int

    @property
    def growth(self) -> int:
        return self.new_last - self.old_last


class Edges(NamedTuple):
    """What stands beside a region: before its first row, behind its last, the rows around it."""

    before: str
    behind: str
    above: str = ""
    below: str = ""


def hull_of(edits: Sequence[Edit]) -> Hull | None:
    """The rows that `edits`, made one after the other, touched. None for no edit at all."""
    hull: Hull | None = None
    for (start, end), text in edits:
        first, last = start.line, end.line + 1
        growth = after(start, text).line - end.line
        if hull is None:
            hull = Hull(first, last, last + growth)
            continue
        below = max(0, last - hull.new_last)
        hull = Hull(min(hull.first, first), hull.old_last + below, hull.new_last + below + growth)
    return hull


def fitted(hull: Hull, document: Document, region: Span, edges: Edges) -> Hull:
    """The hull without the row above the region, or below it, where that is as it was before.

    Rows that come in between two rows are, to some editors, a line end and more behind the upper
    one; to others they stand before the lower one.
    """
    top, bottom = region.start.line, region.end.line + 1
    first, old_last, new_last = hull
    if first == top - 1 and document.line(first) == edges.above:
        first = top
        if old_last == top:
            old_last, new_last = top + 1, new_last + 1
    if old_last == bottom + 1 and document.line(new_last - 1) == edges.below:
        first, old_last, new_last = min(first, bottom - 1), bottom, new_last - 1
    return Hull(first, old_last, new_last)


def moved_by_rows(region: Span, hull: Hull) -> Span | None:
    """The region after a change that touched none of its rows; None if it touched one."""
    start, end = region
    if hull.first > end.line:
        return region
    if hull.old_last <= start.line:
        growth = hull.growth
        return Span(
            Position(start.line + growth, start.column), Position(end.line + growth, end.column)
        )
    return None


def edges_of(document: Document, region: Span) -> Edges:
    """What stands beside the region."""
    start, end = region
    return Edges(
        document.line(start.line)[: start.column],
        document.line(end.line)[end.column :],
        document.line(start.line - 1) if start.line else "",
        document.line(end.line + 1) if end.line + 1 < len(document.lines) else "",
    )


def exactly(
    document: Document, region: Span, edges: Edges, hull: Hull, rows: ExpectedRows
) -> Span | None:
    """Where `rows` are if they are all that the change has made, or None.

    The document is as it is after the change; the region and its edges are as they were before.
    """
    start, end = region
    growth = start.line + len(rows) - 1 - end.line
    inside = start.line <= hull.first and hull.old_last <= end.line + 1
    if not inside or hull.growth != growth:
        return None
    last = len(rows) - 1
    for row in range(hull.first - start.line, hull.new_last - start.line):
        before = edges.before if row == 0 else ""
        behind = edges.behind if row == last else ""
        if document.line(start.line + row) != before + rows.line(row) + behind:
            return None
    column = len(document.line(start.line + last)) - len(edges.behind)
    return Span(start, Position(start.line + last, column))


def found(
    document: Document, region: Span, hull: Hull, rows: ExpectedRows, near: int
) -> Span | None:
    """Where `rows` are after a change that touched the region, or None if they are no more.

    The document is as it is after the change, the region as it was before. What stands before the
    first row on its line, or after the last, was typed at the edge and is not ours. Where the rows
    stand more than once, the place nearest to row `near` counts. Costs the rows touched.
    """
    above = max(0, hull.first - region.start.line)
    below = max(0, region.end.line + 1 - hull.old_last)
    touched = range(above, len(rows) - below)
    for start in _candidates(region, hull, len(rows), near):
        inside = hull.first <= start + above and start + len(rows) - below <= hull.new_last
        if inside and all(_stands(document, start, row, rows) for row in touched):
            return _span(document, start, rows, region, touched)
    return None


def _candidates(region: Span, hull: Hull, count: int, near: int) -> Iterable[int]:
    """First rows to try. A row outside the hull has not changed, so it fixes the place."""
    from_start = region.start.line
    from_end = region.end.line + hull.growth + 1 - count
    starts_above, ends_below = from_start < hull.first, region.end.line >= hull.old_last
    if starts_above and ends_below:
        return [from_start] if from_start == from_end else []
    if starts_above:
        return [from_start]
    if ends_below:
        return [from_end]
    starts = range(hull.first, hull.new_last - count + 1)
    return sorted(starts, key=lambda row: abs(row - near))


def _stands(document: Document, start: int, row: int, rows: ExpectedRows) -> bool:
    actual, expected = document.line(start + row), rows.line(row)
    is_first, is_last = row == 0, row == len(rows) - 1
    if is_first and is_last:
        return expected in actual
    if is_first:
        return actual.endswith(expected)
    return actual.startswith(expected) if is_last else actual == expected


def _span(document: Document, start: int, rows: ExpectedRows, region: Span, touched: range) -> Span:
    last = len(rows) - 1
    first_column, last_column = region.start.column, region.end.column
    if 0 in touched:
        actual, expected = document.line(start), rows.line(0)
        if last == 0:
            at_old_place = actual.startswith(expected, first_column)
            first_column = first_column if at_old_place else actual.find(expected)
        else:
            first_column = len(actual) - len(expected)
    if last in touched:
        last_column = len(rows.line(last)) + (first_column if last == 0 else 0)
    return Span(Position(start, first_column), Position(start + last, last_column))


def outlined(region: Span, changes: Iterable[tuple[Edit, str]], *, are_apart: bool) -> bool:
    """Whether both edges of the region outlive edits, made one after the other.

    Each comes with what it took away. An edge that lies within what is replaced by one piece of
    text could be anywhere in that. If they `are_apart`, some of one such piece, the same goes for
    what is only taken away, but for blanks in a row.
    """
    for edit, removed in changes:
        is_lost = any(edit.span.start < edge < edit.span.end for edge in region)
        is_certain = not are_apart or (removed.isspace() and "\n" not in removed)
        if is_lost and (edit.text or not is_certain):
            return False
        region = moved_span(region, [edit])
    return True


def recognised(document: Document, hull: Hull, first: str, last: str) -> Span | None:
    """The rows, among those that a change made, that begin with `first` and end with `last`.

    Blanks at either side of a row don't count. None unless each stands there only once.
    """
    made = [document.line(row).strip() for row in range(hull.first, hull.new_last)]
    if made.count(first.strip()) != 1 or made.count(last.strip()) != 1:
        return None
    start, end = (hull.first + made.index(row.strip()) for row in (first, last))
    return (
        Span(Position(start, 0), Position(end, len(document.line(end)))) if start <= end else None
    )
