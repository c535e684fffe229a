"""Where traced rows are after a change of their document, and what was typed into them by that.

The cost follows the rows that a report has touched.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from .document import Document, Edit
from .hunks import Hunk, growth, hunks, made, shifted
from .region import Hull
from .standing import held
from .touched import places, touched
from .traced import Traced, marks

MOST_TRIED = 10_000
"""Pairs of rows, before and after a change, above which only one place of each edge is tried."""


def retraced(traced: Traced, document: Document, edits: Iterable[Edit]) -> Traced:
    """`traced` after `edits`, made one after the other, as `document` is by then.

    Rows put in at an edge are outside, unless by them the original or what was written is back.
    """
    outer, end = traced.first - traced.above, traced.last + traced.below
    moved, hull = touched(outer, end, edits)
    traced = replace(traced, first=moved + traced.above)
    if hull is None:
        return traced
    outer, end = places(moved, hull, ())[0], places(end + moved - outer, hull, ())[-1]
    found = _changed(traced, document, hull)
    if found.strange or (outer, end) != (found.first, found.last):
        found = _whole(found, document, outer, end) or found
    return replace(found, above=found.first - outer, below=end - found.last)


def beside(traced: Traced, document: Document) -> tuple[str, ...]:
    """The rows that came in above and below."""
    first, last = traced.first, traced.last
    above = held(document, first - traced.above, first)
    return above + held(document, last, last + traced.below)


def _changed(traced: Traced, document: Document, hull: Hull) -> Traced:
    if hull.first > traced.last:
        return traced
    if hull.old_last < traced.first:
        return replace(traced, first=traced.first + hull.growth)
    firsts = places(traced.first, hull, _counts(traced, 0))
    lasts = places(traced.last, hull, _counts(traced, len(traced.written)))
    if not document.lines[-1]:
        # Behind the last line end there is no row that could have come in.
        lasts = [last for last in lasts if last < len(document.lines)] or lasts
    if (hull.new_last - hull.first) * (hull.old_last - hull.first) > MOST_TRIED:
        return _at(traced, document, hull, firsts[0], max(firsts[0], lasts[-1]))
    pairs = ((first, last) for first in firsts for last in lasts if first <= last)
    found = [_at(traced, document, hull, *pair) for pair in pairs]
    return found[0] if len(found) == 1 else min(found, key=_oddness)


def _whole(traced: Traced, document: Document, outer: int, end: int) -> Traced | None:
    """`traced` where all was undone or done again, within rows `outer` up to `end`.

    What has given way then does not stand beside it.
    """
    now = held(document, outer, end)
    written = [traced.written[first:last] for first, last, _ in traced.changes]
    original = [change.lines for change in traced.changes]
    ways = [(traced.changes, written), ((), original)]
    for typed, gone in ways if traced.strange else ways[:1]:
        rows = made(traced.written, typed)
        lines = {line for each in gone for line in marks(each)}
        for first in range(len(now) - len(rows) + 1):
            last = first + len(rows)
            if now[first:last] == rows and lines.isdisjoint(now[:first] + now[last:]):
                return replace(traced, first=outer + first, typed=typed)
    return None


def _oddness(traced: Traced) -> tuple[int, int]:
    return traced.strange, traced.first - traced.last


def _counts(traced: Traced, edge: int) -> set[int]:
    """How many rows come or go at an edge when the change that is there is undone."""
    at_edge = (change for change in traced.changes if edge in (change.first, change.last))
    return {n for each in at_edge for n in (len(each.lines), each.last - each.first)}


def _at(traced: Traced, document: Document, hull: Hull, first: int, last: int) -> Traced:
    """`traced` from `first` up to `last`, after a change that has touched `hull`."""
    most = min(traced.last - traced.first, last - first)
    above = min(max(0, hull.first - traced.first), most) if first == traced.first else 0
    is_tail = last == traced.last + hull.growth
    below = min(max(0, traced.last - hull.old_last), most - above) if is_tail else 0
    typed = _typed(traced, document, (first, last), above, below)
    return replace(traced, first=first, typed=tuple(typed))


def _typed(
    traced: Traced, document: Document, place: tuple[int, int], above: int, below: int
) -> Iterator[Hunk]:
    """What is typed by now, where all but `above` and `below` rows of `place` may be new."""
    head: list[Hunk] = []
    tail: list[Hunk] = []
    shift, count = 0, traced.last - traced.first
    first, last = above, count - below
    for typed in traced.typed:
        start = typed.first + shift
        shift += growth(typed)
        end = typed.last + shift
        if end < above:
            head.append(typed)
        elif start > count - below:
            tail.append(typed)
        else:
            first, last = min(first, start), max(last, end)
    now = held(document, place[0] + first, place[1] - (count - last))
    first -= sum(map(growth, head))
    last = len(traced.written) - (count - last) + sum(map(growth, tail))
    yield from head
    yield from (shifted(each, first) for each in hunks(traced.written[first:last], now))
    yield from tail
