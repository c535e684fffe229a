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

    def begin(self, report: Report, sent: Sequence[Edit], writings: Sequence[Writing]) -> bool:
        """What was `sent` is in a wrong place. False if its user has changed it there."""
        first = report.made_at(sent)
        before, made, behind = report.parted(first or 0, len(sent))
        _move(writings, before.edits)
        self._steps.append(_undoing(made))
        return self.follow(behind, None, writings)

    def follow(
        self,
        report: Report,
        flight: Flight | None,
        writings: Sequence[Writing],
        document: Document | None = None,
    ) -> bool:
        """Goes on after a change, which may hold what is in flight to put something right.

        Without `document`, edits are reported at just the place where they were made. False if its
        user has changed what is to be put right; then nothing is any more.
        """
        first = report.made_at(flight.send.edits, document) if flight else None
        if flight and first is not None:
            before, made, report = report.parted(first, len(flight.send.edits))
            if not self._pass(before, writings):
                return False
            self._land(made, document)
        return self._pass(report, writings)

    def _land(self, made: Report, document: Document | None) -> None:
        """Our edits were made: where they belong, or in a wrong place once more."""
        if self and made.made_at(self.next, document) == 0:
            self._steps.pop()
        elif self:
            self._steps.append(_undoing(made))

    def _pass(self, report: Report, writings: Sequence[Writing]) -> bool:
        """The user's edits move all that is to be put right, and the regions."""
        for edit in report.edits:
            home = self._home(edit)
            if home is None:
                self._steps.clear()
                return False
            _move(writings, [home])
        return True

    def _home(self, edit: Edit) -> Edit | None:
        """The user's `edit` as it is at home; None if it has changed what is to be put right."""
        for index in reversed(range(len(self._steps))):
            step = self._steps[index]
            if any(touches(undoing.span, edit) for undoing in step):
                return None
            self._steps[index] = tuple(
                Edit(moved_span(undoing.span, [edit]), undoing.text) for undoing in step
            )
            edit = Edit(moved_span(edit.span, step[::-1]), edit.text)
        return edit


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
