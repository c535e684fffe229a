"""An image in lines of Markdown or HTML: where it is, and what it shows by its author's word."""

import html
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from .languages import PROSE_LANGUAGES

MOST_ROWS = 50
"""Rows in which an image is looked for."""
_MOST_CHARACTERS = 20_000
_ROWS_OF_ONE = 20

_ALT = r"!\[(?P<alt>(?:[^\[\]\\]|\\.){0,2000})\]"
_PLAIN = r"(?:[^\s()<>\\]|\\.|\([^\s()<>]{0,500}\)){1,2000}"
_INLINE = re.compile(
    _ALT + rf"\(\s*(?:<(?P<angled>[^<>\n]{{1,2000}})>|(?P<plain>{_PLAIN}))", re.DOTALL
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_REFERENCE = re.compile(
    _ALT + r"(?P<brackets>\[(?P<label>(?:[^\[\]\\]|\\.){0,999})\])?(?![\[(:])", re.DOTALL
)
_DEFINITION = re.compile(r" {0,3}\[(?P<label>[^\[\]]{1,999})\]:\s*(?:<([^<>]*)>|(\S+))")
_TAG = re.compile(
    r"<img\b(?P<fields>(?:[^<>\"']|\"[^\"]{0,4000}\"|'[^']{0,4000}'){0,4000})>", re.IGNORECASE
)
_FIELD = (
    r"""(?<![\w-])%s\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'<>=`]+))"""
)
_SOURCE_FIELD = re.compile(_FIELD % "src", re.IGNORECASE)
_ALT_FIELD = re.compile(_FIELD % "alt", re.IGNORECASE)


class Image(NamedTuple):
    """An image in `text`, which are the rows `first` up to, not including, `last` of some lines.

    `start` to `end` of it gives way to an alternative text, with `tail` behind it. `source` is as
    its author meant it; empty where it is defined elsewhere in the document, under `label`.
    """

    source: str
    start: int
    end: int
    is_html: bool = False
    label: str = ""
    tail: str = ""
    first: int = 0
    last: int = 1
    text: str = ""


class _Found(NamedTuple):
    """An image in a text that is not parted into rows yet, and the whole of it there."""

    begins: int
    ends: int
    image: Image


def image_in(lines: Sequence[str], column: int = 0, *, language: str = "") -> Image | None:
    """The image in `lines` at `column` of the first one, else the first behind it, else before it.

    None where there is none.
    """
    text = "\n".join(lines[:MOST_ROWS])[:_MOST_CHARACTERS]
    images = sorted(_images(text, language))
    found = next((each for each in images if each.ends >= column), images[-1] if images else None)
    return _placed(found, lines) if found else None


def rows_of_image(lines: Callable[[int], str], count: int, row: int, language: str) -> range:
    """The rows of the image that `row` is a part of, of a document of `count` rows."""
    first = max(row - _ROWS_OF_ONE, 0)
    near = [lines(each) for each in range(first, min(row + _ROWS_OF_ONE, count))]
    text = "\n".join(near)[:_MOST_CHARACTERS]
    for found in sorted(_images(text, language)):
        image = _placed(found, near)
        if image.first <= row - first < image.last:
            return range(first + image.first, first + image.last)
    return range(row, row + 1)


def defined(label: str, lines: Iterable[str]) -> str | None:
    """The source that stands under `label` in a document (CommonMark 0.31, section 4.7)."""
    wanted = _plain(label)
    for line in lines:
        if line.lstrip(" ").startswith("["):
            match = _DEFINITION.match(line)
            if match and _plain(match["label"]) == wanted:
                return match[2] if match[3] is None else match[3]
    return None


def _plain(label: str) -> str:
    return " ".join(label.split()).casefold()


def _placed(found: _Found, lines: Sequence[str]) -> Image:
    """The image in the rows that it takes."""
    text, image = "\n".join(lines), found.image
    first = text.count("\n", 0, found.begins)
    last = text.count("\n", 0, max(found.begins, found.ends - 1)) + 1
    before = text.rfind("\n", 0, found.begins) + 1
    return image._replace(
        first=first,
        last=last,
        text="\n".join(lines[first:last]),
        start=image.start - before,
        end=image.end - before,
    )


def _images(text: str, language: str) -> list[_Found]:
    found = [_inline(match) for match in _INLINE.finditer(text)]
    found += filter(None, map(_html, _TAG.finditer(text)))
    if language.lower() in PROSE_LANGUAGES:
        found += filter(None, map(_reference, _REFERENCE.finditer(text)))
    return found


def _inline(match: re.Match[str]) -> _Found:
    source = _ESCAPED.sub(r"\1", match["angled"] or match["plain"])
    return _Found(match.start(), match.end() + 1, Image(source, *match.span("alt")))


def _reference(match: re.Match[str]) -> _Found | None:
    """`![text][label]`. Where the text is the label, that stays behind the new text."""
    label, alt = match["label"], match["alt"]
    if label and label.strip():
        return _Found(*match.span(), Image("", *match.span("alt"), label=label))
    if not alt.strip() or alt.startswith("^"):
        return None
    end = match.end() - 1 if match["brackets"] else match.end("alt")
    image = Image("", match.start("alt"), end, label=alt, tail=f"][{alt}")
    return _Found(*match.span(), image)


def _html(tag: re.Match[str]) -> _Found | None:
    source = _SOURCE_FIELD.search(tag["fields"])
    if source is None:
        return None
    meant = html.unescape(source["double"] or source["single"] or source["bare"] or "").strip()
    begin = tag.start("fields")
    alt = _ALT_FIELD.search(tag["fields"])
    start, end = alt.span() if alt else (source.end(), source.end())
    if not meant:
        return None
    return _Found(*tag.span(), Image(meant, begin + start, begin + end, is_html=True))
