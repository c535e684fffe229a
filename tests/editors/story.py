"""What is played in each editor: a file is what it must be after each step."""

import time
from contextlib import suppress
from pathlib import Path

from .programs import Program
from .terminal import Terminal, wait_until

FIRST, LAST = 4, 21
ABOVE = "".join(f"typed_{number} = {number}\n" for number in range(1, 9))
MADE = {
    "for i in range(len(orders)):": "for each in orders:",
    "order = orders[i]": "order = each",
    "item.keys()": "item",
    "sum = sum + ": "sum += ",
}
"""What the simulator makes of the sample."""
BETWEEN_KEYS = 0.05
WRITTEN = 0.5
"""Seconds in which a file is saved."""
STEADY = 2.5
"""Seconds in which a file that is as it must be has to stay so."""


class Story:
    """One editor with one file."""

    def __init__(self, program: Program, terminal: Terminal, file: Path) -> None:
        self._program, self._terminal, self._file = program, terminal, file
        self.original = file.read_text()
        self.reply = self.original
        for old, new in MADE.items():
            self.reply = self.reply.replace(old, new)

    def play(self) -> None:
        """Raises AssertionError with what was wrong."""
        program, terminal = self._program, self._terminal
        self._sign_in()
        program.refactor(terminal, FIRST, LAST)
        self._becomes(self.reply, "the reply")
        program.undo(terminal)
        self._becomes(self.original, "the original after one undo")
        self._decide()
        program.refactor(terminal, FIRST, LAST)
        self._type_above()
        self._becomes(ABOVE + self.reply, "the reply below what was typed meanwhile")
        program.undo(terminal)
        self._becomes(ABOVE + self.original, "the original below what was typed, after one undo")

    def _decide(self) -> None:
        program, terminal = self._program, self._terminal
        program.refactor(terminal, FIRST, LAST)
        time.sleep(STEADY)
        program.do(terminal, "stop")
        self._becomes(self.original, "the original after a stop")
        program.refactor(terminal, FIRST, LAST)
        time.sleep(6 * STEADY)
        program.do(terminal, "discard")
        self._becomes(self.original, "the original after a discard")
        program.undo(terminal)
        self._becomes(self.reply, "the reply after undoing the discard")
        program.undo(terminal)
        self._becomes(self.original, "the original again")

    def _sign_in(self) -> None:
        def is_signed_in() -> bool:
            if "You are signed in" not in self._terminal.screen:
                self._program.sign_in(self._terminal)
                time.sleep(STEADY)
            return "You are signed in" in self._terminal.screen

        assert wait_until(is_signed_in), f"it does not sign in:\n{self._terminal.screen}"

    def _type_above(self) -> None:
        self._program.go_to_top(self._terminal)
        for line in ABOVE.splitlines():
            for character in line:
                self._terminal.types(character)
                time.sleep(BETWEEN_KEYS)
            self._terminal.keys("Enter")
        self._program.rest(self._terminal)

    def _becomes(self, wanted: str, what: str) -> None:
        def is_there() -> bool:
            self._program.save(self._terminal)
            time.sleep(WRITTEN)
            return self._saved == wanted

        assert wait_until(is_there, every=STEADY), self._not(what)
        time.sleep(STEADY)
        assert is_there(), self._not(f"{what}, to stay,")

    def _not(self, what: str) -> str:
        shown = self._terminal.screen
        return f"{what} was expected, but the file is:\n{self._saved}\nIt shows:\n{shown}"

    @property
    def _saved(self) -> str:
        """The file; there is none at the moment in which an editor puts a new one in its place."""
        with suppress(FileNotFoundError):
            return self._file.read_text()
        return ""
