"""An image in a line of Markdown or HTML: where it is found, and its alternative text."""

import html
import re
from collections.abc import Sequence
from typing import NamedTuple

from .reply import ProseReader
from .selection import Selection

LONGEST_ALT = 250
"""Characters of an alternative text; screen readers read it at one go."""

_MARKDOWN = re.compile(
    r"!\[(?P<alt>(?:[^\[\]\\]|\\.){0,2000})\]\(\s*(?:<(?P<angled>[^<>]{1,2000})>|(?P<plain>[^\s()<>]{1,2000}))"
)
_TAG = re.compile(r"<img\b(?P<fields>(?:[^<>\"']|\"[^\"]*\"|'[^']*'){0,4000})>", re.IGNORECASE)
_FIELD = (
    r"""(?<![\w-])%s\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'<>=`]+))"""
)
_SOURCE = re.compile(_FIELD % "src", re.IGNORECASE)
_ALT = re.compile(_FIELD % "alt", re.IGNORECASE)
_ENCLOSING = re.compile(r"^[\"“'*_`]+|[\"”'*_`]+$")


class Image(NamedTuple):
    """An image of line `row`. `source` is as its author meant it; `start` to `end` is rewritten."""

    row: int
    source: str
    start: int
    end: int
    is_html: bool


def image_in(lines: Sequence[str]) -> Image | None:
    """The first image in `lines`; None where there is none."""
    found = (image for row, line in enumerate(lines) for image in _images(row, line))
    return next(found, None)


def with_alt(line: str, image: Image, words: str) -> str:
    """`line` with `words` as the alternative text of `image`."""
    text = alt_text(words)
    if not image.is_html:
        text = re.sub(r"([\\\[\]])", r"\\\1", text)
        return line[: image.start] + text + line[image.end :]
    text = html.escape(text)
    given = f'alt="{text}"' if image.start < image.end else f' alt="{text}"'
    return line[: image.start] + given + line[image.end :]


def alt_text(words: str) -> str:
    """What a model says, as one line without what it puts around it."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    line = _ENCLOSING.sub("", line)
    if len(line) <= LONGEST_ALT:
        return line
    return line[: LONGEST_ALT - 1].rsplit(" ", 1)[0].rstrip(" ,;") + "…"


class AltText:
    """Prose that becomes the alternative text of the first image in a selection, at its end."""

    is_answer = False
    prose = ""

    def __init__(self, selection: Selection, image: Image) -> None:
        self._line, self._image = selection.lines[image.row], image
        self._reader = ProseReader()
        self._said: list[str] = []

    def feed(self, text: str) -> list[str]:
        """Nothing: half an alternative text is none."""
        self._said += self._reader.feed(text)
        return []

    def finish(self, *, cut: bool) -> list[str]:
        """The line with the text; none where the reply broke off or says nothing."""
        self._said += self._reader.finish(cut=cut)
        words = " ".join(self._said)
        if cut or not alt_text(words):
            return []
        return [with_alt(self._line, self._image, words)]


def _images(row: int, line: str) -> list[Image]:
    line = line[:10_000]
    found = [_of_markdown(row, match) for match in _MARKDOWN.finditer(line)]
    tags = (_of_html(row, tag) for tag in _TAG.finditer(line))
    return sorted([*found, *filter(None, tags)], key=lambda image: image.start)


def _of_markdown(row: int, match: re.Match[str]) -> Image:
    source = match["angled"] or match["plain"]
    return Image(row, source, match.start("alt"), match.end("alt"), is_html=False)


def _of_html(row: int, tag: re.Match[str]) -> Image | None:
    source = _SOURCE.search(tag["fields"])
    if source is None:
        return None
    meant = html.unescape(source["double"] or source["single"] or source["bare"] or "").strip()
    begin = tag.start("fields")
    alt = _ALT.search(tag["fields"])
    span = alt.span() if alt else (source.end(), source.end())
    return Image(row, meant, begin + span[0], begin + span[1], is_html=True) if meant else None
