"""Open documents, as `generation` knows them."""

from collections.abc import Sequence

from ...actions.selection import Other
from ...generation.request import SourceFile, other_file
from ..documents.documents import Documents, OpenDocument


def source_file(documents: Documents, document: OpenDocument) -> SourceFile:
    """A document that a job is to be about."""
    path = documents.path_of(document)
    return SourceFile(document.uri, path, document.language_id, document.document)


def other_files(documents: Documents, uris: Sequence[str]) -> tuple[Other, ...]:
    """What else the model is to read. Raises RequestError if one is not open in the editor."""
    opened = [documents.get_text_document(uri) for uri in dict.fromkeys(uris)]
    return tuple(other_file(source_file(documents, each)) for each in opened)
