"""What the user is shown once in a session, however often it happens."""

from .client import Editor


class Notices:
    """Remembers what the user has read."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._known: set[str] = set()

    def is_new(self, about: str) -> bool:
        """Whether the user has read nothing about it in this session. From now on they have."""
        is_new = about not in self._known
        self._known.add(about)
        return is_new

    def show_once(self, sentence: str, *, about: str) -> None:
        """Shows `sentence`, unless the user has read `about` this before."""
        if self.is_new(about):
            self._editor.say(sentence)
