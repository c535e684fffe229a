"""How a scenario says what its user has opened, and types."""

from collections.abc import Iterator

from qwen_lsp.text.document import Edit, Position, Span

from .model_editor import span_of
from .scenario import Block
from .seen import meant


def opened(block: Block) -> tuple[str, str, Span]:
    """The path and the text of a document, and what «» selects in it."""
    paths = [word for word in block.words if word not in ("crlf", "no-newline", "beside")]
    text = meant(block.text if "no-newline" in block.words else block.text + "\n")
    if "crlf" in block.words:
        text = text.replace("\n", "\r\n")
    before, _, rest = text.partition("«")
    chosen, _, after = rest.partition("»")
    whole = before + chosen + after
    start = span_of(whole, before).end if before else Position(0, 0)
    selected = Span(start, span_of(whole, before + chosen).end)
    return paths[0] if paths else "example.py", whole, selected


def replacements(block: Block) -> Iterator[tuple[str, str]]:
    """The lines `OLD -> NEW` of a block; `\\n` is a line end."""
    for line in block.text.splitlines():
        old, arrow, new = line.partition(" -> ")
        assert arrow, f"line {block.line}: a typed line is “OLD -> NEW”"
        yield old.replace("\\n", "\n"), new.replace("\\n", "\n")


def typed(text: str, old: str, new: str) -> Edit:
    """The edit that makes `new` of the first `old`: only what really differs is typed."""
    assert old in text, f"“{old}” is not in the file"
    common = 0
    while common < min(len(old), len(new)) and old[common] == new[common]:
        common += 1
    span = span_of(text, old)
    if common:
        before = text.index(old)
        start = span_of(text, text[: before + common]).end
        span = Span(start, span_of(text, text[: before + len(old)]).end)
    return Edit(span, new[common:])
