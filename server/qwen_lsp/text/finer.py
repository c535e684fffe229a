"""One change as the small ones that it may be made of."""

import re
from collections.abc import Iterable, Sequence

from .document import Edit, Position, Span, after, split_lines
from .hunks import Hunk, closest, hunks

MOST_COMPARED = 40_000
"""The most pairs of characters that are looked at in the rows of one hunk."""

LEAST_KEPT = 3
"""Characters that count as left alone between two changes in one row: fewer are so by chance."""

_UNIT = re.compile(r"\r\n|.", re.DOTALL)


def finer(edit: Edit, removed: str) -> list[Edit]:
    """Edits that come to the same as `edit`, which took `removed` away, from the last one up.

    An editor or a formatter may replace all from the first to the last thing that it changes as
    one piece; what stays the same in it is not touched by these, but for a few characters in a row.
    Costs what a comparison of the rows costs.
    """
    if not edit.text or not removed:
        return [edit] if edit.text or removed else []
    if edit.span.start.line == edit.span.end.line and "\n" not in edit.text:
        return _characters(edit.span.start, removed, edit.text, least=LEAST_KEPT)
    found: list[Edit] = []
    old, new = split_lines(removed), split_lines(edit.text)
    for first, last, lines in reversed(hunks(old, new)):
        rows = [(_place(row, old, edit.span), old[row]) for row in range(first, last)]
        found += _of_hunk(_place(first, old, edit.span), rows, lines)
    return found


def _of_hunk(start: Position, rows: list[tuple[Position, str]], new: tuple[str, ...]) -> list[Edit]:
    """The edits of one hunk, from the last one up: row by row where that comes to no more."""
    together = _characters(start, "".join(row for _, row in rows), "".join(new))
    if len(rows) != len(new):
        return together
    pairs = reversed(list(zip(rows, new, strict=True)))
    by_row = [small for (place, row), text in pairs for small in _characters(place, row, text)]
    return min(by_row, together, key=_added)


def _added(edits: list[Edit]) -> int:
    """How much they put in; of what comes to the same, they take as much more away."""
    return sum(len(text) for _, text in edits)


def _characters(start: Position, old: str, new: str, *, least: int = 1) -> list[Edit]:
    """The edits that turn `old`, which stands at `start`, into `new`, from the last one up.

    At `least` so many characters stay between two of them.
    """
    units, others = _UNIT.findall(old), _UNIT.findall(new)
    found = []
    changes = _joined(closest(units, others, most=MOST_COMPARED), units, least)
    for first, last, text in reversed(changes):
        place = after(start, "".join(units[:first]))
        span = Span(place, after(place, "".join(units[first:last])))
        found.append(Edit(span, "".join(text)))
    return found


def _joined(changes: Iterable[Hunk], units: Sequence[str], least: int) -> list[Hunk]:
    """As one those between which fewer units stand than `least`."""
    found: list[Hunk] = []
    for first, last, text in changes:
        kept = units[found[-1].last : first] if found else ()
        if not found or len(kept) >= least:
            found.append(Hunk(first, last, text))
        else:
            found[-1] = Hunk(found[-1].first, last, (*found[-1].lines, *kept, *text))
    return found


def _place(row: int, old: list[str], span: Span) -> Position:
    """Where row `row` of what was taken away began."""
    if row == len(old):
        return span.end
    return Position(span.start.line + row, 0) if row else span.start
