"""A change as an editor reports it, and which of its edits are our own."""

from collections.abc import Sequence
from typing import NamedTuple

from ..text.document import Edit


class Report(NamedTuple):
    """The edits of a change in the order in which they were made, and what each took away."""

    edits: tuple[Edit, ...]
    removed: tuple[str, ...]

    def followed_by(self, other: "Report") -> "Report":
        """Both as one."""
        return Report(self.edits + other.edits, self.removed + other.removed)

    def holds(self, sent: Sequence[Edit]) -> bool:
        """Whether the edits that were `sent` are in it, just as they were sent."""
        return made_at(self.edits, sent) is not None

    def is_part_of(self, sent: Sequence[Edit]) -> bool:
        """Whether it holds some of the edits that were `sent` and nothing else: the others follow.

        So it is with an editor that reports one request in several changes.
        """
        count = len(self.edits)
        return 0 < count < len(sent) and made_at(self.edits, sent[-count:]) is not None

    def parted(self, sent: Sequence[Edit]) -> tuple["Report", "Report", "Report"]:
        """What was made before the edits that were `sent`, these, and what was made after them.

        Raises ValueError if they are not in it.
        """
        first = made_at(self.edits, sent)
        if first is None:
            raise ValueError("the edits are not in the report")
        last = first + len(sent)
        return self._part(0, first), self._part(first, last), self._part(last, len(self.edits))

    def _part(self, first: int, last: int) -> "Report":
        return Report(self.edits[first:last], self.removed[first:last])


def made_at(edits: Sequence[Edit], sent: Sequence[Edit]) -> int | None:
    """Where in a report `edits` the edits stand that were `sent`, from the last one up.

    None if they don't, one after the other and just as they were sent.
    """
    ours = [_plain(edit) for edit in reversed(sent)]
    reported = [_plain(edit) for edit in edits]
    for index in range(len(edits) - len(ours) + 1):
        if reported[index : index + len(ours)] == ours:
            return index
    return None


def _plain(edit: Edit) -> Edit:
    return Edit(edit.span, edit.text.replace("\r\n", "\n"))
