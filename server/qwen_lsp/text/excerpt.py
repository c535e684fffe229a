"""Rows of a file around a selection, the worthiest first, so that any budget takes the best."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from .document import Document
from .tokens import tokens_in

LONGEST_LINE = 1_000
"""Characters from which on a line is none that a person wrote, and is left out."""
GAP = "…"
"""Stands for the rows that are left out between two that are not."""


@dataclass(frozen=True)
class Excerpt:
    """Lines by their rows, in the order of their worth. `selected` are rows that it holds none of.

    Lines are without their ends.
    """

    lines: Mapping[int, str]
    selected: tuple[int, int]

    @classmethod
    def of_rows(
        cls, document: Document, rows: Iterable[int], selected: tuple[int, int], tokens: int
    ) -> Self:
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

    def within(self, tokens: int) -> "Excerpt":
        """As much of it, from its worthiest on, as takes at most `tokens`."""
        kept: dict[int, str] = {}
        for row, line in self.lines.items():
            tokens -= _cost(line)
            if tokens < 0:
                break
            kept[row] = line
        return Excerpt(MappingProxyType(kept), self.selected)

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
