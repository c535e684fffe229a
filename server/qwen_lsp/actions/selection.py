"""What the user chose, and what stands around it."""

from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from qwen_lsp.text.context import ContextExcerpt, excerpt
from qwen_lsp.text.document import Document
from qwen_lsp.text.enclosing import lines_above, lines_below

from .languages import PROSE_LANGUAGES


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

    `column` is where the user's own selection begins in the first of them, in code points.
    `path` is relative to the workspace, or a file's name; `language` is an LSP languageId.
    `excerpt` is what the model is given to read around them; without one the nearest lines.
    """

    path: str
    language: str
    before: tuple[str, ...]
    lines: tuple[str, ...]
    after: tuple[str, ...]
    diagnostics: tuple[str, ...] = ()
    instruction: str = ""
    others: tuple[Other, ...] = ()
    excerpt: ContextExcerpt | None = None
    column: int = 0

    @classmethod
    def of_rows(
        cls,
        document: Document,
        rows: tuple[int, int],
        *,
        path: str,
        language: str,
        tokens: int,
        diagnostics: tuple[str, ...] = (),
        instruction: str = "",
        others: tuple[Other, ...] = (),
        column: int = 0,
    ) -> Self:
        """The rows from the first up to, not including, the second of `rows`.

        Around them as much as takes `tokens`. Costs the rows and what is near them, however long
        the document is.
        """
        is_code = language.lower() not in PROSE_LANGUAGES
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
            excerpt=excerpt(document, rows, tokens, is_code=is_code),
            column=column,
        )

    def within(self, tokens: int) -> Self:
        """The same with at most `tokens` around it."""
        return replace(self, excerpt=self.excerpt.within(tokens)) if self.excerpt else self

    @property
    def is_blank(self) -> bool:
        """Whether nothing is selected but white space."""
        return not any(map(str.strip, self.lines))

    @property
    def above(self) -> tuple[str, ...]:
        """What the model is given to read of the lines before."""
        return self.before if self.excerpt is None else self.excerpt.above

    @property
    def below(self) -> tuple[str, ...]:
        """What the model is given to read of the lines after."""
        return self.after if self.excerpt is None else self.excerpt.below

    @property
    def around_tokens(self) -> int:
        """About how many tokens the lines around it take."""
        return self.excerpt.tokens if self.excerpt else 0

    @property
    def text(self) -> str:
        """The selected lines as one text, without a line end after the last."""
        return "\n".join(self.lines)

    @property
    def original(self) -> Original:
        """What the reply is measured against."""
        return Original(self.lines, self.before, self.after, self.language)
