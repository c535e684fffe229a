"""How a scenario says what its user types."""

from collections.abc import Iterator

from qwen_lsp.text.document import Edit, Span

from .model_editor import span_of
from .scenario import Block


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
