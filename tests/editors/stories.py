"""What may happen while a long reply is written into a file: a story each, in a fresh editor."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from .stage import EditorStage, Opening

HEAD, FOOT = "# head\n", "# foot\n"
OLD = "".join(f"old_{number} = {number}\n" for number in range(1, 25))
NEW = "".join(f"new_{number} = {number} + {number} + {number}\n" for number in range(1, 61))
FIRST, LAST = 2, 25
"""The lines of OLD, counted from 1."""
BETWEEN_KEYS = 0.07
TYPED = "".join(f"typed_{number} = {number}\n" for number in range(1, 13))
LEAST_RATE = 1.0
"""Edits that land in a second while its user types without any pause."""
QUIET = 3.0
"""Seconds in which nothing may be written any more."""

RULES = "".join(f".old{number} {{ margin: {number}px; }}\n" for number in range(1, 9))
REPLY_RULES = "".join(f".new{number} {{ padding: {number}px; }}\n" for number in range(1, 8))
SAVED_AFTER = 2.0

LONG = Opening("sample.py", HEAD + OLD + FOOT, NEW, seconds=12)
STYLES = Opening("sample.css", RULES, REPLY_RULES, seconds=8, formats=True)
REPLIED = HEAD + NEW + FOOT


@dataclass(frozen=True)
class Episode:
    """A story by its name: where it begins, and what is played; it raises AssertionError."""

    name: str
    scene: Opening
    play: Callable[[EditorStage], str]


def typing_outside(stage: EditorStage) -> str:
    """Types above the selection at 70 ms a key: the reply goes on, and the file is right."""
    program = stage.program
    program.refactor(stage.terminal, FIRST, LAST)
    program.go_to_top(stage.terminal)
    begin = time.monotonic()
    stage.type_steadily(TYPED, every=BETWEEN_KEYS)
    seconds = time.monotonic() - begin
    program.rest(stage.terminal)
    landed = [at for at in stage.wire.landings("new_") if begin <= at <= begin + seconds]
    stage.ends()
    stage.holds(TYPED + REPLIED, "the reply below what was typed")
    rate = len(landed) / seconds
    gaps = [after - before for before, after in pairwise(landed)]
    said = f"{len(landed)} edits landed in {seconds:.1f} s of typing, {rate:.1f} a second"
    if not program.streams_while_typing:
        return said
    assert rate >= LEAST_RATE, said
    middle = statistics.median(gaps)
    return f"{said}, {middle:.2f} s apart in the middle, {max(gaps):.1f} at most"


def undoing_all(stage: EditorStage) -> str:
    """Takes all of it back, the typing as well: the file is as it was in the beginning."""
    program = stage.program
    program.refactor(stage.terminal, FIRST, LAST)
    program.go_to_top(stage.terminal)
    stage.type_steadily(TYPED + TYPED, every=BETWEEN_KEYS)
    program.rest(stage.terminal)
    stage.ends()
    stage.holds(TYPED + TYPED + REPLIED, "the reply below what was typed")
    program.undo_all(stage.terminal)
    stage.holds(LONG.text, "the file as it was before all")
    return "the file is as it was before all"


def saving_with_formatter(stage: EditorStage) -> str:
    """Saves in mid-stream with a formatter: the file is the reply or the original, never both."""
    program = stage.program
    program.refactor(stage.terminal, 3, 5)
    time.sleep(SAVED_AFTER)
    stage.lands(".new")
    stage.save()
    stage.ends()
    time.sleep(QUIET)
    rows = RULES.splitlines(keepends=True)
    replied = "".join([*rows[:2], REPLY_RULES, *rows[5:]])
    saved = "".join(stage.save().split())
    if saved == "".join(RULES.split()):
        stage.shows("(lines|text)[^.]* changed|You changed")
        return "the original is back, and it was said why"
    assert saved == "".join(replied.split()), f"the file is neither:\n{stage.saved}"
    return "the file is the reply"


def read_only(stage: EditorStage) -> str:
    """A text that is read-only: the job ends at once, and it is said."""
    if not stage.program.can_forbid:
        return "not played: this editor changes a text that is read-only all the same"
    stage.program.forbid(stage.terminal)
    began = time.monotonic()
    stage.program.refactor(stage.terminal, FIRST, LAST)
    stage.shows("(refuse|read-only|can't be changed)", patience=15)
    stage.ends(patience=5)
    sent = _sent(stage)
    assert len(sent) <= 3, f"{len(sent)} edits were sent to a text that is read-only"
    stage.was_left(LONG.text, "the file as it was")
    seconds = (sent[0] if sent else time.monotonic()) - began
    return f"ended after {seconds:.1f} s, {len(sent)} edits were sent"


def stopping_read_only(stage: EditorStage) -> str:
    """Stop is immediate also where no edit is taken."""
    if not stage.program.can_forbid:
        return "not played: this editor changes a text that is read-only all the same"
    stage.program.refactor(stage.terminal, FIRST, LAST)
    stage.lands("new_")
    stage.program.forbid(stage.terminal)
    time.sleep(0.3)
    stage.program.do(stage.terminal, "stop")
    stage.ends(patience=5)
    stage.was_left(LONG.text, "the file as it was")
    return "ended"


def closing(stage: EditorStage) -> str:
    """Closes the file without saving in mid-stream: it is as it was, and so is what opens again."""
    stage.program.refactor(stage.terminal, FIRST, LAST)
    stage.lands("new_")
    stage.program.close(stage.terminal)
    stage.ends(patience=5)
    time.sleep(LONG.seconds)
    stage.was_left(LONG.text, "the file as it was")
    stage.program.open(stage.terminal, LONG.name)
    time.sleep(QUIET)
    stage.holds(LONG.text, "the file as it was, opened and saved again")
    return "the file is as it was"


def typing_inside(stage: EditorStage) -> str:
    """Types inside the selection: the writing stops, it is said, and Discard spares the typing."""
    program = stage.program
    program.refactor(stage.terminal, FIRST, LAST)
    stage.lands("new_")
    program.go_below(stage.terminal, FIRST + 10)
    stage.type_steadily("mine = 1", every=BETWEEN_KEYS)
    program.rest(stage.terminal)
    stage.shows("(You changed the lines|The lines that Qwen was writing)", patience=20)
    stage.ends(patience=5)
    there = stage.save()
    assert "\nmine = 1\n" in there, f"what was typed is gone:\n{there}"
    time.sleep(QUIET)
    stage.holds(there, "the file as it was when it was taken over")
    program.do(stage.terminal, "discard")
    time.sleep(QUIET)
    left = stage.save()
    assert "\nmine = 1\n" in left, f"Discard took what was typed:\n{left}"
    assert left.startswith(HEAD + "old_1 = 1\n"), f"Discard left rows of the reply above:\n{left}"
    return f"taken over; after Discard {left.count('new_')} rows of the reply stay"


def moving(stage: EditorStage) -> str:
    """Gives the file another name in mid-stream: the job stops, and Restore works under that."""
    stage.program.refactor(stage.terminal, FIRST, LAST)
    stage.lands("new_")
    stage.program.move(stage.terminal, "other.py")
    stage.ends(patience=5)
    stage.shows("interrupted")
    time.sleep(LONG.seconds)
    old, stage.file = stage.file, stage.file.with_name("other.py")
    assert not old.exists(), "the file is back under its old name"
    stage.program.do(stage.terminal, "restore")
    time.sleep(QUIET)
    stage.holds(LONG.text, "the original, restored under the new name")
    return "restored under the new name"


STORIES = (
    Episode("typing-outside", LONG, typing_outside),
    Episode("undoing-all", LONG, undoing_all),
    Episode("saving-with-formatter", STYLES, saving_with_formatter),
    Episode("read-only", LONG, read_only),
    Episode("stopping-read-only", LONG, stopping_read_only),
    Episode("closing", LONG, closing),
    Episode("typing-inside", LONG, typing_inside),
    Episode("moving", LONG, moving),
)
AGREED = ("typing-inside", "moving")
"""What the contract wants and not every editor shows yet: played only where it is named."""


def _sent(stage: EditorStage) -> list[float]:
    methods = ("workspace/applyEdit", "qwen/applyEdit")
    return [at for each in methods for at, _ in stage.wire.messages(each, by="server")]
