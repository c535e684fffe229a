"""Tables and laws of documents, spans and edits."""
