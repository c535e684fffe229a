"""The rows that a report and our edits touch, and what may have happened in them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..text.document import Document, Edit, Position, Span, after, without_end
from ..text.placed import placed, places_of
from ..text.region import Hull, hull_of
from ..text.stretch import Stretch
from .report import Change, Parts, Report
from .writing import Writing

MOST_PLACES = 16
"""Rows in which our text is looked for, the nearest to where it was to be."""


class Others(NamedTuple):
    """What others have changed, and in how many characters at the least."""

    report: Report
    cost: int


class Reading(NamedTuple):
    """What a report may be made of, and how many characters that leaves to others."""

    parts: Parts
    cost: int


class Rows:
    """The rows that a report and our edits touch, as they were and as they are.

    Places are counted from the first of them.
    """

    def __init__(
        self,
        report: Report,
        sent: Sequence[Edit],
        document: Document,
        writing: Writing | None = None,
    ) -> None:
        row = sent[0].span.start.line
        hull = hull_of(report.edits) or Hull(row, row, row)
        self._first = min(hull.first, row)
        last = max(hull.new_last, sent[-1].span.end.line + 1 + hull.growth)
        region = writing.region if writing and not writing.ending and report.is_summed_up else None
        if region:
            self._first = min(self._first, region.start.line)
            last = max(last, region.end.line + 1 + hull.growth)
        self.new = "".join(document.lines[self._first : last])
        self._sent = [_moved(edit, -self._first) for edit in _worded(sent, self.new)]
        before = Document(self.new)
        for edit, removed in reversed(report):
            (start, _), text = _moved(edit, -self._first)
            before.apply(Edit(Span(start, after(start, text)), removed))
        self.old = before.text
        self._region = Stretch.of(_up(region, self._first), before) if region else None

    def others(self, old: str, new: str) -> Others:
        """What others have changed where `old`, in which our rows may have grown, became `new`."""
        region = self._region
        return self._beside(old, new, region and region.grown(len(old) - len(self.old)))

    def _beside(self, old: str, new: str, region: Stretch | None) -> Others:
        """The same where our rows are at `region`."""
        found = _between(old, new)
        if region is None or self._is_emptied(region):
            return Others(found, _characters(found))
        stands = placed(old, new, *region, most=_characters(found))
        if stands is None:
            return Others(found, _characters(found) + 1)
        return Others(_around(old, new, region, stands.place), stands.cost)

    def _is_emptied(self, region: Stretch) -> bool:
        """Whether ours has left one empty row, which may be anywhere."""
        was_empty = self._region is None or self._region.first == self._region.last
        return region.first == region.last and not was_empty

    def made(self) -> Reading:
        """What has happened if ours was made as it was sent, and then all else."""
        text = Document(self.old)
        ours = []
        for edit in reversed(self._sent):
            ours.append(Change(edit, text.slice(edit.span)))
            text.apply(edit)
        behind = self.others(text.text, self.new)
        return Reading(Parts(Report(), Report(ours), behind.report), behind.cost)

    def strayed(self) -> Iterator[Reading]:
        """What may have happened if ours came to lie in other rows, which all else has moved.

        What takes text away can't be found then.
        """
        if any(start != end for (start, end), _ in self._sent):
            return
        rows = Document(self.new).lines
        found = 0
        for row in sorted(range(len(rows)), key=lambda row: abs(row - self._home)):
            ours = [_clamped(_moved(edit, row - self._home), rows) for edit in self._sent]
            rest = _without(ours, rows)
            if rest is None:
                continue
            others = self.others(self.old, rest)
            if not _may_move(others.report, self._home, row - self._home):
                continue
            made = Report(Change(edit, "") for edit in reversed(ours))
            yield Reading(Parts(others.report, made, Report()), others.cost)
            found += 1
            if found == MOST_PLACES:
                return

    def displaced(self) -> Iterator[Reading]:
        """What may have happened if what others did before has moved the place of ours by rows."""
        for rows in range(-MOST_PLACES, MOST_PLACES + 1):
            if rows == 0 or self._home < rows:
                continue
            if reading := self._displaced(rows):
                yield reading

    def _displaced(self, rows: int) -> Reading | None:
        """The same where that was so many rows; None where that can't be."""
        text, region = Document(self.old), self._region
        ours = []
        for sent in reversed(self._sent):
            edit = _clamped(_moved(sent, -rows), text.lines)
            ours.append(Change(edit, text.slice(edit.span)))
            if not edit.text and not ours[-1].removed:
                return None
            region = region and region.after(edit, text)
            text.apply(edit)
        others = self._beside(text.text, self.new, region)
        if not _may_move(others.report, self._home - rows, rows):
            return None
        return Reading(Parts(Report(), Report(ours), others.report), others.cost)

    def recognised(self) -> Iterator[Reading]:
        """What may have happened if ours is to be known by its text alone."""
        (_, text), *_ = self._sent
        if self.new.count(text) <= self.old.count(text):
            return
        for place in places_of(text, self.new):
            rest = self.new[:place] + self.new[place + len(text) :]
            start = after(Position(0, 0), self.new[:place])
            ours = Report([Change(Edit(Span(start, start), text), "")])
            others = self.others(self.old, rest)
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
            *(Report(Change(_moved(edit, self._first), text) for edit, text in p) for p in parts)
        )

    @property
    def _home(self) -> int:
        return self._sent[0].span.start.line


def _without(ours: Sequence[Edit], rows: Sequence[str]) -> str | None:
    """What the rows are without what we have put in, from the top down; None if it isn't there."""
    (start, _), text = ours[0]
    if not rows[start.line].startswith(text.partition("\n")[0], start.column):
        return None
    left = Document.of_lines(rows)
    for (start, _), text in ours:
        place = Span(start, after(start, text))
        if start.line < 0 or left.slice(place) != text:
            return None
        left.apply(Edit(place, ""))
    return left.text


def _clamped(edit: Edit, rows: Sequence[str]) -> Edit:
    """An edit as an editor makes it in rows that are too short for it."""
    start, end = (_clamp(place, rows) for place in edit.span)
    return Edit(Span(start, end), edit.text)


def _clamp(place: Position, rows: Sequence[str]) -> Position:
    if place.line >= len(rows):
        return place
    return Position(place.line, min(place.column, len(without_end(rows[place.line]))))


def _may_move(changes: Report, row: int, by: int) -> bool:
    """Whether some of the changes may have moved what was put in at a row by so many rows."""
    grown = [
        after(start, text).line - end.line
        for (start, end), text in changes.edits
        if start.line <= row
    ]
    return sum(min(0, rows) for rows in grown) <= by <= sum(max(0, rows) for rows in grown)


def _between(old: str, new: str) -> Report:
    whole = Span(Position(0, 0), Document(old).end)
    return Report.of([Edit(whole, new)], [old])


def _around(old: str, new: str, stays: Stretch, place: int) -> Report:
    """What makes `new` of `old` where a stretch of it has stayed and stands at `place` now."""
    first, last = stays
    start, end = (after(Position(0, 0), old[:edge]) for edge in (first, last))
    below = Edit(Span(end, Document(old).end), new[place + last - first :])
    above = Edit(Span(Position(0, 0), start), new[:place])
    return Report.of([below, above], [old[last:], old[:first]])


def _characters(changes: Sequence[Change]) -> int:
    return sum(len(edit.text) + len(removed) for edit, removed in changes)


def _up(span: Span, rows: int) -> Span:
    start, end = (Position(place.line - rows, place.column) for place in span)
    return Span(start, end)


def _moved(edit: Edit, rows: int) -> Edit:
    return Edit(_up(edit.span, -rows), edit.text)


def _worded(sent: Sequence[Edit], text: str) -> Sequence[Edit]:
    """As an editor makes them that turns all line ends into those of the document."""
    if "\r\n" not in text or text.count("\r\n") < text.count("\n"):
        return sent
    return [Edit(span, text.replace("\r\n", "\n").replace("\n", "\r\n")) for span, text in sent]
