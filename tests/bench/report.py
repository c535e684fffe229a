"""The figures as a table, each beside what is to be reached."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 45
CELL = 16


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
    """One thing that was measured, in one or several cases; None where it can't be measured.

    `goal` is one for all cases, or one for each.
    """

    name: str
    figures: Sequence[float | None]
    goal: Goal | Sequence[Goal] = Goal()
    digits: int = 1

    @property
    def is_missed(self) -> bool:
        return any(
            figure is not None and not goal.least <= figure <= goal.most
            for figure, goal in zip(self.figures, self._goals, strict=True)
        )

    def __str__(self) -> str:
        cells = "".join(f"{self._cell(figure):>{CELL}}" for figure in self.figures)
        return f"{self.name:<{WIDTH}}{cells}   {self._wanted}{self._verdict}".rstrip()

    @property
    def _goals(self) -> Sequence[Goal]:
        return [self.goal] * len(self.figures) if isinstance(self.goal, Goal) else self.goal

    @property
    def _wanted(self) -> str:
        if isinstance(self.goal, Goal):
            return str(self.goal)
        return "; ".join(str(goal) or "any" for goal in self.goal)

    def _cell(self, figure: float | None) -> str:
        return "–" if figure is None else f"{figure:.{self.digits}f}"

    @property
    def _verdict(self) -> str:
        if not self._wanted:
            return ""
        if None in self.figures:
            return ": not measured here"
        return ": MISSED" if self.is_missed else ": ok"


def heading(text: str, cases: Sequence[str]) -> str:
    """The line above rows that have these cases."""
    return f"\n{text:<{WIDTH}}" + "".join(f"{case:>{CELL}}" for case in cases)
