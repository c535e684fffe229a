"""One reply on its way into one region of a document. Knows nothing of LSP and of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

from ..text.document import Document, Edit, Position, Span, split_lines, without_end
from ..text.edits import common
from ..text.hunks import Hunk
from ..text.region import Hull, Rows, edges_of
from ..text.rewrite import Rewrite, Step


class Ending(Enum):
    """Why nothing more is written."""

    SETTLED = "all of it is in the document"
    TAKEN_OVER = "the user has changed the text"
    CLOSED = "the document was closed"
    REFUSED = "the editor refused the edits"
    SILENT = "the editor did not answer, or did not do what it said"


class Writing:
    """A region of a document and what is to stand in it."""

    def __init__(self, document: Document, first: int, last: int) -> None:
        rows = [document.line(row) for row in range(first, last)]
        self.region = Span(Position(first, 0), Position(last - 1, len(rows[-1])))
        self.rewrite = Rewrite(rows)
        self.ending: Ending | None = None
        self.reason = ""
        self.is_closed = False
        self.refusals = 0
        self.sent_at = float("-inf")
        self._document = document
        self.original = tuple(rows)
        self._restores = False
        raw = document.lines[first]
        self.edges = edges_of(document, self.region)
        self._line_end = raw[len(rows[0]) :] or document.line_end

    def finish(self) -> None:
        """The reply is whole: what is left of the original goes."""
        self.rewrite.finish()
        self.is_closed = True

    def keep(self) -> None:
        """The reply has broken off: what is known of it stays, and the rest of the original."""
        self.is_closed = True

    def restore(self) -> None:
        """The original is to come back."""
        self.is_closed = True
        self._restores = True
        self.rewrite.waiting.clear()

    def put_back_if_asked(self) -> None:
        """Begins to restore. Not while an edit is in flight: the region must be known."""
        if self._restores:
            self._restores = False
            self.rewrite = Rewrite(self.rewrite.lines)
            self.rewrite.extend(self.original)
            self.rewrite.finish()

    def land(self, step: Step, region: Span) -> None:
        """The editor has made `step`, and the rows are now at `region`."""
        self.rewrite.land(step)
        self.move_to(region)
        self.refusals = 0

    def move_to(self, region: Span) -> None:
        """The rows are now at `region`."""
        self.region = region
        self.edges = edges_of(self._document, region)

    def landed(self, step: Step) -> Rows:
        """The rows as they are once `step` has landed."""
        return _Landed(self.rewrite, step)

    def adopt(self, region: Span) -> None:
        """Takes what a formatter has put into `region` for our own text and goes on from there."""
        rows = [without_end(line) for line in split_lines(self._document.slice(region))]
        boundary = _image(len(self.rewrite.placed), self.rewrite.lines, rows)
        self.rewrite.adopt(rows, boundary=boundary)
        self.move_to(region)

    def edits(self, hunks: Sequence[Hunk]) -> tuple[Edit, ...]:
        """The edits of the document, all in its present positions, that make `hunks`."""
        return tuple(self._edit(hunk) for hunk in hunks)

    def _edit(self, hunk: Hunk) -> Edit:
        if hunk.last < len(self.rewrite):
            text = "".join(line + self._line_end for line in hunk.lines)
            return Edit(Span(self._start(hunk.first), self._start(hunk.last)), text)
        if hunk.first == 0:
            return Edit(self.region, self._line_end.join(hunk.lines))
        text = "".join(self._line_end + line for line in hunk.lines)
        return Edit(Span(self._end(hunk.first - 1), self.region.end), text)

    def _start(self, row: int) -> Position:
        return Position(self.region.start.line + row, 0) if row else self.region.start

    def _end(self, row: int) -> Position:
        if row == len(self.rewrite) - 1:
            return self.region.end
        column = len(self.rewrite.line(row)) + (self.region.start.column if row == 0 else 0)
        return Position(self.region.start.line + row, column)


@dataclass(frozen=True, eq=False)
class Send:
    """An edit that is to leave now: `edits` in the positions of the document's `version`."""

    writing: Writing
    edits: tuple[Edit, ...]
    version: int


@dataclass(eq=False)
class Flight:
    """The edit that has left and was not seen in the document yet."""

    send: Send
    step: Step
    limit: float
    is_answered: bool = False


def agree_outside(hull: Hull, flight: Flight) -> bool:
    """Whether the edit in flight changes no row that the change has not touched."""
    writing, step = flight.send.writing, flight.step
    if hull.first > writing.region.end.line + 1 or hull.old_last <= writing.region.start.line:
        return False
    before, landed = writing.rewrite, writing.landed(step)
    above = max(0, hull.first - writing.region.start.line)
    below = max(0, writing.region.end.line + 1 - hull.old_last)
    if above + below > len(landed) or max(above, below) > len(before):
        return False
    last, landed_last = len(before) - 1, len(landed) - 1
    same_tail = last + 1 - step.hunks[-1].last
    return all(
        before.line(row) == landed.line(row) for row in range(step.hunks[0].first, above)
    ) and all(
        before.line(last - row) == landed.line(landed_last - row) for row in range(same_tail, below)
    )


class _Landed:
    """The rows of a rewrite as they are once a step has landed, without a copy of them."""

    def __init__(self, rewrite: Rewrite, step: Step) -> None:
        self._rewrite, self._step = rewrite, step

    def __len__(self) -> int:
        placed = len(self._rewrite.placed) + len(self._step.lines)
        return placed + len(self._rewrite.old) - self._step.consumed

    def line(self, row: int) -> str:
        placed = len(self._rewrite.placed)
        if row < placed:
            return self._rewrite.placed[row]
        if row - placed < len(self._step.lines):
            return self._step.lines[row - placed]
        return self._rewrite.old[row - placed - len(self._step.lines) + self._step.consumed]


def _image(boundary: int, old: Sequence[str], new: Sequence[str]) -> int:
    """Where `boundary` of `old` is in `new`, spaces apart.

    Costs the lines; the square of their number only where most of them have changed.
    """
    a, b = [line.strip() for line in old], [line.strip() for line in new]
    head = common(a, b)
    if boundary <= head and boundary < len(a):
        return boundary
    tail = common(a[head:][::-1], b[head:][::-1])
    if boundary >= len(a) - tail:
        return boundary + len(b) - len(a)
    matcher = SequenceMatcher(a=a[head : len(a) - tail], b=b[head : len(b) - tail], autojunk=False)
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        if boundary - head <= last:
            return new_first + boundary - first if tag == "equal" else head + new_last
    return len(new)
