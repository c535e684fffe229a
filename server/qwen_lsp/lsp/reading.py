"""What a report that does not name our edit is most likely made of.

So it is where an editor tells the whole text, or several changes as one. The text before the
change is known, and what our edit makes of it; it was made if that leaves less to somebody else.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from ..text.document import Document, Edit, Position, Span, after, without_end
from ..text.region import Hull, hull_of
from .flight import Flight
from .following import misfit
from .manner import Kind, Manner
from .report import Change, Parts, Report

MOST_PLACES = 16
"""Rows in which our text is looked for, the nearest to where it was to be."""


def ours_in(
    report: Report, flight: Flight, document: Document, manner: Manner, now: float
) -> Parts | None:
    """The report parted where our edit is, if that was made, as far as can be told.

    `document` is as it is after the change. A client that refuses edits for an older version has
    made ours only where there is nothing else in the report; before it is known what it does, the
    same goes for a blank row, which anybody may have put in, if nothing was told as one. Where it
    is certain that versions are looked at, nothing was changed before ours was made.
    """
    if not report:
        return None
    sent = flight.send.edits
    kind = manner.kind_of_report(flight.rested(now))
    is_checked = manner.checks(flight.send.version)
    named = report.parts(sent)
    if named and not (is_checked and named.before):
        return named
    may_stray = not is_checked and kind not in ("answer", "echo")
    parts = _read(report, flight, document, kind, may_stray=may_stray)
    if parts and parts.is_alone:
        return parts
    clamped = report.parts(sent, are_clamped=True)
    if clamped and not is_checked:
        return clamped
    is_blank = all(start == end and text.isspace() for (start, end), text in sent)
    must_be_alone = kind == "answer" or (kind is None and is_blank and not report.is_apart)
    return None if must_be_alone else parts


def _may_hold(report: Report, sent: Sequence[Edit]) -> bool:
    """Whether enough was put in for ours to be among it, if ours only puts in."""
    if report.told is None or any(start != end for (start, end), _ in sent):
        return True
    ours = _plain("".join(edit.text for edit in sent))
    return not Counter(ours) - Counter(_plain(report.told))


def _read(
    report: Report, flight: Flight, document: Document, kind: Kind | None, *, may_stray: bool
) -> Parts | None:
    """What leaves least to others: that ours was made or not, or, where it may, somewhere else.

    Of places that are as likely, the one counts where it belongs. Costs the rows that all of the
    changes touch.
    """
    if not _may_hold(report, flight.send.edits):
        return None
    rows = _Rows(report, flight.send.edits, document)
    was_made = kind == "idle" and flight.answered_at is not None
    least = _characters(_between(rows.old, rows.new)) + was_made
    strayed = list(rows.strayed()) if may_stray else []
    best = min(map(_others, strayed), default=least)
    made = rows.made()
    if _others(made) < min(best, least) and _is_told(made, report):
        return rows.told(made)
    likely = [rows.told(parts) for parts in strayed if _others(parts) == best < least]
    return min(likely, key=partial(misfit, flight), default=None)


def is_part(report: Report, sent: Sequence[Edit], document: Document) -> bool:
    """Whether it comes to some of the edits that were `sent`, the last of them, and nothing else.

    Then the others follow: so it is with an editor that reports one request in several changes.
    """
    return len(sent) > 1 and bool(report) and _Rows(report, sent, document).are_made_in_part()


class _Rows:
    """The rows that a report and our edits touch, as they were and as they are.

    Places are counted from the first of them.
    """

    def __init__(self, report: Report, sent: Sequence[Edit], document: Document) -> None:
        row = sent[0].span.start.line
        hull = hull_of(report.edits) or Hull(row, row, row)
        self._first = min(hull.first, row)
        last = max(hull.new_last, sent[-1].span.end.line + 1 + hull.growth)
        self.new = "".join(document.lines[self._first : last])
        self._sent = [_moved(edit, -self._first) for edit in _worded(sent, self.new)]
        before = Document(self.new)
        for edit, removed in reversed(report):
            (start, _), text = _moved(edit, -self._first)
            before.apply(Edit(Span(start, after(start, text)), removed))
        self.old = before.text

    def made(self) -> Parts:
        """What has happened if ours was made as it was sent, and then all else."""
        text = Document(self.old)
        ours = []
        for edit in reversed(self._sent):
            ours.append(Change(edit, text.slice(edit.span)))
            text.apply(edit)
        return Parts(Report(), Report(ours), _between(text.text, self.new))

    def strayed(self) -> Iterator[Parts]:
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
            others = _between(self.old, rest)
            if not _may_move(others, self._home, row - self._home):
                continue
            yield Parts(others, Report(Change(edit, "") for edit in reversed(ours)), Report())
            found += 1
            if found == MOST_PLACES:
                return

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
    """What is put in as an editor makes it in a row that is too short for it."""
    (row, column), _ = edit.span
    if row >= len(rows):
        return edit
    place = Position(row, min(column, len(without_end(rows[row]))))
    return Edit(Span(place, place), edit.text)


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


def _others(parts: Parts) -> int:
    return _characters(parts.before) + _characters(parts.behind)


def _is_told(parts: Parts, report: Report) -> bool:
    """Whether the report speaks of something that was put in, if others have put something in."""
    has_put_in = any(edit.text for edit in (*parts.before.edits, *parts.behind.edits))
    return not has_put_in or report.told != "" or report.is_compared


def _characters(changes: Sequence[Change]) -> int:
    return sum(len(edit.text) + len(removed) for edit, removed in changes)


def _moved(edit: Edit, rows: int) -> Edit:
    start, end = (Position(place.line + rows, place.column) for place in edit.span)
    return Edit(Span(start, end), edit.text)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def _worded(sent: Sequence[Edit], text: str) -> Sequence[Edit]:
    """As an editor makes them that turns all line ends into those of the document."""
    if "\r\n" not in text or text.count("\r\n") < text.count("\n"):
        return sent
    return [Edit(span, text.replace("\r\n", "\n").replace("\n", "\r\n")) for span, text in sent]
