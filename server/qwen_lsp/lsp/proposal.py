"""What one finished job has made of some rows of a document, as long as that is to be decided."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..text.document import Edit, Position, Span
from ..text.edits import moved_span
from ..text.hunks import Hunk
from ..text.region import hull_of
from .documents import OpenDocument
from .jobs import Job
from .page import Page
from .patches import Patch, held, made, patches_of, standing


@dataclass(eq=False)
class Proposal:
    """What one job has made of the rows in `region`: `changes` of the `original`."""

    job: Job
    document: OpenDocument
    region: Span
    original: tuple[str, ...]
    changes: tuple[Hunk, ...]
    patches: list[Patch]
    """Those that are not decided on."""
    is_taken_over: bool = False
    warning: str = ""

    def touched_by(self, span: Span) -> list[Patch]:
        """The changes whose rows `span` touches, from the top down."""
        return [patch for patch in self.patches if share_rows(patch.span, span)]

    @property
    def is_as_written(self) -> bool:
        """Whether its rows hold what the job has made of them, and nothing besides."""
        first, last = self.region.start.line, self.region.end.line
        document = self.document.document
        end = document.clamp(Position(last + 1, 0))
        rows = document.lines[first : last + 1] if end.line > last else document.lines[first:]
        there = tuple(row.rstrip("\r\n") for row in rows)
        return there == tuple(made(self.changes, self.original))

    def follow(self, edits: Sequence[Edit], *, by_save: bool) -> list[Patch]:
        """Its document has changed; the changes that are undone by that.

        What changes its rows while a save is under way is a formatter, and counts as written.
        """
        hull = hull_of(edits)
        if hull is None:
            return []
        document = self.document.document
        self.region = moved_span(self.region, edits)
        touched = [patch for patch in self.patches if patch.follow(edits, hull)]
        if touched and self._is_undone:
            return self.patches
        undone: list[Patch] = []
        for patch in touched:
            if place := patch.undone_at(document):
                undone.append(patch)
                self.reach(place)
            elif by_save and not patch.takes_all:
                self._written_anew(patch)
            else:
                patch.find_again(document)
        self.taken_back(undone)
        return undone

    def reach(self, span: Span) -> None:
        """Rows at `span` are its own as well."""
        self.region = Span(min(self.region.start, span.start), max(self.region.end, span.end))

    def taken_back(self, patches: Sequence[Patch]) -> None:
        """What these have made is the original again."""
        gone = [hunk for patch in patches for hunk in patch.hunks]
        self.changes = tuple(hunk for hunk in self.changes if hunk not in gone)

    @property
    def _is_undone(self) -> bool:
        start, end = self.region
        is_as_long = end.line - start.line + 1 == len(self.original)
        document = self.document.document
        return is_as_long and standing(document, self.region, self.original) is not None

    def _written_anew(self, patch: Patch) -> None:
        patch.lines = held(self.document.document, patch.span)
        if len(patch.hunks) == 1 and patch.hunks[0].lines:
            old, new = patch.hunks[0], patch.hunks[0]._replace(lines=patch.lines)
            patch.hunks = (new,)
            self.changes = tuple(new if hunk == old else hunk for hunk in self.changes)


def proposal_of(job: Job, document: OpenDocument, page: Page) -> Proposal:
    """What a job has written to `page`, which has just ended."""
    region, original, lines, changes = page.region, page.original, page.lines, page.changes
    is_taken_over = page.outcome.ended == "takenOver"
    if is_taken_over:
        # It ends by the newest change, and knows its place before that.
        region = moved_span(region, document.revisions[-1].edits)
        patches = [Patch(changes, region, original, tuple(lines), takes_all=True)]
    else:
        patches = patches_of(changes, original, lines, region)
    return Proposal(job, document, region, original, changes, patches, is_taken_over)


def everything(patches: Sequence[Patch], region: Span, original: Sequence[str]) -> Patch:
    """All that stands in `region`, where `patches` were to give way to the `original`."""
    hunks = tuple(hunk for patch in patches for hunk in patch.hunks)
    return Patch(hunks, region, tuple(original), (), takes_all=True)


def share_rows(one: Span, other: Span) -> bool:
    """Whether there is a row that both touch."""
    return one.start.line <= other.end.line and other.start.line <= one.end.line
