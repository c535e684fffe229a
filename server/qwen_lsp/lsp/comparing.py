"""What a job has changed, as a document of its own: a diff."""

import asyncio
from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from ..errors import RequestError
from .jobs import Job

if TYPE_CHECKING:
    from .session import Session

NOTHING = "There are no changes of Qwen's to show here; run an action first."
UNWRITABLE = (
    "The changes can't be written to a file ({reason}); see that there is room in the temporary "
    "folder."
)


def compare(session: "Session", job_id: str | None, uri: str | None) -> Job:
    """Begins to show what a job has changed, or the newest. Raises RequestError if none has."""
    job, name, before, after = _found(session, job_id, uri)
    session.spawn(_show(session, job, name, before, after))
    return job


def _found(
    session: "Session", job_id: str | None, uri: str | None
) -> tuple[Job, str, Sequence[str], Sequence[str]]:
    for job in reversed(list(session.jobs.running.values())):
        page = job.way.written if job.way else None
        wanted = job.uri == (uri or session.active_uri) if job_id is None else job.id == job_id
        if page and wanted:
            return job, job.uri.rsplit("/", 1)[-1], page.original, page.lines
    proposal = session.proposals.find(job_id, uri)
    if proposal is None:
        raise RequestError(NOTHING)
    return proposal.job, proposal.document.name, proposal.original, proposal.lines


async def _show(
    session: "Session", job: Job, name: str, before: Sequence[str], after: Sequence[str]
) -> None:
    try:
        path = await asyncio.to_thread(_written, session, job, name, before, after)
    except OSError as error:
        sentence = UNWRITABLE.format(reason=error.strerror)
        session.editor.say(sentence, types.MessageType.Error)
        return
    if not await session.editor.show_document(path.as_uri()):
        session.editor.say(f"The changes are in {path}.")


def _written(
    session: "Session", job: Job, name: str, before: Sequence[str], after: Sequence[str]
) -> Path:
    lines = unified_diff(before, after, f"{name} (original)", f"{name} ({job.title})", lineterm="")
    text = "\n".join(lines)
    return session.private_files.written(f"changes-{job.id}.diff", f"{text}\n")
