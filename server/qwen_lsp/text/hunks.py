"""The hunks between two lists of lines that are both known as a whole."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from .edits import common

MOST_COMPARED = 400_000
"""Pairs of lines."""


class Hunk(NamedTuple):
    """Rows `first` up to, not including, `last` give way to `lines`."""

    first: int
    last: int
    lines: tuple[str, ...]


def hunks(old: Sequence[str], new: Sequence[str]) -> tuple[Hunk, ...]:
    """What turns `old` into `new`, in rows of `old`, from the top down.

    Lines that both hold once, in the same order, stay. What lies between two of them costs its
    lines, and where most of these have changed the square of their number; see `closest`.
    """
    found: list[Hunk] = []
    pieces = [_Piece(0, len(old), 0, len(new))]
    while pieces:
        first, last, new_first, new_last = piece = pieces.pop()
        a, b = old[first:last], new[new_first:new_last]
        if anchors := _anchors(a, b):
            pieces += reversed(piece.between(anchors))
        else:
            found += (shifted(hunk, first) for hunk in closest(a, b))
    return tuple(found)


def closest(
    old: Sequence[str], new: Sequence[str], *, most: int = MOST_COMPARED
) -> tuple[Hunk, ...]:
    """What turns `old` into `new`, by the longest runs that both hold.

    Where that would cost more than `most` pairs of lines, what differs is one hunk.
    """
    head, tail = _ends(old, new)
    a, b = old[head : len(old) - tail], new[head : len(new) - tail]
    if not a and not b:
        return ()
    if not a or not b or len(a) * len(b) > most:
        return (Hunk(head, head + len(a), tuple(b)),)
    matcher = SequenceMatcher(a=a, b=b, autojunk=False)
    return tuple(
        Hunk(head + first, head + last, tuple(b[new_first:new_last]))
        for tag, first, last, new_first, new_last in matcher.get_opcodes()
        if tag != "equal"
    )


def undone(changes: Sequence[Hunk], old: Sequence[str]) -> tuple[Hunk, ...]:
    """What takes `changes` of `old` back, in the rows that they have made."""
    back: list[Hunk] = []
    shift = 0
    for first, last, lines in changes:
        start = first + shift
        back.append(Hunk(start, start + len(lines), tuple(old[first:last])))
        shift += len(lines) - (last - first)
    return tuple(back)


def image_of(boundary: int, old: Sequence[str], new: Sequence[str]) -> int:
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


def made(rows: Sequence[str], changes: Iterable[Hunk]) -> tuple[str, ...]:
    """`rows` once `changes`, from the top down, are made."""
    new: list[str] = []
    row = 0
    for first, last, lines in changes:
        new += rows[row:first]
        new += lines
        row = last
    return (*new, *rows[row:])


def meet(one: Hunk, other: Hunk) -> bool:
    """Whether two hunks have rows in common, or none between them."""
    return one.first <= other.last and other.first <= one.last


def growth(hunk: Hunk) -> int:
    """How many rows more there are by it."""
    return len(hunk.lines) - (hunk.last - hunk.first)


def shifted(hunk: Hunk, rows: int) -> Hunk:
    """The same hunk some rows farther down."""
    return Hunk(hunk.first + rows, hunk.last + rows, hunk.lines)


def behind(hunk: Hunk, changes: Iterable[Hunk]) -> Hunk:
    """`hunk` once those of `changes` are made that lie above it; at one place it comes first."""
    place = (hunk.first, hunk.first)
    above = (
        each for each in changes if each.last <= hunk.first and (each.first, each.last) != place
    )
    return shifted(hunk, sum(map(growth, above)))


class _Piece(NamedTuple):
    """Rows of the old lines, and of the new ones, that are to be compared."""

    first: int
    last: int
    new_first: int
    new_last: int

    def between(self, anchors: Iterable[tuple[int, int]]) -> "list[_Piece]":
        """What is left of it beside rows of it that stay."""
        pieces = []
        first, _, new_first, _ = self
        for row, new_row in anchors:
            at, new_at = self.first + row, self.new_first + new_row
            pieces.append(_Piece(first, at, new_first, new_at))
            first, new_first = at + 1, new_at + 1
        return [*pieces, _Piece(first, self.last, new_first, self.new_last)]


def _ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many lines are the same at the beginning of both, and at the end of what is left."""
    head = common(old, new)
    return head, common(old[head:][::-1], new[head:][::-1])


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The most lines in one order that stand in both, and in each of them once: their rows.

    They are of what is left once the lines that are the same at both ends are gone.
    """
    head, tail = _ends(old, new)
    if len(old) - tail == head or len(new) - tail == head:
        return []
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    counts = Counter(old), Counter(new)
    rows = {line: row for row, line in enumerate(new) if counts[1][line] == 1}
    pairs = [
        (head + row, head + rows[line])
        for row, line in enumerate(old)
        if line in rows and counts[0][line] == 1 and any(map(str.isalnum, line))
    ]
    return _longest_rise(pairs)


def _longest_rise(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The most of `pairs`, which rise in their first number, that rise in the second one too."""
    ends: list[int] = []
    lengths: list[int] = []
    for _, row in pairs:
        length = bisect_left(ends, row)
        ends[length : length + 1] = [row]
        lengths.append(length)
    wanted = len(ends) - 1
    chosen: list[tuple[int, int]] = []
    for pair, length in zip(reversed(pairs), reversed(lengths), strict=True):
        if length == wanted and (not chosen or pair[1] < chosen[-1][1]):
            chosen.append(pair)
            wanted -= 1
    return chosen[::-1]
