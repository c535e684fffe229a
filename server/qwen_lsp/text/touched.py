"""Which rows a change has touched, and where the rows beside them may be after it."""

from collections.abc import Iterable

from .document import Edit
from .region import Hull, hull_of

FEW = 4
"""Rows come or gone at an edge for which each place of the edge is tried."""


def touched(first: int, last: int, edits: Iterable[Edit]) -> tuple[int, Hull | None]:
    """Where rows `first` up to `last` begin after `edits`, and what was touched of and beside them.

    The hull is as if all that lies above them had been changed first.
    """
    hull: Hull | None = None
    for edit in edits:
        one = hull_of([edit])
        begin, end = (first, last) if hull is None else _around(first, last, hull)
        if one is None or one.first > end:
            continue
        if one.old_last < begin:
            first, last = first + one.growth, last + one.growth
            hull = hull and Hull(*(row + one.growth for row in hull))
        else:
            hull = one if hull is None else _both(hull, one)
    return first, hull


def _around(first: int, last: int, hull: Hull) -> tuple[int, int]:
    """What rows `first` up to `last`, and `hull`, take up together after the change of that."""
    return min(first, hull.first), max(last + hull.growth, hull.new_last)


def _both(one: Hull, then: Hull) -> Hull:
    """The hull of two changes, made one after the other."""
    below = max(0, then.old_last - one.new_last)
    return Hull(
        min(one.first, then.first),
        one.old_last + below,
        one.new_last + below + then.growth,
    )


def places(edge: int, hull: Hull, counts: Iterable[int]) -> list[int]:
    """Where a row boundary may be after a change: rows that come in there are beyond it or not."""
    if edge < hull.first:
        return [edge]
    if edge > hull.old_last:
        return [edge + hull.growth]
    first, _, last = hull
    least, most = sorted(min(max(place, first), last) for place in (edge, edge + hull.growth))
    if most - least <= FEW:
        return list(range(least, most + 1))
    near = {least, most, *(place for n in counts for place in (least + n, most - n))}
    return sorted(place for place in near if least <= place <= most)
