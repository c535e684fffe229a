"""The text that an edit was made for, without a copy of the document.

A delivery keeps the document as it is now and the changes reported since the base. What the base
held is found by undoing these changes on the rows that matter.
"""

from collections.abc import Iterable, Sequence

from ..text.document import Change, Document, Edit, Position, Span, after, split_lines


class Excerpt:
    """Some rows of a text, in the positions of the whole."""

    def __init__(self, lines: Sequence[str], first: int, *, is_last: bool) -> None:
        self.first = first
        self._is_last = is_last
        self._document = Document.of_lines(lines if is_last else (*lines, ""))

    @property
    def lines(self) -> list[str]:
        """The rows with their ends; not to be changed."""
        return self._document.lines

    def copy(self) -> "Excerpt":
        """One that may change by itself."""
        lines = self.lines if self._is_last else self.lines[:-1]
        return Excerpt(lines, self.first, is_last=self._is_last)

    def slice(self, span: Span) -> str:
        """The text that `span` holds."""
        return self._document.slice(self._within(span))

    def apply(self, edit: Edit) -> None:
        """Makes an edit."""
        self._document.apply(Edit(self._within(edit.span), edit.text))

    def _within(self, span: Span) -> Span:
        (line, column), (last, end) = span
        return Span(Position(line - self.first, column), Position(last - self.first, end))

    def outside(self, edit: Edit) -> Edit:
        """An edit of these rows alone, in the positions of the whole."""
        (line, column), (last, end) = edit.span
        start = Position(line + self.first, column)
        return Edit(Span(start, Position(last + self.first, end)), edit.text)


class Snapshot:
    """The text before `changes` have made it what `document` is.

    `rows` is how many rows it had.
    """

    def __init__(self, document: Document, changes: Sequence[Change], rows: int) -> None:
        self._document, self._changes, self._rows = document, changes, rows

    def excerpt(self, spans: Iterable[Span]) -> tuple[Excerpt, Excerpt]:
        """The rows of `spans`, and of all changes: before the changes, and now.

        Costs the rows between the first and the last of them.
        """
        first, last, growth = self._hull(spans)
        lines = self._document.lines
        is_last = last + growth >= len(lines)
        now = Excerpt(lines[first : last + growth], first, is_last=is_last)
        before = now.copy()
        for edit, removed in reversed(self._changes):
            start = edit.span.start
            before.apply(Edit(Span(start, after(start, edit.text)), removed))
        return before, now

    def _hull(self, spans: Iterable[Span]) -> tuple[int, int, int]:
        """The first row and the one after the last, both before the changes, and the growth."""
        firsts, lasts = [], []
        for start, end in spans:
            firsts.append(start.line)
            lasts.append(end.line + 1)
        growth = 0
        for edit, removed in self._changes:
            firsts.append(edit.span.start.line)
            lasts.append(edit.span.end.line + 1 - growth)
            growth += len(split_lines(edit.text)) - len(split_lines(removed))
        if growth != len(self._document.lines) - self._rows:
            # A lone CR and a LF have met, so that rows can't be counted by the texts.
            return 0, self._rows, len(self._document.lines) - self._rows
        first = max(0, min(firsts, default=0) - 1)
        return first, min(self._rows, max(lasts, default=0) + 1), growth
