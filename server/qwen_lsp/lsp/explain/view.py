"""How an explanation gets before the user's eyes."""

import asyncio
from collections.abc import Callable

from lsprotocol import types

from ...settings.settings import Settings
from ...text.document import Span
from ..client.client import Editor
from ..client.private_files import PrivateFiles
from ..client.tasks import Tasks
from ..jobs.job import Job
from .explanations import Explanation, Explanations

MOST_OF_A_MESSAGE = 2_000
"""Characters of an explanation that is shown as a message."""


class ExplanationView:
    """Shows explanations in the client's own view, by hover, as a document or as a message."""

    def __init__(
        self,
        editor: Editor,
        explanations: Explanations,
        settings: Callable[[], Settings],
        private_files: PrivateFiles,
        tasks: Tasks,
    ) -> None:
        self._editor, self._explanations, self._settings = editor, explanations, settings
        self._private_files, self._tasks = private_files, tasks
        self._wanted: set[Explanation] = set()

    def explanation(self, job: Job, span: Span) -> Explanation:
        """A reader for what the job says about `span`."""
        explanation = Explanation(job.id, job.title, job.document, span, self._heard)
        if not job.action.edits:
            self._explanations.keep(explanation)
        return explanation

    def open(self, explanation: Explanation) -> None:
        """Opens it as a document, or as soon as it is whole."""
        if explanation.is_done:
            self._tasks.spawn(self._open(explanation))
        else:
            self._wanted.add(explanation)

    def _heard(self, explanation: Explanation, piece: str) -> None:
        self._explanations.keep(explanation)
        if explanation.is_none:
            self._wanted.discard(explanation)
            self._explanations.forget(explanation)
            return
        mode = self._settings().explain
        if mode == "auto" and self._editor.announces("explanations"):
            self._stream(explanation, piece)
        elif explanation.is_done and not explanation.is_cut:
            self._show(explanation, mode)
        if explanation.is_done and explanation in self._wanted:
            self._wanted.discard(explanation)
            self._tasks.spawn(self._open(explanation))

    def _stream(self, explanation: Explanation, piece: str) -> None:
        start, end = explanation.range.start, explanation.range.end
        self._editor.notify(
            "qwen/explanation",
            {
                "job": explanation.job,
                "uri": explanation.document.uri,
                "range": {
                    "start": {"line": start.line, "character": start.character},
                    "end": {"line": end.line, "character": end.character},
                },
                "markdown": piece,
                "done": explanation.is_done,
            },
        )

    def _show(self, explanation: Explanation, mode: str) -> None:
        editor = self._editor
        if mode == "document":
            self.open(explanation)
        elif mode == "message":
            text = explanation.markdown.strip()
            editor.say(text if len(text) <= MOST_OF_A_MESSAGE else f"{text[:MOST_OF_A_MESSAGE]} …")
        else:
            editor.say(
                f"{explanation.title}: hover over the code to read the answer, "
                "or run Qwen: Open explanation."
            )

    async def _open(self, explanation: Explanation) -> None:
        editor = self._editor
        try:
            name = f"explanation-{explanation.job}.md"
            path = await asyncio.to_thread(self._private_files.written, name, explanation.page)
        except OSError as error:
            editor.say(
                f"The explanation can't be written to a file ({error.strerror}); hover over the "
                "code to read it.",
                types.MessageType.Error,
            )
        else:
            if not await editor.show_document(path.as_uri()):
                editor.say(f"The explanation is in {path}.")
