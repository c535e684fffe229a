"""`textDocument/codeLens`: what can be done with what jobs write. Local, and nothing to resolve."""

from lsprotocol import types

from ..session import Session


def code_lens(session: Session, params: types.CodeLensParams) -> list[types.CodeLens]:
    """The lenses of a document."""
    document = session.documents.open_document(params.text_document.uri)
    if document is None:
        return []
    session.documents.active_uri = document.uri
    return session.lenses.of(document)
