"""`qwen.keep` and `qwen.discard` of what a preview shows, and their entries in the menu."""

from typing import Any

from lsprotocol import types

from ...actions.offer import is_within
from ..arguments import JobArguments, checked
from ..documents import OpenDocument
from ..protocol import CommandCall
from ..session import Session

TITLES = {"keep": "Qwen: Keep the preview", "discard": "Qwen: Discard the preview"}


def keep(session: Session, call: CommandCall) -> dict[str, Any]:
    """Puts what a preview holds into the file."""
    preview = session.previews.latest(checked(JobArguments, call).job)
    session.previews.keep(preview)
    return {"job": preview.job.id}


def discard(session: Session, call: CommandCall) -> dict[str, Any]:
    """Drops a preview."""
    preview = session.previews.latest(checked(JobArguments, call).job)
    session.previews.discard(preview)
    return {"job": preview.job.id}


def offered(
    session: Session, document: OpenDocument, range_: types.Range, context: types.CodeActionContext
) -> list[types.CodeAction | types.Command]:
    """The menu's entries in a preview, and where it would go; by what is in memory."""
    if context.trigger_kind == types.CodeActionTriggerKind.Automatic:
        return []
    preview = session.previews.at(document, document.to_span(range_))
    if preview is None:
        return []
    only = [str(getattr(kind, "value", kind)) for kind in context.only or ()]
    kinds = {name: f"refactor.rewrite.qwen.{name}" for name in TITLES}
    return [
        _entry(session, name, kind, preview.job.id)
        for name, kind in kinds.items()
        if not only or any(is_within(kind, each) for each in only)
    ]


def _entry(session: Session, name: str, kind: str, job: str) -> types.CodeAction | types.Command:
    title = TITLES[name]
    command = types.Command(title=title, command=f"qwen.{name}", arguments=[{"job": job}])
    if not session.editor.reads_code_actions:
        return command
    return types.CodeAction(title=title, kind=kind, command=command)
