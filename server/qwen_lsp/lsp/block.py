"""The rows of a writing as a value: where they are, what they hold, and what ours took away."""

from collections.abc import Collection
from typing import NamedTuple

from ..text.document import Document, Position, Span, split_lines, without_end
from ..text.region import Rows


class Block(NamedTuple):
    """Rows in a region, and the rows that edits of ours have taken out of it, some at its edges."""

    region: Span
    rows: Rows
    line_end: str
    taken_away: Collection[str]
    taken_at_edges: Collection[str]

    def stands(self, place: Span, text: Document) -> bool:
        """Whether the rows are what a text holds at a place. Costs all of them."""
        if place.end.line - place.start.line + 1 != len(self.rows):
            return False
        return rows_in(place, text) == [self.rows.line(row) for row in range(len(self.rows))]

    def near(self, place: Span, text: Document) -> tuple[Span | None, Span | None]:
        """Where as many rows end where a place does, and where they begin where it does.

        None where a text has no such place.
        """
        start, end = place
        last = len(self.rows) - 1
        head, tail = len(self.rows.line(0)), len(self.rows.line(last))
        first = end.line - last
        column = end.column - head
        if last and first >= 0:
            column = len(text.line(first)) - head
        above = Span(Position(first, column), end) if first >= 0 <= column else None
        behind = Position(start.line + last, tail + (0 if last else start.column))
        return above, (Span(start, behind) if behind.line < len(text.lines) else None)


def rows_in(place: Span, text: Document) -> list[str]:
    """The rows that a text holds at a place, without their ends."""
    return [without_end(line) for line in split_lines(text.slice(place))]
