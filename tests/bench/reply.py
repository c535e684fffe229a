"""The code that is replaced, and the reply that replaces it, cut into tokens."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

TOKEN = 4
"""Characters of code in a token, near enough to what Qwen's tokenizer makes of Python."""

THOUSAND = 1000
SELECTED = 40
"""Lines that the reply replaces."""


@dataclass(frozen=True)
class Reply:
    """A fenced reply with `tokens` tokens of code, none of its lines like one of the file's.

    Its lines are short: they come faster than edits may leave, so that the pace is put to the test.
    """

    tokens: int

    @cached_property
    def code(self) -> str:
        size = self.tokens * TOKEN
        rng = random.Random(self.tokens)
        lines = ["    def settle(self, orders: list[Order]) -> Money:\n"]
        while sum(map(len, lines)) < size:
            words = " + ".join(f"part_{rng.randrange(10**4)}" for _ in range(rng.randint(1, 2)))
            lines.append(f"{'    ' * rng.randint(1, 2)}sum_{len(lines)} = {words}\n")
        return "".join(lines)[: size - 1].rstrip().ljust(size - 1, "#") + "\n"

    @cached_property
    def pieces(self) -> Sequence[str]:
        """The whole reply as it is sent."""
        code = [self.code[start : start + TOKEN] for start in range(0, len(self.code), TOKEN)]
        return ["```", "python", "\n", *code, "```"]

    @cached_property
    def thousands(self) -> tuple[int, int, int, int]:
        """The pieces before and behind the first and the last thousand tokens of code."""
        first = self.pieces.index("\n") + 1
        behind = first + self.tokens
        return first, first + THOUSAND, behind - THOUSAND, behind

    @cached_property
    def first_line(self) -> int:
        """The piece with which the first line of code is whole."""
        return 3 + self.code.index("\n") // TOKEN


def file_of(lines: int) -> str:
    """A file of so many lines."""
    return "".join(
        f"    self.value_{row} = {row}  # what row {row} holds\n" for row in range(lines)
    )
