"""Text of ours that an editor has put into, or taken from, a wrong place, until that is put right.

Some editors make an edit for an older version of a document wherever its positions have come to
lie. Their reports name each edit as it was made, so that one can tell, and undo it there.
"""

from collections.abc import Iterable, Sequence

from ..text.document import Edit, Span, after
from ..text.edits import moved, moved_span, touches
from .beside import move
from .report import Parts, Report
from .writing import Writing


class Strays:
    """What would put the document right, in steps: the newest first.

    Each step is in the positions that hold once those after it are made. The positions that hold
    once all of them are made are called home: there the document is as if nothing had gone wrong,
    and there the regions of all writings are kept meanwhile. `is_formatted`: a formatter has
    changed the document since.
    """

    def __init__(self) -> None:
        self._steps: list[tuple[Edit, ...]] = []
        self.is_formatted = False

    def __bool__(self) -> bool:
        return bool(self._steps)

    @property
    def next(self) -> tuple[Edit, ...]:
        """The edits to make next."""
        return self._steps[-1]

    def give_up(self) -> None:
        """Nothing can be put right any more."""
        self._steps.clear()

    def begin(self, parts: Parts, writings: Sequence[Writing]) -> None:
        """Our part is in a wrong place."""
        self.is_formatted = False
        _move(writings, parts.before.edits)
        self._steps.append(_undoing(parts.ours))
        self._pass(parts.behind, writings)

    def follow(
        self,
        report: Report,
        parts: Parts | None,
        writings: Sequence[Writing],
        *,
        by_save: bool,
    ) -> None:
        """Goes on after a change; `parts` where it holds what is in flight."""
        self.is_formatted |= by_save
        if parts is None:
            self._pass(report, writings)
            return
        self._pass(parts.before, writings)
        self._land(parts.ours)
        self._pass(parts.behind, writings)

    def _land(self, made: Report) -> None:
        """Our edits were made: where they belong, or in a wrong place once more."""
        if self and made.parts(self.next):
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
        move(writing, edits)


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
