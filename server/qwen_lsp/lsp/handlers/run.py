"""`qwen.run` and `qwen.stop`: jobs begin and end in the background, the answer comes at once."""

from typing import Any

from ...generation.request import work_of
from ..arguments import JobArguments, RunArguments, checked
from ..jobs.runner import begin
from ..rpc.protocol import CommandCall
from ..session import Session


def run(session: Session, call: CommandCall) -> dict[str, Any]:
    """Starts a job."""
    work = work_of(session, checked(RunArguments, call))
    return {"job": begin(session, work).id}


def stop(session: Session, call: CommandCall) -> dict[str, Any]:
    """Stops a job, or all of them."""
    return {"stopped": session.jobs.stop(checked(JobArguments, call).job)}
