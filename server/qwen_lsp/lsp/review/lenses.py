"""What stands above the rows that jobs write or have written, in editors that show code lenses."""

from collections import Counter
from contextlib import suppress
from itertools import chain
from typing import Any, NamedTuple

from lsprotocol import types

from ...text.document import Span
from ..client.client import Editor
from ..client.tasks import Tasks
from ..documents.documents import OpenDocument
from ..edits.preview import Preview
from ..edits.previews import Previews
from ..edits.writer import JobLabel
from ..jobs.job import Jobs
from .proposal import Patch, Proposal
from .proposals import Proposals

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
Shown = tuple[object, ...]


class Lens(NamedTuple):
    """What is written above a row, and the command, with its argument, that a click runs."""

    row: int
    title: str
    name: str
    argument: dict[str, Any]


class Lenses:
    """Tells the editor when they change, and what they are."""

    def __init__(
        self, editor: Editor, jobs: Jobs, previews: Previews, proposals: Proposals, tasks: Tasks
    ) -> None:
        self._editor, self._tasks = editor, tasks
        self._jobs, self._previews, self._proposals = jobs, previews, proposals
        self._shown: Shown = ((), (), ())
        self._is_refreshing = False

    def changed(self) -> None:
        """They may have changed; an editor that wants to know asks again."""
        if self._editor.refreshes_lenses and not self._is_refreshing:
            self._is_refreshing = True
            self._tasks.spawn(self._refresh())

    def of(self, document: OpenDocument) -> list[types.CodeLens]:
        """All of a document, by what is in memory."""
        return _in_order(
            *(
                _of_job(job.label, handle.region.start.line)
                for job, handle in self._jobs.writing(document)
            ),
            *(_of_proposal(document, each) for each in self._proposals.of_document(document)),
            *(_of_preview(document, each) for each in self._previews.of_document(document)),
        )

    async def _refresh(self) -> None:
        self._is_refreshing = False
        now = self._all()
        if now == self._shown:
            return
        self._shown = now
        with suppress(TimeoutError):
            await self._editor.refresh_lenses()

    def _all(self) -> Shown:
        """What they depend on, but for places: where these change, the editor asks by itself."""
        return (
            tuple(job.id for job, _ in self._jobs.writing()),
            tuple((each.job.id, *each.patches, each.warning) for each in self._proposals),
            tuple((each.job.id, each.uri, each.can_be_kept) for each in self._previews),
        )


def plain_range(document: OpenDocument, span: Span) -> dict[str, dict[str, int]]:
    """`span` as an LSP range in the negotiated encoding, for an argument."""
    range_ = document.to_range(span)
    return {
        name: {"line": place.line, "character": place.character}
        for name, place in (("start", range_.start), ("end", range_.end))
    }


def _of_job(job: JobLabel, row: int) -> list[Lens]:
    argument = {"job": job.id}
    return [
        Lens(row, f"{job.title} is writing…", "compare", argument),
        Lens(row, "Stop", "stop", argument),
    ]


def _of_preview(document: OpenDocument, preview: Preview) -> list[Lens]:
    is_of = document is preview.place.document
    row = preview.place.region.start.line if is_of else 0
    if not preview.can_be_kept:
        return _of_job(preview.job, row)
    argument = {"job": preview.job.id}
    return [Lens(row, title, name, argument) for name, title in PREVIEW_ENTRIES.items()]


def _of_proposal(document: OpenDocument, proposal: Proposal) -> list[Lens]:
    row, argument = proposal.region.start.line, {"job": proposal.job.id}
    warning = proposal.warning
    warned = [Lens(row, warning, "compare", argument)] if warning else []
    order = WARNED if warning else tuple(ENTRIES)
    whole = [Lens(row, ENTRIES[name], name, argument) for name in order]
    if not 1 < len(proposal.patches) <= MOST_CHANGES:
        return warned + whole
    each = [lens for patch in proposal.patches for lens in _of_patch(document, proposal, patch)]
    return warned + whole + each


def _of_patch(document: OpenDocument, proposal: Proposal, patch: Patch) -> list[Lens]:
    row = patch.span.start.line
    argument = {"job": proposal.job.id, "range": plain_range(document, patch.span)}
    return [Lens(row, title, name, argument) for name, title in CHANGE_ENTRIES.items()]


def _in_order(*groups: list[Lens]) -> list[types.CodeLens]:
    """The n-th lens of a row has character n, because Neovim sorts them by that.

    Where the row is shorter, LSP takes it for the row's end.
    """
    number: Counter[int] = Counter()
    found = []
    for row, title, name, argument in chain.from_iterable(groups):
        place = types.Position(row, number[row])
        number[row] += 1
        command = types.Command(title=title, command=f"qwen.{name}", arguments=[argument])
        found.append(types.CodeLens(types.Range(place, place), command))
    return found
