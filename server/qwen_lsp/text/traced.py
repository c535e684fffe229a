"""Rows that were written, and what became of each change in them since.

What was typed is known by what the rows hold, not by what a report says of itself: editors undo and
report one change in many ways.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Self

from .hunks import Hunk, behind, growth, hunks, made, meet, shifted, undone


class State(Enum):
    """What became of a change."""

    WRITTEN = "it stands as it was written"
    UNDONE = "the original is back"
    BY_HAND = "somebody has typed into it, or has put back a part of the original"


@dataclass(frozen=True)
class Traced:
    """Rows from `first` on: the ones that were `written`, and what was `typed` into them since.

    Each of `changes` is a hunk of the written rows that gives the original ones back; each hunk of
    `typed`, also in written rows, is what stands there by now in their place. Those that are `kept`
    are no more to be decided on. Of the rows `above` them and `below`, which came in beside them,
    some may be theirs: an editor's undo may tell of itself bit by bit.
    """

    first: int
    written: tuple[str, ...]
    changes: tuple[Hunk, ...]
    typed: tuple[Hunk, ...] = ()
    kept: frozenset[Hunk] = frozenset()
    above: int = 0
    below: int = 0

    @classmethod
    def of(cls, original: Sequence[str], changes: Iterable[Hunk], first: int) -> Self:
        """What `changes`, from the top down, have made of `original`, from row `first` on."""
        changes = tuple(changes)
        return cls(first, made(original, changes), undone(changes, original))

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """What the rows hold now. Costs all of them."""
        return made(self.written, self.typed)

    @property
    def last(self) -> int:
        """The row behind the last one."""
        return self.first + len(self.written) + sum(map(growth, self.typed))

    @cached_property
    def states(self) -> dict[Hunk, State]:
        """What became of each change. Costs all the rows, where something was typed."""
        if not self.typed:
            return dict.fromkeys(self.changes, State.WRITTEN)
        if self.rows == made(self.written, self.changes):
            return dict.fromkeys(self.changes, State.UNDONE)
        back = self._back
        return {
            change: State.UNDONE if change in back else self._state(change)
            for change in self.changes
        }

    @cached_property
    def left(self) -> list[Hunk]:
        """The changes that can be decided on, from the top down."""
        return [
            change
            for change, state in self.states.items()
            if state is not State.UNDONE and change not in self.kept
        ]

    @cached_property
    def places(self) -> dict[Hunk, tuple[int, int]]:
        """The rows of the document that each change has made, the first and behind the last.

        Both are the same where it has only taken rows away.
        """
        found: dict[Hunk, tuple[int, int]] = {}
        typed = iter(self.typed)
        following = next(typed, None)
        row = self.first
        for change in self.changes:
            while following and following.last <= change.first:
                row += growth(following)
                following = next(typed, None)
            found[change] = row + change.first, row + change.last
        return found

    @cached_property
    def strange(self) -> int:
        """How many rows were typed, or taken away, that no change explains which was undone."""
        back = {change for change, state in self.states.items() if state is State.UNDONE}
        return sum(
            max(typed.last - typed.first, len(typed.lines))
            for typed, reach in self._reaches
            if not any(meet(reach, change) for change in back)
        )

    def is_certain(self, beside: Iterable[str]) -> bool:
        """Whether none of the rows `beside` may be the original of a change.

        Nor what was written, where the original seems to be back.
        """
        rows = set(beside)
        return not rows or all(
            rows.isdisjoint(
                marks(self.written[change.first : change.last])
                if state is State.UNDONE
                else marks(change.lines)
            )
            for change, state in self.states.items()
        )

    def without(self, changes: Sequence[Hunk]) -> tuple[str, ...]:
        """What the rows are once those of `changes` are taken back that stand as written."""
        rows = list(self.rows)
        for change in sorted(changes, reverse=True):
            if self.states[change] is State.WRITTEN:
                first, last = self.places[change]
                rows[first - self.first : last - self.first] = change.lines
        return tuple(rows)

    def keeping(self, changes: Iterable[Hunk]) -> "Traced":
        """The same where `changes` are kept."""
        return replace(self, kept=self.kept.union(changes))

    def discarded(self, changes: Sequence[Hunk]) -> "Traced":
        """The same once the original rows of `changes`, which stood as written, are back."""
        now = {each: behind(each, changes) for each in self.changes if each not in changes}
        return Traced(
            self.first,
            made(self.written, changes),
            tuple(now.values()),
            tuple(behind(typed, changes) for typed in self.typed),
            frozenset(now[change] for change in self.kept),
        )

    def formatted(self) -> "Traced":
        """The same where what stands in the rows, however it got there, counts as written."""
        before = made(self.written, [each for each in self.changes if each not in self.kept])
        return Traced(self.first, self.rows, hunks(self.rows, before))

    # What became of a change.

    def _state(self, change: Hunk) -> State:
        first, last, _ = change
        # Of rows that are the same, nobody can tell which one was taken away.
        taken = (typed if typed.lines else reach for typed, reach in self._reaches)
        inside = any(each.first < last and first < each.last for each in taken)
        return State.BY_HAND if inside or self._is_mixed(change) else State.WRITTEN

    @cached_property
    def _back(self) -> set[Hunk]:
        """The changes that are undone, as far as that is to be seen beside each."""
        found = set()
        for change in self.changes:
            touching = [typed for typed, reach in self._reaches if meet(reach, change)]
            if touching and self._is_undone(change, touching):
                found.add(change)
        return found

    def _is_mixed(self, change: Hunk) -> bool:
        """Whether original rows were put beside the change, and by no other one that is undone."""
        lines = marks(change.lines)
        return any(
            not lines.isdisjoint(typed.lines)
            for typed, reach in self._reaches
            if meet(typed, change) and not any(meet(reach, each) for each in self._back)
        )

    def _is_undone(self, change: Hunk, typed: Sequence[Hunk]) -> bool:
        """Whether the original rows stand there, and nothing else was typed beside them."""
        reach = [self._reach(each) for each in typed]
        first = min(change.first, *(each.first for each in reach))
        last = max(change.last, *(each.last for each in reach))
        old = (*self.written[first : change.first], *change.lines)
        now = made(self.written[first:last], [shifted(each, -first) for each in typed])
        return now == (*old, *self.written[change.last : last])

    @cached_property
    def _reaches(self) -> list[tuple[Hunk, Hunk]]:
        return [(typed, self._reach(typed)) for typed in self.typed]

    def _reach(self, typed: Hunk) -> Hunk:
        """From where to where rows were typed, or taken away, if some beside them are the same."""
        first, last, lines = typed
        block = lines or self.written[first:last]
        if not block or (lines and first < last):
            return typed
        up = down = 0
        while first > up and self.written[first - up - 1] == block[-1 - up % len(block)]:
            up += 1
        rest = len(self.written) - last
        while down < rest and self.written[last + down] == block[down % len(block)]:
            down += 1
        return Hunk(first - up, last + down, lines)


def marks(lines: Sequence[str]) -> set[str]:
    """Those by which `lines` are known: not the blank ones, if there are others."""
    return {line for line in lines if line.strip()} or set(lines)
