"""One reply in its rows of a document: what stands there, what is to come, and how it ends."""

from collections.abc import Iterable, Sequence
from enum import Enum

from ..text.document import Change, Document, Edit, Position, Span, after
from ..text.edits import moved, moved_span, touches
from ..text.hunks import Hunk, hunks, undone
from ..text.rewrite import Rewrite, Step
from .rebase import rebased, refined, same_but_for_space, same_words, trimmed
from .text_edits import Lines, Rows, RowsAt, rows_in, span_of
from .undo_steps import UndoSteps


class Ending(Enum):
    """Why nothing more is written."""

    SETTLED = "all of it is in the document"
    CONFLICT = "somebody else has changed the text"
    CLOSED = "the document was closed"
    REFUSED = "the client rejects the edits"
    UNVERIFIED = "the client has not made the edit as it was sent"


class RegionGroup:
    """The regions of one job, in the order of the document: what ends one of them ends all."""

    def __init__(self) -> None:
        self.regions: list[Region] = []


class Region:
    """Rows of a document and the reply that replaces them.

    `original` are the rows that a restore brings back: those that stand there, or others, which
    they turn into before the reply is written.
    """

    def __init__(
        self,
        document: Document,
        first: int,
        last: int,
        original: Sequence[str] | None = None,
        group: RegionGroup | None = None,
    ) -> None:
        rows = [document.line(row) for row in range(first, last)]
        self.span = Span(Position(first, 0), Position(last - 1, len(rows[-1])))
        self.original = tuple(rows if original is None else original)
        self.group = RegionGroup() if group is None else group
        self.group.regions.append(self)
        self.ending: Ending | None = None
        self.reason = ""
        self.was_in_flight = False
        """It has ended before the client has said whether an edit of it was applied."""
        self.is_closed = False
        """No line of the reply follows."""
        self.waits_for_rest = False
        """Nothing is written while the user types."""
        self.rejections = 0
        """Of the next edit, one after the other, without a change by the user in between."""
        self.sent_at = float("-inf")
        self.undo_steps = UndoSteps()
        self._document = document
        self._line_end = document.lines[first][len(rows[0]) :] or document.line_end
        self._reply = Rewrite(self.original)
        self._goes_back_first = self.original != tuple(rows)
        self._goes_back = False
        self.rewrite = Rewrite.whole(rows, self.original) if self._goes_back_first else self._reply
        self._targets: list[Sequence[str]] = []
        self._written: list[str] | None = None
        self._folds = False
        self._suspended: Rows | None = None
        """The rows as somebody else has made them, since it is suspended."""
        self._was_changed = False
        self._is_formatters = False
        self._is_undone = False
        """The rows are what they were before some edit of ours."""
        self._replaced: set[tuple[str, str]] = set()
        """What each of our edits has put in, and what it took away."""
        self._removed_at_edges: set[str] = set()

    @property
    def lines(self) -> list[str]:
        """The rows as they were written; while they are folded, as they will be again.

        Costs all of them.
        """
        return self._written or self.rewrite.lines

    @property
    def changes(self) -> tuple[Hunk, ...]:
        """What makes `lines` of the original."""
        is_of_reply = self.rewrite is self._reply or self.is_folding
        if is_of_reply and not self._goes_back:
            return self._reply.changes
        return hunks(self.original, self.lines)

    @property
    def line_end(self) -> str:
        """The line end of the rows."""
        if len(self._document.lines) == 1:
            return self._line_end
        row = min(self.span.start.line, len(self._document.lines) - 1)
        return self._document.lines[row][len(self._document.line(row)) :] or self._document.line_end

    @property
    def ignores_gap(self) -> bool:
        """Whether its next edit need not keep a distance from the last one."""
        return self.undo_steps.began_at is None or self.is_folding

    @property
    def is_folding(self) -> bool:
        """All is written, and only the history of undo is put in order."""
        return self._written is not None

    @property
    def is_suspended(self) -> bool:
        """Somebody else has changed the rows; nothing more is written until it is known who."""
        return self._suspended is not None

    @property
    def has_written(self) -> bool:
        """Whether some edit of it is in the document."""
        return self.undo_steps.edits > 0

    @property
    def is_waiting(self) -> bool:
        """Whether something is to be written now."""
        return not self.is_suspended and not self.rewrite.is_settled

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
        self.replace(self.original)
        self._goes_back = True

    def replace(self, rows: Sequence[str]) -> None:
        """All rows are to give way to `rows`, whatever of the reply is known."""
        self.is_closed = True
        self._goes_back_first = self._folds = False
        self._targets = [rows]
        if not self.rewrite.is_whole:
            self.rewrite.break_off()

    # What is written.

    def step(self) -> Step:
        """What is to change next."""
        return self.rewrite.step()

    def edits(self, step: Step) -> tuple[Edit, ...] | None:
        """The edits that make `step`, in the positions before the first of them.

        None where the rows around them are not what they should be.
        """
        rows = RowsAt(self.rewrite, self.span, self.line_end)
        return rows.edits(step.hunks) if rows.stands_in(self._document, step.hunks) else None

    def is_last(self, step: Step) -> bool:
        """Whether nothing is known to follow `step`."""
        return self.is_closed and not self._targets and len(step.lines) == len(self.rewrite.waiting)

    def land(self, step: Step, changes: Iterable[Change]) -> None:
        """The client has made `step`, by `changes`, the last of them first."""
        for edit, removed in changes:
            self._replaced.add(trimmed(edit.text, removed))
            is_at_edge = edit.span.start == self.span.start or edit.span.end == self.span.end
            if is_at_edge and not edit.text and removed.strip():
                self._removed_at_edges.add(removed)
        self.rewrite.land(step)
        self.span = span_of(self.span.start, self.rewrite)
        self.rejections = 0
        self.undo_steps.landed()

    def advance(self, *, may_fold: bool) -> bool:
        """Goes on to what is to be written next; False where there is nothing.

        To be called when the rewrite is settled and no edit is in flight.
        """
        if self._goes_back_first:
            self._goes_back_first = False
            self.undo_steps.begins = True
            self.rewrite = self._reply
            return True
        if self.is_closed and self._folds:
            self._folds = False
            is_changed = tuple(self.rewrite.lines) != self.original
            if may_fold and not self._was_changed and self.undo_steps.edits > 1 and is_changed:
                self._written = self.rewrite.lines
                self._targets = [self.original, self._written]
        if not self._targets:
            return False
        self._turn_to(self._targets.pop(0))
        return True

    def _turn_to(self, target: Sequence[str]) -> None:
        """All rows are to give way to `target`; what the reply has changed is known already."""
        changes = None
        if self.rewrite is self._reply and target is self.original:
            changes = undone(self._reply.changes, self.original)
        self.rewrite = Rewrite.whole(self.rewrite.lines, target, changes)

    def stands(self) -> bool:
        """Whether the document holds all rows as they were written. Costs all of them."""
        return _stands(self._document, self.span, self.rewrite)

    # What others change.

    def follow(self, changes: Sequence[Change], *, slides: bool, saved_after: int = 0) -> bool:
        """Moves with the changes of others, or is suspended by them; False where they conflict.

        `slides`: the places that the client reports come from a comparison of lines. The document
        was saved after the first `saved_after` of the changes.
        """
        before = rebased(self.span, changes[:saved_after])
        found = before and rebased(before.span, changes[saved_after:], before.inside)
        is_saved = bool(before and found and found.inside == before.inside and saved_after)
        self._is_formatters |= is_saved and self.is_suspended
        if self.is_suspended and self._comes_back(changes):
            return True
        if found and not found.inside and not self._is_undone_at_edge(changes):
            self.span = found.span
            return True
        is_undone = found is not None and any(map(self._undoes, found.inside))
        if not is_undone and (slides or (found and found.is_inferred)) and self._slides(changes):
            return True
        if found is None:
            self.span = moved_span(self.span, [change.edit for change in changes])
            return False
        self.span = found.span
        if not found.inside:
            return False
        self._was_changed = True
        rows = rows_in(self._document, self.span)
        if rows == self.rewrite.lines:
            self._suspended = None
            return True
        if not same_words(rows, self.rewrite.lines):
            return False
        self._suspended, self._is_formatters = Lines(rows), is_saved
        self._is_undone = is_undone or self.rewrite.had(rows)
        return True

    def saved(self) -> None:
        """The document was saved: who has changed the rows right before was a formatter."""
        self._is_formatters = self.is_suspended

    @property
    def is_undecided(self) -> bool:
        """Whether the reply is whole and only a save would let the suspended rows give way."""
        if not self.is_suspended or not self.is_closed or self._is_formatters:
            return False
        rows = rows_in(self._document, self.span)
        return self._is_undone or not same_but_for_space(rows, self.rewrite.lines)

    def resume(self) -> None:
        """Suspended rows give way to the reply as it is: a formatter has made them, or they differ
        by white space alone."""
        rows = rows_in(self._document, self.span)
        target: Sequence[str]
        if self._written is not None:
            target, self._targets = self._written, []
        elif self._targets:
            target = self._targets.pop()
        elif self._goes_back_first:
            target, self._goes_back_first = self._reply.target, False
        else:
            target = self.rewrite.target
        self._suspended, self._folds = None, False
        self.rewrite = Rewrite.whole(rows, target)

    def _undoes(self, change: Change) -> bool:
        """Whether a change takes an edit of ours back."""
        return (change.removed, change.edit.text) in self._replaced

    def _is_undone_at_edge(self, changes: Iterable[Change]) -> bool:
        """Whether rows come back at an edge that an edit of ours has taken away there."""
        span = self.span
        for edit, _ in changes:
            start, end = edit.span
            if start == end and start in span and edit.text in self._removed_at_edges:
                return True
            span = moved_span(span, [edit])
        return False

    def _comes_back(self, changes: Sequence[Change]) -> bool:
        """Whether what has suspended the rows is undone by what was put in at an edge of them."""
        narrow, widest = self._moved(changes)
        if narrow == widest:
            return False
        for span in self._only_place(self.rewrite, widest):
            if span.start <= narrow.start and narrow.end <= span.end:
                self.span, self._suspended = span, None
                return True
        return False

    def _moved(self, changes: Iterable[Change]) -> tuple[Span, Span]:
        """Where the rows are if what was put in at their edges is outside, and if it is inside."""
        span = widest = self.span
        for change in changes:
            for edit, _ in refined(change) if touches(widest, change.edit) else [change]:
                span = moved_span(span, [edit])
                start = moved(widest.start, edit, stays_before=True)
                widest = Span(start, moved(widest.end, edit, stays_before=False))
        return span, widest

    def _slides(self, changes: Iterable[Change]) -> bool:
        """Whether the rows stand where the changes would leave them if all were outside.

        That is as true as what the client has compared, where the changes are all below the rows,
        or above them, or where there is one place alone for the rows.
        """
        (start, end), widest = self._moved(changes)
        rows = self._suspended or self.rewrite
        last = len(rows) - 1
        candidates = [span_of(start, rows)]
        line, column = end.line - last, end.column - len(rows.line(last))
        if last and line >= 0:
            column = len(self._document.line(line)) - len(rows.line(0))
        if line >= 0 and column >= 0:
            candidates.append(span_of(Position(line, column), rows))
        candidates += self._only_place(rows, widest)
        for span in candidates:
            if _stands(self._document, span, rows):
                self.span = span
                return True
        return False

    def _only_place(self, rows: Rows, widest: Span) -> list[Span]:
        """The one place within `widest` that holds `rows`; none where there are several."""
        text = self._document.slice(widest)
        wanted = self.line_end.join(rows.line(row) for row in range(len(rows)))
        at = text.find(wanted)
        if at < 0 or text.find(wanted, at + 1) >= 0:
            return []
        return [span_of(after(widest.start, text[:at]), rows)]


def _stands(document: Document, span: Span, rows: Rows) -> bool:
    every = Hunk(0, len(rows), ())
    return RowsAt(rows, span, "").stands_in(document, [every])
