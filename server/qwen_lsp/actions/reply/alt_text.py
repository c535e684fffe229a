"""What a model says of an image becomes the alternative text of it."""

import html
import re

from ..images import Image, image_in
from ..selection import Selection
from .reply import ProseReader

LONGEST_ALT = 250
"""Characters of an alternative text; screen readers read it at one go."""

_ENCLOSING = re.compile(r"^[\"“'*_`]+|[\"”'*_`]+$")


class AltText:
    """Prose that becomes the alternative text of an image, at its end."""

    is_answer = False
    prose = ""

    def __init__(self, image: Image) -> None:
        self._image = image
        self._reader = ProseReader()
        self._said: list[str] = []

    def feed(self, text: str) -> list[str]:
        """Nothing: half an alternative text is none."""
        self._said += self._reader.feed(text)
        return []

    def finish(self, *, cut: bool) -> list[str]:
        """The image's lines with the text; none where the reply broke off or says nothing."""
        self._said += self._reader.finish(cut=cut)
        words = " ".join(self._said)
        if cut or not alt_text(words):
            return []
        return with_alt(self._image, words).split("\n")


def image_of(selection: Selection) -> Image | None:
    """The image that was selected; None where there is none."""
    return image_in(selection.lines, selection.column, language=selection.language)


def with_alt(image: Image, words: str) -> str:
    """The image's lines with `words` as its alternative text."""
    text = alt_text(words)
    if image.is_html:
        blank = "" if image.start < image.end else " "
        text = f'{blank}alt="{html.escape(text)}"'
    else:
        text = re.sub(r"([\\\[\]])", r"\\\1", text)
    return image.text[: image.start] + text + image.tail + image.text[image.end :]


def alt_text(words: str) -> str:
    """What a model says, as one line without what it puts around it."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    line = _ENCLOSING.sub("", line)
    if len(line) <= LONGEST_ALT:
        return line
    return line[: LONGEST_ALT - 1].rsplit(" ", 1)[0].rstrip(" ,;") + "…"
