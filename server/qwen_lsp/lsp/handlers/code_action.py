"""`textDocument/codeAction`: what fits here. Local: no file, no network, no model."""

from functools import partial
from typing import Any

from lsprotocol import types

from ...actions.action import Action
from ...actions.offer import is_within, menu_kind, offered
from ...generation.images import may_be_shown
from ...settings.settings import Settings
from ...text.enclosing import is_bare
from ..documents.documents import OpenDocument
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
    decisions = restore.offered(session, document, context)
    session.documents.active_uri = document.uri
    decisions = choices.offered(session, document, params.range, context) + decisions
    if session.services.is_ready(settings):
        return decisions + _actions(session, document, settings, params)
    session.credentials.again()
    return decisions + ([_set_up(session)] if _may_set_up(context) else [])


def _actions(
    session: Session, document: OpenDocument, settings: Settings, params: types.CodeActionParams
) -> list[types.CodeAction | types.Command]:
    """What can be run here."""
    context = params.context
    actions = offered(
        session.actions.values(),
        language=document.language_id,
        has_selection=not is_bare(document.document, document.to_span(params.range)),
        diagnostics=bool(context.diagnostics),
        shows_image=partial(
            may_be_shown,
            session.services,
            settings,
            document.document,
            document.language_id,
            (params.range.start.line, params.range.end.line + 1),
        ),
        automatic=_is_automatic(context),
        can_edit=session.editor.takes_edits,
        asks_instruction=session.editor.announces("instructions"),
        hidden=settings.hidden_actions,
        only=_only(context),
    )
    argument = _argument(document, params)
    return [_entry(session, action, argument) for action in actions]


def _argument(document: OpenDocument, params: types.CodeActionParams) -> dict[str, Any]:
    """What `qwen.run` is told beside the action."""
    argument: dict[str, Any] = {
        "uri": params.text_document.uri,
        "range": _plain_range(params.range),
        "version": document.version,
    }
    if params.context.diagnostics:
        argument["diagnostics"] = [
            {"range": _plain_range(each.range), "message": each.message}
            for each in params.context.diagnostics
        ]
    return argument


def _is_automatic(context: types.CodeActionContext) -> bool:
    return context.trigger_kind == types.CodeActionTriggerKind.Automatic


def _only(context: types.CodeActionContext) -> tuple[str, ...]:
    return tuple(str(getattr(kind, "value", kind)) for kind in context.only or ())


def _may_set_up(context: types.CodeActionContext) -> bool:
    return not _is_automatic(context) and _wanted(_only(context))


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
