"""`qwen.run` and `qwen.stop`: jobs begin and end in the background, the answer comes at once."""

from typing import Any

from ...errors import RequestError
from ...generation.request import SWITCHED_OFF, new_job_request, rows_for
from ..arguments import JobArguments, RunArguments, checked
from ..jobs.job import Job
from ..jobs.source_files import other_files, source_file
from ..rpc.protocol import CommandCall
from ..session import Session

MOVED_ON = "The text has changed since it was selected; select it again."
NO_EDITS = "This editor takes no edits from a language server; use an action that explains."


def run(session: Session, call: CommandCall) -> dict[str, Any]:
    """Starts a job."""
    return {"job": _start(session, checked(RunArguments, call)).id}


def _start(session: Session, asked: RunArguments) -> Job:
    """Raises RequestError if it can't be done as asked."""
    settings = session.configuration.at(asked.uri)
    if not settings.enabled:
        raise RequestError(SWITCHED_OFF)
    action = session.action(asked.action)
    document = session.document(asked.uri)
    span = document.range_now(asked.range.range, asked.version)
    if span is None:
        raise RequestError(MOVED_ON)
    if action.edits and not session.editor.takes_edits:
        raise RequestError(NO_EDITS)
    file = source_file(session.documents, document)
    rows = rows_for(action, file, span)
    request = new_job_request(
        action,
        file,
        rows,
        tokens=settings.context_tokens,
        column=span.start.column if rows[0] == span.start.line else 0,
        diagnostics=tuple(
            f"line {each.range.start.line + 1}: {each.message}" for each in asked.diagnostics
        ),
        instruction=asked.instruction,
        others=other_files(session.documents, asked.context),
        model=asked.model,
        edits=asked.edits,
    )
    session.runner.check_is_free(document, request, rows)
    return session.runner.start(document, request)


def stop(session: Session, call: CommandCall) -> dict[str, Any]:
    """Stops a job, or all of them."""
    return {"stopped": session.jobs.stop(checked(JobArguments, call).job)}
