"""Questions about an explanation: the model answers from what was said, below what it has said."""

from dataclasses import replace
from typing import TYPE_CHECKING

from ...actions.reply.placing import placing_of
from ...errors import RequestError
from ...generation.request import SWITCHED_OFF
from ..arguments import AskArguments
from ..jobs.job import Job
from ..jobs.runner import begin

if TYPE_CHECKING:
    from ..session import Session

NOTHING = "There is no explanation to ask about yet; run Qwen: Explain first."
UNFINISHED = "Qwen is still writing that explanation; ask when it is whole."
FORGOTTEN = "That conversation broke off or is no longer remembered; run Qwen: Explain once more."


def ask(session: "Session", asked: AskArguments) -> Job:
    """Begins a job that answers a question. Raises RequestError if that can't be asked."""
    explanation = session.explanations.latest(asked.job, asked.uri or session.active_uri)
    if explanation is None:
        raise RequestError(NOTHING)
    if not session.configuration.at(explanation.document.uri).enabled:
        raise RequestError(SWITCHED_OFF)
    if not explanation.is_done:
        raise RequestError(UNFINISHED)
    conversation = session.conversations.of(explanation.job)
    past = session.retries.of(explanation.job)
    if conversation is None or past is None:
        raise RequestError(FORGOTTEN)
    action = session.action("explain")
    work = replace(
        past.work,
        action=action,
        placing=placing_of(action, past.work.selection),
        conversation=conversation.followed_by(asked.question),
        model=asked.model or past.work.model,
        over=None,
        onto=explanation,
    )
    explanation.asked(asked.question)
    return begin(session, work)
