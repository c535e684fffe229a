"""Old lines turn into new ones as these become known; each is written once, none is taken back."""

import bisect
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

from .hunks import Hunk, hunks, image_of

BLANK = "  \t \t"
"""A row that looks empty, and that nobody types.

No beginning of it is an end of it too, so that it is in one place only where blanks are around it.
"""


class Step(NamedTuple):
    """What is to change next: hunks in order, in rows as they are before the step.

    `lines` are the waiting lines that it places; `consumed` is how far the old ones are gone after.
    `kept` are the old lines that stay, each with its place among the new ones. `blank` is the old
    line before which it puts a blank one. `dropped` are blank ones further on that go.
    """

    hunks: tuple[Hunk, ...]
    lines: tuple[str, ...]
    consumed: int
    kept: tuple[tuple[int, int], ...] = ()
    blank: int | None = None
    dropped: tuple[int, ...] = ()


class Rewrite:
    """The rows between the first and the last line of a selection, while a reply replaces them.

    They hold the new lines placed so far, then the old lines from `consumed` on. An old line goes
    only when a later old line turns out to stay, or when `finish` says that no line follows. Lines
    are without their line ends.
    """

    def __init__(self, old: Sequence[str]) -> None:
        self.old = list(old)
        self.consumed = 0
        self.placed: list[str] = []
        self.waiting: list[str] = []
        self.is_finished = False
        self.is_whole = False
        self._blanks: list[int] = []
        self._kept: list[tuple[int, int]] | None = []
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
        return self.placed + self.old[self.consumed :]

    @property
    def changes(self) -> tuple[Hunk, ...] | None:
        """What has made the rows of the old lines; None if somebody else has changed them too."""
        if self._kept is None:
            return None
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
        self._blanks.clear()
        self.is_finished = False

    @property
    def is_settled(self) -> bool:
        """Nothing is left to change."""
        leftover = self.is_finished and self.consumed < len(self.old)
        return not self.waiting and not leftover and not self._blanks

    def step(self, *, inserts_only: bool = False) -> Step:
        """What brings the rows to all that is known, or as far as that takes no row away.

        Costs the waiting lines.
        """
        if self.is_whole:
            return self._whole_step(inserts_only=inserts_only)
        steps = _Steps(row=len(self.placed), consumed=self.consumed)
        taken = 0
        for line in self.waiting:
            kept = self._staying(line, steps.consumed)
            if inserts_only and kept is not None and kept > steps.consumed:
                break
            steps.take(line, kept=kept)
            taken += 1
        lines = tuple(self.waiting[:taken])
        if inserts_only:
            return Step(steps.all_hunks(), lines, steps.consumed, tuple(steps.kept))
        steps.skip_to(len(self.old) if self.is_finished else self._behind_blanks(steps.consumed))
        dropped = tuple(blank for blank in self._blanks if blank >= steps.consumed)
        found = steps.all_hunks(dropped)
        return Step(found, lines, steps.consumed, tuple(steps.kept), dropped=dropped)

    def opened(self) -> Step:
        """A blank row where the next step takes rows away, so that there is something to report."""
        row = self.step().hunks[0].first
        blank = row - len(self.placed) + self.consumed
        return Step((Hunk(row, row, (BLANK,)),), (), self.consumed, blank=blank)

    def land(self, step: Step) -> None:
        """The editor has made the step."""
        self.placed.extend(step.lines)
        self.consumed = step.consumed
        del self.waiting[: len(step.lines)]
        if self._kept is not None:
            self._kept.extend(step.kept)
        self._blanks = [blank for blank in self._blanks if blank >= step.consumed]
        for blank in reversed(step.dropped):
            self._blanks.remove(blank)
            del self.old[blank]
        if step.blank is not None:
            self._blanks = [blank + (blank >= step.blank) for blank in self._blanks]
            bisect.insort(self._blanks, step.blank)
            self.old.insert(step.blank, BLANK)
        if step.blank is not None or step.dropped:
            self._kept = self._changes = None
            self._places = _single_places(self.old)

    def _whole_step(self, *, inserts_only: bool) -> Step:
        changes = hunks(self.lines, self.waiting) if self._changes is None else self._changes
        if inserts_only and any(first < last for first, last, _ in changes):
            return Step((), (), self.consumed)
        return Step(changes, tuple(self.waiting), len(self.old))

    def adopt(self, lines: Sequence[str], *, boundary: int) -> None:
        """Somebody else changed the rows and they count as ours: the first `boundary` are new."""
        self._blanks = sorted(self._images(lines, boundary))
        self.placed = list(lines[:boundary])
        self.old = list(lines[boundary:])
        self.consumed = 0
        self._kept = self._changes = None
        self._places = _single_places(self.old)

    def _staying(self, line: str, consumed: int) -> int | None:
        """The old line that stays as `line`: the very next one, or one that is like no other."""
        for next_one in (consumed, self._behind_blanks(consumed)):
            if next_one < len(self.old) and self.old[next_one] == line:
                return next_one
        place = self._places.get(line)
        return place if place is not None and place >= consumed else None

    def _behind_blanks(self, row: int) -> int:
        """Where the old lines go on behind the blank ones that were put before `row`."""
        while row in self._blanks:
            row += 1
        return row

    def _images(self, lines: Sequence[str], boundary: int) -> set[int]:
        """Which old lines are our blank ones when the rows are `lines`, `boundary` of them new."""
        shift = len(self.placed) - self.consumed
        found = {image_of(blank + shift, self.lines, lines) for blank in self._blanks}
        return {row - boundary for row in found if row >= boundary and not lines[row].strip()}


class _Steps:
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

    def all_hunks(self, dropped: Iterable[int] = ()) -> tuple[Hunk, ...]:
        """Those of the walk, and those that take single old lines away that stand behind it."""
        self._close()
        rows = (self._row + line - self.consumed for line in dropped)
        return (*self._hunks, *(Hunk(row, row + 1, ()) for row in rows))

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
