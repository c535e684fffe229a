"""What a prompt asks for, read as far as a simulation must: the task, the code and its language."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Task = Literal["rewrite", "explain", "comment", "talk"]

_FENCE = re.compile(r"^[ \t]*(?P<marks>`{3,}|~{3,})[ \t]*(?P<language>[^\s`]*)[^\n`]*$")
_SELECTED = re.compile(r"\bselect(ed|ion)\b(?!.*\b(before|after)\b)", re.IGNORECASE)
_AROUND = re.compile(r"\b(before|after|above|below|reading only)\b", re.IGNORECASE)
_TAGGED = re.compile(r"<(selection|selected|code)>\n?(.*?)\n?</\1>", re.DOTALL)
_MARKED = re.compile(r"«(.*?)»", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """Code in a prompt, and the last line of prose over it."""

    code: str
    language: str = ""
    above: str = ""


@dataclass(frozen=True)
class ParsedPrompt:
    """A prompt, understood."""

    task: Task
    code: str
    language: str
    prose: str


def understood(system: str, user: str) -> ParsedPrompt:
    """What the system's and the last user's message ask for."""
    blocks, prose = _parted(user)
    block = _selected(blocks) or _between_marks(user)
    return ParsedPrompt(_task(system, prose, block), block.code, block.language.lower(), prose)


def _task(system: str, prose: str, block: Block) -> Task:
    words = prose.lower()
    if not block.code.strip():
        return "talk"
    if re.search(r"text of a comment|in a comment|as a comment", words):
        return "comment"
    if re.search(r"code block|rewrit|refactor|chang|replac|takes the place", words):
        return "rewrite"
    both = system.lower() + words
    return "explain" if re.search(r"explain|describe|what .* do", both) else "rewrite"


def _selected(blocks: Sequence[Block]) -> Block | None:
    """The block that the prompt calls selected; else the last one that isn't for reading only."""
    called = [block for block in blocks if _SELECTED.search(block.above)]
    others = [block for block in blocks if not _AROUND.search(block.above)]
    chosen = called or others or blocks
    return chosen[-1] if chosen else None


def _between_marks(text: str) -> Block:
    if tagged := _TAGGED.search(text):
        return Block(tagged.group(2))
    marked = _MARKED.search(text)
    return Block(marked.group(1)) if marked else Block("")


def _parted(text: str) -> tuple[list[Block], str]:
    """The fenced blocks of a text and its prose. A fence closes at a bare one as long as it."""
    blocks: list[Block] = []
    prose: list[str] = []
    lines = iter(text.split("\n"))
    for line in lines:
        if fence := _FENCE.match(line):
            code = _until_closed(lines, fence["marks"])
            above = next((said for said in reversed(prose) if said.strip()), "")
            blocks.append(Block("\n".join(code), fence["language"], above))
        else:
            prose.append(line)
    return blocks, "\n".join(prose)


def _until_closed(lines: Iterator[str], marks: str) -> list[str]:
    code: list[str] = []
    for line in lines:
        bare = line.strip()
        if bare.startswith(marks) and not bare.strip(marks[0]):
            break
        code.append(line)
    return code
