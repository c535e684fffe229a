"""What is said to a model, and what comes back as it streams."""

from dataclasses import dataclass, field
from typing import Literal

from qwen_lsp.model.transport.timeouts import Timeouts

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True)
class Message:
    """One turn of a conversation. `image` is what it shows, as a `data:` URL."""

    role: Role
    content: str
    image: str = ""


@dataclass(frozen=True)
class Kept:
    """What the service itself keeps of a conversation, under the id of its last reply.

    `count` is the number of messages that it knows, that reply among them; `home` is its address,
    and no other is told of the id. A piece of a reply that is kept; never part of its text.
    """

    id: str
    count: int
    home: str = ""


@dataclass(frozen=True)
class Request:
    """What is asked of a model. None leaves a number to the model's family.

    `thinking` is `off`, `auto`, or one of the model's own levels.
    `spent` of `max_tokens` went, about, into what came of the same reply before it was cut.
    `may_be_kept`: the service may keep the conversation, of which it may know the part `kept`.
    """

    messages: tuple[Message, ...]
    model: str
    thinking: str = "off"
    temperature: float | None = None
    max_tokens: int | None = None
    spent: int = 0
    timeouts: Timeouts = field(default_factory=Timeouts)
    may_be_kept: bool = False
    kept: Kept | None = None

    @property
    def tokens_left(self) -> int | None:
        """The most tokens of what is still to come."""
        return None if self.max_tokens is None else max(self.max_tokens - self.spent, 0)


@dataclass(frozen=True)
class Text:
    """A piece of the reply; it may end in the middle of a word."""

    text: str


@dataclass(frozen=True)
class Thought:
    """A piece of the model's reasoning. Never part of the reply."""

    text: str


@dataclass(frozen=True)
class Usage:
    """How many tokens a reply took, as the service counts them."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True)
class Waiting:
    """Why nothing comes for now, as a progress says it: `retrying in 5 s`. Never part of the reply.

    What comes next, of whatever kind, ends it.
    """

    why: str


Piece = Text | Thought | Usage | Waiting | Kept
