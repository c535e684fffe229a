"""What is said to a model, and what comes back as it streams."""

from dataclasses import dataclass, field
from typing import Literal

from qwen_lsp.model.patience import Timeouts

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

    `may_be_kept`: the service may keep the conversation, of which it may know the part `kept`.
    """

    messages: tuple[Message, ...]
    model: str
    thinking: bool = False
    temperature: float | None = None
    max_tokens: int | None = None
    timeouts: Timeouts = field(default_factory=Timeouts)
    may_be_kept: bool = False
    kept: Kept | None = None


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
