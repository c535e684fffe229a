"""A scenario: a heading, prose for people, and blocks that play in order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

STEPS = (
    "editors", "client", "settings", "environment", "home", "document", "run", "cursor", "menu",
    "choose", "lenses", "click", "command", "model", "typed", "undo", "refused", "cancel", "answer",
    "elsewhere", "saved", "picture", "closed", "reopened", "killed", "hover", "wait", "instruction",
    "presses",
)  # fmt: skip
EXPECTATIONS = (
    "result", "prompt", "shown", "offered", "edits", "error", "ended", "progress",
)  # fmt: skip

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

    @property
    def editors(self) -> list[str]:
        """The kinds of editor that it is only for; none if it is for all."""
        return [word for block in self.blocks if block.word == "editors" for word in block.words]

    @property
    def has_edits(self) -> bool:
        """Whether its document may be edited: it says the result then, or playing it fails."""
        return any(block.word == "result" for block in self.blocks)


def read_scenarios(path: Path) -> list[Scenario]:
    """The scenarios of a file; headings without blocks are chapters. Raises ValueError."""
    scenarios: list[Scenario] = []
    for item in _items(path.read_text(encoding="utf-8"), path):
        if isinstance(item, Block):
            scenarios[-1].blocks.append(item)
        else:
            scenarios.append(Scenario(path, item))
    return [scenario for scenario in scenarios if scenario.blocks]


def example_scenario(action: str, example: str) -> Scenario:
    """An action's example as a scenario: its document, the action run on it, what comes of it."""
    path = Path(f"{action}.md")
    blocks = [item for item in _items(example, path) if isinstance(item, Block)]
    instruction = "".join(block.text for block in blocks if block.word == "instruction")
    played = [block for block in blocks if block.word != "instruction"]
    asked = next(index for index, block in enumerate(played) if block.word == "model")
    played.insert(asked, Block("run", action, instruction, 0))
    return Scenario(path, "example", [*played, Block("ended", "", "done", 0)])


def _items(text: str, path: Path) -> Iterator[str | Block]:
    """The headings and the blocks of a file, in order."""
    lines = text.split("\n")
    row = 0
    while row < len(lines):
        if heading := _HEADING.match(lines[row]):
            yield heading[1]
        elif fence := _FENCE.match(lines[row]):
            end = _closing(lines, row, fence[1], path)
            word, _, rest = fence[2].partition(" ")
            if word not in STEPS + EXPECTATIONS:
                raise ValueError(f"{path.name}:{row + 1}: “{word}” is no block of a scenario")
            yield Block(word, rest.strip(), "\n".join(lines[row + 1 : end]), row + 1)
            row = end
        row += 1


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
