"""What a job is to do, from what was asked for."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from ..actions.action import Action
from ..actions.images import Image, rows_of_image
from ..actions.prompt import prompt
from ..actions.reply.alt_text import image_of
from ..actions.reply.placing import Placing, placing_of
from ..actions.selection import Other, Selection
from ..errors import RequestError
from ..model.chat import Message, Request
from ..model.conversation import Conversation
from ..settings.options import Edits
from ..text.document import Document, Position, Span
from ..text.enclosing import Rows, beginning, block_around, is_bare, whole_lines

NO_SELECTION = "Select the code first."
SWITCHED_OFF = "Qwen is switched off by the setting qwen.enabled."

MOST_ROWS = 4_000
MOST_SELECTED = 200_000
TOO_LARGE = (
    f"The selection is too large: at most {MOST_ROWS:,} lines and {MOST_SELECTED:,} characters can "
    "be worked on at a time; select less."
)
MOST_OF_ANOTHER = 8_000
"""Characters of another file that a model is given to read."""


class SourceFile(NamedTuple):
    """The document that a job is about. `path` and `language` are as in `Selection`."""

    uri: str
    path: str
    language: str
    text: Document
    """As it is at any time, however often it changes."""


@dataclass(frozen=True)
class JobRequest:
    """What a job is to do."""

    action: Action
    file: SourceFile
    rows: Rows
    selection: Selection
    messages: tuple[Message, ...]
    placing: Placing
    model: str | None
    edits: Edits | None
    over: Rows | None = None
    """The rows that an earlier reply is in, which this one is written over."""
    conversation: Conversation | None = None
    """What was said before, and then `messages` no more; None where it begins with them."""
    continues: str | None = None
    """The job whose conversation this goes on with; None for one of its own."""

    @property
    def model_request(self) -> Request:
        """What is asked of the model."""
        said = self.conversation or Conversation(self.messages)
        return Request(said.messages, model=self.model or "", kept=said.kept)

    @property
    def place(self) -> Rows | None:
        """The rows that are written to; None if there are none."""
        if self.placing.rows is None or self.over:
            return self.over
        first, last = self.placing.rows
        return self.rows[0] + first, self.rows[0] + last

    @property
    def image(self) -> Image | None:
        """The image that the model is to look at."""
        return image_of(self.selection) if self.action.needs == "image" else None

    @property
    def is_replaced(self) -> bool:
        """Whether all that is selected gives way to the reply."""
        return self.placing.rows == (0, len(self.selection.lines))

    @property
    def span(self) -> Span:
        """The selected rows, the last one's end not included."""
        first, last = self.rows
        return Span(Position(first, 0), Position(last - 1, len(self.file.text.line(last - 1))))


def new_job_request(
    action: Action,
    file: SourceFile,
    rows: Rows,
    *,
    tokens: int,
    column: int = 0,
    diagnostics: tuple[str, ...] = (),
    instruction: str = "",
    others: tuple[Other, ...] = (),
    model: str | None = None,
    edits: Edits | None = None,
) -> JobRequest:
    """What an action is to do with `rows`, which `rows_for` gives.

    `tokens` is how much of the file may be sent around them. `column` is where the user's own
    selection begins in the first of them. `others` are other files to be read, see `other_file`.
    """
    selection = Selection.of_rows(
        file.text,
        rows,
        path=file.path,
        language=file.language,
        tokens=tokens,
        diagnostics=diagnostics,
        instruction=instruction,
        others=others,
        column=column,
    )
    return _job_request(action, file, rows, selection, model, edits)


def rows_for(action: Action, file: SourceFile, span: Span) -> Rows:
    """The rows that an action takes where `span` is selected. Raises RequestError."""
    text = file.text
    _check_size(text, (span.start.line, span.end.line + bool(span.end.column)))
    if not is_bare(text, span):
        return whole_lines(text, span)
    if action.needs == "selection":
        raise RequestError(NO_SELECTION)
    if action.needs == "image":
        found = rows_of_image(text.line, len(text.lines), span.start.line, file.language)
        rows = found.start, found.stop
    else:
        rows = block_around(text, span.start.line)
    _check_size(text, rows)
    return rows


def rerun_request(
    old: JobRequest, rows: Rows, selection: Selection, model: str | None
) -> JobRequest:
    """The same once more, at `rows`, where its selection is now or is to be again."""
    return _job_request(old.action, old.file, rows, selection, model or old.model, old.edits)


def selected_again(
    old: JobRequest, file: SourceFile, span: Span, *, tokens: int
) -> tuple[Rows, Selection]:
    """What stands at `span` now, where the selection was, and its rows. Raises RequestError."""
    _check_size(file.text, (span.start.line, span.end.line + bool(span.end.column)))
    rows = whole_lines(file.text, span)
    selection = Selection.of_rows(
        file.text, rows, path=file.path, language=file.language, tokens=tokens
    )
    return rows, replace(
        selection,
        diagnostics=old.selection.diagnostics,
        instruction=old.selection.instruction,
        others=old.selection.others,
        column=old.selection.column,
    )


def other_file(file: SourceFile) -> Other:
    """What of a file the model is given to read besides the one that it works on."""
    return Other(file.path, file.language, beginning(file.text, MOST_OF_ANOTHER))


def _job_request(
    action: Action,
    file: SourceFile,
    rows: Rows,
    selection: Selection,
    model: str | None,
    edits: Edits | None,
) -> JobRequest:
    placing = placing_of(action, selection)
    messages = prompt(action, selection)
    return JobRequest(action, file, rows, selection, messages, placing, model, edits)


def _check_size(document: Document, rows: Rows) -> None:
    """Raises RequestError for more than can be rewritten. Looks at no more than may be taken."""
    taken = range(max(0, rows[0]), min(rows[1], len(document.lines)))
    if len(taken) > MOST_ROWS or sum(len(document.lines[row]) for row in taken) > MOST_SELECTED:
        raise RequestError(TOO_LARGE)
