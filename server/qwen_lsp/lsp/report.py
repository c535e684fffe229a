"""A change as an editor reports it, and which of its edits are our own."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Self

from ..text.document import Document, Edit, Position, Span, after
from ..text.edits import moved_span
from ..text.finer import finer


class Change(NamedTuple):
    """One edit, and the text that it took away."""

    edit: Edit
    removed: str


class Report(tuple[Change, ...]):
    """What was changed, one after the other.

    `is_apart` says that some of it was told as one, `is_compared` that it is what differs in two
    texts; `told` is all the text that was put in, None where that is not known. `replaced` are the
    edits as they were told, where one of them both takes text away and puts some in.
    """

    is_apart = is_compared = False
    told: str | None = None
    replaced: tuple[Edit, ...] = ()

    @classmethod
    def of(
        cls, edits: Sequence[Edit], removed: Sequence[str], *, is_compared: bool = False
    ) -> Self:
        """The edits in the order in which they were made, and what each took away.

        Each as the small ones that it may be made of, which leave alone what may have stayed.
        """
        report = cls(
            change
            for edit, text in zip(edits, removed, strict=True)
            for change in _small(edit, text)
        )
        report.told = "".join(edit.text for edit in edits)
        report.is_compared = is_compared
        report.is_apart = any(edit.text and text for edit, text in zip(edits, removed, strict=True))
        report.replaced = tuple(edits) if report.is_apart else ()
        return report

    @property
    def is_summed_up(self) -> bool:
        """Whether it may tell what lies between changes as changed."""
        return self.is_apart or self.is_compared

    def blurs(self, spans: Iterable[Span]) -> bool:
        """Whether some of these, in places before it, may be told as changed though they are not.

        That is where they touch what was told as one, or where texts were compared.
        """
        left = list(spans)
        for edit in self.replaced:
            start, end = edit.span
            is_replaced = start < end and edit.text
            if is_replaced and any(start <= span.end and span.start <= end for span in left):
                return True
            left = [moved_span(span, [edit]) for span in left]
        return self.is_compared

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Without what they took away."""
        return tuple(change.edit for change in self)

    def as_in(self, parts: "Parts") -> "Report":
        """The same, made of these parts."""
        report = parts.all
        report.is_apart, report.is_compared = self.is_apart, self.is_compared
        report.told, report.replaced = self.told, self.replaced
        return report

    def parts(self, sent: Sequence[Edit], *, are_clamped: bool = False) -> "list[Parts]":
        """What comes before, in and after the edits that were `sent`, the last one of them first.

        Wherever they stand there one after the other, just as they were sent; or, if they
        `are_clamped`, nearer to the beginning of a row, or of a text, that had become too short.
        """
        ours = sent[::-1]
        is_ours = self._is_clamped if are_clamped else self._is
        return [
            self.parted(first, first + len(ours))
            for first in range(len(self) - len(ours) + 1)
            if all(is_ours(first + index, edit) for index, edit in enumerate(ours))
        ]

    def parted(self, first: int, last: int) -> "Parts":
        """Changes `first` up to `last`, and what comes before and after them."""
        return Parts(Report(self[:first]), Report(self[first:last]), Report(self[last:]))

    def _is(self, index: int, sent: Edit) -> bool:
        """Whether one change is just what was sent."""
        span, text = self[index].edit
        return (span, _plain(text)) == (sent.span, _plain(sent.text))

    def _is_clamped(self, index: int, sent: Edit) -> bool:
        """Whether it is that, in a text that has become too short for it by what was typed before.

        What one of the edits that were sent together has made of such a row is no such thing.
        """
        (start, end), text = self[index].edit
        if _plain(text) != _plain(sent.text):
            return False
        if start == end and end.line < sent.span.start.line:
            return sent.span.start == sent.span.end and any(map(str.isalnum, text))
        is_clamped = start.column <= sent.span.start.column and end.column <= sent.span.end.column
        is_there = (start.line, end.line) == (sent.span.start.line, sent.span.end.line)
        return is_there and is_clamped and (index > 0 or self._is(index, sent))


class Parts(NamedTuple):
    """A report that holds edits of ours, and what others have changed before and after them."""

    before: Report
    ours: Report
    behind: Report

    @property
    def is_alone(self) -> bool:
        """Whether there is nothing else."""
        return not self.before and not self.behind

    @property
    def all(self) -> Report:
        """The report as a whole."""
        return Report(self.before + self.ours + self.behind)


def take_back(text: Document, changes: Sequence[Change]) -> None:
    """Makes a text what it was before changes that were made one after the other."""
    for edit, removed in reversed(changes):
        start = edit.span.start
        text.apply(Edit(Span(start, after(start, edit.text)), removed))


def _small(edit: Edit, removed: str) -> Iterator[Change]:
    text = Document(removed)
    for small in finer(edit, removed):
        start, end = (_within(place, edit.span.start) for place in small.span)
        yield Change(small, text.slice(Span(start, end)))


def _within(place: Position, start: Position) -> Position:
    """The place in what begins at `start`."""
    row = place.line - start.line
    return Position(row, place.column if row else place.column - start.column)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")
