"""What a finished job has changed, piece by piece, and where each piece is by now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..text.document import Document, Edit, Position, Span, split_lines, without_end
from ..text.edits import moved_span, touches
from ..text.hunks import Hunk


@dataclass(eq=False)
class Patch:
    """Rows that a job has written, at least one, and what they were before.

    Where it has only taken rows away, the row beside them stands for the place.
    """

    span: Span
    original: tuple[str, ...]
    lines: tuple[str, ...]
    takes_all: bool = False
    """Whatever stands there is to give way to the original: the user has taken over."""

    def follow(self, document: Document, edits: Sequence[Edit], *, by_save: bool) -> bool:
        """The document has changed; whether that was in these rows.

        What changes them while a save is under way is a formatter, and counts as written.
        """
        is_inside = False
        for edit in edits:
            is_inside |= touches(self.span, edit)
            self.span = moved_span(self.span, [edit])
        if is_inside and by_save:
            self.lines = self.held_by(document)
        return is_inside

    def held_by(self, document: Document) -> tuple[str, ...]:
        """What stands in the rows now."""
        return tuple(without_end(line) for line in split_lines(document.slice(self.span)))

    def is_as_written(self, document: Document) -> bool:
        """Whether nobody has changed the rows since."""
        return self.takes_all or self.held_by(document) == self.lines

    def is_undone(self, document: Document) -> bool:
        """Whether the rows are again what they were before, or are no more."""
        return not self.takes_all and self.held_by(document) == self.original

    def is_within(self, span: Span | None) -> bool:
        """Whether it touches the rows of `span`; without one, always."""
        if span is None:
            return True
        return self.span.start.line <= span.end.line and span.start.line <= self.span.end.line


def patches_of(changes: Iterable[Hunk], original: Sequence[str], region: Span) -> list[Patch]:
    """The pieces that `changes` of `original` have made, which now stands in `region`."""
    changes = list(changes)
    rows = _made(changes, original)
    patches: list[Patch] = []
    shift = 0
    for first, last, lines in changes:
        row, before = first + shift, tuple(original[first:last])
        shift += len(lines) - len(before)
        if lines:
            patches.append(Patch(_span(region, rows, row, row + len(lines)), before, lines))
            continue
        beside = max(row - 1, 0)
        kept = (rows[beside],)
        old = kept + before if row else before + kept
        patches.append(Patch(_span(region, rows, beside, beside + 1), old, kept))
    return patches


def without(document: Document, patches: Sequence[Patch]) -> tuple[int, int, list[str]]:
    """The rows from the first to the last of some patches, and what they are without these.

    What was typed beside a patch in its rows stays.
    """
    patches = sorted(patches, key=lambda patch: patch.span)
    first, last = patches[0].span.start.line, patches[-1].span.end.line + 1
    lines: list[str] = []
    row = first
    for patch in patches:
        (begin, start), (until, end) = patch.span
        lines += [document.line(each) for each in range(row, begin)]
        old = list(patch.original)
        old[0] = document.line(begin)[:start] + old[0]
        old[-1] += document.line(until)[end:]
        lines += old
        row = until + 1
    return first, last, lines


def _made(changes: Sequence[Hunk], original: Sequence[str]) -> list[str]:
    rows = list(original)
    for first, last, lines in reversed(changes):
        rows[first:last] = lines
    return rows


def _span(region: Span, rows: Sequence[str], first: int, last: int) -> Span:
    """Where rows `first` up to, not including, `last` of a region are."""
    line, column = region.start
    start = Position(line + first, 0 if first else column)
    behind = len(rows[last - 1]) + (column if last == 1 else 0)
    return Span(start, Position(line + last - 1, behind))
