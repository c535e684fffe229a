"""Reads replies as the server does, for the tests."""

from dataclasses import dataclass
from typing import NamedTuple

from qwen_lsp.actions.reply.reply import Original, ReplyReader


class Read(NamedTuple):
    lines: list[str]
    prose: str
    is_answer: bool


def read(original: Original, pieces: list[str], *, cut: bool = False) -> Read:
    reader = ReplyReader(original)
    lines = [line for piece in pieces for line in reader.feed(piece)]
    lines += reader.finish(cut=cut)
    return Read(lines, reader.prose, reader.is_answer)


def code(original: Original, reply: str, *, cut: bool = False) -> str | None:
    """The lines that reach the document; None for an answer. The same for every way of cutting."""
    whole = read(original, [reply], cut=cut)
    assert whole == read(original, reply.splitlines(keepends=True), cut=cut)
    assert whole == read(original, list(reply), cut=cut)
    assert not (whole.is_answer and whole.lines)
    return None if whole.is_answer else "\n".join(whole.lines)


def prose(original: Original, reply: str) -> str:
    return read(original, [reply]).prose


def python(text: str, before: str = "", after: str = "") -> Original:
    return original(text, before, after, "python")


def original(text: str, before: str = "", after: str = "", language: str = "python") -> Original:
    return Original(_lines(text), _lines(before), _lines(after), language)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n")) if text else ()


LINE = Original(("x = 1",), (), (), "python")


@dataclass
class Case:
    """A reply, and what of it reaches the document: None where it is an answer."""

    name: str
    reply: str
    result: str | None
    original: Original = LINE
    said: str | None = None
