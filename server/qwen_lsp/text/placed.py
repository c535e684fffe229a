"""Where parts of a text that nobody has changed stand in what others have made of the text."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .distance import distance
from .stretch import Stretch

MOST_PLACES = 16
"""Places at which a part is looked for, from the top down."""
MOST_TYPED = 400
"""Characters up to which it is counted how many others have changed beside the parts."""


class Placed(NamedTuple):
    """Where each part stands in the text as it is, and how many characters others have changed.

    That is the least that makes the one text of the other; None is a part that this leaves no
    place for.
    """

    places: tuple[int | None, ...]
    cost: int


def placed(old: str, new: str, parts: Sequence[Stretch], *, most: int) -> Placed | None:
    """Where the `parts` of `old`, in order, stand in `new`, as many as can with the least typing.

    None where that is more than `most` characters. Costs the square of what was typed, for each
    place that comes into question.
    """
    limit = min(most, MOST_TYPED) + 1
    cost = distance(old, new, limit=limit)
    return _Search(old, new, parts, cost).found() if cost < limit else None


class _Stop(NamedTuple):
    """A part, where it may stand, and the places of those before it that leave least typing."""

    part: Stretch
    stands: Stretch
    cost: int
    places: tuple[int | None, ...]

    @property
    def rank(self) -> tuple[int, int]:
        """The less the better: what was typed so far, then how many parts are left out."""
        return self.cost, self.places.count(None)


class _Search:
    """Looks for the places from the first part to the last, where `most` characters were typed."""

    def __init__(self, old: str, new: str, parts: Sequence[Stretch], most: int) -> None:
        self._old, self._new, self._parts = old, new, parts
        self._most = most

    def found(self) -> Placed:
        """The best of all ways; to leave all parts out is one."""
        begin = Stretch(0, 0)
        stops = [_Stop(begin, begin, 0, ())]
        for number, part in enumerate(self._parts):
            text = self._old[part.first : part.last]
            for place in places_of(text, self._new):
                stands = Stretch(place, place + len(text))
                if stop := self._reached(stops, part, stands, number):
                    stops.append(stop)
        ends = Stretch(len(self._old), len(self._old)), Stretch(len(self._new), len(self._new))
        end = self._reached(stops, *ends, len(self._parts))
        places = end.places[:-1] if end else (None,) * len(self._parts)
        return Placed(places, end.cost if end else self._most)

    def _reached(
        self, stops: Sequence[_Stop], part: Stretch, stands: Stretch, number: int
    ) -> _Stop | None:
        """The best way to part `number` where it stands there; None where more was typed."""
        best: _Stop | None = None
        for stop in stops:
            if stop.part.last > part.first or stop.stands.last > stands.first:
                continue
            old = self._old[stop.part.last : part.first]
            new = self._new[stop.stands.last : stands.first]
            most = (best.cost if best else self._most) - stop.cost
            cost = stop.cost + distance(old, new, limit=most + 1)
            left_out = (None,) * (number - len(stop.places))
            reached = _Stop(part, stands, cost, (*stop.places, *left_out, stands.first))
            if cost <= self._most and (best is None or reached.rank < best.rank):
                best = reached
        return best


def places_of(part: str, text: str) -> list[int]:
    """The first offsets at which a part that is not empty stands in a text."""
    found = [place for place, _ in zip(_places(part, text), range(MOST_PLACES), strict=False)]
    return found if part else []


def _places(part: str, text: str) -> Iterator[int]:
    place = text.find(part)
    while place >= 0:
        yield place
        place = text.find(part, place + 1)
