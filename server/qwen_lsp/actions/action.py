"""What a user can ask for: what is said to the model, and where its reply goes."""

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from qwen_lsp.model.chat import Role

Reply = Literal["replace", "insert-above", "insert-below", "comment-above", "alt-text", "show"]
Needs = Literal["selection", "diagnostics", "image", "nothing"]

PLACEHOLDERS = frozenset(
    ("selection", "language", "path", "before", "after", "diagnostics", "instruction", "fence")
)
PLACEHOLDER = re.compile(r"\{\{[ \t]*([\w-]+)[ \t]*\}\}")


class Template(NamedTuple):
    """A message whose `{{placeholders}}` are not filled in yet."""

    role: Role
    text: str


@dataclass(frozen=True)
class Action:
    """Something that a user can ask for. `kind` is a plain LSP kind, as `refactor.rewrite`."""

    id: str
    title: str
    description: str
    kind: str
    reply: Reply
    needs: Needs
    messages: tuple[Template, ...]
    languages: frozenset[str] = frozenset()
    model: str | None = None
    temperature: float | None = None
    examples: tuple[str, ...] = ()

    @property
    def uses_instruction(self) -> bool:
        """Whether the user has to say in words what they want."""
        return any("instruction" in placeholders(each.text) for each in self.messages)

    @property
    def uses_selection(self) -> bool:
        """Whether the model is told what is selected."""
        return any("selection" in placeholders(each.text) for each in self.messages)

    @property
    def edits(self) -> bool:
        """Whether the reply goes into a document."""
        return self.reply != "show"


def placeholders(template: str) -> set[str]:
    """The names between `{{` and `}}`."""
    return set(PLACEHOLDER.findall(template))


def fill(template: str, values: dict[str, str]) -> str:
    """`template` with its placeholders replaced, in one pass: no value is ever expanded again."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)
