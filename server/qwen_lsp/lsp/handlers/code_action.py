"""`textDocument/codeAction`: what fits here. Local: no file, no network, no model."""

from functools import partial
from typing import Any

from lsprotocol import types

from ...actions.action import Action
from ...actions.offer import is_within, menu_kind, offered
from ...text.surroundings import is_bare
from ..pictures import may_be_shown
from ..session import Session
from . import choices, restore

SET_UP_KIND = "refactor.qwen.setUp"


def code_action(
    session: Session, params: types.CodeActionParams
) -> list[types.CodeAction | types.Command]:
    """The menu's entries."""
    document = session.documents.open_document(params.text_document.uri)
    if document is None:
        return []
    settings = session.configuration.at(document.uri)
    if not settings.enabled:
        return []
    context = params.context
    restoring = restore.offered(session, document, context)
    session.active_uri = document.uri
    chosen = choices.offered(session, document, params.range, context)
    only = tuple(str(getattr(kind, "value", kind)) for kind in context.only or ())
    automatic = context.trigger_kind == types.CodeActionTriggerKind.Automatic
    if not session.services.is_ready(settings):
        session.looking.again()
        return chosen + restoring + ([] if automatic or not _wanted(only) else [_set_up(session)])
    actions = offered(
        session.actions.values(),
        language=document.language_id,
        has_selection=not is_bare(document.document, document.to_span(params.range)),
        diagnostics=bool(context.diagnostics),
        shows_image=partial(may_be_shown, session, settings, document, params.range),
        automatic=automatic,
        can_edit=session.editor.takes_edits,
        asks_instruction=session.editor.announces("instructions"),
        hidden=settings.hidden_actions,
        only=only,
    )
    argument = {
        "uri": params.text_document.uri,
        "range": _plain_range(params.range),
        "version": document.version,
    }
    if context.diagnostics:
        argument["diagnostics"] = [
            {"range": _plain_range(each.range), "message": each.message}
            for each in context.diagnostics
        ]
    return chosen + restoring + [_entry(session, action, argument) for action in actions]


def _wanted(only: tuple[str, ...]) -> bool:
    return not only or any(is_within(SET_UP_KIND, kind) for kind in only)


def _set_up(session: Session) -> types.CodeAction | types.Command:
    command = types.Command(title="Qwen: Set up a model…", command="qwen.setUp")
    return _literal(session, command, SET_UP_KIND)


def _entry(
    session: Session, action: Action, argument: dict[str, Any]
) -> types.CodeAction | types.Command:
    command = types.Command(
        title=f"Qwen: {action.title}",
        command="qwen.run",
        arguments=[{"action": action.id, **argument}],
    )
    entry = _literal(session, command, menu_kind(action))
    if isinstance(entry, types.CodeAction) and session.editor.reads_tags:
        entry.tags = [types.CodeActionTag.LlmGenerated]
    return entry


def _literal(
    session: Session, command: types.Command, kind: str
) -> types.CodeAction | types.Command:
    if not session.editor.reads_code_actions:
        return command
    return types.CodeAction(title=command.title, kind=kind, command=command)


def _plain_range(range_: types.Range) -> dict[str, dict[str, int]]:
    return {
        name: {"line": place.line, "character": place.character}
        for name, place in (("start", range_.start), ("end", range_.end))
    }
