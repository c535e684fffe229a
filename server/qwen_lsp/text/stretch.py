"""A stretch of a text that others leave alone, by its offsets, and where edits put it."""

from typing import NamedTuple

from .document import Document, Edit, Position, Span


class Stretch(NamedTuple):
    """What stands from offset `first` up to offset `last`."""

    first: int
    last: int

    @classmethod
    def of(cls, span: Span, text: Document) -> "Stretch":
        """What a span of the text is, in offsets. Costs the text before it."""
        return cls(*(len(text.slice(Span(Position(0, 0), place))) for place in span))

    def after(self, edit: Edit, text: Document, *, holds_edges: bool) -> "Stretch":
        """Where it is after an edit of `text`, with what that makes of it.

        What is put in exactly at an edge is in it if it `holds_edges`.
        """
        start, end = Stretch.of(edit.span, text)
        growth = len(edit.text) - (end - start)
        is_at_edge = start == end and start in self and not holds_edges
        if end < self.first or (end == self.first and (start < end or is_at_edge)):
            return Stretch(self.first + growth, self.last + growth)
        if start > self.last or (start == self.last and (start < end or is_at_edge)):
            return self
        return Stretch(min(self.first, start), max(self.last, end) + growth)
