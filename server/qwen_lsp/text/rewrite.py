"""Old lines turn into new ones as these become known; each is written once, none is taken back."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

from .hunks import Hunk, hunks


class Step(NamedTuple):
    """What is to change next: hunks in order, in rows as they are before the step.

    `lines` are the waiting lines that it places; `consumed` is how far the old ones are gone after.
    `kept` are the old lines that stay, each with its place among the new ones.
    """

    hunks: tuple[Hunk, ...]
    lines: tuple[str, ...]
    consumed: int
    kept: tuple[tuple[int, int], ...] = ()


class Rewrite:
    """The rows between the first and the last line of a selection, while a reply replaces them.

    They hold the new lines placed so far, then the old lines from `consumed` on. An old line goes
    only when a later old line turns out to stay, or when `finish` says that no line follows. Lines
    are without their line ends.
    """

    def __init__(self, old: Sequence[str]) -> None:
        self.old = tuple(old)
        self.consumed = 0
        self.placed: list[str] = []
        self.waiting: list[str] = []
        self.is_finished = False
        self.is_whole = False
        self._kept: list[tuple[int, int]] = []
        self._states: list[tuple[int, int]] = []
        """How many lines were placed, and how many old ones consumed, before each step."""
        self._changes: tuple[Hunk, ...] | None = None
        self._places = _single_places(self.old)

    @classmethod
    def whole(
        cls, old: Sequence[str], new: Sequence[str], changes: tuple[Hunk, ...] | None = None
    ) -> Self:
        """All rows give way to `new`, in one step that touches only what differs.

        `changes` are what makes `new` of `old`, where that is known already.
        """
        rewrite = cls(old)
        rewrite._changes = changes
        rewrite.waiting = list(new)
        rewrite.is_finished = rewrite.is_whole = True
        return rewrite

    def __len__(self) -> int:
        return len(self.placed) + len(self.old) - self.consumed

    def line(self, row: int) -> str:
        """Row `row` as it is when all that was sent has landed."""
        if row < len(self.placed):
            return self.placed[row]
        return self.old[row - len(self.placed) + self.consumed]

    @property
    def lines(self) -> list[str]:
        """All rows. Costs all of them."""
        return [*self.placed, *self.old[self.consumed :]]

    @property
    def changes(self) -> tuple[Hunk, ...]:
        """What has made the rows of the old lines."""
        found: list[Hunk] = []
        row = old = 0
        behind = (len(self.placed), self.consumed)
        for place, stays in (*self._kept, behind):
            if place > row or stays > old:
                found.append(Hunk(old, stays, tuple(self.placed[row:place])))
            row, old = place + 1, stays + 1
        return tuple(found)

    def extend(self, lines: Iterable[str]) -> None:
        """More new lines are known."""
        self.waiting.extend(lines)

    def finish(self) -> None:
        """No new line follows: what is left of the old ones goes."""
        self.is_finished = True

    def break_off(self) -> None:
        """Nothing more is to change: all of it is going to be replaced as it is."""
        self.waiting.clear()
        self.is_finished = False

    @property
    def is_settled(self) -> bool:
        """Nothing is left to change."""
        leftover = self.is_finished and self.consumed < len(self.old)
        return not self.waiting and not leftover

    @property
    def target(self) -> list[str]:
        """All rows once nothing is left to change. Costs all of them."""
        if self.is_whole:
            return list(self.waiting) if self.waiting or self.consumed == 0 else self.lines
        walk = self.step()
        return [*self.placed, *walk.lines, *self.old[walk.consumed :]]

    def step(self) -> Step:
        """What brings the rows to all that is known. Costs the waiting lines."""
        if self.is_whole:
            changes = hunks(self.old, self.waiting) if self._changes is None else self._changes
            return Step(changes, tuple(self.waiting), len(self.old))
        walk = _Walk(row=len(self.placed), consumed=self.consumed)
        for line in self.waiting:
            walk.take(line, kept=self._staying(line, walk.consumed))
        if self.is_finished:
            walk.skip_to(len(self.old))
        return Step(walk.hunks(), tuple(self.waiting), walk.consumed, tuple(walk.kept))

    def had(self, rows: Sequence[str]) -> bool:
        """Whether `rows` are what the rows were before some step. Costs the rows for each."""
        return any(
            placed + len(self.old) - consumed == len(rows)
            and list(rows[:placed]) == self.placed[:placed]
            and tuple(rows[placed:]) == self.old[consumed:]
            for placed, consumed in self._states
        )

    def land(self, step: Step) -> None:
        """The editor has made the step."""
        self._states.append((len(self.placed), self.consumed))
        self.placed.extend(step.lines)
        self.consumed = step.consumed
        del self.waiting[: len(step.lines)]
        self._kept.extend(step.kept)

    def _staying(self, line: str, consumed: int) -> int | None:
        """The old line that stays as `line`: the very next one, or one that is like no other."""
        if consumed < len(self.old) and self.old[consumed] == line:
            return consumed
        place = self._places.get(line)
        return place if place is not None and place >= consumed else None


class _Walk:
    """Gathers hunks while walking down the rows."""

    def __init__(self, *, row: int, consumed: int) -> None:
        self._row = self._place = row
        self.consumed = consumed
        self.kept: list[tuple[int, int]] = []
        self._hunks: list[Hunk] = []
        self._removed = 0
        self._added: list[str] = []

    def take(self, line: str, *, kept: int | None) -> None:
        self._place += 1
        if kept is None:
            self._added.append(line)
            return
        self.skip_to(kept)
        self._close()
        self.kept.append((self._place - 1, kept))
        self._row += 1
        self.consumed = kept + 1

    def skip_to(self, old: int) -> None:
        self._removed += old - self.consumed
        self.consumed = old

    def hunks(self) -> tuple[Hunk, ...]:
        self._close()
        return tuple(self._hunks)

    def _close(self) -> None:
        if self._removed or self._added:
            self._hunks.append(Hunk(self._row, self._row + self._removed, tuple(self._added)))
        self._row += self._removed
        self._removed, self._added = 0, []


def _single_places(lines: Sequence[str]) -> dict[str, int]:
    """Where each line stands that stands there once and has something to know it by."""
    places: dict[str, int] = {}
    repeated: set[str] = set()
    for place, line in enumerate(lines):
        if line in places:
            repeated.add(line)
        places[line] = place
    return {
        line: place
        for line, place in places.items()
        if line not in repeated and any(map(str.isalnum, line))
    }
