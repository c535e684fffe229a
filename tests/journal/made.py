"""Entries as tests make them."""

from qwen_lsp.journal.entry import Entry, neighbours
from qwen_lsp.text.document import Document

URI = "file:///project/a.py"


def entry_of(
    document: Document, first: int, last: int, *, entry_id: str = "", when: float = 0.0
) -> Entry:
    """Of rows `first` up to, not including, `last`."""
    above, below = neighbours(document, first, last)
    return Entry(
        id=entry_id,
        uri=URI,
        title="Qwen: Refactor",
        when=when,
        row=first,
        original=tuple(document.line(row) for row in range(first, last)),
        above=above,
        below=below,
        line_end=document.line_end,
    )


def rows(text: str) -> Document:
    """A document with a row for each word; `_` is an empty one."""
    return Document("\n".join(word.replace("_", "") for word in text.split()))


def words(document: Document) -> str:
    """The same back."""
    return " ".join(document.line(row) or "_" for row in range(len(document.lines)))
