"""What the user of a desk does: where, by words, and what, by numbers that somebody else draws."""

from typing import Literal

from .desk import Desk
from .formatters import Formatter
from .job import Job
from .told import Cut

Where = Literal["above", "first edge", "inside", "last edge", "below"]
PLACES: tuple[Where, ...] = ("above", "first edge", "inside", "last edge", "below")
OUTSIDE: tuple[Where, ...] = ("above", "first edge", "last edge", "below")


class User:
    """Types, pastes, deletes, undoes, renames and saves. Portions are from 0 to 1."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def place(self, job: Job, where: Where, portion: float) -> int:
        """An offset in relation to the job's rows, as these are in the editor now."""
        low, high = self._stretch(job, where)
        return self._between_characters(low + round(portion * (high - low)))

    def put(self, at: int, text: str) -> int:
        """Types or pastes at an offset; gives the origin of what is there then."""
        line_end = self._desk.jobs[0].line_end if self._desk.jobs else "\n"
        text = text.replace("\n", line_end)
        at = self._at_edge(at, text)
        self._desk.change([Cut(at, at, text)])
        return self._desk.editor.history[-1][0].origin

    def behind(self, origin: int) -> int | None:
        """Where to go on typing; None where what was typed is gone."""
        return self._desk.editor.marks.behind(origin)

    def delete(self, job: Job, where: Where, portion: float, length: int) -> None:
        """Deletes so many characters, but none that lies elsewhere."""
        _, high = self._stretch(job, where)
        start = self.place(job, where, portion)
        self._delete(start, min(start + length, high))

    def delete_across(self, job: Job, portion: float, other: float, length: int) -> None:
        """Deletes from above an edge of the job's rows to below it, or around both."""
        first, last = self._desk.editor.marks.span(job.number)
        reach = round(other * length) + 1
        if portion < 0.4:
            self._delete(first - reach, min(first + length, last))
        elif portion < 0.8:
            self._delete(max(first, last - length), last + reach)
        else:
            self._delete(first - reach, last + reach)

    def replace(self, job: Job, where: Where, portion: float, length: int, text: str) -> None:
        """Pastes over a selection."""
        _, high = self._stretch(job, where)
        start = self.place(job, where, portion)
        end = self._between_characters(min(start + length, high), up=True)
        if start < end:
            self._desk.change([Cut(start, end, text)])
        else:
            self.put(start, text)

    def undo(self, *, of_ours: bool) -> bool:
        """Undoes the last change, if it is the user's own or may be ours."""
        history = self._desk.editor.history
        if not history or (history[-1][0].hand.is_ours and not of_ours):
            return False
        return self._desk.undo()

    def rename(self, word: str, name: str) -> None:
        """Some other tool changes a word wherever it stands outside of all rows, in one go."""
        cuts = []
        at = self._desk.editor.text.find(word)
        while at >= 0:
            if self._is_outside(at, at + len(word)):
                cuts.append(Cut(at, at + len(word), name))
            at = self._desk.editor.text.find(word, at + len(word))
        if cuts:
            self._desk.change(cuts)

    def save(self, formatter: Formatter | None = None, *, as_one: bool = False) -> None:
        """Saves; a formatter changes what lies in one job's rows, or outside of all."""
        cuts = formatter(self._desk.editor.text) if formatter else ()
        self._desk.save([cut for cut in cuts if not self._crosses(cut)], as_one=as_one)

    def _crosses(self, cut: Cut) -> bool:
        """Whether a change lies on both sides of an edge of rows."""
        return any(
            cut.start < edge < cut.end or (cut.start == edge == cut.end)
            for span in self._spans()
            for edge in span
        )

    def _at_edge(self, at: int, text: str) -> int:
        """At an edge of rows, where text in them makes the same of the document as at the edge."""
        before = self._desk.editor.text
        for first, last in self._spans():
            if first < at < last:
                for edge in (first, last):
                    if before[:at] + text + before[at:] == before[:edge] + text + before[edge:]:
                        return edge
        return at

    def _beside_rows(self, start: int, end: int) -> tuple[int, int]:
        """What lies beside rows, where to delete that makes the same of the document."""
        before = self._desk.editor.text
        after = before[:start] + before[end:]
        for first, last in self._spans():
            if start < last and first < end:
                for at in (last, first - (end - start)):
                    if at >= 0 and before[:at] + before[at + end - start :] == after:
                        return at, at + end - start
        return start, end

    def _delete(self, start: int, end: int) -> None:
        start = self._between_characters(max(start, 0))
        end = self._between_characters(min(end, len(self._desk.editor.text)), up=True)
        if start < end:
            self._desk.change([Cut(*self._beside_rows(start, end), "")])

    def _between_characters(self, offset: int, *, up: bool = False) -> int:
        """Not between a CR and its LF."""
        if self._desk.editor.text[offset - 1 : offset + 1] == "\r\n":
            return offset + 1 if up else offset - 1
        return offset

    def _stretch(self, job: Job, where: Where) -> tuple[int, int]:
        first, last = self._desk.editor.marks.span(job.number)
        spans = self._spans()
        match where:
            case "above":
                return max((high for _, high in spans if high <= first), default=0), first
            case "below":
                end = len(self._desk.editor.text)
                return last, min((low for low, _ in spans if low >= last), default=end)
            case "first edge":
                return first, first
            case "last edge":
                return last, last
            case "inside":
                return min(first + 1, last), max(first, last - 1)

    def _spans(self) -> list[tuple[int, int]]:
        return [
            self._desk.editor.marks.span(job.number) for job in self._desk.jobs if not job.is_over
        ]

    def _is_outside(self, start: int, end: int) -> bool:
        return all(end <= low or start >= high for low, high in self._spans())
