"""What others have changed beside texts that they have left alone.

Where something is typed above rows and something below them, an editor may tell all from the first
to the last of it, and a comparison of that may run across the rows.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ..text.document import Document, Edit, Position, Span, after
from ..text.placed import placed
from ..text.stretch import Stretch
from .report import Report


class Others(NamedTuple):
    """What others have changed, in how many characters at the least.

    `stretches` are those that they have left alone as they stand now, None for each of the rest.
    """

    report: Report
    cost: int
    stretches: tuple[Stretch | None, ...]


def beside(old: str, new: str, stretches: Sequence[Stretch], *, most: int | None = None) -> Others:
    """What has made `new` of `old` if as many stretches of it as may be were left alone.

    All may be that ask for no more typing than there was in any case; another one costs one more.
    Where that is more than `most` characters, it is not looked at closer. Costs what `placed` does.
    """
    whole = Report.of([Edit(Span(Position(0, 0), Document(old).end), new)], [old])
    characters = sum(len(edit.text) + len(removed) for edit, removed in whole)
    most = characters if most is None else min(most, characters)
    solid = [old[stretch.first : stretch.last] for stretch in stretches]
    solid = [text for text in solid if text]
    if not any(text in new for text in solid):
        return Others(whole, characters + len(solid), (None,) * len(stretches))
    stands = placed(old, new, stretches, most=most)
    if stands is None:
        return Others(whole, most + 1, (None,) * len(stretches))
    now = tuple(
        None if place is None else Stretch(place, place + was.last - was.first)
        for was, place in zip(stretches, stands.places, strict=True)
    )
    kept = [(was, there) for was, there in zip(stretches, now, strict=True) if there]
    lost = [was for was, there in zip(stretches, now, strict=True) if not there]
    cost = stands.cost + sum(was.first < was.last for was in lost)
    if not kept:
        return Others(whole, cost, now)
    gaps = list(_gaps(old, new, kept))[::-1]
    report = Report.of([edit for edit, _ in gaps], [removed for _, removed in gaps])
    return Others(report, cost, now)


def _gaps(
    old: str, new: str, kept: Sequence[tuple[Stretch, Stretch]]
) -> Iterator[tuple[Edit, str]]:
    """What each text between those that were kept has become, from the top down."""
    begin = (Stretch(0, 0), Stretch(0, 0))
    end = (Stretch(len(old), len(old)), Stretch(len(new), len(new)))
    for (above, stands), (below, behind) in pairwise((begin, *kept, end)):
        first, last = (after(Position(0, 0), old[:at]) for at in (above.last, below.first))
        text = new[stands.last : behind.first]
        yield Edit(Span(first, last), text), old[above.last : below.first]
