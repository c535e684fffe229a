"""The loop of a delivery by hand: what is sent, what the client reports."""

from qwen_lsp.streaming.client_profile import CHECKED, ClientProfile
from qwen_lsp.streaming.delivery import Delivery, VersionedEdit
from qwen_lsp.streaming.region import Region
from qwen_lsp.text.document import Change, Document, Edit, Position, Span


def edit(start: tuple[int, int], end: tuple[int, int], text: str) -> Edit:
    """The text from one line and column to another gives way."""
    return Edit(Span(Position(*start), Position(*end)), text)


def put(place: tuple[int, int], text: str) -> Edit:
    """Text comes in at a line and column."""
    return edit(place, place, text)


def opened(
    text: str, first: int, last: int, profile: ClientProfile = CHECKED
) -> tuple[Document, Delivery, Region]:
    """A document in a client with this profile, whose rows `first` up to `last` are written."""
    document = Document(text)
    delivery = Delivery(document, 1, profile)
    return document, delivery, delivery.begin(first, last)


def sent(delivery: Delivery, now: float = 0.0) -> VersionedEdit:
    """What leaves now."""
    leaving = delivery.next(now)
    assert isinstance(leaving, VersionedEdit)
    return leaving


def changed(
    delivery: Delivery,
    *edits: Edit,
    version: int,
    now: float = 0.0,
    is_whole_text: bool = False,
) -> None:
    """The client makes `edits`, one after the other, and reports them."""
    changes = []
    for each in edits:
        changes.append(Change(each, delivery.document.slice(each.span)))
        delivery.document.apply(each)
    delivery.changed(version, changes, now, is_whole_text=is_whole_text)


def take(delivery: Delivery, leaving: VersionedEdit, *, version: int, now: float = 0.0) -> None:
    """The client makes what has left, says so and reports it."""
    delivery.answered(leaving, now, applied=True)
    changed(delivery, *leaving.edits[::-1], version=version, now=now)
