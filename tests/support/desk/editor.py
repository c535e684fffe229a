"""An editor of one of four kinds: makes edits, reports changes, undoes."""

from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from qwen_lsp.text.document import Edit, Position, Span, split_lines
from qwen_lsp.text.edits import smallest_edit

from .clock import Clock
from .habits import Habits
from .marks import Marks
from .pieces import USER, Hand, Stroke
from .told import Cut, Gathered, Report, place_of

RATE_LIMIT = 0.15
"""Seconds between two of Neovim's reports."""
IDLE = 0.5
"""Seconds without a key after which eglot reports."""
AT_REST = 0.004
"""Seconds after which it reports where there was none for so long."""
ROUND = 0.001
"""Seconds after which VS Code reports a change."""
MOST_MINCED = 40_000
"""Pairs of characters that Emacs compares; above that it replaces a text as a whole."""


class Editor:
    """A document that is open in an editor."""

    def __init__(
        self, habits: Habits, text: str, clock: Clock, tell: Callable[[Report, float], None]
    ) -> None:
        """Reports are told with the seconds after which they leave, always the same."""
        self.habits = habits
        self.text = text
        self.marks = Marks(text)
        self.version = habits.opened_at
        self.history: list[list[Stroke]] = []
        self._tell = tell
        self._clock = clock
        self._unsent: list[Edit] = []
        self._gathered: Gathered | None = None
        self._touched_at = -IDLE
        self._typed = 0
        self._ours: list[str] = []
        self._undoes = False
        self._told = text
        self._told_at = None if habits.opened_at == 0 else -1.0
        self._is_exact = True
        self._timer = 0

    @property
    def sums_up(self) -> bool:
        """Whether what is reported next does not name each edit."""
        return not self._is_exact or self.habits.telling in ("near", "whole", "messy")

    def place(self, offset: int) -> Position:
        """The line and the column of `offset`."""
        return place_of(self.text, offset)

    def offset(self, position: Position) -> int:
        """The nearest offset to a line and a column."""
        lines = split_lines(self.text)
        if position.line >= len(lines):
            return len(self.text)
        column = min(position.column, len(lines[position.line].rstrip("\r\n")))
        return sum(map(len, lines[: position.line])) + column

    def change(self, cuts: Sequence[Cut], hand: Hand = USER, *, as_one: bool = False) -> None:
        """The user, or a formatter, changes the text in one go. Offsets are those before it.

        If `as_one`, it is reported as one edit from the first to the last thing that differs.
        """
        self._change([self._in_order(cuts)], hand, as_one=as_one)

    def take(self, edits: Sequence[Edit], hand: Hand) -> None:
        """Makes a request's edits, all or none. Raises ValueError where they overlap."""
        cuts = self._cuts(edits)
        self._change([[cut] for cut in cuts] if self.habits.one_by_one else [cuts], hand)

    def undo(self) -> bool:
        """The user undoes the last change, or all of ours where they are one. False: none left."""
        if not self.history:
            return False
        strokes = self.history.pop()
        while self.habits.kind == "eglot" and self.history and _are_ours(strokes):
            if not _are_ours(self.history[-1]):
                break
            strokes = self.history.pop() + strokes
        made = []
        touched: set[int] = set()
        self._undoes = True
        self._touched_at = self._clock.now
        for stroke in reversed(strokes):
            end = stroke.start + len(stroke.text)
            made.append(self._edit(Cut(stroke.start, end, stroke.removed)))
            self.marks.take_back(stroke)
            self._typed += len(stroke.text) + len(stroke.removed)
            touched |= self.marks.touched
        self.marks.touched = touched
        self._report(made)
        return True

    def flush(self) -> None:
        """Reports what was not reported yet."""
        self._timer += 1
        if not self._unsent and not self._gathered:
            return
        self._told_at = self._clock.now
        if self._gathered:
            self._fetch()
        elif self.habits.kind == "eglot" and not self.habits.counts_changes:
            self.version += 1
        edits, self._unsent = self._unsent, []
        self._tell(self._report_of(edits), 0.0)

    # Making edits.

    def _cuts(self, edits: Sequence[Edit]) -> list[Cut]:
        """A request's edits in the order in which this kind of editor makes them."""
        downwards = sorted(edits, key=lambda edit: edit.span.start)
        for upper, lower in pairwise(downwards):
            if upper.span.end > lower.span.start:
                raise ValueError(f"{upper} and {lower} overlap")
        cuts = [
            Cut(self.offset(span.start), self.offset(span.end), self._with_line_ends(text))
            for span, text in downwards
        ]
        if self.habits.kind == "eglot":
            cuts = [part for cut in cuts for part in self._minced(cut)]
        return self._in_order(cuts)

    def _in_order(self, cuts: Sequence[Cut]) -> list[Cut]:
        """From the bottom up, so that all offsets hold; Helix goes from the top down."""
        downwards = sorted(cuts, key=lambda cut: cut.start)
        if self.habits.kind != "helix" or self.habits.one_by_one:
            return downwards[::-1]
        made: list[Cut] = []
        growth = 0
        for start, end, text in downwards:
            made.append(Cut(start + growth, end + growth, text))
            growth += len(text) - (end - start)
        return made

    def _minced(self, cut: Cut) -> list[Cut]:
        """What Emacs makes of a replacement: only the characters that differ."""
        old = self.text[cut.start : cut.end]
        if not old or not cut.text or len(old) * len(cut.text) > MOST_MINCED:
            return [cut]
        matcher = SequenceMatcher(a=old, b=cut.text, autojunk=False)
        return [
            Cut(cut.start + first, cut.start + last, cut.text[new_first:new_last])
            for tag, first, last, new_first, new_last in matcher.get_opcodes()
            if tag != "equal"
        ]

    def _with_line_ends(self, text: str) -> str:
        if self.habits.line_end is None:
            return text
        return text.replace("\r\n", "\n").replace("\n", self.habits.line_end)

    def _change(self, groups: Sequence[Sequence[Cut]], hand: Hand, *, as_one: bool = False) -> None:
        """Makes and reports each group; to undo, they are one."""
        before = split_lines(self.text)
        if not hand.is_ours:
            self._touched_at = self._clock.now
        strokes: list[Stroke] = []
        touched: set[int] = set()
        for group in groups:
            made = []
            for cut in group:
                if hand.is_ours and not cut.text and cut.start == cut.end:
                    made.append(Edit(Span(self.place(cut.start), self.place(cut.end)), ""))
                elif cut.text != self.text[cut.start : cut.end]:
                    made.append(self._edit(cut))
                    strokes.append(self.marks.change(*cut, hand))
                    self._note(cut, hand)
                    touched |= self.marks.touched
            if as_one and (edit := smallest_edit(before, split_lines(self.text))):
                made, self._is_exact = [edit], False
            if made:
                self._report(made)
        self.marks.touched = touched
        if strokes:
            self.history.append(strokes)

    def _note(self, cut: Cut, hand: Hand) -> None:
        if hand.is_ours:
            self._ours.append(cut.text)
        else:
            self._typed += cut.end - cut.start + len(cut.text)

    def _edit(self, cut: Cut) -> Edit:
        edit = Edit(Span(self.place(cut.start), self.place(cut.end)), cut.text)
        before = self.text
        if self.habits.telling == "near":
            self._gather(cut)
        self.text = self.text[: cut.start] + cut.text + self.text[cut.end :]
        if self.habits.telling != "lines":
            return edit
        told = smallest_edit(split_lines(before), split_lines(self.text)) or edit
        self._is_exact &= told == edit
        return told

    def _gather(self, cut: Cut) -> None:
        """What is far from the changes that were not told yet is told apart, and counts at once."""
        if self._gathered and not self._gathered.is_near(cut):
            self._fetch()
        self._is_exact &= self._gathered is None
        before = self._gathered or Gathered(self.text, cut.start, cut.start)
        self._gathered = before.with_cut(cut)

    def _fetch(self) -> None:
        if self._gathered:
            self._unsent.append(self._gathered.edit(self.text))
            self._gathered = None
            self.version += 1

    # Reporting them.

    def _report(self, made: Sequence[Edit]) -> None:
        """Counts a change, and reports it when this kind of editor does."""
        if self.habits.kind != "eglot" or self.habits.counts_changes:
            self.version += 1
        now = self._clock.now
        match self.habits.kind:
            case "helix":
                self._tell(self._report_of(made), 0.0)
            case "vscode":
                self._tell(self._report_of(made), ROUND)
            case "neovim":
                self._unsent.extend(made)
                self._report_at_a_rate()
            case "eglot":
                if self.habits.telling != "near":
                    self._unsent.extend(made)
                since = now if self.habits.waits_anew else self._touched_at
                self._flush_at(max(now + AT_REST, since + IDLE))

    def _report_at_a_rate(self) -> None:
        """The first report waits for a rest, each of the others only for the one before it."""
        now = self._clock.now
        due = now + RATE_LIMIT if self._told_at is None else self._told_at + RATE_LIMIT
        if due <= now and self.habits.prompt:
            self.flush()
        else:
            self._flush_at(max(due, now))

    def _flush_at(self, when: float) -> None:
        self._timer += 1
        mine = self._timer
        self._clock.call_at(when, lambda: self.flush() if mine == self._timer else None)

    def _report_of(self, made: Sequence[Edit]) -> Report:
        edits: tuple[Edit, ...] | None = tuple(made)
        if self.habits.telling == "whole" or (self.habits.telling == "messy" and self._is_off()):
            edits = None
        report = Report(
            self.version,
            edits,
            self._told,
            self.text,
            is_exact=self._is_exact and edits is not None,
            typed=self._typed,
            ours=tuple(self._ours),
            undoes=self._undoes,
        )
        self._told, self._is_exact, self._typed, self._ours = self.text, True, 0, []
        self._undoes = False
        return report

    def _is_off(self) -> bool:
        """Whether Emacs has lost count."""
        return self.version % 4 == 3


def _are_ours(strokes: Sequence[Stroke]) -> bool:
    return all(stroke.hand.is_ours for stroke in strokes)
