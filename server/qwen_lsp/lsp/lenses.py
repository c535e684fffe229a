"""What stands above the rows that jobs write or have written, in editors that show code lenses."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ..text.document import Position, Span
from .documents import OpenDocument
from .patches import Patch
from .proposals import Proposal

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


class Lenses:
    """Tells the editor when they change, and what they are."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._is_told = False

    def changed(self) -> None:
        """They may have changed; an editor that wants to know asks again."""
        if self._session.editor.refreshes_lenses and not self._is_told:
            self._is_told = True
            self._session.spawn(self._tell())

    def of(self, document: OpenDocument) -> list[types.CodeLens]:
        """All of a document, by what is in memory."""
        lenses: list[types.CodeLens] = []
        for job in self._session.jobs.running.values():
            if job.uri == document.uri and job.way and job.way.written:
                place = job.way.written.region.start
                lenses += [
                    _lens(document, place, f"{job.title} is writing…", "", {}),
                    _lens(document, place, "Stop", "qwen.stop", {"job": job.id}),
                ]
        for proposal in self._session.proposals.of_document(document):
            lenses += _of_proposal(document, proposal)
        return lenses

    async def _tell(self) -> None:
        self._is_told = False
        with suppress(TimeoutError):
            await self._session.editor.refresh_lenses()


def _of_proposal(document: OpenDocument, proposal: Proposal) -> list[types.CodeLens]:
    place = proposal.region.start
    warned = [_lens(document, place, proposal.warning, "", {})] if proposal.warning else []
    order = WARNED if proposal.warning else tuple(ENTRIES)
    whole = [
        _lens(document, place, ENTRIES[name], f"qwen.{name}", {"job": proposal.job.id})
        for name in order
    ]
    if len(proposal.patches) < 2:
        return warned + whole
    return (
        warned
        + whole
        + [lens for patch in proposal.patches for lens in _of_patch(document, proposal, patch)]
    )


def _of_patch(document: OpenDocument, proposal: Proposal, patch: Patch) -> list[types.CodeLens]:
    argument = {"job": proposal.job.id, "range": plain_range(document, patch.span)}
    entries = {
        "keep": "Keep this",
        "discard": "Discard this",
        "previousChange": "‹ Previous",
        "nextChange": "Next ›",
    }
    return [
        _lens(document, patch.span.start, title, f"qwen.{name}", argument)
        for name, title in entries.items()
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
