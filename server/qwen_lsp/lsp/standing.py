"""What stands in a document that others may leave alone: rows of writings, and text astray."""

from collections.abc import Sequence
from typing import NamedTuple

from ..text.document import Document, Edit, Span
from ..text.stretch import Stretch
from .flight import Flight
from .strays import Strays
from .writing import Writing


class Standing(NamedTuple):
    """What stands in a document that others may leave alone, in places before a report.

    `written` are the rows for which our edit is; `others` those of other writings, and text astray.
    """

    written: Span | None = None
    others: tuple[Span, ...] = ()

    @property
    def spans(self) -> list[Span]:
        """All of them."""
        return sorted([*self.others, *([self.written] if self.written else [])])

    def reached(self, first: int, last: int) -> tuple[int, int, list[Span]]:
        """Those of them that rows `first` up to `last` touch, and the rows with theirs."""
        found: list[Span] = []
        left = self.spans
        while near := [each for each in left if each.start.line < last and first <= each.end.line]:
            left = [each for each in left if each not in near]
            found += near
            first = min(first, *(each.start.line for each in near))
            last = max(last, *(each.end.line + 1 for each in near))
        return first, last, sorted(found)


NOWHERE = Standing()


class Solid(NamedTuple):
    """One of them, by its offsets."""

    stretch: Stretch
    is_written: bool

    def after(self, edit: Edit, text: Document) -> "Solid":
        """Where it is after an edit of ours."""
        stretch = self.stretch.after(edit, text, holds_edges=self.is_written)
        return self._replace(stretch=stretch)


def standing(writings: Sequence[Writing], strays: Strays, flight: Flight | None) -> Standing:
    """What there is, while an edit is in flight, if one is."""
    sent = flight.send.writing if flight else None
    regions = {writing: strays.away(writing.region) for writing in writings}
    rows = list(regions.values())
    written = regions.pop(sent, None) if sent else None
    astray = [
        span
        for span in strays.spans
        if not any(start <= span.start and span.end <= end for start, end in rows)
    ]
    return Standing(written, (*regions.values(), *astray))
