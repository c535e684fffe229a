"""What one finished job has made of some rows of a document, as long as that is to be decided."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ...streaming.rebase import same_words
from ...text.document import Position, Span
from ...text.hunks import Hunk, hunks, undone
from ...text.retraced import beside, retraced
from ...text.standing import held
from ...text.traced import State, Traced
from ..documents.documents import OpenDocument, Revision
from ..edits.writer import RegionHandle
from ..jobs.job import Job


@dataclass(frozen=True)
class Patch:
    """One change that is to be decided on."""

    change: Hunk
    """What takes it back, in the rows that the job has made."""
    hunk: Hunk
    """What it is in the rows of the original."""
    span: Span = field(compare=False)
    """Its rows; where it has only taken rows away, the row below, or the end of the one above."""


class Without(NamedTuple):
    """Rows `first` up to, not including, `last`, and what they are without some changes.

    Neither is ever none: where it would be, the row above, or below, is among them.
    """

    first: int
    last: int
    lines: tuple[str, ...]
    above: int
    """How many rows there are above those of the job."""


@dataclass(eq=False)
class Proposal:
    """The rows of a document that a job has changed, and each of its changes.

    `is_taken_over`: the job ended by a conflict, before its reply was whole.
    """

    job: Job
    document: OpenDocument
    original: tuple[str, ...]
    traced: Traced
    is_taken_over: bool = False
    warning: str = ""
    handle: RegionHandle | None = None
    """Where the original of some changes is on its way back."""
    leaving: tuple[Hunk, ...] = ()
    """The changes whose original is."""

    @property
    def region(self) -> Span:
        """Its rows, whole; where there are none, the beginning of the row below."""
        if self.handle:
            return self.handle.region
        return self._span(self.traced.first, self.traced.last)

    @property
    def patches(self) -> list[Patch]:
        """The changes that are not decided on and that nobody has undone, from the top down."""
        left = set(self.traced.left).difference(self.leaving)
        return [
            Patch(change, hunk, self._place(change))
            for change, hunk in self._both_ways
            if change in left
        ]

    @property
    def changes(self) -> tuple[Hunk, ...]:
        """What the job has made of the original, but for what is undone by now."""
        states = self.traced.states
        return tuple(hunk for change, hunk in self._both_ways if states[change] is not State.UNDONE)

    @property
    def is_as_written(self) -> bool:
        """Whether its rows hold what the job has made of them, or the original; nothing else."""
        states = self.traced.states.values()
        return State.BY_HAND not in states and not self.traced.strange and self._is_there

    def can_be_discarded(self, patch: Patch) -> bool:
        """Whether it is certain what the rows are without this."""
        return self.traced.states[patch.change] is State.WRITTEN and self._is_there

    def touched_by(self, span: Span) -> list[Patch]:
        """The change just there, else those whose rows `span` touches, from the top down."""
        patches = self.patches
        exactly = [patch for patch in patches if patch.span == span]
        return exactly or [patch for patch in patches if share_rows(patch.span, span)]

    def without(self, patches: Sequence[Patch]) -> Without:
        """What its rows are once these changes are discarded, all of which can be."""
        first, last = self.traced.first, self.traced.last
        changes = [patch.change for patch in patches]
        lines = self.traced.without(changes)
        document = self.document.document
        if first < last and lines:
            return Without(first, last, lines, 0)
        if last < len(document.lines):
            return Without(first, last + 1, (*lines, document.line(last)), 0)
        if first:
            return Without(first - 1, last, (document.line(first - 1), *lines), 1)
        return Without(first, last, ("",), 0)

    def keep(self, patches: Sequence[Patch]) -> None:
        """These changes are decided on: they stay."""
        self.traced = self.traced.keeping(patch.change for patch in patches)

    def leave(self, patches: Sequence[Patch], handle: RegionHandle) -> None:
        """The original of these changes is on its way back to the region of `handle`."""
        self.leaving, self.handle = tuple(patch.change for patch in patches), handle

    def changed(self, revision: Revision) -> bool:
        """The document has changed; whether something else can be decided on by that."""
        if self.handle:
            return False
        before = self.traced
        self.traced = retraced(before, self.document.document, revision.edits)
        return self.traced.left != before.left

    def saved(self) -> bool:
        """The document was saved; whether something else can be decided on by that.

        What a formatter has made of the rows counts as written. It is known by the words, which it
        leaves alone; not where some of the changes are kept.
        """
        before = self.traced
        is_clean = not (self.handle or before.kept or self.is_taken_over or self.is_as_written)
        if is_clean and same_words(before.rows, before.written):
            self.traced = before.formatted()
        return self.traced.left != before.left

    def came_back(self, above: int) -> None:
        """The original rows of what was leaving are back, with `above` rows above them."""
        if self.handle:
            first = self.handle.region.start.line + above
            self.traced = replace(self.traced.discarded(self.leaving), first=first)
        self.leaving, self.handle = (), None

    def broke_off(self, above: int) -> None:
        """The original rows did not come back: what stands there is their user's as well."""
        handle, self.leaving, self.handle = self.handle, (), None
        if handle is None:
            return
        region = handle.region
        first, last = region.start.line + above, region.end.line + 1
        rows = held(self.document.document, first, last)
        typed = hunks(self.traced.written, rows)
        self.traced = replace(self.traced, first=first, typed=typed)

    @property
    def _both_ways(self) -> list[tuple[Hunk, Hunk]]:
        changes = self.traced.changes
        return list(zip(changes, undone(changes, self.traced.written), strict=True))

    @property
    def _is_there(self) -> bool:
        """Whether what is known of its rows holds, and none of the original is beside them."""
        traced, document = self.traced, self.document.document
        is_there = held(document, traced.first, traced.last) == traced.rows
        return is_there and traced.is_certain(beside(traced, document))

    def _place(self, change: Hunk) -> Span:
        first, last = self.traced.places[change]
        if first == last and last == self.traced.last > self.traced.first:
            return Span(*[self._span(first - 1, last).end] * 2)
        return self._span(first, max(last, first + 1))

    def _span(self, first: int, last: int) -> Span:
        document = self.document.document
        start = document.clamp(Position(first, 0))
        if first == last:
            return Span(start, start)
        row = min(last, len(document.lines)) - 1
        return Span(start, Position(row, len(document.line(row))))


def proposal_of(job: Job, document: OpenDocument, handle: RegionHandle) -> Proposal:
    """What a job has written to a region whose end has just come, and maybe its user as well."""
    region = handle.region
    before, behind = _sides(document, region)
    original, changes = _beside(before, handle.original, behind), handle.changes
    if before or behind:
        changes = hunks(original, _beside(before, handle.lines, behind))
    traced = Traced.of(original, changes, region.start.line)
    rows = held(document.document, region.start.line, region.end.line + 1)
    traced = replace(traced, typed=hunks(traced.written, rows))
    is_taken_over = handle.outcome.ended == "takenOver"
    return Proposal(job, document, original, traced, is_taken_over=is_taken_over)


def share_rows(one: Span, other: Span) -> bool:
    """Whether there is a row that both touch."""
    return one.start.line <= other.end.line and other.start.line <= one.end.line


def _sides(document: OpenDocument, region: Span) -> tuple[str, str]:
    """What stands before a region in its first row, and behind it in its last."""
    (first, column), (last, end) = region
    return document.document.line(first)[:column], document.document.line(last)[end:]


def _beside(before: str, rows: Sequence[str], behind: str) -> tuple[str, ...]:
    """`rows` with what was typed beside the first in its line, and the last."""
    whole = [*rows]
    whole[0] = before + whole[0]
    whole[-1] += behind
    return tuple(whole)
