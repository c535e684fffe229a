"""An editor and its user, as measured in real editors, on a clock of their own.

The user types above and below a selection, never in it, so what must stand in the document at the
end is known whatever the timing was.
"""

import heapq
import itertools
import random
from collections.abc import Callable, Sequence
from typing import Literal

from qwen_lsp.lsp.delivery import Delivery
from qwen_lsp.lsp.writing import Ending, Send
from qwen_lsp.text.document import Document, Edit, Position, Span, split_lines
from qwen_lsp.text.edits import smallest_edit

Kind = Literal["vscode", "helix", "neovim", "eglot"]

WIRE = 0.0005
"""Seconds that a message takes; messages keep their order."""


class Clock:
    """Runs what is due, in order, without waiting."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()

    def call_at(self, when: float, call: Callable[[], None]) -> None:
        heapq.heappush(self._due, (max(when, self.now), next(self._count), call))

    def run(self, *, until: float) -> None:
        while self._due and self._due[0][0] <= until:
            self.now, _, call = heapq.heappop(self._due)
            call()


class Desk:
    """A document in an editor of one kind, its user, and the server's delivery behind a wire."""

    def __init__(
        self, kind: Kind, above: str, selection: str, below: str, rng: random.Random
    ) -> None:
        self.kind, self.rng, self.clock = kind, rng, Clock()
        self.above, self.below = Document(above), Document(below)
        self.editor = Document(above + selection + below)
        self.version = 1
        self.shadow = Document(self.editor.text)
        self.delivery = Delivery(self.shadow, 1)
        first = len(self.above.lines) - 1
        self.writing = self.delivery.begin(first, first + len(split_lines(selection)))
        self.sent: list[Send] = []
        self.dropped = 0
        self._unsent: list[Edit] = []
        self._flushed = Document(self.editor.text)
        self._flushed_at = -1.0
        self._flush_due: float | None = None
        self._newest_flush = itertools.count()
        self._flush_id = -1

    # What the user does.

    def type_above(self) -> None:
        """Types, pastes or deletes somewhere above the selection, its edge included."""
        self._type(self.above, lambda position: position)

    def type_below(self) -> None:
        """The same below."""
        rows = len(self.editor.lines) - len(self.below.lines)
        column = len(self.editor.line(rows)) - len(self.below.line(0))
        self._type(
            self.below,
            lambda position: Position(
                position.line + rows, position.column + (column if position.line == 0 else 0)
            ),
        )

    def _type(self, part: Document, place: Callable[[Position], Position]) -> None:
        row = self.rng.choice([0, len(part.lines) - 1, self.rng.randrange(len(part.lines))])
        at = Position(row, self.rng.randint(0, len(part.line(row))))
        until = at
        if self.rng.random() < 0.2:
            until = part.clamp(Position(row, at.column + 2))
        text = self.rng.choice(["x", "\n", "  # typed\n", "é😀", "pasted\nlines\n", ""])
        change = Edit(Span(place(at), place(until)), text)
        part.apply(Edit(Span(at, until), text))
        self.user_edits(change)

    def user_edits(self, change: Edit) -> None:
        """The user changes the document."""
        self.editor.apply(change)
        self.version += 1
        self._report([change])

    # What the editor does.

    def _report(self, edits: Sequence[Edit]) -> None:
        self._unsent.extend(edits)
        if self.kind in ("vscode", "helix"):
            self._flush()
        elif self.kind == "neovim":
            if self._flush_due is None:
                self._flush_due = max(self._flushed_at + 0.15, self.clock.now)
                self.clock.call_at(self._flush_due, self._flush)
        else:
            self._flush_id = mine = next(self._newest_flush)
            self.clock.call_at(
                self.clock.now + 0.5, lambda: self._flush() if mine == self._flush_id else None
            )

    def _flush(self) -> None:
        edits, self._unsent = tuple(self._unsent), []
        self._flush_due, self._flushed_at = None, self.clock.now
        if self.kind == "neovim":
            edit = smallest_edit(self._flushed.lines, self.editor.lines)
            edits = (edit,) if edit else ()
        self._flushed = Document(self.editor.text)
        version = self.version

        def arrive() -> None:
            for edit in edits:
                self.shadow.apply(edit)
            self.delivery.changed(version, edits)
            self.pump()

        self.clock.call_at(self.clock.now + WIRE, arrive)

    def _receive(self, send: Send) -> None:
        known = self.version
        if self.kind == "eglot":
            known = self.delivery.version if not self._unsent else send.version
        if send.version != known:
            self.dropped += 1
            self._answer(send, applied=self.kind == "neovim")
            return
        made = sorted(send.edits, reverse=True)
        for edit in made:
            self.editor.apply(edit)
        self.version += 1
        if self.kind == "helix":
            self._report(made)
            self._answer(send, applied=True)
        else:
            self._answer(send, applied=True)
            self._report(made)

    def _answer(self, send: Send, *, applied: bool) -> None:
        def arrive() -> None:
            self.delivery.answered(send, self.clock.now, applied=applied)
            self.pump()

        self.clock.call_at(self.clock.now + WIRE, arrive)

    # What the server does.

    def pump(self) -> None:
        """Lets the delivery send what it wants to."""
        due = self.delivery.next(self.clock.now)
        if isinstance(due, Send):
            self.sent.append(due)
            send = due
            takes = self.rng.uniform(0.011, 0.05) if self.kind == "vscode" else 0.001
            self.clock.call_at(self.clock.now + WIRE + takes, lambda: self._receive(send))
            self.pump()
        elif due is not None:
            self.clock.call_at(due, self.pump)

    def reply(self, lines: Sequence[str], *, seconds: float) -> None:
        """The reply's lines become known one after the other."""
        for count, line in enumerate(lines):
            when = self.clock.now + seconds * count / len(lines)
            self.clock.call_at(when, lambda line=line: self._learn(line))  # type: ignore[misc]
        self.clock.call_at(self.clock.now + seconds, self._finish)

    def _learn(self, line: str) -> None:
        self.writing.rewrite.extend([line])
        self.pump()

    def _finish(self) -> None:
        self.writing.finish()
        self.pump()

    @property
    def ending(self) -> Ending | None:
        return self.writing.ending

    def expected(self, selection: str) -> str:
        """The whole document, with `selection` between what the user typed."""
        return self.above.text + selection + self.below.text
