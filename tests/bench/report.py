"""The figures as a table, each beside what is to be reached."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 42


@dataclass(frozen=True)
class Goal:
    """The least and the most that a figure may be."""

    most: float = float("inf")
    least: float = 0.0

    def __str__(self) -> str:
        if self.most == float("inf"):
            return ""
        return f"{self.least:g} to {self.most:g}" if self.least else f"at most {self.most:g}"


@dataclass(frozen=True)
class Row:
    """One thing that was measured, in one or several cases; None where it can't be measured."""

    name: str
    figures: Sequence[float | None]
    goal: Goal = Goal()
    digits: int = 1

    @property
    def is_missed(self) -> bool:
        known = [figure for figure in self.figures if figure is not None]
        return any(not self.goal.least <= figure <= self.goal.most for figure in known)

    def __str__(self) -> str:
        cells = "".join(f"{self._cell(figure):>13}" for figure in self.figures)
        return f"{self.name:<{WIDTH}}{cells}   {self.goal}{self._verdict}".rstrip()

    def _cell(self, figure: float | None) -> str:
        return "–" if figure is None else f"{figure:.{self.digits}f}"

    @property
    def _verdict(self) -> str:
        if not str(self.goal):
            return ""
        if None in self.figures:
            return ": not measured here"
        return ": MISSED" if self.is_missed else ": ok"


def heading(text: str, cases: Sequence[str]) -> str:
    """The line above rows that have these cases."""
    return f"\n{text:<{WIDTH}}" + "".join(f"{case:>13}" for case in cases)
