"""What four kinds of editor do with a server's edits, as it was measured in real ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from qwen_lsp.text.document import Edit, Span, after
from qwen_lsp.text.edits import moved_span

from .open_file import Json, OpenFile

Kind = Literal["vscode", "helix", "neovim", "eglot"]

Telling = Literal["usual", "summed", "whole"]
"""What a report holds: each change as it was made; all of Neovim's as one; or the whole text.

Where Neovim tells each, it tells the first text edit of a request as soon as that is made.
"""

RATE_LIMIT = 0.15
"""Seconds between two reports of Neovim's."""
IDLE = 0.5
"""Seconds without a change after which eglot reports what has changed."""
FIRST_TICK = 5
"""The version that Neovim gives to the first change; until then it says 0."""


@dataclass(frozen=True)
class Traits:
    """What differs between the kinds and is a number or a name."""

    encodings: tuple[str, ...]
    """Position encodings, as offered, in order."""
    opens_at: int
    """The version of a file that was just opened."""
    seconds: tuple[float, float]
    """The least and the most that an edit takes."""
    edits: Json
    """What it says of how it makes edits."""
    client: Json
    """What it calls itself."""


TRAITS: dict[Kind, Traits] = {
    "vscode": Traits(
        ("utf-16",),
        1,
        (0.011, 0.05),
        {"failureHandling": "textOnlyTransactional"},
        {"name": "Visual Studio Code", "version": "1.139.1"},
    ),
    "helix": Traits(
        ("utf-8", "utf-32", "utf-16"),
        0,
        (0.001, 0.001),
        {"failureHandling": "abort"},
        {"name": "helix", "version": "25.07.1"},
    ),
    "neovim": Traits(
        ("utf-8", "utf-16", "utf-32"),
        0,
        (0.001, 0.001),
        {"normalizesLineEndings": True},
        {"name": "Neovim", "version": "0.12.4"},
    ),
    "eglot": Traits(
        ("utf-32", "utf-8", "utf-16"), 0, (0.001, 0.001), {}, {"name": "Eglot", "version": "1.20"}
    ),
}


class Verdict(NamedTuple):
    """Whether an edit is made, and what is answered."""

    is_made: bool
    answer: Json


MADE = Verdict(is_made=True, answer={"result": {"applied": True}})
DROPPED = Verdict(is_made=False, answer={"result": {"applied": True}})
REFUSED = Verdict(is_made=False, answer={"result": {"applied": False}})


def verdict(kind: Kind, file: OpenFile, version: int | None) -> Verdict:
    """What becomes of an edit that was made for `version`; one without is checked by nobody."""
    if version is None:
        return MADE
    match kind:
        case "neovim":
            return DROPPED if 0 < version < file.version else MADE
        case _ if version == file.version:
            return MADE
        case "eglot":
            return _failed(f"Edits on ‘{file.uri}’ require version {version}, not {file.version}")
        case "helix":
            reason = f"outdated workspace edit: {version} is not {file.version}"
            return Verdict(
                is_made=False, answer={"result": {"applied": False, "failureReason": reason}}
            )
        case _:
            return REFUSED


def refusal(kind: Kind) -> Verdict:
    """What becomes of an edit of a file that can't be changed."""
    return REFUSED if kind in ("vscode", "helix") else _failed("the buffer is read-only")


def in_order(kind: Kind, edits: Sequence[Edit]) -> list[Edit]:
    """The edits of one request as they are made and reported, one after the other.

    Most editors go from the bottom up, so that all positions hold. Helix goes from the top down,
    and tells what is put in and taken away side by side as one change.
    """
    downwards = sorted(edits, key=lambda edit: edit.span)
    if kind != "helix":
        return downwards[::-1]
    made: list[Edit] = []
    for span, text in downwards:
        now = moved_span(span, made)
        if made and now.start == after(made[-1].span.start, made[-1].text):
            (start, _), before = made.pop()
            made.append(Edit(Span(start, moved_span(span, made).end), before + text))
        else:
            made.append(Edit(now, text))
    return made


def next_version(kind: Kind, version: int) -> int:
    """The version after a change."""
    return max(version + 1, FIRST_TICK) if kind == "neovim" else version + 1


def delay(kind: Kind, file: OpenFile, now: float, *, by_server: bool) -> float:
    """Seconds from a change of `file` to its report, unless another one comes first."""
    match kind:
        case "neovim":
            since = 0.0 if file.reported_at is None else now - file.reported_at
            return max(0.0, RATE_LIMIT - since)
        case "eglot":
            return IDLE
        case "vscode" if by_server:
            return 0.001
        case _:
            return 0.0


def _failed(message: str) -> Verdict:
    return Verdict(is_made=False, answer={"error": {"code": -32603, "message": message}})
