"""What stands above the rows that jobs write or have written, in editors that show code lenses."""

from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ..text.document import Position, Span
from .documents import OpenDocument
from .jobs import Job
from .page import Page
from .preview import Preview
from .proposal import Patch, Proposal

if TYPE_CHECKING:
    from .session import Session

ENTRIES = {
    "keep": "Keep",
    "discard": "Discard",
    "retry": "Retry",
    "compare": "Show changes",
}
WARNED = ("retry", "discard", "keep", "compare")
"""Their order where something is wrong with what was written."""
CHANGE_ENTRIES = {
    "keep": "Keep this",
    "discard": "Discard this",
    "previousChange": "‹ Previous",
    "nextChange": "Next ›",
}
PREVIEW_ENTRIES = {
    "keep": "Keep the preview",
    "discard": "Discard the preview",
    "retry": "Retry",
    "compare": "Show changes",
}
MOST_CHANGES = 50
"""Changes of one job that have lenses of their own; above it, the menu offers them."""
Told = tuple[object, ...]


class Lenses:
    """Tells the editor when they change, and what they are."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._told: Told = ((), (), ())
        self._is_telling = False

    def changed(self) -> None:
        """They may have changed; an editor that wants to know asks again."""
        if self._session.editor.refreshes_lenses and not self._is_telling:
            self._is_telling = True
            self._session.spawn(self._tell())

    def of(self, document: OpenDocument) -> list[types.CodeLens]:
        """All of a document, by what is in memory."""
        session = self._session
        written = [
            *(_of_job(document, job, page) for job, page in session.writing(document)),
            *(_of_proposal(document, each) for each in session.proposals.of_document(document)),
            *(_of_preview(document, each) for each in session.previews.of_document(document)),
        ]
        return list(chain.from_iterable(written))

    async def _tell(self) -> None:
        self._is_telling = False
        now = self._all()
        if now == self._told:
            return
        self._told = now
        with suppress(TimeoutError):
            await self._session.editor.refresh_lenses()

    def _all(self) -> Told:
        """What they depend on, but for places: where these change, the editor asks by itself."""
        session = self._session
        return (
            tuple(job.id for job, _ in session.writing()),
            tuple((each.job.id, *each.patches, each.warning) for each in session.proposals),
            tuple(each.job.id for each in session.previews),
        )


def _of_job(document: OpenDocument, job: Job, page: Page) -> list[types.CodeLens]:
    place = page.region.start
    return [
        _lens(document, place, f"{job.title} is writing…", "", {}),
        _lens(document, place, "Stop", "qwen.stop", {"job": job.id}),
    ]


def _of_preview(document: OpenDocument, preview: Preview) -> list[types.CodeLens]:
    is_of = document is preview.place.document
    place = preview.place.region.start if is_of else Position(0, 0)
    return [
        _lens(document, place, title, f"qwen.{name}", {"job": preview.job.id})
        for name, title in PREVIEW_ENTRIES.items()
    ]


def _of_proposal(document: OpenDocument, proposal: Proposal) -> list[types.CodeLens]:
    place = proposal.region.start
    warned = [_lens(document, place, proposal.warning, "", {})] if proposal.warning else []
    order = WARNED if proposal.warning else tuple(ENTRIES)
    whole = [
        _lens(document, place, ENTRIES[name], f"qwen.{name}", {"job": proposal.job.id})
        for name in order
    ]
    if not 1 < len(proposal.patches) <= MOST_CHANGES:
        return warned + whole
    each = [lens for patch in proposal.patches for lens in _of_patch(document, proposal, patch)]
    return warned + whole + each


def _of_patch(document: OpenDocument, proposal: Proposal, patch: Patch) -> list[types.CodeLens]:
    argument = {"job": proposal.job.id, "range": plain_range(document, patch.span)}
    return [
        _lens(document, patch.span.start, title, f"qwen.{name}", argument)
        for name, title in CHANGE_ENTRIES.items()
    ]


def plain_range(document: OpenDocument, span: Span) -> dict[str, dict[str, int]]:
    """`span` as an LSP range in the negotiated encoding, for an argument."""
    range_ = document.to_range(span)
    return {
        name: {"line": place.line, "character": place.character}
        for name, place in (("start", range_.start), ("end", range_.end))
    }


def _lens(
    document: OpenDocument, place: Position, title: str, command: str, argument: dict[str, Any]
) -> types.CodeLens:
    start = Position(place.line, 0)
    arguments = [argument] if argument else None
    return types.CodeLens(
        document.to_range(Span(start, start)),
        types.Command(title=title, command=command, arguments=arguments),
    )
