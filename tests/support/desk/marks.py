"""A text of which every character has an owner, so that what was lost or went astray can be told.

Nothing is ever taken out: what somebody deletes stays in its place, out of sight, with a note of
who hid it. So what must be there in the end does not depend on any arithmetic with positions:
all that its owner has not deleted, and in the rows of a job what the job has to put there.
Offsets count the characters that are in sight.
"""

from collections.abc import Collection, Iterator
from typing import TypeGuard

from .picture import Part, Picture, picture
from .pieces import (
    WISHED,
    Bound,
    Hand,
    Owner,
    Piece,
    Stroke,
    begins,
    holds,
    is_cut,
    is_ours,
    making,
)


class Marks:
    """The text. `touched` are the jobs into whose rows somebody else's last change went."""

    def __init__(self, text: str) -> None:
        self.items: list[Piece | Bound] = [Piece(text, "outside", 0)]
        self.touched: set[int] = set()
        self._origins = 0
        self._released: set[int] = set()

    @property
    def text(self) -> str:
        """What is in sight."""
        return "".join(piece.text for piece in self._pieces() if not piece.hidden_by)

    @property
    def wished(self) -> str:
        """What should be in sight, once no job has rows."""
        return "".join(piece.text for piece in self._pieces() if piece.is_wished)

    @property
    def unmended(self) -> str:
        """What should be in sight if what is astray may stay, but nothing may be lost."""
        return "".join(piece.text for piece in self._pieces() if piece.is_wished or piece.shown)

    def picture(self, jobs: Collection[int]) -> Picture:
        """The document with the rows of these jobs, as it is once all is put right."""
        parts: list[Part] = []
        for item, opened in self._open():
            if isinstance(item, Bound):
                if item.job in jobs and self._opens(item):
                    parts.append(Part(item.job, ""))
                continue
            job = next((job for job in jobs if job in opened), None)
            if job is not None:
                parts[-1] = Part(job, parts[-1].text + ("" if item.hidden_by else item.text))
            elif item.is_wished or (opened and item.shown):
                parts.append(Part(None, item.text))
        return picture(parts)

    def enclose(self, job: int, start: int, end: int) -> None:
        """What stands there is now a job's."""
        _, index = self._gap(start)
        self.items.insert(index, Bound(job, "first"))
        index = index + 1 if start == end else self._gap(end)[0]
        self.items.insert(index, Bound(job, "last"))
        for piece in self._inside(job):
            if not piece.hidden_by:
                piece.owner = "inside"

    def saved(self) -> None:
        """The document is saved."""
        for piece in self._pieces():
            piece.is_saved = True

    def release(self, job: int) -> None:
        """The job is over: what stands in its rows now is to stay."""
        for piece in self._inside(job):
            if not piece.hidden_by and piece.owner != "user":
                piece.owner = "outside"
        self._released.add(job)

    def span(self, job: int) -> tuple[int, int]:
        """Where the job's rows begin and end."""
        offset = first = 0
        for item in self.items:
            if isinstance(item, Piece):
                offset += item.shown
            elif item.job == job and item.side == "first":
                first = offset
            elif item.job == job and item.side == "last":
                return first, offset
        raise LookupError(job)

    def behind(self, origin: int) -> int | None:
        """The offset behind what a stroke has put in; None where nothing of it is left."""
        offset, found = 0, None
        for piece in self._pieces():
            offset += piece.shown
            if piece.origin == origin and piece.shown:
                found = offset
        return found

    def content(self, job: int) -> str:
        """What is in sight in the job's rows."""
        return "".join(piece.text for piece in self._inside(job) if not piece.hidden_by)

    def between_edges(self, job: int) -> str:
        """The same without what the user has typed and what stands at an edge now: outside."""
        pieces = [piece for piece in self._inside(job) if not piece.hidden_by]
        for end in (0, -1):
            while pieces and pieces[end].owner == "user":
                pieces.pop(end)
        return "".join(piece.text for piece in pieces)

    def change(self, start: int, end: int, text: str, hand: Hand) -> Stroke:
        """Puts `text` in the place of what is in sight from `start` to `end`."""
        self.touched = set()
        self._origins += 1
        if not hand.is_ours:
            self.touched |= self._empty_rows(start, end)
        low, high = self._gap(start)
        if end > start:
            high = self._gap(end)[1]
        stroke = Stroke(start, "", text, hand, self._origins)
        for place in range(low, high):
            item = self.items[place]
            if isinstance(item, Piece) and not item.hidden_by:
                self._hide(item, place, stroke)
        puts_right = hand.is_ours and hand.job is None
        if text and not (puts_right and self._revive(low, high, stroke)):
            self._put(low, high, stroke)
        return stroke

    def take_back(self, stroke: Stroke) -> None:
        """The user undoes a change, and all that came after it is undone already."""
        self.touched = set()
        self._split(stroke.hidden)
        self._split(stroke.revived)
        for item, opened in self._open():
            if not isinstance(item, Piece):
                continue
            if item.origin == stroke.origin or holds(stroke.revived, item):
                item.hidden_by = "user"
            elif holds(stroke.hidden, item):
                item.hidden_by = None
                item.is_inside = bool(opened)
                if not opened and item.owner not in WISHED:
                    item.owner = "user"
            else:
                continue
            self.touched |= opened

    def _hide(self, piece: Piece, place: int, stroke: Stroke) -> None:
        opened = self._opened(place)
        piece.hidden_by = "ours" if stroke.hand.is_ours else "user"
        stroke.removed += piece.text
        stroke.hidden.append((piece.origin, piece.start, len(piece.text)))
        if not stroke.hand.is_ours:
            self.touched |= opened

    def _put(self, low: int, high: int, stroke: Stroke) -> None:
        """Puts text in somewhere between two items, which look the same to everybody."""
        if stroke.hand.is_ours:
            place = self._place_of_ours(low, high, stroke.hand.job)
        elif stroke.hand.formats and stroke.removed:
            place = self._place_of_formatter(low, high)
        else:
            place = self._place_of_user(low, high)
        owner: Owner = "ours" if stroke.hand.is_ours else "user"
        is_inside = owner == "user" and bool(self._opened(place))
        piece = Piece(stroke.text, owner, stroke.origin, is_inside=is_inside)
        piece.is_formatters = stroke.hand.formats
        self.items.insert(place, piece)

    def _place_of_formatter(self, low: int, high: int) -> int:
        """In the rows of a job, where what it replaces was: it replaces nothing across an edge."""
        for place in range(low, high + 1):
            if opened := self._opened(place):
                self.touched |= opened
                return place
        return low

    def _place_of_user(self, low: int, high: int) -> int:
        """Outside of all rows, where that can be: exactly at an edge is outside."""
        for place in range(low, high + 1):
            if not self._opened(place):
                return self._beside_empty_row(place, high)
        self.touched |= self._opened(low)
        return low

    def _opens(self, item: Piece | Bound) -> TypeGuard[Bound]:
        if isinstance(item, Piece):
            return False
        return item.side == "first" and item.job not in self._released

    def _beside_empty_row(self, place: int, high: int) -> int:
        for item in self.items[place:high]:
            if self._opens(item) and self._is_empty(item.job):
                self.items.insert(place, Bound(item.job, "other"))
                return place + 1
        return place

    def _place_of_ours(self, low: int, high: int, job: int | None) -> int:
        """In the job's rows, where that can be; else it is astray."""
        for place in range(low, high + 1):
            opened = self._opened(place)
            if job in opened or (job is None and opened):
                return place
        for place in range(low, high):
            item = self.items[place]
            is_other = isinstance(item, Bound) and item.side == "other" and item.job == job
            if isinstance(item, Bound) and is_other and self._is_empty(item.job):
                return self._move_empty_row(item)
        return low

    def _is_empty(self, job: int) -> bool:
        first, last = self.span(job)
        return first == last

    def _empty_rows(self, start: int, end: int) -> set[int]:
        """The jobs that have one empty row, in the midst of what stands there."""
        jobs = [
            item.job for item in self.items if not isinstance(item, Piece) and self._opens(item)
        ]
        return {job for job in jobs if self._is_empty(job) and start < self.span(job)[0] < end}

    def _move_empty_row(self, other: Bound) -> int:
        """Where it was, it may be again."""
        items: list[Piece | Bound] = []
        for each in self.items:
            if isinstance(each, Piece) or each.job != other.job:
                items.append(each)
            elif each is other:
                items += [Bound(other.job, "first"), Bound(other.job, "last")]
            elif each.side == "first":
                items.append(Bound(other.job, "other"))
        self.items = items
        first = next(at for at, each in enumerate(items) if begins(each, other.job))
        return first + 1

    def _revive(self, low: int, high: int, stroke: Stroke) -> bool:
        """Whether the text is what the server has hidden there before, which is now back.

        That may stand on the other side of text of ours that is there as well.
        """
        first = low
        while first and (isinstance(item := self.items[first - 1], Bound) or is_ours(item)):
            first -= 1
        for begin, with_ours in ((low, False), (first, False), (low, True), (first, True)):
            hidden = [
                item
                for place, item in enumerate(self.items[begin:high], begin)
                if isinstance(item, Piece)
                and self._may_come_back(item, place, stroke, with_ours=with_ours)
            ]
            for index in range(len(hidden)):
                if back := making(stroke.text, hidden[index:]):
                    self._bring(back, low, is_beyond=begin < low)
                    stroke.revived += [(each.origin, each.start, len(each.text)) for each in back]
                    return True
        return False

    def _bring(self, pieces: list[Piece], place: int, *, is_beyond: bool) -> None:
        for piece in pieces:
            piece.hidden_by = None
        if is_beyond:
            after = self.items[place:]
            before = [item for item in self.items[:place] if item not in pieces]
            self.items = before + [*pieces] + [item for item in after if item not in pieces]

    def _may_come_back(self, piece: Piece, place: int, stroke: Stroke, *, with_ours: bool) -> bool:
        is_of_stroke = holds(stroke.hidden, piece)
        if piece.hidden_by != "ours" or is_of_stroke:
            return False
        if piece.owner == "ours":
            return with_ours
        return piece.is_wished or bool(self._opened(place))

    def _gap(self, offset: int) -> tuple[int, int]:
        """The places between which what is put in at `offset` may stand. Parts a piece."""
        seen, low = 0, None
        for index, item in enumerate(self.items):
            if low is None and seen == offset:
                low = index
            if item.shown and low is not None:
                return low, index
            if seen < offset < seen + item.shown:
                assert isinstance(item, Piece)
                self._part(index, offset - seen)
                return index + 1, index + 1
            seen += item.shown
        assert seen == offset, (seen, offset)
        return (len(self.items) if low is None else low), len(self.items)

    def _part(self, index: int, length: int) -> None:
        piece = self.items[index]
        assert isinstance(piece, Piece)
        rest = Piece(
            piece.text[length:],
            piece.owner,
            piece.origin,
            piece.start + length,
            piece.hidden_by,
            piece.is_inside,
            piece.is_formatters,
            piece.is_saved,
        )
        piece.text = piece.text[:length]
        self.items.insert(index + 1, rest)

    def _split(self, stretches: list[tuple[int, int, int]]) -> None:
        for origin, start, length in stretches:
            for edge in (start, start + length):
                for index, item in enumerate(self.items):
                    if is_cut(item, origin, edge):
                        self._part(index, edge - item.start)
                        break

    def _pieces(self) -> Iterator[Piece]:
        return (item for item in self.items if isinstance(item, Piece))

    def _inside(self, job: int) -> Iterator[Piece]:
        for item, opened in self._open():
            if job in opened and isinstance(item, Piece):
                yield item

    def _open(self) -> Iterator[tuple[Piece | Bound, set[int]]]:
        """Each item and the jobs in whose rows it stands."""
        opened: set[int] = set()
        for item in self.items:
            if self._opens(item):
                opened = opened | {item.job}
            elif isinstance(item, Bound) and item.side == "last":
                opened = opened - {item.job}
            yield item, opened

    def _opened(self, place: int) -> set[int]:
        opened: set[int] = set()
        for item in self.items[:place]:
            if self._opens(item):
                opened.add(item.job)
            elif isinstance(item, Bound) and item.side == "last":
                opened.discard(item.job)
        return opened
