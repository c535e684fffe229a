"""What the user chose, and what stands around it."""

from dataclasses import dataclass
from typing import NamedTuple, Self

from qwen_lsp.text.document import Document
from qwen_lsp.text.surroundings import lines_above, lines_below


class Original(NamedTuple):
    """What a reply is measured against. Lines are without their ends."""

    lines: tuple[str, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    language: str = ""


class Other(NamedTuple):
    """Another file that the model may read."""

    path: str
    language: str
    text: str


@dataclass(frozen=True)
class Selection:
    """Whole lines of a document, without their ends, and the nearest lines around them.

    `path` is relative to the workspace, or a file's name; `language` is an LSP languageId.
    """

    path: str
    language: str
    before: tuple[str, ...]
    lines: tuple[str, ...]
    after: tuple[str, ...]
    diagnostics: tuple[str, ...] = ()
    instruction: str = ""
    others: tuple[Other, ...] = ()

    @classmethod
    def of_rows(
        cls,
        document: Document,
        rows: tuple[int, int],
        *,
        path: str,
        language: str,
        diagnostics: tuple[str, ...] = (),
        instruction: str = "",
        others: tuple[Other, ...] = (),
    ) -> Self:
        """The rows from the first up to, not including, the second of `rows`.

        Costs the rows and their surroundings, however long the document is.
        """
        first, last = rows
        return cls(
            path=path,
            language=language,
            before=lines_above(document, first),
            lines=tuple(document.line(row) for row in range(first, last)),
            after=lines_below(document, last),
            diagnostics=diagnostics,
            instruction=instruction,
            others=others,
        )

    @property
    def text(self) -> str:
        """The selected lines as one text, without a line end after the last."""
        return "\n".join(self.lines)

    @property
    def original(self) -> Original:
        """What the reply is measured against."""
        return Original(self.lines, self.before, self.after, self.language)
