"""Whether the server could have known better than it did.

It is told texts, not who has changed them. What it takes a document for is as good as the truth
where that asks for no more typing than there was; then it is taken for the truth from there on.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from qwen_lsp.streaming.delivery import VersionedEdit
from qwen_lsp.streaming.region import Ending
from qwen_lsp.text.document import Document, Position

from .editor import Editor
from .job import Job
from .marks import Marks
from .picture import Part, Picture, picture, typed
from .told import Cut, Report


class Seen(NamedTuple):
    """What the server knows: the text, and whether it has decided whose all of that is."""

    text: str
    is_decided: bool


class Judge:
    """Compares what has happened with what the server takes it for, one report after the other."""

    def __init__(self, editor: Editor, jobs: list[Job]) -> None:
        self._editor = editor
        self._jobs = jobs
        self._true = self._believed = self.true_picture()
        self._is_defensible = True
        self._taken_away: set[str] = set()
        self._was_suspended = False
        self._open: tuple[Report, Picture] | None = None
        """What was reported and is not decided on, and the document as it truly was then."""

    def true_picture(self) -> Picture:
        """The document as it truly is."""
        here = {job.number for job in self._jobs if not job.is_over}
        return self._editor.marks.picture(here)

    def sees_made(self, send: VersionedEdit) -> None:
        """An edit of the server's is made now."""
        text = Document(self._editor.text)
        rows = {text.slice(edit.span) for edit in send.edits} - {""}
        self._taken_away |= rows

    def sees_typed(self, cuts: Iterable[Cut]) -> None:
        """The user changes something now. Who puts back what we took away may have undone that."""
        for cut in cuts:
            if any(_are_turned(cut.text, taken) for taken in self._taken_away):
                for job in self._jobs:
                    edges = self._editor.marks.span(job.number)
                    job.is_put_back |= cut.start in edges

    def sees_told(
        self, report: Report, true: Picture, seen: Seen, sent: Sequence[VersionedEdit]
    ) -> None:
        """The server has heard a report, from which on the document is truly as in `true`.

        `sent` is what was sent last, if anything was. Nothing is judged before the server has
        decided whose all of it is.
        """
        if self._open:
            report = self._open[0].and_then(report)
        self._open = (report, true)
        self.sees_decided(seen, sent)

    def sees_decided(self, seen: Seen, sent: Sequence[VersionedEdit]) -> None:
        """The server may have decided whose that is what was reported."""
        if self._open is None or not seen.is_decided:
            return
        report, true = self._open
        self._open = None
        believed = self._believed_picture(seen)
        active = self._active & {part.job for part in self._believed}
        most = self._typed(report, true, active)
        cost = typed(self._believed, believed, jobs=active, limit=report.typed + 1)
        # What compares lines may report a change beside its place, and nobody knows where it was.
        is_told = report.is_exact and self._editor.habits.telling != "lines"
        is_known = is_told and not report.undoes and self._true == self._believed
        # What puts back at an edge what suspended the rows may be an undo, or typed outside.
        is_known &= not self._was_suspended
        self._was_suspended = any(job.region.is_suspended for job in self._jobs)
        is_known &= not any(_made_of(report.before, each) == report.text for each in sent)
        is_other = _beside_rows(true) != _beside_rows(believed)
        if cost > most + _left_behind(sent) or (is_known and is_other):
            self._is_defensible = False
        self._true, self._believed = true, believed

    def agree(self, seen: Seen) -> None:
        """Where the server's picture may well be the true one, it is."""
        if not seen.is_decided or seen.text != self._editor.text:
            return
        believed = self._believed_picture(seen)
        if self._is_defensible and self.true_picture() != believed:
            self._take_for_true(believed)
        self._true, self._believed = self.true_picture(), believed
        self._is_defensible |= self._true == believed

    @property
    def _active(self) -> set[int]:
        return {job.number for job in self._jobs if not job.region.ending}

    def _typed(self, report: Report, true: Picture, active: set[int]) -> int:
        """How many characters the user has really put in and taken away, at the least."""
        if report.undoes:
            return report.typed
        untouched = {number for number in active if not self._jobs[number].is_touched}
        here = untouched & {part.job for part in self._true}
        return typed(self._true, true, jobs=here, limit=report.typed)

    def _believed_picture(self, seen: Seen) -> Picture:
        home = Document(seen.text)
        parts: list[Part] = []
        at = 0
        active = [self._jobs[number] for number in self._active]
        for job in sorted(active, key=lambda job: job.region.span.start):
            start, end = (_offset(home, edge) for edge in job.region.span)
            parts += [Part(None, home.text[at:start]), Part(job.number, home.text[start:end])]
            at = end
        return picture([*parts, Part(None, home.text[at:])])

    def _take_for_true(self, believed: Picture) -> None:
        marks = Marks(self._editor.text)
        here = {part.job for part in believed}
        for job in self._jobs:
            if job.number not in here:
                marks.enclose(job.number, *self._editor.marks.span(job.number))
                marks.release(job.number)
        at = 0
        for part in believed:
            if part.job is not None:
                marks.enclose(part.job, at, at + len(part.text))
                job = self._jobs[part.job]
                job.content, job.is_touched = part.text, job.region.is_suspended
            at += len(part.text)
        self._editor.marks = marks
        self._editor.history.clear()


def _beside_rows(seen: Picture) -> list[str]:
    return [part.text for part in seen if part.job is None]


def _are_turned(text: str, other: str) -> bool:
    """Whether they are the same, but that one may begin in the midst of the other and go round."""
    return bool(text) and len(text) == len(other) and text in 2 * other


def _made_of(text: str, send: VersionedEdit) -> str:
    """What our edit makes of a text."""
    document = Document(text)
    for edit in reversed(send.edits):
        document.apply(edit)
    return document.text


def _left_behind(sent: Sequence[VersionedEdit]) -> int:
    """Characters of ours that may be in rows that were taken over just now."""
    return sum(
        len(edit.text)
        for send in sent
        if send.region.ending is Ending.CONFLICT
        for edit in send.edits
    )


def _offset(text: Document, place: Position) -> int:
    """The nearest offset to a line and a column."""
    if place.line >= len(text.lines):
        return len(text.text)
    return sum(map(len, text.lines[: place.line])) + min(place.column, len(text.line(place.line)))
