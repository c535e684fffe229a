"""A conversation with a model, as it is remembered for what its user may say next."""

from dataclasses import dataclass

from qwen_lsp.model.chat import Kept, Message

MOST_CHARACTERS = 200_000
"""What is sent of a conversation at most, besides what it began with and what is said now."""


@dataclass(frozen=True)
class Conversation:
    """All that was said, the last reply at the end; `kept` of it by the service as well."""

    messages: tuple[Message, ...]
    kept: Kept | None = None

    def followed_by(self, said: str) -> "Conversation":
        """The same with what its user says next.

        It begins as it began, since that holds the code. Where it is too long, the oldest of what
        was said later is left out, and the service has nothing of it that could be gone on from.
        """
        start = next(n for n, each in enumerate(self.messages) if each.role == "user") + 1
        begun, later = self.messages[:start], list(self.messages[start:])
        now = Message("user", said)
        while sum(len(each.content) for each in later) > MOST_CHARACTERS:
            # A reply and what was said to it, so that the roles go on taking turns.
            del later[:2]
        is_whole = start + len(later) == len(self.messages)
        return Conversation((*begun, *later, now), self.kept if is_whole else None)

    def answered(self, reply: str, kept: Kept | None) -> "Conversation":
        """The same with the reply to it."""
        return Conversation((*self.messages, Message("assistant", reply)), kept)
