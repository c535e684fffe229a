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

    def grown(self, characters: int) -> "Stretch":
        """With so many more characters in it."""
        return Stretch(self.first, self.last + characters)

    def after(self, edit: Edit, text: Document) -> "Stretch":
        """Where it is after an edit of `text` beside it; one in it, or across an edge, is in it."""
        start, end = Stretch.of(edit.span, text)
        growth = len(edit.text) - (end - start)
        if end < self.first or (end == self.first and start < end):
            return Stretch(self.first + growth, self.last + growth)
        if start > self.last:
            return self
        return Stretch(min(self.first, start), max(self.last, end) + growth)
