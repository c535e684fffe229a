"""What was said in the jobs of a session: in memory alone, and gone with its file."""

from collections import OrderedDict
from typing import NamedTuple

from ..model.conversation import Conversation

REMEMBERED = 20
"""How many jobs of a session can be gone on with."""


class _Talk(NamedTuple):
    uri: str
    conversation: Conversation


class Conversations:
    """The newest conversations, by job."""

    def __init__(self) -> None:
        self._talks: OrderedDict[str, _Talk] = OrderedDict()

    def remember(self, job: str, uri: str, conversation: Conversation) -> None:
        """Keeps what a job has come to, in place of what it was before."""
        self._talks[job] = _Talk(uri, conversation)
        self._talks.move_to_end(job)
        while len(self._talks) > REMEMBERED:
            self._talks.popitem(last=False)

    def of(self, job: str) -> Conversation | None:
        """What was said in a job; None where it brought no whole reply, or is forgotten."""
        talk = self._talks.get(job)
        return talk.conversation if talk else None

    def forget(self, uri: str) -> None:
        """Drops what was said of the document `uri`."""
        for job in [job for job, talk in self._talks.items() if talk.uri == uri]:
            del self._talks[job]
