"""What reports leave open: whether other doings of a user's give the same ones.

A server is told texts, not who has changed them. Of all doings that make the same text, those are
likely that take the fewest characters; what is not told is not held against it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from qwen_lsp.text.document import Edit

from .habits import Habits

ASTRAY = 200
"""Characters of ours that may be astray in a report, to look through."""


class Start(NamedTuple):
    """A text from which a report may have begun, and where a job's rows are in it.

    That is the text before it, or what our edits make of that.
    """

    text: str
    first: int
    last: int

    @property
    def rows(self) -> str:
        """What stands in the rows."""
        return self.text[self.first : self.last]


def distance(old: str, new: str, limit: int) -> int:
    """How many characters to take away and to put in at the least; `limit` where that is more."""
    head = _shared(old, new)
    old, new = old[head:], new[head:]
    tail = _shared(old[::-1], new[::-1])
    old, new = old[: len(old) - tail], new[: len(new) - tail]
    if not old or not new:
        return min(limit, len(old) + len(new))
    reached = {1: 0}
    for steps in range(min(limit, len(old) + len(new))):
        for diagonal in range(-steps, steps + 1, 2):
            is_down = diagonal == -steps or (
                diagonal != steps and reached[diagonal - 1] < reached[diagonal + 1]
            )
            at = reached[diagonal + 1] if is_down else reached[diagonal - 1] + 1
            while at < len(old) and at - diagonal < len(new) and old[at] == new[at - diagonal]:
                at += 1
            reached[diagonal] = at
            if at >= len(old) and at - diagonal >= len(new):
                return steps
    return min(limit, len(old) + len(new))


def beside(start: Start, after: str, limit: int) -> dict[int, int]:
    """Where the rows may be in `after` if nobody has changed them, and what each place costs."""
    places = _places(start.rows, after)
    return {place: _beside(start, after, place, limit) for place in places}


def goes_inside(starts: Sequence[Start], after: str, typed: int) -> bool:
    """Whether it takes fewer characters to change the rows than to leave them alone.

    Then a job may end, although nobody was in its rows: `typed` is what that has really taken.
    """
    costs = (cost for start in starts for cost in beside(start, after, typed).values())
    return min(distance(start.text, after, typed) for start in starts) < min(costs, default=typed)


def likely_places(starts: Sequence[Start], after: str, place: int, typed: int) -> set[int]:
    """Where the rows may be in `after` without more typing than if they are at `place`.

    That may look like more than what was `typed`, where text of ours is astray.
    """
    here = [each for each in starts if after.startswith(each.rows, place)]
    looks_like = min((_beside(each, after, place, typed + ASTRAY) for each in here), default=0)
    most = max(typed, looks_like)
    return {
        other
        for start in starts
        for other, cost in beside(start, after, most + 1).items()
        if cost <= most
    }


def stands_twice(ours: str, before: str, after: str, typed: int) -> bool:
    """Whether what we have put in may be either of two texts that are alike in `after`.

    It may where what is left to the user is no more than he has typed. Of texts that stand one
    right after the other, it is all the same which one it is.
    """
    left = {after[:place] + after[place + len(ours) :] for place in _places(ours, after)}
    return sum(distance(before, rest, typed + 1) <= typed for rest in left) > 1


def is_verbatim(
    edits: Sequence[Edit], sent: Sequence[Edit], version: int, habits: Habits, begun_at: int
) -> bool:
    """Whether the user's `edits` hold just those that were `sent` for `version`.

    Only where an editor that counts from `begun_at` on would have made them then.
    """
    ours = list(sent[::-1])
    grows = 0 if habits.kind == "eglot" and not habits.counts_changes else 1
    return any(
        list(edits[first : first + len(ours)]) == ours
        and habits.verdict(version, begun_at + first * grows) == "make"
        for first in range(len(edits) - len(ours) + 1)
    )


def is_but_for(text: str, wished: str, twin: str, *, may_lack: bool = False) -> bool:
    """Whether it is what was wished, but that one of two texts that are alike has gone, not the
    other one; or, if it `may_lack` that, that one of them has gone."""
    rests = set(_without(wished, twin))
    return (may_lack and text in rests) or not rests.isdisjoint(_without(text, twin))


def _beside(start: Start, after: str, place: int, limit: int) -> int:
    above, below = start.text[: start.first], start.text[start.last :]
    behind = after[place + len(start.rows) :]
    return distance(above, after[:place], limit) + distance(below, behind, limit)


def _without(text: str, twin: str) -> Iterable[str]:
    return (text[:place] + text[place + len(twin) :] for place in _places(twin, text))


def _places(part: str, text: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _shared(one: str, other: str) -> int:
    most = min(len(one), len(other))
    return next((at for at in range(most) if one[at] != other[at]), most)
