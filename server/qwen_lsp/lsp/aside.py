"""Rows that nobody has changed, in a report that tells several changes as one.

Where something is typed above rows and something below them, an editor may tell all from the first
to the last of it, and a comparison of that may run across the rows.
"""

from ..text.distance import distance
from ..text.document import Document, Edit, Position, Span, after
from ..text.placed import Placed, placed
from ..text.region import Hull, hull_of
from .report import Report
from .writing import Writing


def left_alone(document: Document, writing: Writing, report: Report) -> Span | None:
    """Where the rows are after `report` if they may well be as they were; else None.

    They may if others have then changed no more characters than in what the report says.
    `document` is as it is after it. Costs the rows touched.
    """
    hull = hull_of(report.edits)
    if hull is None or not report.is_summed_up:
        return None
    around = _Around(document, writing.region, hull, report)
    rows = writing.line_end.join(writing.rewrite.lines)
    best = around.placed(rows, most=_characters(report))
    return around.span(best.place, rows) if best else None


class _Around:
    """The text around the region, as it was and as it is; places are offsets in the new text."""

    def __init__(self, document: Document, region: Span, hull: Hull, report: Report) -> None:
        first = min(hull.first, region.start.line)
        below = max(0, region.end.line + 1 - hull.old_last)
        self._first = first
        self._new = "".join(document.lines[first : hull.new_last + below])
        old = Document(self._new)
        for (span, text), removed in reversed(report):
            start = _up(span.start, first)
            old.apply(Edit(Span(start, after(start, text)), removed))
        self._above = old.slice(Span(Position(0, 0), _up(region.start, first)))
        self._below = old.slice(Span(_up(region.end, first), old.end))

    def placed(self, rows: str, *, most: int) -> Placed | None:
        """Where the rows stand with the least typing around them."""
        first, last = len(self._above), len(self._above) + len(rows)
        old = self._above + rows + self._below
        least = distance(old, self._new, limit=most)
        return placed(old, self._new, first, last, most=least)

    def span(self, place: int, rows: str) -> Span:
        """The place in the document."""
        start = after(Position(self._first, 0), self._new[:place])
        return Span(start, after(start, rows))


def _up(place: Position, rows: int) -> Position:
    return Position(place.line - rows, place.column)


def _characters(report: Report) -> int:
    return sum(len(text) + len(removed) for (_, text), removed in report)
