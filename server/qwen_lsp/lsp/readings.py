"""The rows that a report and our edits touch, and what may have happened in them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..text.document import Document, Edit, Position, Span, after
from ..text.placed import places_of
from ..text.region import Hull, hull_of
from ..text.stretch import Stretch
from .aside import Others, beside
from .report import Change, Parts, Report, take_back
from .shifted import clamped, may_shift, may_shift_along, shifted, shifted_along, shifted_span
from .standing import NOWHERE, Solid, Standing

MOST_PLACES = 16
"""Rows in which our text is looked for, the nearest to where it was to be."""


class Reading(NamedTuple):
    """What a report may be made of, and how many characters that leaves to others."""

    parts: Parts
    cost: int


class Rows:
    """The rows that a report and our edits touch, as they were and as they are.

    Places are counted from the first of them.
    """

    def __init__(
        self, report: Report, sent: Sequence[Edit], document: Document, stands: Standing = NOWHERE
    ) -> None:
        hull = hull_of(report.edits)
        if hull is None:
            row = sent[0].span.start.line
            hull = Hull(row, row, row)
        first, old_last = _reaching(hull, sent)
        solid: list[Span] = []
        if report.blurs(stands.spans):
            first, old_last, solid = stands.reached(first, old_last)
        self._first = first
        self.new = "".join(document.lines[first : old_last + hull.growth])
        self._sent = [shifted(edit, -first) for edit in _worded(sent, self.new)]
        before = Document(self.new)
        take_back(before, [Change(shifted(edit, -first), removed) for edit, removed in report])
        self.old = before.text
        self.solid = [
            Solid(Stretch.of(shifted_span(span, -first), before), is_written=span == stands.written)
            for span in solid
        ]

    def others(self) -> Others:
        """What others have changed if ours was not made."""
        return self._others(self.old, self.new, self.solid)

    def made(self) -> Reading:
        """What has happened if ours was made as it was sent, and then all else."""
        text = Document(self.old)
        return self._after_ours([clamped(edit, text) for edit in self._sent])

    def apart(self, parts: Parts) -> Parts:
        """The same, of which others have left alone what they may have."""
        text = Document(self.old)
        for change in parts.before:
            text.apply(shifted(change.edit, -self._first))
        before = self._others(self.old, text.text, self.solid)
        solid = [
            each._replace(stretch=now)
            for each, now in zip(self.solid, before.stretches, strict=True)
            if now is not None
        ]
        for change in parts.ours:
            edit = shifted(change.edit, -self._first)
            solid = [each.after(edit, text) for each in solid]
            text.apply(edit)
        behind = self._others(text.text, self.new, solid)
        found = self.told(Parts(before.report, Report(), behind.report))
        return Parts(found.before, parts.ours, found.behind)

    def _others(
        self, old: str, new: str, solid: Sequence[Solid], *, most: int | None = None
    ) -> Others:
        return beside(old, new, [each.stretch for each in solid], most=most)

    def _after_ours(self, edits: Sequence[Edit], *, most: int | None = None) -> Reading:
        """What has happened if these edits of ours were made, and then all else."""
        text, solid = Document(self.old), self.solid
        ours = []
        for edit in reversed(edits):
            ours.append(Change(edit, text.slice(edit.span)))
            solid = [each.after(edit, text) for each in solid]
            text.apply(edit)
        behind = self._others(text.text, self.new, solid, most=most)
        return Reading(Parts(Report(), Report(ours), behind.report), behind.cost)

    def strayed(self, *, most: int) -> Iterator[Reading]:
        """What may have happened if ours came to lie in other rows, which all else has moved.

        In no more than `most` characters. What takes text away can't be found then.
        """
        if any(start != end for (start, end), _ in self._sent):
            return
        text = Document(self.new)
        found = 0
        for row in sorted(range(len(text.lines)), key=lambda row: abs(row - self._home)):
            ours = [clamped(shifted(edit, row - self._home), text) for edit in self._sent]
            rest = _without(ours, text.lines)
            if rest is None:
                continue
            others = self._others(self.old, rest, self.solid, most=most)
            if others.cost > most or not may_shift(others.report, self._home, row - self._home):
                continue
            made = Report(Change(edit, "") for edit in reversed(ours))
            yield Reading(Parts(others.report, made, Report()), others.cost)
            found += 1
            if found == MOST_PLACES:
                return

    def displaced(self, *, most: int) -> Iterator[Reading]:
        """What may have happened if what others did before has moved the place of ours.

        By rows, or along the row in the midst of which it begins. In no more than `most`
        characters.
        """
        column = self._sent[0].span.start.column
        for by in (*range(-MOST_PLACES, 0), *range(1, MOST_PLACES + 1)):
            if by <= self._home and (reading := self._displaced(by, 0, most=most)):
                yield reading
            if by <= column > 0 and (reading := self._displaced(0, by, most=most)):
                yield reading

    def _displaced(self, rows: int, columns: int, *, most: int) -> Reading | None:
        """The same where that was so many rows and columns; None where that can't be."""
        text = Document(self.old)
        along = [shifted_along(sent, self._home, -columns) for sent in self._sent]
        ours = [clamped(shifted(edit, -rows), text) for edit in along]
        if any(not edit.text and not text.slice(edit.span) for edit in ours):
            return None
        reading = self._after_ours(ours, most=most)
        others, start = reading.parts.behind, ours[0].span.start
        if reading.cost > most or not may_shift(others, start.line, rows):
            return None
        return reading if may_shift_along(others, start, columns) else None

    def recognised(self) -> Iterator[Reading]:
        """What may have happened if ours is to be known by its text alone."""
        (_, text), *_ = self._sent
        if self.new.count(text) <= self.old.count(text):
            return
        for place in places_of(text, self.new):
            rest = self.new[:place] + self.new[place + len(text) :]
            start = after(Position(0, 0), self.new[:place])
            ours = Report([Change(Edit(Span(start, start), text), "")])
            others = self._others(self.old, rest, self.solid)
            yield Reading(Parts(others.report, ours, Report()), others.cost)

    def are_made_in_part(self) -> bool:
        """Whether only the last ones of our edits were made, and nothing else has changed."""
        text = Document(self.old)
        for edit in self._sent[:0:-1]:
            text.apply(edit)
            if text.text == self.new:
                return True
        return False

    def told(self, parts: Parts) -> Parts:
        """In places of the document."""
        return Parts(
            *(Report(Change(shifted(edit, self._first), text) for edit, text in p) for p in parts)
        )

    @property
    def _home(self) -> int:
        return self._sent[0].span.start.line


def _reaching(hull: Hull, sent: Sequence[Edit]) -> tuple[int, int]:
    """The rows of a hull and of what was sent, as they were before."""
    first, last = hull.first, hull.old_last
    if sent:
        first, last = min(first, sent[0].span.start.line), max(last, sent[-1].span.end.line + 1)
    return first, last


def _without(ours: Sequence[Edit], rows: Sequence[str]) -> str | None:
    """What the rows are without what we have put in, from the top down; None if it isn't there."""
    (start, _), text = ours[0]
    if not rows[start.line].startswith(text.partition("\n")[0], start.column):
        return None
    left = Document.of_lines(rows)
    for (start, _), text in ours:
        place = Span(start, after(start, text))
        if left.slice(place) != text:
            return None
        left.apply(Edit(place, ""))
    return left.text


def _worded(sent: Sequence[Edit], text: str) -> Sequence[Edit]:
    """As an editor makes them that turns all line ends into those of the document."""
    if "\r\n" not in text or text.count("\r\n") < text.count("\n"):
        return sent
    return [Edit(span, text.replace("\r\n", "\n").replace("\n", "\r\n")) for span, text in sent]
