"""How long a reply may become, and one line of it: a model that repeats itself knows no end."""

from qwen_lsp.errors import ReplyCut

MOST_TEXT = 2_000_000
"""Characters of a reply."""
MOST_THOUGHT = 8_000_000
"""Characters of reasoning, which is not kept."""
MOST_LINE = 200_000
"""Characters of one line; editors come to a halt on fewer."""


class Bounds:
    """Is told of what comes, in pieces; raises ReplyCut where it is more than anyone wants."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._text = self._thought = self._line = 0

    def think(self, text: str) -> None:
        """A piece of reasoning."""
        self._thought += len(text)
        if self._thought > MOST_THOUGHT:
            raise self._too_much(
                f"thinks without end (more than {MOST_THOUGHT:,} characters); set qwen.thinking to "
                "off, or choose another model with qwen.model."
            )

    def write(self, text: str) -> None:
        """A piece of the reply."""
        self._text += len(text)
        self._line = self._longest_line(text)
        if self._text > MOST_TEXT:
            raise self._too_much(
                f"writes without end (more than {MOST_TEXT:,} characters); select less, or choose "
                "another model with qwen.model."
            )
        if self._line > MOST_LINE:
            raise self._too_much(
                f"writes a line without end (more than {MOST_LINE:,} characters); select less, or "
                "choose another model with qwen.model."
            )

    def _longest_line(self, text: str) -> int:
        """The length of the line that goes on, or of one that was too long."""
        first, *others = text.split("\n")
        lengths = [self._line + len(first), *map(len, others)]
        longest = max(lengths)
        return longest if longest > MOST_LINE else lengths[-1]

    def _too_much(self, what: str) -> ReplyCut:
        return ReplyCut(f"The model at {self._service} {what}", meaning="too much")
