"""Text of ours that an editor has put into, or taken from, a wrong place, until that is put right.

Some editors make an edit for an older version of a document wherever its positions have come to
lie. Their reports name each edit as it was made, so that one can tell, and undo it there.
"""

from collections.abc import Iterable, Sequence

from ..text.document import Document, Edit, Position, Span, after
from ..text.edits import moved, moved_span, touches
from .flight import Flight
from .report import Change, Report
from .writing import Writing

GONE = Edit(Span(Position(-1, 0), Position(-1, 0)), "")
"""Nothing is to be undone any more."""


class Strays:
    """What would put the document right, in steps: the newest first.

    Each step is in the positions that hold once those after it are made. The positions that hold
    once all of them are made are called home: there the document is as if nothing had gone wrong,
    and there the regions of all writings are kept meanwhile.
    """

    def __init__(self) -> None:
        self._steps: list[tuple[Edit, ...]] = []

    def __bool__(self) -> bool:
        return bool(self._steps)

    @property
    def next(self) -> tuple[Edit, ...]:
        """The edits to make next."""
        return self._steps[-1]

    def give_up(self) -> None:
        """Nothing can be put right any more."""
        self._steps.clear()

    def begin(self, report: Report, sent: Sequence[Edit], writings: Sequence[Writing]) -> None:
        """What was `sent` is in a wrong place."""
        first = report.made_at(sent)
        before, made, behind = report.parted(first or 0, len(sent))
        _move(writings, before.edits)
        self._steps.append(_undoing(made))
        self.follow(behind, None, writings)

    def follow(
        self,
        report: Report,
        flight: Flight | None,
        writings: Sequence[Writing],
        document: Document | None = None,
    ) -> None:
        """Goes on after a change, which may hold what is in flight to put something right.

        Without `document`, edits are reported at just the place where they were made.
        """
        first = report.made_at(flight.send.edits, document) if flight else None
        if flight and first is not None:
            before, made, report = report.parted(first, len(flight.send.edits))
            self._pass(before, writings)
            self._land(made, document)
        self._pass(report, writings)

    def _land(self, made: Report, document: Document | None) -> None:
        """Our edits were made: where they belong, or in a wrong place once more."""
        if self and made.made_at(self.next, document) == 0:
            self._steps.pop()
        else:
            self._steps.append(_undoing(made))

    def _pass(self, report: Report, writings: Sequence[Writing]) -> None:
        """The user's edits move all that is to be put right, and the regions.

        What they have changed themselves of that is theirs from then on.
        """
        for edit in report.edits:
            home = self._home(edit)
            if home is None:
                self._leave(writings)
            _move(writings, [home or edit])

    def _leave(self, writings: Sequence[Writing]) -> None:
        """Nothing is put right any more, so that regions are where they are now."""
        for step in self._steps:
            made = [Change(undoing, _shaped(undoing.span)) for undoing in reversed(step)]
            _move(writings, _undoing(Report(made))[::-1])
        self._steps.clear()

    def _home(self, edit: Edit) -> Edit | None:
        """The user's `edit` as it is at home; None if it has changed what is to be put right."""
        for index in reversed(range(len(self._steps))):
            step = self._steps[index]
            left = [_left_by(edit, undoing) for undoing in step]
            if None in left:
                return None
            self._steps[index] = tuple(each for each in left if each and each != GONE)
            edit = Edit(moved_span(edit.span, step[::-1]), edit.text)
        self._steps = [step for step in self._steps if step]
        return edit


def _left_by(edit: Edit, undoing: Edit) -> Edit | None:
    """What is still to be undone after the user's `edit`; None if that was made in its midst."""
    (start, end), text = undoing
    if start < end and edit.span.start <= start and end <= edit.span.end:
        place = moved_span(Span(start, start), [edit])
        return Edit(place, text) if text else GONE
    if start < end and touches(undoing.span, edit):
        return None
    return Edit(moved_span(undoing.span, [edit]), text)


def _move(writings: Iterable[Writing], edits: Sequence[Edit]) -> None:
    for writing in writings:
        writing.moved_by(edits)


def _undoing(made: Report) -> tuple[Edit, ...]:
    """What undoes edits that were made from the bottom up, in the positions after them."""
    undoing: list[Edit] = []
    uppers: list[Edit] = []
    for edit, text in reversed(made):
        start = edit.span.start
        for upper in reversed(uppers):
            start = moved(start, upper, stays_before=False)
        undoing.append(Edit(Span(start, after(start, edit.text)), text))
        uppers.append(edit)
    return tuple(undoing)


def _shaped(span: Span) -> str:
    """A text that takes up as many rows and columns as `span`."""
    (first, start), (last, end) = span
    return "\n" * (last - first) + " " * (end if first < last else end - start)
