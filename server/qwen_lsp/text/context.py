"""What of a file is worth reading beside a selection, the worthiest first.

The same rule for a file of 20 lines and of 100,000: first the heads of the definitions that enclose
the selection and what is nearest in the innermost one, then the imports, the signatures of what is
used, the rest of that definition, and the nearest lines of the file. The cost never depends on how
long the file is: only so many rows around the selection and at the top are ever looked at.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Self

from .document import Document
from .enclosing import Rows, block_end, is_blank, is_definition, outer_headers, with_attached
from .tokens import tokens_in
from .used_symbols import import_rows, signature_rows, words_in

FAR = 2_000
"""Rows above a selection that the heads of enclosing definitions are looked for in."""
AROUND = 1_000
"""Rows on each side of a selection that may be shown for being near."""
NEAREST = 60
"""Rows on each side that come before imports and signatures."""
LONGEST_LINE = 1_000
"""Characters from which on a line is none that a person wrote, and is left out."""
GAP = "…"
"""Stands for the rows that are left out between two that are not."""
_MOST_HEADER = 8


@dataclass(frozen=True)
class ContextExcerpt:
    """Lines by their rows, in the order of their worth. `selected` are rows that it holds none of.

    Lines are without their ends.
    """

    lines: Mapping[int, str]
    selected: Rows

    @classmethod
    def of_rows(cls, document: Document, rows: Iterable[int], selected: Rows, tokens: int) -> Self:
        """The first of `rows` that take at most `tokens`; no more rows are looked at than these."""
        lines: dict[int, str] = {}
        for row in rows:
            if row in lines or selected[0] <= row < selected[1]:
                continue
            if len(document.lines[row]) > LONGEST_LINE:
                continue
            line = document.line(row)
            tokens -= _cost(line)
            if tokens < 0:
                break
            lines[row] = line
        return cls(MappingProxyType(lines), selected)

    def within(self, tokens: int) -> "ContextExcerpt":
        """As much of it, from its worthiest on, as takes at most `tokens`."""
        kept: dict[int, str] = {}
        for row, line in self.lines.items():
            tokens -= _cost(line)
            if tokens < 0:
                break
            kept[row] = line
        return ContextExcerpt(MappingProxyType(kept), self.selected)

    @property
    def tokens(self) -> int:
        """About how many tokens it takes."""
        return sum(map(_cost, self.lines.values()))

    @property
    def above(self) -> tuple[str, ...]:
        """The lines above the selection in the order of the file, `GAP` where some are left out."""
        rows = sorted(row for row in self.lines if row < self.selected[0])
        return tuple(self._told([*rows, self.selected[0]]))[:-1] if rows else ()

    @property
    def below(self) -> tuple[str, ...]:
        """The lines below the selection, as `above`."""
        rows = sorted(row for row in self.lines if row >= self.selected[1])
        return tuple(self._told([self.selected[1] - 1, *rows]))[1:] if rows else ()

    def _told(self, rows: list[int]) -> Iterator[str]:
        previous = rows[0] - 1
        for row in rows:
            if row != previous + 1:
                yield GAP
            yield self.lines.get(row, "")
            previous = row


def _cost(line: str) -> int:
    return tokens_in(line) + 1


def excerpt(
    document: Document, selected: Rows, tokens: int, *, is_code: bool = True
) -> ContextExcerpt:
    """What to read beside the rows `selected`, at most `tokens` of it.

    Of what is no code only the nearest lines.
    """
    rows = _code(document, selected) if is_code else iter(())
    rows = chain(rows, _nearest(selected, (0, len(document.lines)), AROUND))
    return ContextExcerpt.of_rows(document, rows, selected, tokens)


def _code(document: Document, selected: Rows) -> Iterator[int]:
    heads = _enclosing(document, selected)
    for head in heads:
        yield from range(head, min(_head_end(document, head), selected[0]))
    inside = _inside(document, heads, selected)
    yield from _nearest(selected, inside, NEAREST)
    shown = range(max(inside[0], selected[0] - NEAREST), min(inside[1], selected[1] + NEAREST))
    words = words_in(document.lines[row] for row in shown or range(*selected))
    yield from import_rows(document, words)
    yield from signature_rows(document, words, selected)
    yield from _nearest(selected, inside, AROUND)


def _enclosing(document: Document, selected: Rows) -> list[int]:
    """The first rows of the definitions around the selection, from the inside out."""
    first = next((row for row in range(*selected) if not is_blank(document, row)), None)
    if first is None:
        return []
    outer = outer_headers(document, first, FAR)
    definitions = [row for row in outer if is_definition(document, row)]
    return definitions or outer[-1:]


def _head_end(document: Document, head: int) -> int:
    """The row after the head of a definition, by its brackets."""
    depth = 0
    for row in range(head, min(head + _MOST_HEADER, len(document.lines))):
        line = document.line(row)
        depth += line.count("(") - line.count(")")
        if depth <= 0:
            return row + 1
    return head + 1


def _inside(document: Document, heads: list[int], selected: Rows) -> Rows:
    """The rows of the innermost definition, with its decorators; none where there is none."""
    if not heads:
        return selected
    return with_attached(document, heads[0]), block_end(document, heads[0], inner=selected[1] - 1)


def _nearest(selected: Rows, within: Rows, most: int) -> Iterator[int]:
    """The rows around the selection and in `within`, by turns above and below, nearest first."""
    first, last = selected
    for distance in range(most):
        if first - 1 - distance >= within[0]:
            yield first - 1 - distance
        if last + distance < within[1]:
            yield last + distance
