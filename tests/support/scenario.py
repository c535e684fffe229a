"""A scenario: a heading, prose for people, and blocks that play in order."""

import re
from dataclasses import dataclass, field
from pathlib import Path

STEPS = (
    "client", "settings", "environment", "document", "run", "menu", "command", "model", "typed",
    "refused", "cancel", "answer", "saved", "closed", "hover", "wait",
)  # fmt: skip
EXPECTATIONS = ("result", "prompt", "shown", "offered", "edits", "transcript", "error", "ended")

_HEADING = re.compile(r"#{1,6} +(.*)$")
_FENCE = re.compile(r"(`{3,}|~{3,})\s*(.*)$")


@dataclass
class Block:
    """A fenced block: `word` says what it is, `rest` is what stands behind it on its line."""

    word: str
    rest: str
    text: str
    line: int

    @property
    def options(self) -> dict[str, str]:
        """The `key=value` parts of `rest`."""
        return dict(part.split("=", 1) for part in self.rest.split() if "=" in part)

    @property
    def words(self) -> list[str]:
        """The other parts."""
        return [part for part in self.rest.split() if "=" not in part]


@dataclass
class Scenario:
    """All blocks under one heading."""

    path: Path
    title: str
    blocks: list[Block] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"{self.path.stem}: {self.title}"


def read_scenarios(path: Path) -> list[Scenario]:
    """The scenarios of a file; headings without blocks are chapters. Raises ValueError."""
    scenarios: list[Scenario] = []
    lines = path.read_text(encoding="utf-8").split("\n")
    row = 0
    while row < len(lines):
        if heading := _HEADING.match(lines[row]):
            scenarios.append(Scenario(path, heading[1]))
        elif fence := _FENCE.match(lines[row]):
            end = _closing(lines, row, fence[1], path)
            word, _, rest = fence[2].partition(" ")
            if word not in STEPS + EXPECTATIONS:
                raise ValueError(f"{path.name}:{row + 1}: “{word}” is no block of a scenario")
            text = "\n".join(lines[row + 1 : end])
            scenarios[-1].blocks.append(Block(word, rest.strip(), text, row + 1))
            row = end
        row += 1
    return [scenario for scenario in scenarios if scenario.blocks]


def _closing(lines: list[str], row: int, fence: str, path: Path) -> int:
    for end in range(row + 1, len(lines)):
        if lines[end].rstrip() == fence:
            return end
    raise ValueError(f"{path.name}:{row + 1}: the block is not closed")


def rewritten(path: Path, wrong: dict[int, str]) -> str:
    """The file with the text of the blocks that begin at these lines replaced."""
    lines = path.read_text(encoding="utf-8").split("\n")
    for line in sorted(wrong, reverse=True):
        fence = _FENCE.match(lines[line - 1])
        assert fence
        end = _closing(lines, line - 1, fence[1], path)
        inside = [len(found) for found in re.findall(r"^(`{3,})", wrong[line], re.MULTILINE)]
        outer = "`" * max([len(fence[1]) - 1, *inside], default=0) + "`"
        text = wrong[line].split("\n") if wrong[line] else []
        lines[line - 1 : end + 1] = [f"{outer}{fence[2]}", *text, outer]
    return "\n".join(lines)
