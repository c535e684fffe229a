"""Columns as they cross the wire, counted without the server's own code."""

CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def units(line: str, column: int, encoding: str) -> int:
    """How many units of `encoding` stand before `column`, which counts code points."""
    codec, size = CODECS[encoding]
    return len(line[:column].encode(codec, "surrogatepass")) // size


def column_at(line: str, character: int, encoding: str) -> int | None:
    """The column before which `character` units stand; None beyond the end of the line.

    Raises UnicodeDecodeError where that is in the middle of a character.
    """
    codec, size = CODECS[encoding]
    raw = line.encode(codec, "surrogatepass")
    if character * size > len(raw):
        return None
    return len(raw[: character * size].decode(codec, "surrogatepass"))
