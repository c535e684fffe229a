"""Text of ours that an editor has put into, or taken from, a wrong place, until that is put right.

Some editors make an edit for an older version of a document wherever its positions have come to
lie. Their reports name each edit as it was made, so that one can tell, and undo it there.
"""

from collections.abc import Iterable, Sequence

from ..text.document import Document, Edit, Span, after
from ..text.edits import moved, moved_span, touches
from .flight import Flight
from .report import Report
from .writing import Writing


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
        """The user's edits move all that is to be put right, and the regions."""
        for edit in report.edits:
            _move(writings, [self._home(edit)])

    def _home(self, edit: Edit) -> Edit:
        """The user's `edit` as it is at home."""
        for index in reversed(range(len(self._steps))):
            step = self._steps[index]
            self._steps[index] = tuple(left for each in step for left in _left_by(edit, each))
            edit = Edit(moved_span(edit.span, step[::-1]), edit.text)
        self._steps = [step for step in self._steps if step]
        return edit


def _left_by(edit: Edit, undoing: Edit) -> list[Edit]:
    """What is still to be undone after the user's `edit`, which may be in the midst of it."""
    (start, end), text = undoing
    (first, last), typed = edit
    if start == end or not touches(undoing.span, edit):
        return [Edit(moved_span(undoing.span, [edit]), text)]
    pieces = [Span(start, first)] if start < first else []
    if last < end:
        pieces.append(Span(after(first, typed), moved(end, edit, stays_before=True)))
    if not pieces and text:
        pieces = [Span(first, first)]
    return [Edit(piece, "" if index else text) for index, piece in enumerate(pieces)]


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
