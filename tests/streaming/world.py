"""A client, a server's delivery and the wire between them, small enough to try all that may happen.

Each character has an owner, so that at the end it is known what was lost, or is in a wrong place.
"""

from collections import deque
from collections.abc import Iterable
from typing import Literal, NamedTuple

from qwen_lsp.streaming.client_profile import ClientProfile
from qwen_lsp.streaming.delivery import Delivery, VersionedEdit
from qwen_lsp.streaming.region import Ending, Region
from qwen_lsp.text.document import Change, Document, Edit, Position, Span, split_lines

TEXT = "a\nb\n\nc"
ROWS = (1, 2)
"""The rows of the two regions, one row each; the second is empty."""
REPLIES = (("b", "d"), ("e",))
STEP = 0.2
"""Seconds from one event to the next: more than the gap between two edits."""
REST = 30

Owner = Literal["outside", "user", "0", "1"]
Act = Literal[
    "above", "first edge", "inside", "last edge", "below", "blank inside", "delete", "save"
]
ACTS: tuple[Act, ...] = (
    "above", "first edge", "inside", "last edge", "below", "blank inside", "delete", "save",
)  # fmt: skip


class Owned(NamedTuple):
    """A character and who has put it there. `is_inside`: among the characters of a region."""

    text: str
    owner: Owner
    is_inside: bool = False


class Message(NamedTuple):
    """What the client says: an answer, changes that make a version, or that it has saved."""

    answer: tuple[VersionedEdit, bool] | None = None
    version: int = 0
    changes: tuple[Change, ...] = ()

    @property
    def what_was_answered(self) -> tuple[int, bool] | None:
        """The version of the edit, and whether it was applied."""
        return self.answer and (self.answer[0].version, self.answer[1])


class World:
    """One document in one client, and the server. What happens are methods."""

    def __init__(self, profile: ClientProfile, *, reports_first: bool, drops: bool) -> None:
        self.profile, self._reports_first, self._drops = profile, reports_first, drops
        self.now = 0.0
        self.shadow = Document(TEXT)
        self.delivery = Delivery(self.shadow, 1, profile)
        self.regions = [self.delivery.begin(row, row + 1) for row in ROWS]
        self.version = 1
        self.text = [Owned(letter, self._first_owner(offset)) for offset, letter in enumerate(TEXT)]
        self.outgoing: deque[VersionedEdit] = deque()
        self.incoming: deque[Message] = deque()
        self._unreported: list[Change] = []
        self.touched: set[int] = set()
        self.typed = 0
        self.wrong: list[str] = []

    # What may happen.

    def act(self, act: Act) -> None:
        """The user does something, or a formatter saves."""
        if act == "save":
            self._flush()
            self.incoming.append(Message())
        elif act == "delete":
            at = next((i for i, each in enumerate(self.text) if each.text == "c"), None)
            if at is not None:
                self._change([(at, at + 1, "", "user")])
        else:
            at = self._place(act)
            self.typed += 1
            self._change([(at, at, " " if act == "blank inside" else "x", "user")])
        self._pump()

    def say(self, number: int, line: str | None) -> None:
        """One more line of a region's reply is known, or None: it is whole."""
        region = self.regions[number]
        if line is None:
            region.finish()
        else:
            region.extend([line])
        self._pump()

    def take(self) -> None:
        """The client takes the next edit off the wire."""
        edit = self.outgoing.popleft()
        is_made = edit.version == self.version
        answer = Message(answer=(edit, is_made or self._drops))
        if not self._reports_first:
            self.incoming.append(answer)
        if is_made:
            number = self.regions.index(edit.region)
            self._check_removed(edit, number)
            owner: Owner = "0" if number == 0 else "1"
            cuts = [(*self._offsets(each), each.text, owner) for each in reversed(edit.edits)]
            self._change(cuts)
        if self._reports_first:
            self.incoming.append(answer)

    def hear(self) -> None:
        """The server takes the next message off the wire."""
        message = self.incoming.popleft()
        if message.answer:
            edit, is_applied = message.answer
            self.delivery.answered(edit, self.now, applied=is_applied)
        elif message.version:
            for change in message.changes:
                self.shadow.apply(change.edit)
            self.delivery.changed(message.version, message.changes, self.now)
        else:
            self.delivery.saved()
        self._pump()

    def flush(self) -> None:
        """A client that reports at a limited rate does so."""
        self._flush()

    @property
    def is_unreported(self) -> bool:
        """Whether there is something to report."""
        return bool(self._unreported)

    def rest(self) -> list[str]:
        """Nobody does anything, all messages arrive; what is wrong then."""
        for _ in range(REST):
            while self.outgoing or self.incoming or self._unreported:
                self._flush()
                if self.incoming:
                    self.hear()
                elif self.outgoing:
                    self.take()
            self._pump()
        self._check()
        return self.wrong

    @property
    def key(self) -> tuple[object, ...]:
        """All that tells two worlds apart, but for the time."""
        return (
            tuple(self.text), self.version, tuple(self._unreported), tuple(self.shadow.lines),
            tuple((edit.version, edit.edits) for edit in self.outgoing),
            tuple((each.version, each.changes, each.what_was_answered) for each in self.incoming),
            tuple(self._state(region) for region in self.regions),
            repr(self.delivery.holds_changes), frozenset(self.touched),
        )  # fmt: skip

    # How.

    def _first_owner(self, offset: int) -> Owner:
        return "0" if offset == TEXT.index("b") else "outside"

    def _state(self, region: Region) -> tuple[object, ...]:
        rewrite = region.rewrite
        return (
            region.span, region.ending, region.is_closed, region.is_suspended, region.rejections,
            tuple(rewrite.placed), rewrite.consumed, tuple(rewrite.waiting), rewrite.is_finished,
        )  # fmt: skip

    def _place(self, act: Act) -> int:
        first, last = self._rows()
        match act:
            case "above":
                return 0
            case "first edge":
                return first
            case "inside" | "blank inside":
                # Between two characters of the first region; beside it where it has but one.
                return first + 1 if last - first > 1 else last
            case "last edge":
                return last
            case _:
                return len(self.text)

    def _rows(self) -> tuple[int, int]:
        mine = [place for place, each in enumerate(self.text) if each.owner == "0"]
        return (mine[0], mine[-1] + 1) if mine else (2, 2)

    def _change(self, cuts: Iterable[tuple[int, int, str, Owner]]) -> None:
        made = []
        for start, end, text, owner in cuts:
            first, last = self._rows()
            is_inside = owner == "user" and first < start < last
            if is_inside and self.regions[0].ending is None:
                self.touched.add(0)
            edit = Edit(Span(self._position(start), self._position(end)), text)
            removed = "".join(each.text for each in self.text[start:end])
            self.text[start:end] = [Owned(letter, owner, is_inside) for letter in text]
            made.append(Change(edit, removed))
        self.version += 1
        self._unreported += made
        if self.profile.reports == "at once":
            self._flush()

    def _flush(self) -> None:
        if self._unreported:
            self.incoming.append(Message(version=self.version, changes=tuple(self._unreported)))
            self._unreported = []

    def _position(self, offset: int) -> Position:
        *above, line = split_lines("".join(each.text for each in self.text[:offset]))
        return Position(len(above), len(line))

    def _offsets(self, edit: Edit) -> tuple[int, int]:
        lines = split_lines("".join(each.text for each in self.text))
        start, end = (sum(map(len, lines[: place.line])) + place.column for place in edit.span)
        return start, end

    def _pump(self) -> None:
        self.now += STEP
        due = self.delivery.next(self.now)
        if isinstance(due, VersionedEdit):
            self.outgoing.append(due)

    # What must hold.

    def _check_removed(self, edit: VersionedEdit, number: int) -> None:
        """An edit takes away rows of its own region alone."""
        for each in edit.edits:
            start, end = self._offsets(each)
            for owned in self.text[start:end]:
                is_own = owned.owner == str(number) or owned.text == "\n"
                gives_way = owned.owner == "user" and owned.is_inside and owned.text == " "
                if not is_own and not gives_way:
                    self.wrong.append(f"an edit takes away {owned}")

    def _check(self) -> None:
        text = "".join(each.text for each in self.text)
        if text != "".join(self.shadow.lines):
            self.wrong.append("the server does not know the document")
        for letter in "ac":
            if letter == "a" and text.count(letter) != 1:
                self.wrong.append(f"{letter} is there {text.count(letter)} times")
        for number, region in enumerate(self.regions):
            rows = "".join(each.text for each in self.text if each.owner == str(number))
            if region.ending is None:
                self.wrong.append(f"region {number} has not ended")
            elif region.ending is Ending.SETTLED and rows != "\n".join(REPLIES[number]):
                self.wrong.append(f"region {number} holds {rows!r}")
            elif region.ending is not Ending.SETTLED and number not in self.touched:
                self.wrong.append(f"region {number} ended as {region.ending.name}")
