"""The editor with its user on one side, the server's delivery on the other, a wire in between."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from qwen_lsp.lsp.delivery import Delivery
from qwen_lsp.lsp.flight import Send
from qwen_lsp.lsp.manner import Manner
from qwen_lsp.lsp.writing import Ending
from qwen_lsp.text.document import Document, Edit, split_lines
from qwen_lsp.text.edits import smallest_edit

from .clock import WIRE, Clock
from .editor import Cut, Editor, Report
from .habits import Habits
from .job import Close, Job
from .marks import Hand

SAVED = 0.3
"""Seconds after a save in which a change still counts as a formatter's."""
BLANKS = " \t\r\n"
QUIET = 150.0
"""Seconds in which nobody does anything; more than any limit of the delivery's."""
MOST_SENDS = 3000


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
        manner: Manner | None = None,
        is_traced: bool = False,
    ) -> None:
        self.clock = Clock()
        self.editor = Editor(habits, text, self.clock, self._tell)
        self.jobs: list[Job] = []
        self.complaints: list[str] = []
        self.trace: list[str] = []
        self.sent: list[Send] = []
        self.refusals_due = 0
        """How many edits the editor is going to refuse for no reason."""
        self.not_made = 0
        self.is_closed = False
        self._is_traced = is_traced
        self._rng = rng
        self._shadow = Document(text)
        self._delivery = Delivery(self._shadow, habits.opened_at, manner or Manner())
        self._timer = 0
        self._spans: dict[int, tuple[int, int]] = {}
        self._unclear: set[int] = set()
        self._twins: set[str] = set()

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
        writing = self._delivery.begin(first, last, original)
        number = len(self.jobs)
        lines = split_lines(self.editor.text)
        start = sum(map(len, lines[:first]))
        end = start + sum(map(len, lines[first : last - 1])) + len(rows[-1])
        self.editor.marks.enclose(number, start, end)
        line_end = self._line_end(lines, first)
        content = self.editor.marks.content(number)
        job = Job(number, writing, rows if original is None else original, reply, content, line_end)
        self.jobs.append(job)
        self._spans[number] = (start, end)
        self._note("job", number, "begins at rows", first, "to", last, "for", reply)
        return job

    def begin_again(self, job: Job, reply: Sequence[str], *, goes_back: bool) -> Job | None:
        """A reply is to replace what a job that is over has left; None where that can't be now.

        If `goes_back`, the rows turn back into what that job has found there first.
        """
        if job.writing.ending is not Ending.SETTLED or not self.is_in_step or self.is_closed:
            return None
        start, end = self.editor.marks.span(job.number)
        first, last = self.editor.place(start).line, self.editor.place(end).line + 1
        if any(self._overlaps(each, first, last) for each in self.jobs):
            return None
        return self.begin(first, last, reply, job.original if goes_back else None)

    def _overlaps(self, job: Job, first: int, last: int) -> bool:
        """Whether rows are, or may be, those of a job; one that was taken over is left alone."""
        if job.writing.ending is Ending.SETTLED:
            return False
        start, end = self.editor.marks.span(job.number)
        return self.editor.place(start).line < last and first <= self.editor.place(end).line

    def learn(self, job: Job, lines: int) -> None:
        """So many more lines of its reply are known."""
        if job.close is None and (known := job.read(lines)):
            self._note("job", job.number, "learns", known)
            job.writing.extend(known)
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
                job.writing.finish(folds=folds)
            case "keep":
                job.writing.keep()
            case "restore":
                job.writing.restore()
        self._pump()

    def close(self) -> None:
        """The document is closed, as it is."""
        self.editor.flush()
        self.editor.marks.is_tangled |= self.editor.marks.has_strays
        self.is_closed = True
        self._note("closed")
        self._delivery.close()
        self._pump()

    def _pump(self) -> None:
        """Lets the delivery send what it wants to."""
        self._timer += 1
        mine = self._timer
        due = self._delivery.next(self.clock.now)
        if isinstance(due, Send):
            self._leave(due)
            due = self._delivery.next(self.clock.now)
        if isinstance(due, float):
            assert due > self.clock.now, "the delivery asks to be asked at once"
            self.clock.call_at(due, lambda: self._pump() if mine == self._timer else None)
        self._notice_endings()

    def _leave(self, send: Send) -> None:
        self.sent.append(send)
        self._note("edits for", send.version, "leave:", Shown(send.edits))
        if send.writing and send.writing.ending:
            self.complaints.append("something is written for a job that has ended")
        if len(self.sent) > MOST_SENDS:
            raise RuntimeError("the delivery never comes to rest")
        seconds = WIRE + self.editor.habits.seconds(self._rng)
        self.clock.call_later(seconds, lambda: self._take(send))

    def _hear(self, report: Report) -> None:
        edits = self._edits(report)
        removed = []
        for edit in edits:
            removed.append(self._shadow.slice(edit.span))
            self._shadow.apply(edit)
        assert self._shadow.text == report.text, "a report does not tell what has changed"
        self._note(
            "report", report.version, "by save:" if report.by_save else "comes:", Shown(edits)
        )
        self._delivery.changed(
            report.version,
            edits,
            removed=removed,
            now=self.clock.now,
            by_save=report.by_save,
            is_compared=report.edits is None,
        )
        if self.is_in_step and report.text == self.editor.text:
            self._follow_belief(is_exact=report.is_exact)
        self._pump()

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
        for job in self.jobs:
            job.told, job.now = job.now, self.editor.marks.content(job.number)
        self._notice_twins(report)
        if not report.is_exact:
            self._notice_vague(report)
        self._spans = {
            job.number: self.editor.marks.span(job.number) for job in self.jobs if not job.is_over
        }
        self.clock.call_later(
            seconds + WIRE, lambda: self._hear(report) if not self.is_closed else None
        )

    def _take(self, send: Send) -> None:
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

    def _notice_twins(self, report: Report) -> None:
        """Whether the user has made just the edit that the server has sent, so nobody can tell."""
        edits = report.edits or ()
        ours = [edit for send in self.sent for edit in send.edits]
        is_only_users = True not in report.hands
        if any(edits.count(edit) > 1 or (is_only_users and edit in edits) for edit in ours):
            self._note("the user has typed what was sent")
            self.editor.marks.is_tangled = True
            self._twins = set(BLANKS)

    def _notice_vague(self, report: Report) -> None:
        """A report that sums up may be read in several ways; whether a job's rows are in doubt."""
        astray = self.editor.marks.astray
        self.editor.marks.is_tangled |= bool(astray) and not astray.strip()
        start, end, new = _difference(report.before, report.text)
        if self.sent and self._is_twice_in(new, len(report.hands)):
            self._note("which of the same texts is whose is not clear")
            self._twins = self._twins | set("".join(edit.text for edit in self.sent[-1].edits))
            self.editor.marks.is_tangled = True
            for job in self.jobs:
                job.is_blank_vague |= not job.is_over
        is_like_ours = any(
            Counter(edit.text) == Counter(new) for send in self.sent[-1:] for edit in send.edits
        )
        marks = self.editor.marks
        for job in self.jobs:
            first, last = self._spans.get(job.number, (0, 0))
            is_beside = end < first or last < start or job.is_over
            if False not in report.hands or (is_beside and not is_like_ours):
                continue
            content = self.editor.marks.content(job.number)
            is_elsewhere = content != job.told and job.told in report.text
            is_within = first <= start and end <= last and True not in report.hands
            is_single = content.strip() and report.text.count(content) == 1
            if is_within or is_elsewhere or is_like_ours or not is_single:
                self._note("what happened around job", job.number, "is not clear")
                job.is_vague = True
                if job.is_touched and len(report.hands) > 1:
                    job.is_mixed = marks.is_tangled = True
                self._unclear.add(job.number)

    def _is_twice_in(self, text: str, hands: int) -> bool:
        """Whether the user may have typed just what was sent, or that is a blank row."""
        texts = [edit.text for edit in self.sent[-1].edits if edit.text]
        if hands == 1:
            return any(ours in text for ours in texts)
        ours = Counter("".join(texts))
        return not "".join(ours).strip() or not (ours + ours) - Counter(text)

    def _follow_belief(self, *, is_exact: bool) -> None:
        """Where text stands twice, and a report does not tell which, the server may take either.

        It may need some edits until it has put right what follows from that.
        """
        for job in self.jobs:
            is_unclear = job.number in self._unclear
            if job.is_over or job.writing.ending or (is_exact and not is_unclear):
                continue
            start, end = (self.editor.offset(edge) for edge in job.writing.region)
            marks = self.editor.marks
            text = self.editor.text[start:end]
            if (start, end) == marks.span(job.number):
                self._unclear -= {job.number} if is_exact else set()
            elif text == marks.content(job.number) or (is_unclear and text == job.told):
                self._note("job", job.number, "may as well be at", start, "to", end)
                marks.move(job.number, start, end)
                job.content = text
                job.is_touched = False

    def _make(self, send: Send) -> None:
        job = next((job for job in self.jobs if job.writing is send.writing), None)
        self.editor.take(send.edits, Hand(is_ours=True, job=job.number if job else None))
        for each in self.jobs:
            if not each.is_over:
                each.content = self.editor.marks.content(each.number)

    def _answer(self, send: Send, *, applied: bool) -> None:
        def arrive() -> None:
            self._delivery.answered(send, self.clock.now, applied=applied, reason="refused")
            self._pump()

        self.clock.call_later(WIRE, arrive)

    # What the user does.

    def change(self, cuts: Sequence[Cut]) -> None:
        """The user changes the text."""
        self._note("the user:", *map(tuple, cuts))
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
        if not formatting:
            return
        self.editor.is_saving = True
        self.editor.change(formatting, as_one=as_one)
        self.editor.marks.is_tangled |= as_one and self.editor.marks.has_strays
        self.editor.flush()
        for job in self.jobs:
            job.is_formatted |= job.number in self.editor.marks.touched
        self.clock.call_later(SAVED, self._is_saved)

    def _is_saved(self) -> None:
        self.editor.is_saving = False

    def _notice_touched(self) -> None:
        for number in self.editor.marks.touched:
            self._note("this is inside job", number)
            self.jobs[number].is_touched = True

    # What came of it.

    def rest(self) -> list[str]:
        """Nobody does anything for a while; what is wrong then."""
        self.clock.run(until=self.clock.now + QUIET)
        for job in self.jobs:
            if job.writing.ending is None:
                self._complain(job, "has not ended")
            if not job.is_over or job.writing.ending is not Ending.SETTLED:
                self.editor.marks.release(job.number)
        text, marks = self.editor.text, self.editor.marks
        assert marks.text == text, "the model does not know its own text"
        if not self.is_closed and not self.is_in_step:
            self.complaints.append("the server does not know the document")
        wished = marks.wished
        is_right = self._lacks_nothing(wished, text) if marks.is_tangled else wished == text
        if not is_right and not (self.is_closed and marks.is_tangled):
            self.complaints.append(f"the document should be {wished!r} and is {text!r}")
        return self.complaints

    def _lacks_nothing(self, wished: str, text: str) -> bool:
        """Whether no character is lost but of what the user has typed just as it was sent."""
        return not set(Counter(wished) - Counter(text)) - self._twins

    def _notice_endings(self) -> None:
        for job in self.jobs:
            if job.is_over or job.writing.ending is None:
                continue
            job.is_over = True
            job.is_vague |= self.editor.marks.is_tangled
            self._note("job", job.number, "ended:", job.writing.ending.name)
            if complaint := job.complaint(self.editor.marks.content(job.number)):
                self._complain(job, complaint)
            if job.writing.ending is Ending.SETTLED:
                self.editor.marks.release(job.number)

    def _complain(self, job: Job, complaint: str) -> None:
        self.complaints.append(f"job {job.number} {complaint}")

    def _note(self, *words: object) -> None:
        if self._is_traced:
            self.trace.append(" ".join((f"{self.clock.now:8.4f} ", *map(str, words))))


def _difference(before: str, after: str) -> tuple[int, int, str]:
    """The offsets into `before` between which it differs, and what `after` has there."""
    most = min(len(before), len(after))
    head = next((at for at in range(most) if before[at] != after[at]), most)
    most -= head
    tail = next((at for at in range(most) if before[-1 - at] != after[-1 - at]), most)
    return head, len(before) - tail, after[head : len(after) - tail]
