"""Changes of a text, and what an editor tells of them."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from qwen_lsp.text.document import Edit, Position, Span, split_lines

NEAR = 100
"""Characters between two changes up to which it makes one of them."""


class Cut(NamedTuple):
    """Offsets into the text as it is right before, and what comes in between them."""

    start: int
    end: int
    text: str


class Gathered(NamedTuple):
    """Changes that are told as one: the text before them, and where they are in that after."""

    before: str
    first: int
    last: int

    def with_cut(self, cut: Cut) -> "Gathered":
        """One more change."""
        last = max(self.last, cut.end) + len(cut.text) - (cut.end - cut.start)
        return Gathered(self.before, min(self.first, cut.start), last)

    def is_near(self, cut: Cut) -> bool:
        """Whether one more change is told as one with them."""
        return self.first - cut.end <= NEAR and cut.start - self.last <= NEAR

    def edit(self, text: str) -> Edit:
        """What they come to, where they have made `text`."""
        last = self.last + len(self.before) - len(text)
        span = Span(place_of(self.before, self.first), place_of(self.before, last))
        return Edit(span, text[self.first : self.last])


@dataclass(frozen=True)
class Report:
    """A didChange: its edits in the order in which they were made, or the whole text.

    `before` and `text` are the document before and after it. `is_exact`: it names each edit.
    """

    version: int
    edits: tuple[Edit, ...] | None
    before: str
    text: str
    is_exact: bool
    typed: int
    """How many characters the user has put in and taken away."""
    ours: tuple[str, ...]
    """What edits of the server's have put in, or an empty text for each that took away."""
    undoes: bool
    """Whether the user has undone something: what comes back does not say whose it is."""

    def and_then(self, report: "Report") -> "Report":
        """This and the next one, as one."""
        return replace(
            report,
            edits=None,
            before=self.before,
            is_exact=self.is_exact and report.is_exact,
            typed=self.typed + report.typed,
            ours=self.ours + report.ours,
            undoes=self.undoes or report.undoes,
        )


def place_of(text: str, offset: int) -> Position:
    """The line and the column of an offset."""
    *above, line = split_lines(text[:offset])
    return Position(len(above), len(line))
