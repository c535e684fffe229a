"""What a job is to do, from what was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..actions.action import Action
from ..actions.images import Image, rows_of_image
from ..actions.prompt import prompt
from ..actions.reply.alt_text import image_of
from ..actions.reply.placing import Placing, placing_of
from ..actions.selection import Other, Selection
from ..errors import RequestError
from ..lsp.arguments import RunArguments
from ..lsp.documents.documents import OpenDocument
from ..model.chat import Message, Request
from ..model.conversation import Conversation
from ..settings.options import Edits
from ..text.document import Document, Position, Span
from ..text.enclosing import Rows, beginning, block_around, is_bare, whole_lines

if TYPE_CHECKING:
    from ..lsp.explain.explanations import Explanation
    from ..lsp.session import Session

OVERLAP = "Qwen is writing here already; stop that first (Qwen: Stop), or wait for its end."
MOVED_ON = "The text has changed since it was selected; select it again."
NO_EDITS = "This editor takes no edits from a language server; use an action that explains."
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


@dataclass(frozen=True)
class Work:
    """What a job is to do."""

    action: Action
    document: OpenDocument
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
    onto: "Explanation | None" = None
    """What the reply is shown below; None for one of its own."""

    @property
    def request(self) -> Request:
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
        return Span(
            Position(first, 0), Position(last - 1, len(self.document.document.line(last - 1)))
        )


def work_of(session: "Session", asked: RunArguments) -> Work:
    """What `qwen.run` asks for. Raises RequestError if that can't be done as asked."""
    if not session.configuration.at(asked.uri).enabled:
        raise RequestError(SWITCHED_OFF)
    action = session.action(asked.action)
    document = session.document(asked.uri)
    span = document.range_now(asked.range.range, asked.version)
    if span is None:
        raise RequestError(MOVED_ON)
    if action.edits and not session.editor.takes_edits:
        raise RequestError(NO_EDITS)
    rows = _rows(action, document, span)
    selection = Selection.of_rows(
        document.document,
        rows,
        path=session.documents.path_of(document),
        language=document.language_id,
        tokens=session.configuration.at(asked.uri).context_tokens,
        diagnostics=tuple(
            f"line {each.range.start.line + 1}: {each.message}" for each in asked.diagnostics
        ),
        instruction=asked.instruction,
        others=others(session, asked.context),
        column=span.start.column if rows[0] == span.start.line else 0,
    )
    work = _work(action, document, rows, selection, asked.model, asked.edits)
    if work.placing.rows and session.pages.overlaps(document, *rows):
        raise RequestError(OVERLAP)
    return work


def again(work: Work, rows: Rows, selection: Selection, model: str | None) -> Work:
    """The same once more, at `rows`, where its selection is now or is to be again."""
    return _work(work.action, work.document, rows, selection, model or work.model, work.edits)


def selected_again(session: "Session", work: Work, span: Span) -> tuple[Rows, Selection]:
    """What stands by now where the work was, and its rows."""
    document = work.document
    _check_size(document.document, (span.start.line, span.end.line + bool(span.end.column)))
    rows = whole_lines(document.document, span)
    selection = Selection.of_rows(
        document.document,
        rows,
        path=session.documents.path_of(document),
        language=document.language_id,
        tokens=session.configuration.at(document.uri).context_tokens,
    )
    return rows, replace(
        selection,
        diagnostics=work.selection.diagnostics,
        instruction=work.selection.instruction,
        others=work.selection.others,
        column=work.selection.column,
    )


def others(session: "Session", uris: Sequence[str]) -> tuple[Other, ...]:
    """What else the model is to read. Raises RequestError if one is not open in the editor."""
    documents = [session.document(uri) for uri in dict.fromkeys(uris)]
    return tuple(
        Other(
            session.documents.path_of(each),
            each.language_id,
            beginning(each.document, MOST_OF_ANOTHER),
        )
        for each in documents
    )


def _work(
    action: Action,
    document: OpenDocument,
    rows: Rows,
    selection: Selection,
    model: str | None,
    edits: Edits | None,
) -> Work:
    placing = placing_of(action, selection)
    messages = prompt(action, selection)
    return Work(action, document, rows, selection, messages, placing, model, edits)


def _rows(action: Action, document: OpenDocument, span: Span) -> Rows:
    _check_size(document.document, (span.start.line, span.end.line + bool(span.end.column)))
    if not is_bare(document.document, span):
        return whole_lines(document.document, span)
    if action.needs == "selection":
        raise RequestError(NO_SELECTION)
    if action.needs == "image":
        found = rows_of_image(
            document.document.line, len(document.lines), span.start.line, document.language_id
        )
        rows = found.start, found.stop
    else:
        rows = block_around(document.document, span.start.line)
    _check_size(document.document, rows)
    return rows


def _check_size(document: Document, rows: Rows) -> None:
    """Raises RequestError for more than can be rewritten. Looks at no more than may be taken."""
    taken = range(max(0, rows[0]), min(rows[1], len(document.lines)))
    if len(taken) > MOST_ROWS or sum(len(document.lines[row]) for row in taken) > MOST_SELECTED:
        raise RequestError(TOO_LARGE)
