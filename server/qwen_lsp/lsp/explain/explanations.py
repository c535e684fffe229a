"""What was explained, where, and how the user gets to read it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lsprotocol import types

from ...text.document import Position, Span
from ...text.edits import moved_span
from ..documents.documents import OpenDocument, Revision

MOST_KEPT = 20
"""How many explanations of a document are kept for hovering."""
CUT_OFF = "\n…\n"
"""What an explanation ends with that did not come whole."""


@dataclass(eq=False)
class Explanation:
    """Prose about a span of a document, as it comes. A reader of replies."""

    job: str
    title: str
    document: OpenDocument
    span: Span
    heard: Callable[["Explanation", str], None]
    """Is told of each piece, and of the end by ''."""
    is_done: bool = False
    is_cut: bool = False
    _pieces: list[str] = field(default_factory=list)

    @property
    def has_words(self) -> bool:
        """There is something to read."""
        return bool(self._pieces)

    @property
    def is_none(self) -> bool:
        """It was cut off before its first word."""
        return self.is_cut and not self._pieces

    @property
    def markdown(self) -> str:
        """All of it so far."""
        return "".join(self._pieces)

    @property
    def page(self) -> str:
        """All of it under its title, as a document."""
        return f"# {self.title}\n\n{self.markdown}"

    @property
    def range(self) -> types.Range:
        """Where the text is that it is about."""
        return self.document.to_range(self.span)

    def add(self, markdown: str) -> None:
        """More of it is known."""
        if markdown:
            self._pieces.append(markdown)
            self.heard(self, markdown)

    def asked(self, question: str) -> None:
        """Its user asks about it; the answer comes below the question."""
        quoted = "\n".join(f"> {line}".rstrip() for line in question.splitlines())
        self.is_done = self.is_cut = False
        self.add(f"\n{quoted}\n\n")

    def done(self, *, cut: bool) -> None:
        """It is whole, or `cut` off."""
        if cut and self._pieces:
            self.add(CUT_OFF)
        self.is_done, self.is_cut = True, cut
        self.heard(self, "")

    def move(self, revision: Revision) -> None:
        """The document has changed."""
        self.span = moved_span(self.span, revision.edits)


class Explanations:
    """The explanations of all documents that are open."""

    def __init__(self) -> None:
        self._all: list[Explanation] = []

    def keep(self, explanation: Explanation) -> None:
        """Keeps an explanation, to be read by hover or opened."""
        if explanation in self._all:
            return
        self._all.append(explanation)
        same = [each for each in self._all if each.document is explanation.document]
        for surplus in same[:-MOST_KEPT]:
            self._all.remove(surplus)

    def forget(self, explanation: Explanation) -> None:
        """Drops an explanation that has nothing to read."""
        self._all = [each for each in self._all if each is not explanation]

    def at(self, document: OpenDocument, position: Position) -> Explanation | None:
        """The newest one about the text at `position` that has something to read."""
        for each in reversed(self._all):
            start, end = each.span
            about_it = each.document is document and start <= position <= max(end, start)
            if about_it and each.has_words:
                return each
        return None

    def latest(self, job: str | None, uri: str = "") -> Explanation | None:
        """The one of `job`; or the newest, of the document at `uri` if there is one."""
        mine = [each for each in self._all if job in (None, each.job)]
        here = [each for each in mine if each.document.uri == uri]
        found = here or mine
        return found[-1] if found else None

    def changed(self, document: OpenDocument, revision: Revision) -> None:
        """A document has changed, and the spans in it move."""
        for each in self._all:
            if each.document is document:
                each.move(revision)

    def closed(self, document: OpenDocument) -> None:
        """A document was closed: hovering over it is over."""
        self._all = [each for each in self._all if each.document.uri != document.uri]
