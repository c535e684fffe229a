"""The original of the rows that one job writes to, and what stands around them.

What stands around is kept as far as it takes to find the rows again, and no further: neither the
entry nor its making costs more in a larger file.
"""

import json
import math
from collections import Counter
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple

from ..text.document import Document

REACH = 2_000
"""Rows above and below within which a row is compared with others."""
ENOUGH = 2
"""Rows that are like no other, after which no more are kept on a side."""
MOST_NEIGHBOURS = 20
"""Rows that are kept on a side at the most."""
MOST_COMPARED = 200
"""Characters of a row that are kept and compared."""
LINE_ENDS = ("\n", "\r\n", "\r")

Row = str | None
"""What of a row is compared; None is the edge of the file."""


class Neighbours(NamedTuple):
    """Rows on one side of an original, the nearest first; `single` of them are like no other."""

    rows: tuple[Row, ...]
    single: int


@dataclass(frozen=True)
class Entry:
    """What a document held from `row` on before a job wrote there.

    `when` is in seconds since the epoch.
    """

    id: str
    uri: str
    title: str
    when: float
    row: int
    original: tuple[str, ...]
    above: Neighbours
    below: Neighbours
    line_end: str

    def to_json(self) -> bytes:
        """All but the id, which is the name of its file."""
        written = asdict(self)
        del written["id"]
        return json.dumps(written).encode("ascii")


def from_json(written: bytes, entry_id: str) -> Entry | None:
    """What `to_json` wrote; None for anything else."""
    try:
        read = json.loads(written)
        read["original"] = _rows(read["original"])
        for side in ("above", "below"):
            rows, single = read[side]
            read[side] = Neighbours(_rows(rows), single)
        return Entry(entry_id, **read) if _is_sound(read) else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def neighbours(document: Document, first: int, last: int) -> tuple[Neighbours, Neighbours]:
    """The rows above row `first`, and those from `last` on, by which what is between is found.

    On each side as many as it takes to come by some that are like no other nearby.
    """
    top, bottom = max(0, first - REACH), min(len(document.lines), last + REACH)
    nearby = Counter(compared(document, row) for row in range(top, bottom))
    above, below = range(first - 1, -2, -1), range(last, len(document.lines) + 1)
    return _up_to_single(document, above, nearby), _up_to_single(document, below, nearby)


def compared(document: Document, row: int) -> Row:
    """What of a row is compared."""
    if 0 <= row < len(document.lines):
        return document.line(row)[:MOST_COMPARED]
    return None


def _up_to_single(document: Document, rows: range, nearby: Counter[Row]) -> Neighbours:
    found: list[Row] = []
    single = 0
    for row in rows[:MOST_NEIGHBOURS]:
        found.append(compared(document, row))
        single += nearby[found[-1]] <= 1
        if single == ENOUGH:
            break
    return Neighbours(tuple(found), single)


def _rows(read: object) -> tuple[Any, ...]:
    if not isinstance(read, list):
        raise TypeError
    return tuple(read)


def _is_sound(read: dict[str, Any]) -> bool:
    return (
        {*read} == {field.name for field in fields(Entry)} - {"id"}
        and all(isinstance(read[name], str) for name in ("uri", "title"))
        and type(read["when"]) is float
        and math.isfinite(read["when"])
        and type(read["row"]) is int
        and 0 <= read["row"] < 2**31
        and read["line_end"] in LINE_ENDS
        and bool(read["original"])
        and all(map(_is_line, read["original"]))
        and all(_is_side(read[side]) for side in ("above", "below"))
    )


def _is_side(side: Neighbours) -> bool:
    return (
        type(side.single) is int
        and 0 < len(side.rows) <= MOST_NEIGHBOURS
        and all(row is None or _is_line(row) for row in side.rows)
    )


def _is_line(line: object) -> bool:
    return isinstance(line, str) and "\n" not in line and "\r" not in line
