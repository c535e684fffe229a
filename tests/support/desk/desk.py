"""The editor with its user on one side, the server's delivery on the other, a wire in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from qwen_lsp.streaming.client_profile import CHECKED, EGLOT, HELIX, NEOVIM, ClientProfile
from qwen_lsp.streaming.delivery import Delivery, VersionedEdit
from qwen_lsp.streaming.region import Ending
from qwen_lsp.text.document import Change, Document, Edit, split_lines
from qwen_lsp.text.edits import smallest_edit

from .clock import WIRE, Clock
from .editor import ROUND, Editor
from .habits import Habits, Kind
from .job import Close, Complaint, Job
from .judge import Judge, Seen
from .picture import Picture
from .pieces import FORMATTER, Hand
from .told import Cut, Report

QUIET = 150.0
"""Seconds in which nobody does anything; more than any limit of the delivery's."""
MOST_SENDS = 3000
PROFILES: dict[Kind, ClientProfile] = {
    "vscode": CHECKED,
    "helix": HELIX,
    "neovim": NEOVIM,
    "eglot": EGLOT,
}


@dataclass(frozen=True)
class Shown:
    """Edits as a trace shows them."""

    edits: Sequence[Edit]

    def __str__(self) -> str:
        return ", ".join(
            f"{start.line}:{start.column}-{end.line}:{end.column} {text!r}"
            for (start, end), text in self.edits
        )


class Desk:
    """One document, and the replies that are written to it. `rng` is for what nobody controls."""

    def __init__(
        self,
        habits: Habits,
        text: str,
        rng: Random,
        *,
        is_traced: bool = False,
    ) -> None:
        self.clock = Clock()
        self.editor = Editor(habits, text, self.clock, self._tell)
        self.jobs: list[Job] = []
        self.complaints: list[Complaint] = []
        self.trace: list[str] = []
        self.sent: list[VersionedEdit] = []
        self.refusals_due = 0
        """How many edits the editor is going to refuse for no reason."""
        self.not_made = 0
        self.is_closed = False
        self._is_traced = is_traced
        self._rng = rng
        self._shadow = Document(text)
        self._delivery = Delivery(self._shadow, habits.opened_at, PROFILES[habits.kind])
        self._timer = 0
        self._judge = Judge(self.editor, self.jobs)
        self._told: Picture = ()
        """The document as it truly was when the server was last told of it."""

    # What the server does.

    @property
    def is_in_step(self) -> bool:
        """Whether the server knows the document as it is."""
        return self.editor.text == self._shadow.text

    def begin(
        self, first: int, last: int, reply: Sequence[str], original: Sequence[str] | None = None
    ) -> Job:
        """A reply is to replace rows `first` up to, not including, `last`."""
        rows = [self._shadow.line(row) for row in range(first, last)]
        region = self._delivery.begin(first, last, original)
        number = len(self.jobs)
        lines = split_lines(self.editor.text)
        start = sum(map(len, lines[:first]))
        end = start + sum(map(len, lines[first : last - 1])) + len(rows[-1])
        self.editor.marks.enclose(number, start, end)
        line_end = self._line_end(lines, first)
        content = self.editor.marks.content(number)
        job = Job(number, region, rows if original is None else original, reply, content, line_end)
        self.jobs.append(job)
        self._note("job", number, "begins at rows", first, "to", last, "for", reply)
        self._judge.agree(self._seen)
        return job

    def begin_again(self, job: Job, reply: Sequence[str], *, goes_back: bool) -> Job | None:
        """A reply is to replace what a job that is over has left; None where that can't be now.

        If `goes_back`, the rows turn back into what that job has found there first.
        """
        if job.region.ending is not Ending.SETTLED or not self.is_in_step or self.is_closed:
            return None
        start, end = self.editor.marks.span(job.number)
        first, last = self.editor.place(start).line, self.editor.place(end).line + 1
        if any(self._overlaps(each, first, last) for each in self.jobs):
            return None
        return self.begin(first, last, reply, job.original if goes_back else None)

    def _overlaps(self, job: Job, first: int, last: int) -> bool:
        """Whether rows are, or may be, those of a job; one that was taken over is left alone."""
        if job.region.ending is Ending.SETTLED:
            return False
        start, end = self.editor.marks.span(job.number)
        return self.editor.place(start).line < last and first <= self.editor.place(end).line

    def learn(self, job: Job, lines: int) -> None:
        """So many more lines of its reply are known."""
        if job.close is None and (known := job.read(lines)):
            self._note("job", job.number, "learns", known)
            job.region.extend(known)
            self._pump()

    def end(self, job: Job, close: Close, *, folds: bool = False) -> None:
        """Its reply is whole, or it is stopped."""
        if job.close is not None:
            return
        if close == "finish":
            self.learn(job, len(job.unread))
        job.close = close
        self._note("job", job.number, "is to", close, "and to fold" if folds else "")
        match close:
            case "finish":
                job.region.finish(folds=folds)
            case "keep":
                job.region.keep()
            case "restore":
                job.region.restore()
        self._pump()

    def close(self) -> None:
        """The document is closed, as it is."""
        self.editor.flush()
        self.is_closed = True
        self._note("closed")
        self._delivery.close()
        self._pump()

    def _pump(self) -> None:
        """Lets the delivery send what it wants to."""
        self._timer += 1
        mine = self._timer
        due = self._delivery.next(self.clock.now)
        if isinstance(due, VersionedEdit):
            self._leave(due)
            due = self._delivery.next(self.clock.now)
        if isinstance(due, float):
            assert due > self.clock.now, "the delivery asks to be asked at once"
            self.clock.call_at(due, lambda: self._pump() if mine == self._timer else None)
        self._notice_endings()

    def _leave(self, send: VersionedEdit) -> None:
        self.sent.append(send)
        self._note("edits for", send.version, "leave:", Shown(send.edits))
        if send.region.ending:
            self._complain(Complaint("corruption", "something is written for a job that has ended"))
        if len(self.sent) > MOST_SENDS:
            raise RuntimeError("the delivery never comes to rest")
        seconds = WIRE + self.editor.habits.seconds(self._rng)
        self.clock.call_later(seconds, lambda: self._take(send))

    def _hear(self, report: Report, true: Picture) -> None:
        self._told = true
        edits = self._edits(report)
        changes = []
        for edit in edits:
            changes.append(Change(edit, self._shadow.slice(edit.span)))
            self._shadow.apply(edit)
        assert self._shadow.text == report.text, "a report does not tell what has changed"
        self._note("report", report.version, "comes:", Shown(edits))
        self._delivery.changed(
            report.version, changes, self.clock.now, is_whole_text=report.edits is None
        )
        self._judge.sees_told(report, true, self._seen, self.sent[-1:])
        self._judge.agree(self._seen)
        self._pump()
        self._judge.agree(self._seen)

    @property
    def _seen(self) -> Seen:
        """What the server knows."""
        return Seen(self._shadow.text, self._is_settled)

    @property
    def _is_settled(self) -> bool:
        """Whether it is decided what has become of all that was reported."""
        return not self._delivery.holds_changes

    def _edits(self, report: Report) -> Sequence[Edit]:
        if report.edits is not None:
            return report.edits
        edit = smallest_edit(self._shadow.lines, split_lines(report.text))
        return (edit,) if edit else ()

    def _line_end(self, lines: Sequence[str], first: int) -> str:
        if self.editor.habits.line_end:
            return self.editor.habits.line_end
        return "\r\n" if any(line.endswith("\r\n") for line in (lines[first], lines[0])) else "\n"

    # What the editor does.

    def _tell(self, report: Report, seconds: float) -> None:
        true = self._judge.true_picture()
        for job in self.jobs:
            # A whole text does not say where the rows end that were changed on several sides.
            job.is_blurred |= report.edits is None and len(job.sides) > 1
            job.sides.clear()
        self.clock.call_later(
            seconds + WIRE, lambda: self._hear(report, true) if not self.is_closed else None
        )

    def _take(self, send: VersionedEdit) -> None:
        if self.is_closed:
            return
        verdict = self.editor.habits.verdict(send.version, self.editor.version)
        if self.refusals_due and verdict == "make":
            self.refusals_due -= 1
            verdict = "refuse"
        self._note("the editor would", verdict, "it")
        if verdict == "make":
            self._make(send)
        else:
            self.not_made += 1
        self._answer(send, applied=verdict != "refuse")

    def _make(self, send: VersionedEdit) -> None:
        job = next((job for job in self.jobs if job.region is send.region), None)
        self._judge.sees_made(send)
        self.editor.take(send.edits, Hand(is_ours=True, job=job.number if job else None))
        for each in self.jobs:
            if not each.is_over:
                each.content = self.editor.marks.content(each.number)

    def _answer(self, send: VersionedEdit, *, applied: bool) -> None:
        def arrive() -> None:
            self._delivery.answered(send, self.clock.now, applied=applied, reason="refused")
            self._judge.sees_decided(self._seen, self.sent[-1:])
            self._judge.agree(self._seen)
            self._pump()

        self.clock.call_later(WIRE, arrive)

    # What the user does.

    def change(self, cuts: Sequence[Cut]) -> None:
        """The user changes the text."""
        self._note("the user:", *map(tuple, cuts))
        self._judge.sees_typed(cuts)
        self._notice_sides(cuts)
        self.editor.change(cuts)
        self._notice_touched()

    def undo(self) -> bool:
        """The user undoes the last change."""
        self._note("the user undoes")
        is_done = self.editor.undo()
        self._notice_touched()
        return is_done

    def save(self, formatting: Sequence[Cut] = (), *, as_one: bool = False) -> None:
        """The user saves; a formatter may change the text then."""
        self._note("saved, formatting", *map(tuple, formatting))
        self.editor.flush()
        if formatting:
            self._notice_sides(formatting)
            self.editor.change(formatting, FORMATTER, as_one=as_one)
            is_summed_up = as_one or self.editor.sums_up
            touched = self.editor.marks.touched
            self.editor.flush()
            for job in self.jobs:
                job.is_formatted |= job.number in touched
                job.is_blurred |= job.number in touched and is_summed_up
        self.editor.marks.saved()
        self.clock.call_later(ROUND + WIRE, self._hear_save)

    def _hear_save(self) -> None:
        if not self.is_closed:
            self._note("didSave comes")
            self._delivery.saved()
            self._judge.agree(self._seen)
            self._pump()

    def _notice_sides(self, cuts: Sequence[Cut]) -> None:
        """On which sides of a job's rows something was changed since the last report."""
        for job in self.jobs:
            if not job.is_over:
                first, last = self.editor.marks.span(job.number)
                job.sides |= {_side(cut, first, last) for cut in cuts}

    def _notice_touched(self) -> None:
        for number in self.editor.marks.touched:
            self._note("this is inside job", number)
            self.jobs[number].is_touched = True

    # What came of it.

    def rest(self) -> list[Complaint]:
        """Nobody does anything for a while; what is wrong then."""
        self.clock.run(until=self.clock.now + QUIET)
        for job in self.jobs:
            if job.region.ending is None:
                self._complain(Complaint("early", f"job {job.number} has not ended"))
            if not job.is_over or job.region.ending is not Ending.SETTLED:
                self.editor.marks.release(job.number)
        assert self.editor.marks.text == self.editor.text, "the model does not know its own text"
        if not self.is_closed and not self.is_in_step:
            self._complain(Complaint("corruption", "the server does not know the document"))
        self._compare()
        return self.complaints

    def _compare(self) -> None:
        """Whether the document is as it should be."""
        text, marks = self.editor.text, self.editor.marks
        if text == marks.wished or (self.is_closed and text == marks.unmended):
            return
        words = f"the document should be {marks.wished!r} and is {text!r}"
        self._complain(Complaint("corruption", words))

    def _notice_endings(self) -> None:
        for job in self.jobs:
            if job.is_over or job.region.ending is None:
                continue
            job.is_over = True
            self._note("job", job.number, "ended:", job.region.ending.name)
            told = [part.text for part in self._told if part.job == job.number]
            if complaint := job.complaint(self.editor.marks.between_edges(job.number), *told):
                self._complain(Complaint(complaint.verdict, f"job {job.number} {complaint.words}"))
            if job.region.ending is Ending.SETTLED:
                self.editor.marks.release(job.number)

    def _complain(self, complaint: Complaint) -> None:
        self.complaints.append(complaint)

    def _note(self, *words: object) -> None:
        if self._is_traced:
            self.trace.append(" ".join((f"{self.clock.now:8.4f} ", *map(str, words))))


def _side(cut: Cut, first: int, last: int) -> str:
    """On which side of rows something is changed."""
    if cut.end <= first:
        return "above"
    return "below" if cut.start >= last else "inside"
