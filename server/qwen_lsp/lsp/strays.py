"""Text of ours that an editor has put into, or taken from, a wrong place, until that is put right.

Some editors make an edit for an older version of a document wherever its positions have come to
lie. Their reports name each edit as it was made, so that one can tell, and undo it there.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..text.document import Document, Edit, Position, Span, after
from ..text.edits import moved, moved_span, touches
from ..text.rewrite import BLANK
from .beside import move
from .report import Parts, Report
from .writing import Writing


class Undo(NamedTuple):
    """What undoes an edit of ours, and the text that stands where it is to be made."""

    edit: Edit
    stands: str


class Strays:
    """What would put the document right, in steps: the newest first.

    Each step is in the positions that hold once those after it are made. The positions that hold
    once all of them are made are called home: there the document is as if nothing had gone wrong,
    and there the regions of all writings are kept meanwhile. `is_formatted`: a formatter has
    changed the document since.
    """

    def __init__(self) -> None:
        self.steps: list[tuple[Undo, ...]] = []
        self.is_formatted = False

    def __bool__(self) -> bool:
        return bool(self.steps)

    @property
    def next(self) -> tuple[Edit, ...]:
        """The edits to make next."""
        return tuple(undo.edit for undo in self.steps[-1])

    def probe(self, line_end: str) -> tuple[Edit, ...]:
        """One more blank row beside those, by which the client is made to report."""
        start = Position(self.next[0].span.start.line, 0)
        return (Edit(Span(start, start), BLANK + line_end),)

    def give_up(self) -> None:
        """Nothing can be put right any more."""
        self.steps.clear()

    @property
    def spans(self) -> list[Span]:
        """Where something is to be put right."""
        found: list[Span] = []
        for step in self.steps:
            back = _undone(step)
            found = [moved_span(span, back) for span in found]
            found += [undo.edit.span for undo in step]
        return found

    def away(self, span: Span) -> Span:
        """Where a span at home is now."""
        for step in self.steps:
            span = moved_span(span, _undone(step))
        return span

    def at_home(self, span: Span) -> Span:
        """Where a span is once all is put right."""
        for step in reversed(self.steps):
            span = moved_span(span, [undo.edit for undo in reversed(step)])
        return span

    def begin(self, parts: Parts, writings: Sequence[Writing]) -> None:
        """Our part is in a wrong place."""
        self.is_formatted = False
        _move(writings, parts.before.edits)
        self._undo(parts.ours)
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

    def missing(self, writings: Sequence[Writing]) -> list[Writing]:
        """Those of which the rows are not as they were written any more; the others are found.

        Rows in which something is still to be put right are looked at after that.
        """
        lost: list[Writing] = []
        astray = self.spans
        for writing in writings:
            place = self.away(writing.region)
            if any(start <= place.end and place.start <= end for start, end in astray):
                continue
            found = writing.stands(place, may_be_formatted=self.is_formatted)
            if found is None:
                lost.append(writing)
            else:
                writing.move_to(self.at_home(found))
        return lost

    def _land(self, made: Report) -> None:
        """Our edits were made: where they belong, or in a wrong place once more."""
        if self and made.parts(self.next):
            self.steps.pop()
        else:
            self._undo(made)

    def _undo(self, made: Report) -> None:
        """Our edits are to be undone; those that have changed nothing need not be."""
        if step := undoing(made):
            self.steps.append(step)

    def _pass(self, report: Report, writings: Sequence[Writing]) -> None:
        """The user's edits move all that is to be put right, and the regions."""
        for edit in report.edits:
            _move(writings, [self._home(edit)])

    def _home(self, edit: Edit) -> Edit:
        """The user's `edit` as it is at home."""
        for index in reversed(range(len(self.steps))):
            step = self.steps[index]
            self.steps[index] = tuple(left for each in step for left in _left_by(edit, each))
            edit = Edit(_before(edit.span, step), edit.text)
        self.steps = [step for step in self.steps if step]
        return edit


def _before(span: Span, step: Sequence[Undo]) -> Span:
    """Where a span is once a step is made. An empty one stays before what comes back just there."""
    for undo in reversed(step):
        if span.start == span.end:
            place = moved(span.start, undo.edit, stays_before=True)
            span = Span(place, place)
        else:
            span = moved_span(span, [undo.edit])
    return span


def _left_by(edit: Edit, undo: Undo) -> list[Undo]:
    """What is still to be undone after the user's `edit`, which may be in the midst of it."""
    (start, end), text = undo.edit
    edit = _slid(edit, undo)
    (first, last), typed = edit
    if start == end or not touches(undo.edit.span, edit):
        return [Undo(Edit(moved_span(undo.edit.span, [edit]), text), undo.stands)]
    pieces = []
    if start < first:
        pieces.append((Span(start, first), _until(first, undo)))
    if last < end:
        behind = Span(after(first, typed), moved(end, edit, stays_before=True))
        pieces.append((behind, undo.stands[len(_until(last, undo)) :]))
    if not pieces and text:
        pieces = [(Span(first, first), "")]
    if len(pieces) == 2 and not typed:
        (upper, head), (lower, tail) = pieces
        pieces = [(Span(upper.start, lower.end), head + tail)]
    return [
        Undo(Edit(piece, "" if index else text), stands)
        for index, (piece, stands) in enumerate(pieces)
    ]


def _slid(edit: Edit, undo: Undo) -> Edit:
    """What was put in in the midst of ours, beside it if it may as well stand there."""
    (start, end), text = edit
    ours = undo.edit.span
    if start != end or not ours.start < start < ours.end:
        return edit
    head = _until(start, undo)
    tail = undo.stands[len(head) :]
    if (head + text).endswith(head):
        return Edit(Span(ours.start, ours.start), (head + text)[: len(text)])
    if (text + tail).startswith(tail):
        return Edit(Span(ours.end, ours.end), (text + tail)[len(tail) :])
    return edit


def _undone(step: Sequence[Undo]) -> list[Edit]:
    """What turns a step that was made back again, from the bottom up."""
    found: list[Edit] = []
    for undo in step:
        start = undo.edit.span.start
        for upper, _ in [each for each in step if each.edit.span.start < start][::-1]:
            start = moved(start, upper, stays_before=False)
        found.append(Edit(Span(start, after(start, undo.edit.text)), undo.stands))
    return found[::-1]


def _until(place: Position, undo: Undo) -> str:
    """What stands of ours before a place in it."""
    start = undo.edit.span.start
    row = place.line - start.line
    column = place.column - (0 if row else start.column)
    text = Document(undo.stands)
    return text.slice(Span(Position(0, 0), max(Position(0, 0), Position(row, column))))


def _move(writings: Iterable[Writing], edits: Sequence[Edit]) -> None:
    for writing in writings:
        move(writing, edits)


def undoing(made: Report) -> tuple[Undo, ...]:
    """What undoes edits that were made from the bottom up, in the positions after them."""
    undos: list[Undo] = []
    uppers: list[Edit] = []
    for edit, text in reversed(made):
        start = edit.span.start
        for upper in reversed(uppers):
            start = moved(start, upper, stays_before=False)
        undos.append(Undo(Edit(Span(start, after(start, edit.text)), text), edit.text))
        uppers.append(edit)
    return tuple(undo for undo in undos if undo.edit.text or undo.stands)
