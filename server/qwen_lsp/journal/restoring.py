"""Where an original goes back to in a document that was written to, and changed, since."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from ..text.document import Document
from .entry import ENOUGH, REACH, Entry, Neighbours, Row, compared


class Restoration(NamedTuple):
    """Rows `first` up to, not including, `last` give way to `lines`."""

    first: int
    last: int
    lines: tuple[str, ...]
    holds_original: bool
    """The original stands there already."""


def place_of(document: Document, entry: Entry) -> Restoration | None:
    """Where `entry` goes back to, or None where that isn't certain.

    It is all that stands between the rows that the original stood between, where they are found
    but once; what was put in exactly at an edge is no more to be told from what Qwen has written.
    Of the rows on a side one may have changed meanwhile, if it isn't the nearest.
    """
    above, below = _Side(document, entry.above, -1), _Side(document, entry.below, 1)
    firsts, lasts = above.edges(entry), below.edges(entry)
    pairs = ((first, last) for first in firsts for last in lasts[bisect_left(lasts, first) :])
    match list(islice(pairs, 2)):
        case [(first, last)]:
            length = last - first
            if above.is_doubtful(first, length) or below.is_doubtful(last, length):
                return None
            return _between(document, entry.original, first, last)
    count = len(entry.original)
    candidates = [*firsts, *(last - count for last in lasts)]
    if above.stand_at(entry.row) and below.stand_at(entry.row + count):
        candidates.append(entry.row)
    for first in candidates:
        if _stands(document, entry.original, first):
            return Restoration(first, first + count, entry.original, holds_original=True)
    return None


class _Side:
    """The rows above an original (`way` is -1) or below it (1), looked for in a document.

    An edge is the row before which they end, or with which they begin.
    """

    def __init__(self, document: Document, neighbours: Neighbours, way: int) -> None:
        self._document = document
        self._rows, self._single = neighbours
        self._way = way

    def edges(self, entry: Entry) -> list[int]:
        """The edges within reach at which they stand or, if there is none, stand but for one.

        One of those that stand there must be like no other, because a reply may repeat them.
        """
        end = entry.row + len(entry.original) + 2 * REACH
        reach = range(max(0, entry.row - REACH), min(end, len(self._document.lines)) + 1)
        wrong = {edge: self._wrong(edge) for edge in reach if self._at(edge, 0) == self._rows[0]}
        nearby = Counter(compared(self._document, row) for row in reach)
        single = {n for n, row in enumerate(self._rows) if nearby[row] <= 1}
        exact = [edge for edge in wrong if not wrong[edge] and single]
        if exact or self._single < ENOUGH:
            return exact
        return [edge for edge in wrong if len(wrong[edge]) == 1 and single - {*wrong[edge]}]

    def stand_at(self, edge: int) -> bool:
        """Whether all of them stand there."""
        return not self._wrong(edge)

    def is_doubtful(self, edge: int, length: int) -> bool:
        """Whether the row that has changed may be one that was put in: the next `length` tell."""
        for last in self._wrong(edge):
            for further in range(1, length + 1):
                moved = edge - self._way * further
                if all(self._at(moved, n) == self._rows[n] for n in range(last + 1)):
                    return True
        return False

    def _wrong(self, edge: int) -> list[int]:
        return [n for n, row in enumerate(self._rows) if self._at(edge, n) != row]

    def _at(self, edge: int, n: int) -> Row:
        return compared(self._document, edge + n if self._way > 0 else edge - 1 - n)


def _between(document: Document, lines: tuple[str, ...], first: int, last: int) -> Restoration:
    """All rows from `first` to `last`; where there is none, the one next to them stays as it is."""
    if first < last:
        holds = last - first == len(lines) and _stands(document, lines, first)
        return Restoration(first, last, lines, holds)
    if first > 0:
        return Restoration(
            first - 1, first, (document.line(first - 1), *lines), holds_original=False
        )
    return Restoration(0, 1, (*lines, document.line(0)), holds_original=False)


def _stands(document: Document, lines: Sequence[str], first: int) -> bool:
    if first < 0 or first + len(lines) > len(document.lines):
        return False
    return all(document.line(first + row) == line for row, line in enumerate(lines))
