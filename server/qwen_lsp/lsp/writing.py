"""One reply on its way into one region of a document. Knows nothing of LSP and of time."""

from collections.abc import Iterable, Sequence
from enum import Enum

from ..text.document import Document, Edit, Position, Span
from ..text.hunks import Hunk, hunks, image_of, undone
from ..text.region import edges_of
from ..text.rewrite import BLANK, Rewrite, Step
from .block import Block, rows_in
from .history import History
from .hunk_edits import RowsAt, parted
from .manner import Leaves
from .report import Change


class Ending(Enum):
    """Why nothing more is written."""

    SETTLED = "all of it is in the document"
    TAKEN_OVER = "the user has changed the text"
    CLOSED = "the document was closed"
    REFUSED = "the editor refused the edits"
    SILENT = "the editor did not answer, or did not do what it said"


class Writing:
    """A region of a document and what is to stand in it.

    Where `original` is given, the rows turn back into that before the reply is written.
    """

    def __init__(
        self, document: Document, first: int, last: int, original: Sequence[str] | None = None
    ) -> None:
        rows = [document.line(row) for row in range(first, last)]
        self.region = Span(Position(first, 0), Position(last - 1, len(rows[-1])))
        self.original = tuple(rows if original is None else original)
        self.ending: Ending | None = None
        self.reason = ""
        self.is_closed = False
        self.refusals = 0
        self.history = History()
        self.sent_at = float("-inf")
        self._document = document
        self._reply = Rewrite(self.original)
        self._goes_back_first = self.original != tuple(rows)
        self._goes_back = False
        self.rewrite = Rewrite.whole(rows, self.original) if self._goes_back_first else self._reply
        self._targets: list[Sequence[str]] = []
        self._written: list[str] | None = None
        self._folds = False
        self._is_opened = False
        self.is_put_back = False
        self.taken_away: set[str] = set()
        self.taken_at_edges: set[str] = set()
        self.edges = edges_of(document, self.region)

    @property
    def lines(self) -> list[str]:
        """The rows as they are; while they are folded, as they will be again. Costs all of them."""
        return self._written or self.rewrite.lines

    @property
    def changes(self) -> tuple[Hunk, ...]:
        """What makes the rows, as they are or will be again, of the original."""
        if self._goes_back:
            return hunks(self.original, self.rewrite.lines)
        changes = self._reply.changes
        return hunks(self.original, self.lines) if changes is None else changes

    @property
    def block(self) -> Block:
        """The rows as they are."""
        taken = (self.taken_away, self.taken_at_edges)
        return Block(self.region, self.rewrite, self.line_end, *taken)

    @property
    def is_urgent(self) -> bool:
        """Whether its next edit need not keep a distance from the last one."""
        return self.history.began_at is None or self.is_folding or self._is_opened

    @property
    def is_folding(self) -> bool:
        """All is written, and only the history of undo is put in order."""
        return self._written is not None

    def extend(self, lines: Iterable[str]) -> None:
        """More lines of the reply are known."""
        self._reply.extend(lines)

    def finish(self, *, folds: bool = False) -> None:
        """The reply is whole: what is left of the original goes.

        A reply without a line leaves a blank one. If `folds`, the original is put back then, and
        the new text in its place again, so that one undo gives the original back.
        """
        if not self._reply.placed and not self._reply.waiting:
            self._reply.extend([""])
        self._reply.finish()
        self.is_closed = True
        self._folds = folds

    def keep(self) -> None:
        """The reply has broken off: what is known of it stays, and the rest of the original."""
        self.is_closed = True

    def restore(self) -> None:
        """The original is to come back."""
        self.is_closed = True
        self._goes_back_first = self._folds = False
        self._goes_back = True
        self._targets = [self.original]
        if not self.rewrite.is_whole:
            self.rewrite.break_off()

    def step(self, leaves: Leaves, *, is_fresh: bool) -> Step:
        """What is to change next; where no report is fresh, that which may leave then.

        Where there is nothing to put in that can be told from what others type, a blank row is,
        which makes the client report. Nothing comes between the two edits of a fold, which would
        stay in the history.
        """
        whole = self.rewrite.step()
        if is_fresh or self.is_folding or not whole.hunks or leaves == "all":
            return whole
        careful = self.rewrite.step(inserts_only=True)
        added = [line for hunk in careful.hunks for line in hunk.lines]
        says_whose = leaves == "lines" and any(not line.isspace() for line in added if line)
        return careful if says_whose or (careful.lines and not added) else self.rewrite.opened()

    def is_last(self, step: Step) -> bool:
        """Whether nothing is known to follow `step`."""
        return self.is_closed and not self._targets and len(step.lines) == len(self.rewrite.waiting)

    def takes(self, ours: Iterable[Change]) -> None:
        """Remembers the rows that our edits take away, to know them when somebody undoes that."""
        for edit, removed in ours:
            if edit.text or "\n" not in removed or not removed.strip():
                continue
            rows = {removed, removed.replace(BLANK + self.line_end, "")}
            self.taken_away |= rows
            if edit.span.start == self.region.start or edit.span.end == self.region.end:
                self.taken_at_edges |= rows

    def stands(self, place: Span, *, may_be_formatted: bool) -> Span | None:
        """Where the rows are as they were written, at a place or near it; None where they are not.

        One edge of it may have been told some characters on. If they `may_be_formatted`, blanks at
        the ends of rows may have gone, which is taken for ours. Costs all of them.
        """
        if self.is_put_back or place.end.line >= len(self._document.lines):
            return None
        block = self.block
        for near in (place, *block.near(place, self._document)[::-1]):
            if near and block.stands(near, self._document):
                return near
        trimmed = [row.rstrip() for row in self.rewrite.lines]
        rows = [row.rstrip() for row in rows_in(place, self._document)]
        if not may_be_formatted or rows != trimmed:
            return None
        self.adopt(place)
        return place

    def advance(self, *, may_fold: bool) -> bool:
        """Goes on to what is to be written next, or says that there is nothing.

        To be called when the rewrite is settled and no edit is in flight: the rows must be known.
        """
        if self._goes_back_first:
            self._goes_back_first = False
            self.history.begins = True
            rows = self.rewrite.lines
            self.rewrite = self._reply
            if tuple(rows) != self.original:
                self.rewrite.adopt(rows, boundary=0)
            return True
        if self.is_closed and self._folds:
            self._folds = False
            if may_fold and self.history.edits > 1 and tuple(self.rewrite.lines) != self.original:
                self._written = self.rewrite.lines
                self._targets = [self.original, self._written]
        if not self._targets:
            return False
        self._turn_to(self._targets.pop(0))
        return True

    def _turn_to(self, target: Sequence[str]) -> None:
        """All rows are to give way to `target`; what the reply has changed is known already."""
        rows, changes = self.rewrite.lines, self._reply.changes
        if changes is not None and self.rewrite is self._reply:
            changes = undone(changes, self.original)
        elif tuple(rows) != self.original or target is self.original:
            changes = None
        self.rewrite = Rewrite.whole(rows, target, changes)

    def land(self, step: Step, region: Span) -> None:
        """The editor has made `step`, and the rows are now at `region`."""
        self.rewrite.land(step)
        self.move_to(region)
        self.refusals = 0
        self.history.landed()
        self._is_opened = step.blank is not None

    def move_to(self, region: Span) -> None:
        """The rows are now at `region`."""
        self.region = region

    def look_around(self, *, is_changed: bool) -> None:
        """The document and the place of the rows in it are known: so is what stands beside them."""
        if is_changed:
            self.refusals = 0
        self.edges = edges_of(self._document, self.region)

    def adopt(self, region: Span) -> None:
        """Takes what a formatter has put into `region` for our own text and goes on from there."""
        rows = rows_in(region, self._document)
        boundary = image_of(len(self.rewrite.placed), self.rewrite.lines, rows)
        self.rewrite.adopt(rows, boundary=boundary)
        self.move_to(region)

    def edits(self, step: Step, *, region: Span | None = None) -> tuple[Edit, ...]:
        """The edits of the document that make `step`, all in the positions before it, in `region`.

        Each either puts text in or takes text away, so that a report tells which one it was.
        """
        return parted(self.whole_edits(step, region=region))

    def whole_edits(self, step: Step, *, region: Span | None = None) -> list[Edit]:
        """The same, one edit for each hunk."""
        place = self.region if region is None else region
        return RowsAt(self.rewrite, place, self.line_end).edits(step.hunks)

    @property
    def line_end(self) -> str:
        """The line end that the rows have by now."""
        row = min(self.region.start.line, len(self._document.lines) - 1)
        return self._document.lines[row][len(self._document.line(row)) :] or self._document.line_end


def longest_waiting(writings: Iterable[Writing]) -> Writing | None:
    """The one whose turn it is to have an edit sent; None where nothing is to be written."""
    waiting = [writing for writing in writings if not writing.rewrite.is_settled]
    return min(waiting, key=lambda writing: writing.sent_at, default=None)
