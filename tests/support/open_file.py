"""A file in an editor: its text, its version, its undo steps, and what was not reported yet."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from qwen_lsp.text.document import Document, Edit, Span
from qwen_lsp.text.edits import smallest_edit

Json = dict[str, Any]


@dataclass
class Step:
    """What one undo takes back: `edits` do it, one after the other."""

    edits: list[Edit]
    is_open: bool
    """Whether the next edit of a server's belongs to the same step."""


class ReportedChange(NamedTuple):
    """What one change is reported as, and the version that it has made."""

    version: int
    events: list[Json]


@dataclass(eq=False)
class OpenFile:
    """A file in the editor."""

    uri: str
    document: Document
    version: int = 1
    edits: list[list[Edit]] = field(default_factory=list)
    """What the server's requests changed, in the order in which they were made."""
    steps: list[Step] = field(default_factory=list)
    """What undo takes back, the newest last."""
    undone: list[list[Edit]] = field(default_factory=list)
    """What redo does again, the newest last."""
    unreported: list[ReportedChange] = field(default_factory=list)
    reports: int = 0
    reported_at: float | None = None
    timer: asyncio.TimerHandle | None = None

    def __post_init__(self) -> None:
        self._made = 0
        self._reported = Document.of_lines(list(self.document.lines))

    @property
    def happened(self) -> int:
        """How much has happened to it: this grows with every change and every report."""
        return self._made + self.reports

    def make(self, edit: Edit) -> Edit:
        """Makes an edit; gives the one that takes it back."""
        start, end = map(self.document.clamp, edit.span)
        removed = self.document.slice(edit.span)
        self._made += 1
        return Edit(Span(start, self.document.apply(Edit(Span(start, end), edit.text))), removed)

    def made_by_user(self, back: Sequence[Edit]) -> None:
        """What `back` takes back is an undo step of its own."""
        self.undone.clear()
        self.steps.append(Step(list(back), is_open=False))

    def made_by_server(self, back: Sequence[Edit], *, joins: bool, stays_open: bool) -> None:
        """What `back` takes back is a step of its own, or part of an open one if it `joins`."""
        self.undone.clear()
        if joins and self.steps and self.steps[-1].is_open:
            self.steps[-1].edits[:0] = back
            self.steps[-1].is_open = stays_open
        else:
            self.steps.append(Step(list(back), is_open=stays_open))

    def close_step(self) -> None:
        """What is edited next is another step."""
        if self.steps:
            self.steps[-1].is_open = False

    def stop_timer(self) -> None:
        """Nothing is reported by itself any more."""
        if self.timer:
            self.timer.cancel()
            self.timer = None

    def sum_up(self) -> tuple[Document, Edit | None]:
        """What was reported last, and the one edit since then; from now on this is reported."""
        before, self._reported = self._reported, Document.of_lines(list(self.document.lines))
        return before, smallest_edit(before.lines, self.document.lines)
