"""What a job has changed, as a document of its own: a diff."""

import asyncio
import hashlib
from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

from lsprotocol import types

from ...errors import RequestError
from ...text.hunks import made
from ..arguments import ChangeArguments
from ..client.client import Editor
from ..client.private_files import PrivateFiles
from ..client.tasks import Tasks
from ..documents.documents import Documents
from ..edits.previews import Previews
from ..edits.writer import JobLabel
from ..jobs.job import Jobs
from .proposals import NOT_HERE, Proposals

NOTHING = "There are no changes of Qwen's to show here; run an action first."
SAME = "Qwen has changed nothing here so far; there is something to show once it has."
UNWRITABLE = (
    "The changes can't be written to a file ({reason}); see that there is room in the temporary "
    "folder."
)


class Compared(NamedTuple):
    """What a job has made of some rows of the file at `uri`, called `name`."""

    job: JobLabel
    uri: str
    name: str
    before: Sequence[str]
    after: Sequence[str]

    @property
    def diff(self) -> str:
        """The difference, as a unified diff."""
        names = f"{self.name} (original)", f"{self.name} ({self.job.title})"
        return "\n".join([*unified_diff(self.before, self.after, *names, lineterm=""), ""])


class Diffs:
    """Shows what jobs have changed, whether they are running or a user has yet to decide."""

    def __init__(
        self,
        editor: Editor,
        documents: Documents,
        *,
        jobs: Jobs,
        previews: Previews,
        proposals: Proposals,
        private_files: PrivateFiles,
        tasks: Tasks,
    ) -> None:
        self._editor, self._documents = editor, documents
        self._jobs, self._previews, self._proposals = jobs, previews, proposals
        self._private_files, self._tasks = private_files, tasks

    def show(self, asked: ChangeArguments) -> JobLabel:
        """Begins to show what a job has changed, or the newest. Raises RequestError if none has."""
        uri = asked.uri or self._documents.active_uri
        candidates = [
            found
            for found in (
                self._running(asked.job, uri),
                self._proposed(asked, uri),
                self._previewed(asked.job, uri),
            )
            if found
        ]
        if not candidates:
            raise RequestError(NOTHING)
        compared = max(candidates, key=lambda each: (each.uri == uri, int(each.job.id)))
        if list(compared.before) == list(compared.after):
            raise RequestError(SAME)
        self._tasks.spawn(self._show(compared))
        return compared.job

    def _running(self, job_id: str | None, uri: str) -> Compared | None:
        for job, handle in reversed(self._jobs.writing()):
            if job.uri == uri if job_id is None else job.id == job_id:
                name = job.uri.rsplit("/", 1)[-1]
                return Compared(job.label, job.uri, name, handle.original, handle.lines)
        return None

    def _proposed(self, asked: ChangeArguments, uri: str) -> Compared | None:
        proposal = self._proposals.find(asked.job, uri)
        if proposal is None:
            return None
        changes = proposal.changes
        if asked.range:
            touched = proposal.touched_by(proposal.document.to_span(asked.range.range))
            changes = tuple(patch.hunk for patch in touched)
            if not changes:
                raise RequestError(NOT_HERE)
        job, document = proposal.job.label, proposal.document
        after = made(proposal.original, changes)
        return Compared(job, document.uri, document.name, proposal.original, after)

    def _previewed(self, job_id: str | None, uri: str) -> Compared | None:
        previews = self._previews
        preview = previews.of_job(job_id) if job_id else previews.find(None, uri)
        if preview is None:
            return None
        place = preview.place
        return Compared(preview.job, place.document.uri, preview.of, place.original, preview.rows)

    async def _show(self, compared: Compared) -> None:
        try:
            path = await asyncio.to_thread(self._written, compared)
        except OSError as error:
            sentence = UNWRITABLE.format(reason=error.strerror)
            self._editor.say(sentence, types.MessageType.Error)
            return
        if not await self._editor.show_document(path.as_uri()):
            self._editor.say(f"The changes are in {path}.")

    def _written(self, compared: Compared) -> Path:
        """Other changes have another name: not every editor reads a file again that it has open."""
        sign = hashlib.sha256(compared.diff.encode("utf-8", "replace")).hexdigest()[:4]
        name = f"changes-{compared.job.id}-{sign}.diff"
        return self._private_files.written(name, compared.diff)
