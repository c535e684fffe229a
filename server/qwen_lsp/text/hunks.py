"""The hunks between two lists of lines that are both known as a whole."""

from collections.abc import Sequence
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


def hunks(old: Sequence[str], new: Sequence[str], *, most: int = MOST_COMPARED) -> tuple[Hunk, ...]:
    """What turns `old` into `new`, in rows of `old`, from the top down.

    Costs the lines, and where most of them have changed the square of their number; where that
    is more than `most`, what differs is one hunk.
    """
    head = common(old, new)
    tail = common(old[head:][::-1], new[head:][::-1])
    a, b = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(a) * len(b) > most:
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
