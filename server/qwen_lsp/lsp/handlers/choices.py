"""The menu's entries for what jobs write and have written here; by what is in memory."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from lsprotocol import types

from ...actions.offer import is_within
from ...text.document import Span
from ..documents.documents import OpenDocument
from ..edits.preview import Preview
from ..review.lenses import PREVIEW_ENTRIES, plain_range
from ..review.proposal import Proposal, share_rows
from ..session import Session


class MenuEntry(NamedTuple):
    """What the user may choose: its title, the command's name and its argument."""

    title: str
    name: str
    argument: dict[str, Any]


def offered(
    session: Session, document: OpenDocument, range_: types.Range, context: types.CodeActionContext
) -> list[types.CodeAction | types.Command]:
    """The entries; none where the cursor merely moved."""
    if context.trigger_kind == types.CodeActionTriggerKind.Automatic:
        return []
    only = [str(getattr(kind, "value", kind)) for kind in context.only or ()]
    return [
        _entry(session, choice)
        for choice in _choices(session, document, document.to_span(range_))
        if not only or any(is_within(_kind(choice), each) for each in only)
    ]


def _choices(session: Session, document: OpenDocument, span: Span) -> Iterator[MenuEntry]:
    for job, handle in session.jobs.writing(document):
        if share_rows(handle.region, span):
            yield MenuEntry("Stop", "stop", {"job": job.id})
    if preview := session.previews.at(document, span):
        yield from _of_preview(preview)
    here = [
        proposal
        for proposal in reversed(session.proposals.of_document(document))
        if share_rows(proposal.region, span)
    ]
    for proposal in here:
        yield from _of_proposal(document, proposal, span)
    failed = session.past.offered_at(document, span)
    if failed and failed not in [proposal.job for proposal in here]:
        yield MenuEntry("Retry", "retry", {"job": failed.id})


def _of_preview(preview: Preview) -> Iterator[MenuEntry]:
    entries = PREVIEW_ENTRIES if preview.can_be_kept else {"stop": "Stop"}
    for name, title in entries.items():
        yield MenuEntry(title, name, {"job": preview.job.id})


def _of_proposal(document: OpenDocument, proposal: Proposal, span: Span) -> Iterator[MenuEntry]:
    job = {"job": proposal.job.id}
    retry = MenuEntry("Retry", "retry", job)
    here = proposal.touched_by(span)
    if proposal.warning:
        yield retry
    if here and len(proposal.patches) > 1:
        place = {**job, "range": plain_range(document, Span(here[0].span.start, here[-1].span.end))}
        what = "this change" if len(here) == 1 else "these changes"
        yield MenuEntry(f"Keep {what}", "keep", place)
        yield MenuEntry(f"Discard {what}", "discard", place)
    yield MenuEntry("Keep", "keep", job)
    yield MenuEntry("Discard", "discard", job)
    if not proposal.warning:
        yield retry
    yield MenuEntry("Show changes", "compare", job)


def _kind(choice: MenuEntry) -> str:
    return f"refactor.rewrite.qwen.{choice.name}"


def _entry(session: Session, choice: MenuEntry) -> types.CodeAction | types.Command:
    title = f"Qwen: {choice.title}"
    command = types.Command(title=title, command=f"qwen.{choice.name}", arguments=[choice.argument])
    if not session.editor.reads_code_actions:
        return command
    return types.CodeAction(title=title, kind=_kind(choice), command=command)
