"""How much of what a client reports is the edit in flight, by comparing texts."""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NamedTuple

from ..text.document import Change, Edit, Position, Span, without_end
from ..text.hunks import hunks
from .snapshot import Excerpt


class Match(Enum):
    """Whether reported changes begin with an edit, or with the first parts of it."""

    WHOLE = "the first of them come to the edit"
    PART = "all of them come to a part of it, as if the rest were still to come"
    NONE = "neither"


class Confirmation(NamedTuple):
    """`taken` is how many of the changes are the edit, where it is a match as a whole."""

    match: Match
    taken: int = 0


def applied(before: Excerpt, edits: Sequence[Edit]) -> Excerpt:
    """The text once `edits` are made, which are all in the positions before the first."""
    made = before.copy()
    for edit in reversed(edits):
        made.apply(edit)
    return made


def confirm(before: Excerpt, edits: Sequence[Edit], changes: Iterable[Change]) -> Confirmation:
    """Whether `changes` of the text `before` begin with `edits`.

    Line ends aside, because a client may put its own in. Costs the excerpt for each of them.
    """
    whole = _plain(applied(before, edits))
    reported = before.copy()
    for count, (edit, _) in enumerate(changes, 1):
        reported.apply(edit)
        if len(reported.lines) == len(whole) and _plain(reported) == whole:
            return Confirmation(Match.WHOLE, count)
    # A client that makes the edits of a request one by one makes the last one first.
    part, all_of_them = before.copy(), _plain(reported)
    for edit in reversed(edits[1:]):
        part.apply(edit)
        if len(part.lines) == len(all_of_them) and _plain(part) == all_of_them:
            return Confirmation(Match.PART)
    return Confirmation(Match.NONE)


def differences(before: Excerpt, after: Excerpt) -> list[Change]:
    """What makes the text `after` of the text `before`, by lines, from the bottom up."""
    old = before.lines
    found = []
    for first, last, lines in reversed(hunks(old, after.lines)):
        end = Position(last, 0) if last < len(old) else Position(last - 1, len(old[-1]))
        edit = Edit(Span(Position(first, 0), end), "".join(lines))
        found.append(Change(before.outside(edit), "".join(old[first:last])))
    return found


def _plain(text: Excerpt) -> list[str]:
    return [without_end(line) for line in text.lines]
