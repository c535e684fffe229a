"""Questions about an explanation: the model answers from what was said, below what it has said."""

from collections.abc import Callable
from dataclasses import replace

from ...actions.action import Action
from ...actions.reply.placing import placing_of
from ...errors import RequestError
from ...generation.conversations import Conversations
from ...generation.request import SWITCHED_OFF, JobRequest
from ..arguments import AskArguments
from ..configuration import Configuration
from ..documents.documents import Documents
from ..jobs.job import Job
from ..jobs.runner import JobRunner
from .explanations import Explanations

NOTHING = "There is no explanation to ask about yet; run Qwen: Explain first."
UNFINISHED = "Qwen is still writing that explanation; ask when it is whole."
FORGOTTEN = "That conversation broke off or is no longer remembered; run Qwen: Explain once more."


class Questions:
    """Asks the model by jobs of the action `explain`.

    `request_of` gives what an earlier job was asked for, by its id; None where that is forgotten.
    """

    def __init__(
        self,
        explain: Action,
        configuration: Configuration,
        documents: Documents,
        *,
        explanations: Explanations,
        conversations: Conversations,
        request_of: Callable[[str], JobRequest | None],
        runner: JobRunner,
    ) -> None:
        self._explain, self._configuration, self._documents = explain, configuration, documents
        self._explanations, self._conversations = explanations, conversations
        self._request_of, self._runner = request_of, runner

    def ask(self, asked: AskArguments) -> Job:
        """Starts a job that answers a question. Raises RequestError if that can't be asked."""
        uri = asked.uri or self._documents.active_uri
        explanation = self._explanations.latest(asked.job, uri)
        if explanation is None:
            raise RequestError(NOTHING)
        if not self._configuration.at(explanation.document.uri).enabled:
            raise RequestError(SWITCHED_OFF)
        if not explanation.is_done:
            raise RequestError(UNFINISHED)
        conversation = self._conversations.of(explanation.job)
        past = self._request_of(explanation.job)
        if conversation is None or past is None:
            raise RequestError(FORGOTTEN)
        request = replace(
            past,
            action=self._explain,
            placing=placing_of(self._explain, past.selection),
            conversation=conversation.followed_by(asked.question),
            model=asked.model or past.model,
            over=None,
            continues=explanation.job,
        )
        explanation.asked(asked.question)
        return self._runner.start(explanation.document, request, reader=explanation)
