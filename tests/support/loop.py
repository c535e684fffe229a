"""The loop of a delivery by hand: what is sent, what the editor reports."""

from qwen_lsp.lsp.delivery import Delivery
from qwen_lsp.lsp.flight import Send
from qwen_lsp.lsp.manner import Kind, Manner
from qwen_lsp.lsp.writing import Writing
from qwen_lsp.text.document import Document, Edit, Position, Span


def edit(start: tuple[int, int], end: tuple[int, int], text: str) -> Edit:
    """The text from one line and column to another gives way."""
    return Edit(Span(Position(*start), Position(*end)), text)


def put(place: tuple[int, int], text: str) -> Edit:
    """Text comes in at a line and column."""
    return edit(place, place, text)


def opened(
    text: str, first: int, last: int, kind: Kind | None = "echo"
) -> tuple[Document, Delivery, Writing]:
    """A document in a client of this kind, whose rows `first` up to `last` are to be written."""
    document = Document(text)
    delivery = Delivery(document, 1, Manner(kind))
    return document, delivery, delivery.begin(first, last)


def sent(delivery: Delivery, now: float = 0.0) -> Send:
    """What leaves now."""
    send = delivery.next(now)
    assert isinstance(send, Send)
    return send


def changed(
    delivery: Delivery,
    *edits: Edit,
    version: int,
    now: float = 0.0,
    by_save: bool = False,
    is_compared: bool = False,
) -> None:
    """The editor makes `edits`, one after the other, and reports them."""
    removed = []
    for edit in edits:
        removed.append(delivery.document.slice(edit.span))
        delivery.document.apply(edit)
    delivery.changed(
        version, edits, removed=removed, now=now, by_save=by_save, is_compared=is_compared
    )
