"""What a text with owners is made of: pieces, the edges of rows among them, and changes of it."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeGuard

Owner = Literal["outside", "inside", "user", "ours"]
"""Who wrote a character; of what was there from the start, whether a job has it in its rows."""

WISHED = ("outside", "user")


class Hand(NamedTuple):
    """Who changes the text: the user, a formatter (`formats`), or the server for a job."""

    is_ours: bool
    job: int | None = None
    formats: bool = False


USER = Hand(is_ours=False)
FORMATTER = Hand(is_ours=False, formats=True)


@dataclass(eq=False, slots=True)
class Piece:
    """Characters with one owner and one fate. `start` is where they stood in what was put in."""

    text: str
    owner: Owner
    origin: int
    start: int = 0
    hidden_by: Literal["user", "ours"] | None = None
    is_inside: bool = False
    """It was typed into the rows of a job."""
    is_formatters: bool = False
    """A formatter has put it there."""
    is_saved: bool = False
    """The document was saved since it was typed."""

    @property
    def shown(self) -> int:
        """How many characters of it are in sight."""
        return 0 if self.hidden_by else len(self.text)

    @property
    def is_wished(self) -> bool:
        """Whether it must be in sight when all is quiet."""
        is_lost = self.hidden_by == "ours" and self.may_give_way
        return self.owner in WISHED and self.hidden_by != "user" and not is_lost

    @property
    def may_give_way(self) -> bool:
        """Whether it may be taken for a formatter's: white space, or anything but words if saved.

        Typed in the rows of a job, it gives way to the reply then (docs/streaming.md).
        """
        is_word = any(letter.isalnum() or letter > "\x7f" for letter in self.text)
        is_layout = self.text.isspace() or self.is_formatters
        return self.is_inside and (is_layout or (self.is_saved and not is_word))


@dataclass(frozen=True, eq=False, slots=True)
class Bound:
    """An edge of a job's rows. `other`: where its empty row may just as well be."""

    job: int
    side: Literal["first", "last", "other"]
    shown: int = 0


@dataclass(eq=False, slots=True)
class Stroke:
    """One change, as far as is needed to take it back."""

    start: int
    removed: str
    text: str
    hand: Hand
    origin: int
    hidden: list[tuple[int, int, int]] = field(default_factory=list)
    revived: list[tuple[int, int, int]] = field(default_factory=list)


def begins(item: Piece | Bound, job: int) -> bool:
    """Whether it is the first edge of a job's rows."""
    return isinstance(item, Bound) and item.job == job and item.side == "first"


def is_ours(piece: Piece) -> bool:
    """Whether the server wrote it or has hidden it."""
    return piece.owner == "ours" or piece.hidden_by == "ours"


def making(text: str, pieces: list[Piece]) -> list[Piece]:
    """Those of the pieces, from the first one on, that make up a text; none if they don't."""
    found = []
    for piece in pieces:
        if text.startswith(piece.text):
            found.append(piece)
            text = text.removeprefix(piece.text)
        if not text:
            return found
    return []


def is_cut(item: Piece | Bound, origin: int, edge: int) -> TypeGuard[Piece]:
    """Whether an edge of a stretch of a stroke lies within it."""
    if not isinstance(item, Piece) or item.origin != origin:
        return False
    return item.start < edge < item.start + len(item.text)


def holds(stretches: list[tuple[int, int, int]], piece: Piece) -> bool:
    """Whether it is of one of these stretches: of an origin, from where, how long."""
    return any(
        origin == piece.origin and start <= piece.start < start + length
        for origin, start, length in stretches
    )
