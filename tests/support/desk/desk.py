"""The editor with its user on one side, the server's delivery on the other, a wire in between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from qwen_lsp.lsp.delivery import Delivery
from qwen_lsp.lsp.flight import Send
from qwen_lsp.lsp.manner import Manner
from qwen_lsp.lsp.writing import Ending
from qwen_lsp.text.document import Document, Edit, Position, split_lines
from qwen_lsp.text.edits import smallest_edit
from qwen_lsp.text.rewrite import BLANK

from . import doubt
from .clock import WIRE, Clock
from .editor import Cut, Editor, Report
from .habits import Habits
from .job import Close, Complaint, Job, Verdict
from .marks import Hand, Marks
from .picture import Part, Picture, picture, typed

SAVED = 0.3
"""Seconds after a save in which a change still counts as a formatter's."""
QUIET = 150.0
"""Seconds in which nobody does anything; more than any limit of the delivery's."""
MOST_SENDS = 3000


class Twin(NamedTuple):
    """Text of ours that nobody can tell from what the user has typed.

    `may_lack`: ours may not have been made, and what the user has typed was taken for it.
    """

    text: str
    send: Send
    may_lack: bool


class Weighed(NamedTuple):
    """What a report leaves open about a job: whether its user was in its rows, and where they are.

    `place` is where they really are.
    """

    is_doubtful: bool
    place: int
    places: frozenset[int]


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
        self.complaints: list[Complaint] = []
        self.excused: list[Complaint] = []
        """What would be wrong if anybody could have known."""
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
        self._twins: list[Twin] = []
        self._refused: list[Send] = []
        self._taken_away: set[str] = set()
        self._true = self._believed = self._true_picture()
        self._is_defensible = True

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
        self._agree()
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
            self._complain(Complaint("corruption", "something is written for a job that has ended"))
        if len(self.sent) > MOST_SENDS:
            raise RuntimeError("the delivery never comes to rest")
        seconds = WIRE + self.editor.habits.seconds(self._rng)
        self.clock.call_later(seconds, lambda: self._take(send))

    def _hear(self, report: Report, weighed: dict[int, Weighed], true: Picture) -> None:
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
        for job in self.jobs:
            self._follow_belief(job, weighed.get(job.number))
        self._weigh(report, true)
        self._agree()
        self._pump()
        self._agree()

    def _as_we_would(self, before: str) -> str | None:
        """What the edit that was sent last makes of a text."""
        text = Document(before)
        for edit in reversed(self.sent[-1].edits if self.sent else ()):
            text.apply(edit)
        return text.text if self.sent else None

    def _was_taken_away(self, text: str) -> bool:
        """Whether one of our edits took it away, be it told some characters on."""
        return any(len(text) == len(taken) and text in 2 * taken for taken in self._taken_away)

    # What nobody can know better.

    @property
    def _active(self) -> set[int]:
        return {job.number for job in self.jobs if not job.writing.ending}

    def _true_picture(self) -> Picture:
        return self.editor.marks.picture({job.number for job in self.jobs if not job.is_over})

    def _believed_picture(self) -> Picture:
        """What the server takes the document for."""
        home = Document(self._shadow.text)
        for step in reversed(self._delivery.strays.steps):
            for undo in reversed(step):
                home.apply(undo.edit)
        active = [job for job in self.jobs if not job.writing.ending]
        parts: list[Part] = []
        text, at = home.text, 0
        for job in sorted(active, key=lambda job: job.writing.region.start):
            start, end = (_offset(home, edge) for edge in job.writing.region)
            parts += [Part(None, text[at:start]), Part(job.number, text[start:end])]
            at = end
        return picture([*parts, Part(None, text[at:])])

    def _weigh(self, report: Report, true: Picture) -> None:
        """Whether what the server takes it for now asks for no more typing than there was."""
        believed = self._believed_picture()
        jobs = self._active & {part.job for part in self._believed}
        truth = jobs & {part.job for part in self._true} - {
            job.number for job in self.jobs if job.is_touched
        }
        most = report.typed
        if not report.undoes:
            most = typed(self._true, true, jobs=truth, limit=most)
        cost = typed(self._believed, believed, jobs=jobs, limit=report.typed + 1)
        self._note("typed", most, "and by what the server takes it for", cost)
        is_known = report.is_exact and not report.undoes and self._true == self._believed
        is_known &= self._as_we_would(report.before) != report.text
        if cost > most + self._left_by_us() or (is_known and true != believed):
            self._is_defensible = False
        for job in self.jobs:
            if job.writing.ending is Ending.TAKEN_OVER and not (job.is_over or job.is_touched):
                solid = typed(self._true, true, jobs=truth | {job.number}, limit=report.typed)
                self._note("taken over", cost, solid)
                job.is_doubtful |= cost < solid + report.undoes
        self._true, self._believed = true, believed

    def _left_by_us(self) -> int:
        """Characters of ours that may be in rows that were taken over in the last report."""
        writing = self.sent[-1].writing if self.sent else None
        if writing is None or writing.ending is not Ending.TAKEN_OVER:
            return 0
        return sum(len(edit.text) for edit in self.sent[-1].edits)

    def _agree(self) -> None:
        """What the server takes the document for is taken for the truth, where it may well be."""
        if self._delivery.strays or not self.is_in_step:
            return
        true, believed = self._true_picture(), self._believed_picture()
        if true != believed and self._is_defensible:
            self._note("the server's picture is as good as the truth", true, believed)
            self._take_for_true(believed)
        if true == believed or self._is_defensible:
            self._is_defensible = True
        self._true, self._believed = self._true_picture(), believed

    def _take_for_true(self, believed: Picture) -> None:
        marks = Marks(self.editor.text)
        here = {part.job for part in believed}
        for job in self.jobs:
            if job.number not in here:
                marks.enclose(job.number, *self.editor.marks.span(job.number))
                marks.release(job.number)
        at = 0
        for part in believed:
            if part.job is not None:
                marks.enclose(part.job, at, at + len(part.text))
                job = self.jobs[part.job]
                job.content = job.told = job.now = part.text
                job.is_touched = False
                job.places = set()
            at += len(part.text)
        marks.meddled = self.editor.marks.meddled
        self.editor.marks = marks
        self.editor.history.clear()
        self._spans = {part.job: marks.span(part.job) for part in believed if part.job is not None}

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
        weighed = {job.number: self._weighed(job, report) for job in self.jobs if not job.is_over}
        self._spans = {
            job.number: self.editor.marks.span(job.number) for job in self.jobs if not job.is_over
        }
        true = self._true_picture()
        self.editor.marks.untold.clear()
        self.clock.call_later(
            seconds + WIRE,
            lambda: self._hear(report, weighed, true) if not self.is_closed else None,
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
            self._refused += [send] if verdict == "refuse" else []
        self._answer(send, applied=verdict != "refuse")

    def _notice_twins(self, report: Report) -> None:
        """Whether the user has made just the edit that the server has sent, so nobody can tell."""
        if not self.sent:
            return
        send = self.sent[-1]
        text = "".join(edit.text for edit in send.edits)
        is_made = text in report.ours
        if is_made and len(send.edits) == 1:
            self._notice_pieces(send, text)
        if is_made and len(send.edits) == 1 and not report.is_exact:
            if doubt.stands_twice(text, report.before, report.text, report.typed):
                self._note("which of the same texts is whose is not clear")
                self._twins.append(Twin(text, send, may_lack=False))
        elif not report.ours and report.edits:
            begun_at = report.version - len(report.edits)
            if doubt.is_verbatim(
                report.edits, send.edits, send.version, self.editor.habits, begun_at
            ):
                self._note("the user has typed what was sent")
                self._twins.append(Twin(text, send, may_lack=True))

    def _notice_pieces(self, send: Send, text: str) -> None:
        """Whether what was sent has become whole again by what the user has typed beside it."""
        place = self.editor.text.find(text) if text else -1
        typed = self.editor.marks.typed(place, place + len(text)) if place >= 0 else ""
        if typed and typed != text and self.editor.text.count(text) == 1:
            self._note("part of what was sent is the user's")
            self._twins.append(Twin(typed, send, may_lack=True))

    def _weighed(self, job: Job, report: Report) -> Weighed:
        """What a report that sums up leaves open; of a list, where the rows are among others."""
        place = self.editor.marks.span(job.number)[0]
        if job.number not in self._spans:
            return Weighed(is_doubtful=False, place=place, places=frozenset())
        starts = list(self._starts(job, report.before))
        places = self._carried(job, report, place)
        if not report.is_exact:
            places |= doubt.likely_places(starts, report.text, place, report.typed)
            places |= self._if_astray(starts[0], report)
        job.places = places if len(places | {place}) > 1 else set()
        is_list = self.editor.habits.telling == "lines"
        return Weighed(
            not (report.is_exact or is_list)
            and doubt.goes_inside(starts, report.text, report.typed),
            place,
            frozenset(job.places),
        )

    def _if_astray(self, start: doubt.Start, report: Report) -> set[int]:
        """Where its rows may be if what was sent last, and was made, is not in them."""
        text = "".join(edit.text for edit in self.sent[-1].edits) if self.sent else ""
        if not text or text not in report.ours:
            return set()
        return doubt.places_if_astray(start, text, report.text, report.typed)

    def _carried(self, job: Job, report: Report, place: int) -> set[int]:
        """Where else its rows may have been before, in the text as it is now."""
        moved = place - self._spans[job.number][0]
        carried = {each + moved for each in job.places}
        text = Document(report.before)
        places = set(job.places)
        for edit in report.edits or ():
            start, end = (_offset(text, edge) for edge in edit.span)
            places = doubt.moved(places, start, end, len(edit.text))
            text.apply(edit)
        return {
            each for each in carried | places if each >= 0 and report.text.startswith(job.now, each)
        }

    def _starts(self, job: Job, before: str) -> Iterator[doubt.Start]:
        """What a report may have begun from: the text, or what the last edit makes of it."""
        first, last = self._spans[job.number]
        yield doubt.Start(before, first, last)
        if not self.sent:
            return
        send, text = self.sent[-1], Document(before)
        for span, new in reversed(send.edits):
            start, end = (_offset(text, place) for place in span)
            growth = len(new) - (end - start)
            if send.writing is job.writing and first <= start and end <= last:
                last += growth
            elif end <= first:
                first, last = first + growth, last + growth
            before = before[:start] + new + before[end:]
        yield doubt.Start(before, first, last)

    def _follow_belief(self, job: Job, weighed: Weighed | None) -> None:
        """Where rows are as likely in either place, the server may take them to be in either."""
        if job.is_over or job.writing.ending:
            return
        if weighed:
            job.is_doubtful = weighed.is_doubtful or (job.is_doubtful and self._puts_right)
            believed = _offset(self._shadow, job.writing.region.start)
            if believed != weighed.place and believed in weighed.places:
                job.is_elsewhere = True
        if job.is_elsewhere and self.is_in_step:
            start, end = (self.editor.offset(edge) for edge in job.writing.region)
            text = self.editor.text[start:end]
            job.is_elsewhere = False
            if (start, end) != self.editor.marks.span(job.number) and text in (job.told, job.now):
                self._note("job", job.number, "may as well be at", start, "to", end)
                self.editor.marks.move(job.number, start, end)
                job.content = text
                job.is_touched = False

    @property
    def _puts_right(self) -> bool:
        return bool(self.sent) and self.sent[-1].writing is None

    def _make(self, send: Send) -> None:
        job = next((job for job in self.jobs if job.writing is send.writing), None)
        if self.editor.habits.telling != "near":
            self.editor.marks.untold.clear()
        text = Document(self.editor.text)
        taken = {text.slice(edit.span) for edit in send.edits}
        taken.discard("")
        self._taken_away |= taken | {rows.replace(f"{BLANK}{text.line_end}", "") for rows in taken}
        self.editor.take(send.edits, Hand(is_ours=True, job=job.number if job else None))
        for each in self.jobs:
            each.is_put_back |= self.editor.marks.has_swallowed
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
        for job in self.jobs:
            edges = self.editor.marks.span(job.number)
            job.is_put_back |= any(
                cut.start in edges and self._was_taken_away(cut.text) for cut in cuts
            )
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
        is_summed_up = self.editor.sums_up
        touched = self.editor.marks.touched
        self.editor.flush()
        for job in self.jobs:
            job.is_formatted |= job.number in touched
            job.is_blurred |= job.number in touched and is_summed_up
        self.clock.call_later(SAVED, self._is_saved)

    def _is_saved(self) -> None:
        self.editor.is_saving = False

    def _notice_touched(self) -> None:
        for number in self.editor.marks.touched:
            self._note("this is inside job", number)
            self.jobs[number].is_touched = True

    # What came of it.

    def rest(self) -> list[Complaint]:
        """Nobody does anything for a while; what is wrong then."""
        self.clock.run(until=self.clock.now + QUIET)
        for job in self.jobs:
            if job.writing.ending is None:
                self._complain(Complaint("early", f"job {job.number} has not ended"))
            if not job.is_over or job.writing.ending is not Ending.SETTLED:
                self.editor.marks.release(job.number)
        assert self.editor.marks.text == self.editor.text, "the model does not know its own text"
        if not self.is_closed and not self.is_in_step:
            self._complain(Complaint("corruption", "the server does not know the document"))
        self._compare()
        return self.complaints

    def _compare(self) -> None:
        """Whether the document is as it should be."""
        text, marks = self.editor.text, self.editor.marks
        if text in (marks.wished, marks.meddled_with()):
            return
        if self.is_closed and text == marks.unmended:
            return
        verdict: Verdict = "twins" if self._is_but_for(text, marks.wished) else "corruption"
        words = f"the document should be {marks.wished!r} and is {text!r}"
        self._complain(Complaint(verdict, words))

    def _is_but_for(self, text: str, wished: str) -> bool:
        return any(
            doubt.is_but_for(text, wished, twin.text, may_lack=twin.may_lack or _may_go(twin.send))
            for twin in self._twins
            if twin.send not in self._refused
        )

    def _notice_endings(self) -> None:
        for job in self.jobs:
            if job.is_over or job.writing.ending is None:
                continue
            job.is_over = True
            job.is_touched |= job.number in self.editor.marks.meddled
            self._note("job", job.number, "ended:", job.writing.ending.name)
            now = self.editor.marks.between_edges(job.number)
            if complaint := job.complaint(now, is_but_for=self._is_but_for):
                self._complain(Complaint(complaint.verdict, f"job {job.number} {complaint.words}"))
            if job.writing.ending is Ending.SETTLED:
                self.editor.marks.release(job.number)

    def _complain(self, complaint: Complaint) -> None:
        is_wrong = complaint.verdict in ("corruption", "early")
        (self.complaints if is_wrong else self.excused).append(complaint)

    def _note(self, *words: object) -> None:
        if self._is_traced:
            self.trace.append(" ".join((f"{self.clock.now:8.4f} ", *map(str, words))))


def _may_go(send: Send) -> bool:
    """Whether what was sent may be undone: nothing more is written then."""
    return send.writing is not None and send.writing.ending is Ending.TAKEN_OVER


def _offset(text: Document, place: Position) -> int:
    """The nearest offset to a line and a column."""
    if place.line >= len(text.lines):
        return len(text.text)
    return sum(map(len, text.lines[: place.line])) + min(place.column, len(text.line(place.line)))
