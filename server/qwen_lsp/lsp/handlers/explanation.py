"""`textDocument/hover`, `qwen.openExplanation` and `qwen.ask`: what was explained is read here."""

from typing import Any

from lsprotocol import types

from ...errors import RequestError
from ..arguments import AskArguments, JobArguments, checked
from ..rpc.protocol import CommandCall
from ..session import Session


def hover(session: Session, params: types.HoverParams) -> types.Hover | None:
    """The explanation of the code under the cursor."""
    document = session.documents.open_document(params.text_document.uri)
    if document is None:
        return None
    found = session.explanations.at(document, document.to_position(params.position))
    if found is None:
        return None
    kind = session.editor.hover_kind
    title = f"**{found.title}**" if kind == types.MarkupKind.Markdown else found.title
    more = "" if found.is_done else "\n\n…"
    contents = types.MarkupContent(kind, f"{title}\n\n{found.markdown}{more}")
    return types.Hover(contents, found.range)


def open_explanation(session: Session, call: CommandCall) -> None:
    """Opens an explanation as a document, once it is whole."""
    found = session.explanations.latest(checked(JobArguments, call).job)
    if found is None:
        raise RequestError("There is no explanation yet; run Qwen: Explain first.")
    session.view.open(found)


def ask(session: Session, call: CommandCall) -> dict[str, Any]:
    """A question about an explanation."""
    return {"job": session.questions.ask(checked(AskArguments, call)).id}
