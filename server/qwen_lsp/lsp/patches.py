"""What a finished job has changed, piece by piece, and where each piece is by now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..text.document import Document, Edit, Position, Span, split_lines, without_end
from ..text.edits import moved_span
from ..text.hunks import Hunk
from ..text.region import Hull


@dataclass(eq=False)
class Patch:
    """Rows that a job has written, at least one, and what they were before.

    Where it has only taken rows away, the row beside them stands for the place.
    """

    hunks: tuple[Hunk, ...]
    """What it is of all that the job has changed; rows of that job's original."""
    span: Span
    original: tuple[str, ...]
    lines: tuple[str, ...]
    takes_all: bool = False
    """Whatever stands there is to give way to the original: the user has taken over."""

    def follow(self, edits: Sequence[Edit], hull: Hull) -> bool:
        """The document has changed by `edits`; whether that was in these rows or beside them."""
        start, end = self.span
        if hull.first > end.line + 1:
            return False
        if hull.old_last >= start.line:
            self.span = moved_span(self.span, edits)
            return True
        if grown := hull.growth:
            self.span = Span(
                Position(start.line + grown, start.column), Position(end.line + grown, end.column)
            )
        return False

    def find_again(self, document: Document) -> None:
        """What was taken away may be back: the user has undone that."""
        if not self.takes_all and not self.is_as_written(document):
            self.span = standing(document, self.span, self.lines) or self.span

    def is_as_written(self, document: Document) -> bool:
        """Whether nobody has changed the rows since."""
        if self.takes_all:
            return True
        before, behind = beside(document, self.span)
        is_blank = (not self.lines[0] and before) or (not self.lines[-1] and behind)
        return not is_blank and held(document, self.span) == self.lines

    def undone_at(self, document: Document) -> Span | None:
        """Where the rows are again what they were before; None if they are not."""
        if self.original:
            return standing(document, self.span, self.original)
        is_gone = self.span.start == self.span.end and not self.is_as_written(document)
        return self.span if is_gone else None

    def back(self, document: Document) -> list[str]:
        """The rows without what was written; what was typed beside that on its rows stays."""
        before, behind = beside(document, self.span)
        if not self.original:
            return [before + behind] if before + behind else []
        rows = list(self.original)
        if self.takes_all and self.span.start == self.span.end:
            # All of it is gone, and the row is another one now.
            return [*rows, before + behind]
        rows[0] = before + rows[0]
        rows[-1] += behind
        return rows


def patches_of(
    changes: Iterable[Hunk], original: Sequence[str], rows: Sequence[str], region: Span
) -> list[Patch]:
    """The pieces that `changes` of `original` have made, which stand in `region` as `rows`."""
    patches: list[Patch] = []
    shift = 0
    for hunk in changes:
        row, before = hunk.first + shift, tuple(original[hunk.first : hunk.last])
        shift += len(hunk.lines) - len(before)
        if hunk.lines:
            span = _span(region, rows, row, row + len(hunk.lines))
            patches.append(Patch((hunk,), span, before, hunk.lines))
            continue
        place = max(row - 1, 0)
        span = _span(region, rows, place, place + 1)
        if patches and patches[-1].span == span:
            # One row is all that is left between two pieces that are gone.
            patches[-1].hunks += (hunk,)
            patches[-1].original += before
            continue
        kept = (rows[place],)
        patches.append(Patch((hunk,), span, kept + before if row else before + kept, kept))
    return patches


def without(
    document: Document, patches: Sequence[Patch], region: Span
) -> tuple[int, int, list[str]]:
    """The rows from the first to the last of some patches, and what they are without these.

    They are never none: where nothing would be left, another row of the `region` is among them.
    """
    patches = sorted(patches, key=lambda patch: patch.span)
    first, last = patches[0].span.start.line, patches[-1].span.end.line + 1
    lines: list[str] = []
    row = first
    for patch in patches:
        (begin, _), (until, _) = patch.span
        lines += [document.line(each) for each in range(row, begin)]
        lines += patch.back(document)
        row = until + 1
    if lines:
        return first, last, lines
    if first > region.start.line or last == len(document.lines):
        return first - 1, last, [document.line(first - 1)]
    return first, last + 1, [document.line(last)]


def made(changes: Sequence[Hunk], original: Sequence[str]) -> list[str]:
    """What `changes`, from the top down, make of `original`."""
    rows: list[str] = []
    row = 0
    for first, last, lines in changes:
        rows += [*original[row:first], *lines]
        row = last
    return [*rows, *original[row:]]


def held(document: Document, span: Span) -> tuple[str, ...]:
    """What stands in `span`, as lines without their ends."""
    return tuple(without_end(line) for line in split_lines(document.slice(span)))


def beside(document: Document, span: Span) -> tuple[str, str]:
    """What stands before `span` on its first row, and behind it on its last."""
    start, end = document.clamp(span.start), document.clamp(span.end)
    return document.line(start.line)[: start.column], document.line(end.line)[end.column :]


def standing(document: Document, span: Span, lines: Sequence[str]) -> Span | None:
    """Where `lines` are whole rows in the place of `span`, or None.

    Where all of `span` was taken away, they may have been put in at either side of it.
    """
    first, count = span.start.line, len(lines)
    places = [first, span.end.line + 1 - count]
    if span.start == span.end:
        places += [first - count, first - count - 1, first + 1]
    for row in dict.fromkeys(places):
        if 0 <= row <= len(document.lines) - count and all(
            document.line(row + number) == line for number, line in enumerate(lines)
        ):
            last = row + count - 1
            return Span(Position(row, 0), Position(last, len(lines[-1])))
    return None


def _span(region: Span, rows: Sequence[str], first: int, last: int) -> Span:
    """Where rows `first` up to, not including, `last` of a region are."""
    line, column = region.start
    start = Position(line + first, 0 if first else column)
    behind = len(rows[last - 1]) + (column if last == 1 else 0)
    return Span(start, Position(line + last - 1, behind))
