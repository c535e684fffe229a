"""`qwen.restore`, and its entry in the menu of a document in which Qwen was interrupted."""

from lsprotocol import types

from ...actions.offer import is_within
from ..arguments import DocumentArguments, checked
from ..documents.documents import OpenDocument
from ..rpc.protocol import CommandCall
from ..session import Session

KIND = "refactor.rewrite.qwen.restore"


async def restore(session: Session, call: CommandCall) -> None:
    """Puts back what stood where a job was interrupted."""
    await session.recovery.begin(checked(DocumentArguments, call).uri)


def offered(
    session: Session, document: OpenDocument, context: types.CodeActionContext
) -> list[types.CodeAction | types.Command]:
    """The menu's entry, where there is something to restore; by what is in memory."""
    only = [str(getattr(kind, "value", kind)) for kind in context.only or ()]
    is_wanted = not only or any(is_within(KIND, kind) for kind in only)
    automatic = context.trigger_kind == types.CodeActionTriggerKind.Automatic
    if automatic or not is_wanted or not session.recovery.offers(document):
        return []
    title, argument = "Qwen: Restore the original", {"uri": document.uri}
    command = types.Command(title=title, command="qwen.restore", arguments=[argument])
    if not session.editor.reads_code_actions:
        return [command]
    return [types.CodeAction(title=title, kind=KIND, command=command)]
