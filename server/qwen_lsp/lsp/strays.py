"""Text of ours that an editor has put into, or taken from, a wrong place, until that is put right.

Some editors make an edit for an older version of a document wherever its positions have come to
lie. Their reports name each edit as it was made, so that one can tell, and undo it there.
"""

from collections.abc import Iterable, Sequence

from ..text.document import Edit, Span, after
from ..text.edits import moved, moved_span, touches
from .flight import Flight
from .report import Report, made_at
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

    def begin(
        self, report: Report, sent: Sequence[Edit], writings: Iterable[Writing]
    ) -> list[Writing]:
        """What was `sent` is, by the report, in a wrong place. Gives what its user has changed."""
        before, made, behind = report.parted(sent)
        lost = _moved(writings, before.edits)
        self._steps.append(_undoing(made))
        rest = [writing for writing in writings if writing not in lost]
        return lost + self.follow(behind, None, rest)

    def follow(
        self, report: Report, flight: Flight | None, writings: Iterable[Writing]
    ) -> list[Writing]:
        """Goes on after a change, which may hold what is in flight to put something right.

        Gives the writings whose text somebody else has changed.
        """
        lost: list[Writing] = []
        if flight and made_at(report.edits, flight.send.edits) is not None:
            before, made, report = report.parted(flight.send.edits)
            lost += self._move(before.edits, writings)
            self._land(made)
        rest = [writing for writing in writings if writing not in lost]
        lost += self._move(report.edits, rest)
        if self:
            return lost
        return lost + [each for each in rest if each not in lost and not each.is_in_place()]

    def _land(self, made: Report) -> None:
        """Our edits were made: where they belong, or in a wrong place once more."""
        if self and made.edits == tuple(reversed(self.next)):
            self._steps.pop()
        elif self:
            self._steps.append(_undoing(made))

    def _move(self, edits: Sequence[Edit], writings: Iterable[Writing]) -> list[Writing]:
        """The user's edits move all that is to be put right, and the regions."""
        lost: list[Writing] = []
        for edit in edits:
            home = self._home(edit)
            if home is None:
                self.give_up()
                return list(writings)
            lost += _moved([each for each in writings if each not in lost], [home])
        return lost

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


def _moved(writings: Iterable[Writing], edits: Sequence[Edit]) -> list[Writing]:
    """Moves the writings; gives those in which an edit is."""
    return [writing for writing in writings if not writing.moved_by(edits)]


def _undoing(made: Report) -> tuple[Edit, ...]:
    """What undoes edits that were made from the bottom up, in the positions after them."""
    undoing: list[Edit] = []
    uppers: list[Edit] = []
    for edit, text in zip(reversed(made.edits), reversed(made.removed), strict=True):
        start = edit.span.start
        for upper in reversed(uppers):
            start = moved(start, upper, stays_before=False)
        undoing.append(Edit(Span(start, after(start, edit.text)), text))
        uppers.append(edit)
    return tuple(undoing)
