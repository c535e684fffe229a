"""Where a part of a text that nobody has changed stands in what others have made of the text."""

from collections.abc import Iterator
from typing import NamedTuple

from .distance import distance

MOST_PLACES = 16
"""Places at which the part is looked for, from the top down."""
MOST_TYPED = 400
"""Characters up to which it is counted how many others have changed beside the part."""


class Placed(NamedTuple):
    """An offset in the text as it is, and how many characters others have changed at the least."""

    place: int
    cost: int


def placed(old: str, new: str, first: int, last: int, *, most: int) -> Placed | None:
    """Where `old[first:last]` stands in `new` with the least typing beside it.

    None where that is nowhere, or more than `most` characters.
    """
    above, part, below = old[:first], old[first:last], old[last:]
    best: Placed | None = None
    limit = min(most, MOST_TYPED) + 1
    for place in places_of(part, new):
        cost = distance(above, new[:place], limit=limit)
        if cost < limit:
            cost += distance(below, new[place + len(part) :], limit=limit - cost)
        if cost < limit:
            best, limit = Placed(place, cost), cost
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
